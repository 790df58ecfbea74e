import numpy as np
import pytest

from srkit.image.files import write


@pytest.fixture
def fill(tmp_path):
    """Return a function that fills a folder with images of a size."""

    def fill(folder, names, size=(16, 24)):
        path = tmp_path / folder
        path.mkdir(parents=True, exist_ok=True)
        for name in names:
            write(path / name, np.zeros((*size, 3), np.uint8))
        return path

    return fill
