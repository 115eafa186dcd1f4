"""Progress for who waits: in the terminal and in Prefect's UI.

May import: tasks.progress.
"""
