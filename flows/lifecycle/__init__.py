"""What becomes of a run that is watched, ended, left behind, late or finished.

A file per event.
May import: server.
"""
