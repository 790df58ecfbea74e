import numpy as np
import pytest

from srkit.datasets.files import ImageFiles
from srkit.image.files import write


@pytest.fixture
def photographs(tmp_path):
    """Three images on disk, of different sizes, every pixel different."""
    random = np.random.default_rng(0)
    paths = []
    for index, (height, width) in enumerate([(40, 50), (64, 33), (48, 48)]):
        paths.append(tmp_path / f"{index}.png")
        write(paths[-1], random.integers(0, 256, (height, width, 3), dtype=np.uint8))
    return ImageFiles([path.stem for path in paths], paths)
