"""Photographs in, larger photographs out: arrays and files, with transparency, tile by tile."""
