"""CMYK pictures, turned to sRGB through the profile that they hold."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from PIL import Image, ImageCms

from srkit.image.array import Pixels
from srkit.image.metadata import Metadata

WITHOUT_PROFILE = "found CMYK without a colour profile; turn it to RGB first"
NOTE = "is CMYK, and was turned to sRGB through its colour profile"


def converted(metadata: Metadata) -> Metadata:
    """Return the metadata of the RGB picture: its profile is sRGB's."""
    return replace(metadata, icc=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


def to_rgb(picture: Image.Image) -> Pixels:
    """Return 8-bit RGB (H,W,3) of a CMYK picture with a profile.

    Raises:
        OSError: The picture is damaged, or its profile is.
    """
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
        result = ImageCms.profileToProfile(picture, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except ImageCms.PyCMSError as error:
        raise OSError(str(error)) from None
    assert result is not None  # it is None only where it works in place
    return np.array(result)
