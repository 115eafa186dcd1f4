"""The list of runs, and what differs between them.

May import: page, sections.
"""
