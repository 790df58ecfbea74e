"""Architectures of spandrel by name, with their options."""

from __future__ import annotations

import inspect
import json
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from torch import nn

from srkit.errors import did_you_mean
from srkit_spandrel.package import spandrel
from srkit_spandrel.recognise import described, quiet

SCALE = ("scale", "upscale", "up_scale", "upscaling_factor", "upscale_factor")
"""Names of the option for the scale, one of which an architecture has."""
CHANNELS = (
    *("num_in_ch", "num_out_ch", "in_nc", "out_nc", "in_channels", "out_channels", "in_ch", "out_ch"),
    *("in_chans", "n_colors"),
)
"""Names of the options for the channels of an image."""


@cache
def classes() -> dict[str, type[nn.Module]]:
    """Return the networks of spandrel by the names under which its architectures export them."""
    package = import_module(f"{spandrel().__name__}.architectures")
    names = [one.name for one in pkgutil.iter_modules(package.__path__) if not one.name.startswith("_")]
    modules = [import_module(f"{package.__name__}.{name}") for name in names]
    exported = ((name, getattr(module, name)) for module in modules for name in module.__all__)
    return {name: one for name, one in exported if inspect.isclass(one) and issubclass(one, nn.Module)}


def created(architecture: str, options: Mapping[str, Any], scale: int, channels: int) -> Any:
    """Return spandrel's descriptor of a new network.

    Args:
        architecture: A name of ``classes``.
        options: Options of its constructor; those for scale and channels may be left out.
        scale: How many times larger.
        channels: Channels of the image.

    Raises:
        ValueError: There is no such architecture, it refuses its options, or spandrel would not recognise its file.
    """
    if architecture not in classes():
        raise ValueError(f"spandrel has no architecture {architecture!r}{did_you_mean(architecture, classes())}")
    network = classes()[architecture]
    takes = inspect.signature(network).parameters
    filled = {name: scale for name in SCALE if name in takes}
    filled |= {name: channels for name in CHANNELS if name in takes}
    try:
        with quiet():
            made = network(**{**filled, **options})
    except Exception as error:  # what a wrong option leads to depends on the architecture
        raise ValueError(f"{architecture} of spandrel refuses {dict(options)}: {error}") from None
    return described(made.state_dict())


def renewed(descriptor: Any) -> Any:
    """Return the descriptor of a network of the same architecture and sizes, with new weights."""
    with quiet():
        made = type(descriptor.model)(**descriptor.model.hyperparameters)
    return described(made.state_dict())


def options_of(network: nn.Module) -> dict[str, Any] | None:
    """Return the model part that builds such a network, as in YAML; None if YAML cannot write its options."""
    name = next((name for name, one in classes().items() if one is type(network)), None)
    takes = inspect.signature(type(network)).parameters
    given: dict[str, Any] = {
        key: value
        for key, value in getattr(network, "hyperparameters", {}).items()
        if key in takes and takes[key].default != value
    }
    try:
        plain = json.loads(json.dumps(given))
    except (TypeError, ValueError):
        return None
    return None if name is None else {"use": "spandrel", "architecture": name, "options": plain}
