"""Every file format of a run folder and of a study folder, each defined once for writers and readers.

A format is a dataclass; its file holds the fields by their names, as JSON. JSON has no number for infinity (the
PSNR of a perfect image) or for "not a number": such a float is written as the string ``"inf"``, ``"-inf"`` or
``"nan"``, and read back as the float, as Python's ``float`` does with the string.
"""
