"""Render a run's results as one HTML page, with data files beside it.

Packages, in the order in which a page is built: drawing, sections, page. run_index lists and compares runs.
May import: mmdvae.
"""
