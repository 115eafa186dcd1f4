"""Dispersion and reconstruction against sigma."""
