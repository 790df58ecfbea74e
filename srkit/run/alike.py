"""Checking that all processes of a training see the same code, config, images and run folder."""

from __future__ import annotations

import platform
from collections.abc import Mapping

import torch

import srkit
from srkit.config.identity import Role
from srkit.errors import RunError
from srkit.experiment import Experiment
from srkit.plugins import Catalog
from srkit.run.build import Built
from srkit.run.contents import Contents, path_digest
from srkit.run.folder import RunFolder
from srkit.world import World

SHORT = 12
"""Characters of a digest that a message shows."""


def open_shared(folder: RunFolder, world: World) -> None:
    """Check that this process sees the run folder that the first one has opened.

    Raises:
        RunError: It does not, since the folder is on a disk of the first one's machine, or given relative to
            another working directory.
        FailedElsewhereError: Another process does not.
    """

    def see() -> None:
        if not folder.config.is_file():
            raise RunError(
                f"{folder.path.absolute()}: wants the run folder of process 0, on a disk that all machines share, "
                f"found none on {platform.node()}; give --output the full path of such a place"
            )

    world.together(see)


def check_alike(world: World, experiment: Experiment, built: Built, folder: RunFolder, catalog: Catalog) -> None:
    """Check that all processes will train the same network on the same images.

    Images and files are compared by their contents, so they may be copies on the disk of each machine.

    Raises:
        RunError: Names what differs first, and where; raised in all processes.
        ImageError: An image cannot be read.
        FailedElsewhereError: It cannot be read by another process.
    """
    if world.size == 1:
        return
    told = world.together(lambda: (platform.node(), _facts(experiment, built, folder, catalog)))
    (host, wanted), *others = told
    for rank, (there, found) in enumerate(others, 1):
        for name in {**wanted, **found}:
            was, has = (facts.get(name, "none") for facts in (wanted, found))
            if was != has:
                raise RunError(
                    f"{name}: wants the same in all processes, found {was} in process 0 on {host}, and {has} in "
                    f"process {rank} on {there}; put the same there, or leave that machine out"
                )


def _facts(experiment: Experiment, built: Built, folder: RunFolder, catalog: Catalog) -> Mapping[str, str]:
    """Return versions, and short digests of files and images, by what a message calls them."""
    opened = {f"data.{use}": getattr(built, use) for use in ("train", "validate", "test")}
    files = {f"{one}": path_digest(one) for one in (folder.config, folder.last) if one.exists()}
    contents = Contents().of(experiment, {Role.LEARNT, Role.MEASURED}, opened)
    return {
        "srkit": srkit.__version__,
        "torch": str(torch.__version__),
        **{f"plugin {plugin.name}": plugin.version for plugin in catalog.plugins},
        **{name: f"content {digest[:SHORT]}" for name, digest in {**files, **contents}.items()},
    }
