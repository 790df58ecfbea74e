"""How much of a checkerboard a model leaves: the four measures over a model and images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from srkit.checkerboard.flat import FlatField, flat_fields, layer_ripple
from srkit.checkerboard.gradient import gradient_grid
from srkit.checkerboard.phases import phase_errors
from srkit.checkerboard.spectrum import GridSpectrum, grid_spectrum
from srkit.data.examples import Example, examples
from srkit.engine.predict import predict
from srkit.errors import SrkitError
from srkit.image.color import luma
from srkit.inference.load import Loaded
from srkit.plugins import Catalog
from srkit.slots import DegradationFn, ImageSet, LossFn


@dataclass(frozen=True)
class ImageGrid:
    """What the measures say of one image.

    Attributes:
        name: The image.
        peaks: M2, grid-peak ratio of SR over that of HR, in dB; 0 is no more than the scene has.
        bias: M3, root mean square difference of phase biases within their orbits, in grey levels.
        variance: M3, the largest over the smallest error variance within an orbit; 1 is balanced.
        gradient: M4, grid-peak ratio of the loss's gradient, in dB; None without a loss.
        spectrum: The spectrum of SR.
    """

    name: str
    peaks: float
    bias: float
    variance: float
    gradient: float | None
    spectrum: GridSpectrum


def flat_response(loaded: Loaded) -> list[FlatField]:
    """Return what the model makes of flat fields (M1): its channels are its own."""
    return flat_fields(loaded.model, loaded.scale, channels=1 if loaded.color == "y" else 3)


def layer_ripples(loaded: Loaded) -> Iterator[tuple[str, float]]:
    """Yield the ripple of every upsampler in the model (M1's twin), by its name there."""
    shapes: dict[str, tuple[int, int]] = {}
    parts = {name: module for name, module in loaded.model.named_modules() if _is_upsampler(module)}
    hooks = [module.register_forward_hook(_note(name, shapes)) for name, module in parts.items()]
    with torch.no_grad():
        loaded.model(torch.zeros(1, 1 if loaded.color == "y" else 3, 8, 8))
    for hook in hooks:
        hook.remove()
    for name, (channels, scale) in shapes.items():
        yield name, layer_ripple(parts[name], channels, scale)


def image_grids(
    loaded: Loaded,
    images: ImageSet,
    catalog: Catalog,
    *,
    degradation: DegradationFn | None = None,
    loss: LossFn | None = None,
    seed: int = 0,
) -> Iterator[ImageGrid]:
    """Yield the measures of every image, on luma that is not rounded.

    Raises:
        SrkitError: An image is too small for the spectrum; named.
    """
    low = degradation or catalog.build("degradation", "bicubic", loaded.scale)
    for example in examples(images, scale=loaded.scale, degradation=low, seed=seed):
        try:
            yield _measured(loaded, example, loss)
        except ValueError as error:
            raise SrkitError(f"{example.name}: cannot be measured: {error}") from None


def _measured(loaded: Loaded, example: Example, loss: LossFn | None) -> ImageGrid:
    scale = loaded.scale
    large = predict(loaded.model, example.low, scale=scale, color=loaded.color, device=torch.device("cpu")).clone()
    prediction, target = _luma(large), _luma(example.high)
    spectrum, phases = grid_spectrum(prediction, scale), phase_errors(prediction, target, scale)
    gradient = None if loss is None else gradient_grid(loss, prediction, target, scale).decibels
    return ImageGrid(
        example.name,
        spectrum.decibels - grid_spectrum(target, scale).decibels,
        phases.bias_spread,
        phases.variance_ratio,
        gradient,
        spectrum,
    )


def _luma(image: Tensor) -> Tensor:
    return luma(image) if image.shape[1] == 3 else image


def _is_upsampler(module: nn.Module) -> bool:
    mark = vars(type(module)).get("__srkit_part__")
    return mark is not None and mark[0].name == "upsampler"


def _note(name: str, shapes: dict[str, tuple[int, int]]) -> Callable[[nn.Module, Any, Tensor], None]:
    def note(_module: nn.Module, given: Any, made: Tensor) -> None:
        shapes[name] = given[0].shape[1], made.shape[-1] // given[0].shape[-1]

    return note
