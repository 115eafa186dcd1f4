"""The list of runs, and the differences between them.

May import: page, sections.
"""
