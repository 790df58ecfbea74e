"""Weights as files: find and load them, convert, export, and package them with their card."""
