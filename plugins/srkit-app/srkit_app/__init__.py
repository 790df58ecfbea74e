"""A page in the browser on which srkit enlarges photographs: the command ``srkit-app``."""
