import pytest
import torch

from srkit.image.color import luma
from srkit.image.convert import to_tensor
from srkit.image.crop import modcrop
from srkit.image.files import read
from srkit.image.resize import resize
from srkit.image.search import find


@pytest.fixture(scope="session")
def photographs(shared_data):
    """The luma of natural photographs, (1,1,H,W) float64 by name, sides up to 512 and divisible by 8.

    JPEGs are shrunk by 2 first, since the grid of their 8 x 8 blocks would be measured too.
    """
    images = {}
    for path in find(shared_data / "free_photos"):
        y = luma(to_tensor(modcrop(read(path), 2))).double()
        if path.suffix == ".jpg":
            top, left = ((side - min(side, 1024)) // 4 * 2 for side in y.shape[-2:])
            y = resize(y[..., top : top + 1024, left : left + 1024], 0.5)
        images[path.stem] = modcrop(y[..., :512, :512], 8)
    return images


@pytest.fixture(scope="session")
def set5(shared_data):
    """The luma of Set5, (1,1,H,W) float64 by name, sides divisible by 4."""
    return {
        path.stem: luma(to_tensor(modcrop(read(path), 4))).double() for path in find(shared_data / "test" / "Set5")
    }


@pytest.fixture
def noise():
    """Return a function that draws white noise of a standard deviation in grey levels: the same every time."""

    def noise(*shape, grey_levels=1.0, seed=0):
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(*shape, generator=generator, dtype=torch.float64) * grey_levels / 255

    return noise
