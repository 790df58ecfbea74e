"""Notes about pictures that lie in the folders of images and are not read."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from srkit.image.search import UNREAD, named
from srkit.parts.dataset import ImageSet, WithLeftOut


def tell_left_out(sets: Mapping[str, ImageSet]) -> None:
    """Print on standard error which pictures in the folders of image sets are left out, those of a folder once.

    Args:
        sets: The image sets by their names in the notes.
    """
    told = set()
    for name, image_set in sets.items():
        files = tuple(image_set.left_out) if isinstance(image_set, WithLeftOut) else ()
        if files and files not in told:  # several sets may be parts of one folder
            told.add(files)
            typer.echo(f"note: {name}: {len(files)} left out: {UNREAD} ({named(list(files))})", err=True)
