"""A network with all that its callers must know of it, and the one way to enlarge an image with it."""
