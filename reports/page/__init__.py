"""All sections as one self-contained page, and what is made from the same parts.

page is the HTML file, artifact its short form in Prefect's UI, markdown the summary.
May import: drawing, sections.
"""
