"""Pixels: files, conversions, colour, MATLAB's bicubic, crops. Knows nothing of networks."""
