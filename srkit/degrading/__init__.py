"""Machinery of degradations and stages: kernels, correlation, the order of stages. It imports no part."""
