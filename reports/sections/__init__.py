"""One module per section of the page, its template beside it.

Each section has a function that builds a dataclass, whose `template` names its template; page/page.py lists them.
May import: drawing.
"""
