"""Figures: SVG charts, and pictures as data URIs.

svg and scales draw charts, pictures and matplotlib_plots draw pixels, picture_cache caches the pictures.
May import: no other package here.
"""
