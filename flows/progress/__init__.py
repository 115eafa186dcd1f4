"""Shows progress in the terminal and in Prefect's UI.

May import: tasks.progress.
"""
