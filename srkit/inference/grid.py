"""The checkerboard of a loaded model over images: what ``srkit checkerboard`` prints."""

from __future__ import annotations

from collections.abc import Iterator

from srkit.data.examples import examples
from srkit.inference.load import Loaded
from srkit.parts.dataset import ImageSet
from srkit.parts.degradation import DegradationFn
from srkit.parts.loss import LossFn
from srkit.plugins import Catalog
from srkit.run.grid import ImageGrid, flat_response, image_grid, layer_ripples

__all__ = ["ImageGrid", "flat_response", "image_grids", "layer_ripples"]


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
        yield image_grid(loaded, example, loss)
