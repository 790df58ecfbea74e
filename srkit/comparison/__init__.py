"""A page that shows folders of pictures, and results of networks, side by side."""
