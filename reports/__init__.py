"""A result as one HTML page, with tables and files beside it.

Packages follow the page: drawing, sections, page; run_index lists runs and compares them.
May import: mmdvae.
"""
