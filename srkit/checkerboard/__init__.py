"""Checkerboard artefacts as numbers and pictures: four measures, each of which finds what the others cannot.

    flat      M1  what a network, or one upsampler, makes of a flat field
    spectrum  M2  how far the grid of the scale stands out of an image's spectrum
    phases    M3  whether some output phases are wronger than their mirror images
    gradient  M4  whether the loss itself pulls a grid into the image

A *phase* (i,j) of an image is every s-th pixel from (i,j), s the scale. A
checkerboard is a difference between phases, so its frequencies are the grid
(kN/s, lN/s) of an N x N spectrum. *Grey levels* are steps of 1/255. Everything
is computed in float64 on the CPU, wherever the tensors lie.
"""
