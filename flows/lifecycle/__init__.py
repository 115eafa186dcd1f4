"""What happens to a flow run that is watched, ended, orphaned, late or finished.

One file per event.
May import: server.
"""
