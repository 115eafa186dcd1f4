"""A user's own code: its texts, whether it may run, and how a child process imports it.

source reads it, permission lets it through, loading imports it.
May import: nothing of the other packages.
"""
