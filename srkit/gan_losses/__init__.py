"""GAN losses: what a discriminator and the generator minimise. One file each; list them below.

All of them are the mean of one loss of the scores of HR and one of the scores of SR. Papers and codes differ in a
factor of 2 there, which Adam does not see.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.gan_losses.hinge import Hinge
from srkit.gan_losses.lsgan import LSGAN
from srkit.gan_losses.relativistic import Relativistic
from srkit.gan_losses.vanilla import Vanilla
from srkit.hookspecs import hookimpl


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in GAN losses."""
    return [Hinge, LSGAN, Relativistic, Vanilla]
