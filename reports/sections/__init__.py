"""One file per section of the page, its template beside it.

A section is a function that makes a dataclass with the name of its template; page/page.py lists them.
May import: drawing.
"""
