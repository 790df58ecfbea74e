"""Files of weights: finding, loading, converting, exporting and packaging them, with their card."""
