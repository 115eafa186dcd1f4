"""All sections as one self-contained page, and two shorter forms of it.

page is the HTML file, artifact its short form for Prefect's UI, markdown writes summary.md.
May import: drawing, sections.
"""
