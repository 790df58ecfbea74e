"""Enlargement of photographs, as arrays and files, with transparency, tile by tile."""
