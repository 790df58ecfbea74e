import base64
import re

import numpy as np
import pytest

from srkit.image.files import read
from srkit.report import data_uris


def test_heat_rises_from_black_and_ends_at_its_top():
    shown = data_uris.heat(np.array([[0.0, 5.0, 10.0, 99.0]]), 10)
    luma = shown.sum(-1)[0].astype(int)
    assert luma[0] < 10
    assert luma[0] < luma[1] < luma[2] == luma[3]
    assert (data_uris.heat(np.zeros((2, 2)), 0) == shown[0, 0]).all()


def test_the_gradient_is_the_scale_of_heat():
    stops = re.findall(r"#(\w{6})", data_uris.heat_gradient())
    ends = data_uris.heat(np.array([[0.0, 1.0]]), 1)[0]
    assert [bytes.fromhex(stops[0]), bytes.fromhex(stops[-1])] == [bytes(end) for end in ends]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_survives_its_packing(channels, tmp_path):

    image = np.random.default_rng(0).integers(0, 256, (7, 5, channels), dtype=np.uint8)
    head, data = data_uris.png_uri(image).split(",")
    assert head == "data:image/png;base64"
    (tmp_path / "a.png").write_bytes(base64.b64decode(data))
    assert (read(tmp_path / "a.png") == image).all()
