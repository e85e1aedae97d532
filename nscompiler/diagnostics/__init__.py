"""Diagnostics: what a fault is, the catalogue of them, and their renderings."""
