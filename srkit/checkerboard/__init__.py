"""Checkerboard artefacts as numbers and pictures: four measures, each finds artefacts that the others miss.

    flat          M1  ripple in the output of a network, or of one upsampler, for a flat field
    spectrum      M2  peaks of an image's spectrum on the grid of the scale
    phase_errors  M3  output phases with a larger error than their mirror images
    gradient      M4  a grid in the gradient of the loss itself

A *phase* (i,j) of an image is every s-th pixel from (i,j), s the scale. A
checkerboard is a difference between phases, so its frequencies are the grid
(kN/s, lN/s) of an N x N spectrum. *Grey levels* are steps of 1/255. Everything
is computed in float64 on the CPU, wherever the tensors lie.
"""
