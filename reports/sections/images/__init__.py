"""Reconstructions and samples."""
