"""Numbers from networks and images: metrics under a protocol, and the measures of the checkerboard."""
