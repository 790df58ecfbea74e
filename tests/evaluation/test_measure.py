import numpy as np
import pytest
import torch

from srkit.errors import SrkitError
from srkit.evaluation.measure import measure
from srkit.evaluation.protocol import EvaluationProtocol
from srkit.image.convert import to_tensor
from srkit.image.crop import modcrop
from srkit.image.files import read, write
from srkit.image.resize import imresize
from srkit.metrics.psnr import PSNR
from srkit.network.network import Network
from srkit.weights.load import load


@pytest.fixture
def images(tmp_path, catalog):
    random = np.random.default_rng(0)
    smooth = imresize(random.integers(0, 256, (12, 14, 3), dtype=np.uint8), 5)
    write(tmp_path / "color.png", smooth)
    write(tmp_path / "gray.png", smooth[:57, :, :1])
    return catalog.build("dataset", "folder", path=str(tmp_path))


def scores(images, catalog, scale=4, **options):
    loaded = load("bicubic", catalog, scale)
    found = measure(loaded, images, EvaluationProtocol(**options), None, catalog)
    return {row.name: row.scores["psnr"] for row in found}


def test_the_default_is_8_bit_matlab_from_end_to_end(images, catalog):
    high = modcrop(images.high(0), 4)
    large = imresize(imresize(high, 0.25).astype(float), 4)
    wanted = float(PSNR(4)(to_tensor(np.floor(large.clip(0, 255) + 0.5).astype(np.uint8)), to_tensor(high))[0])
    assert scores(images, catalog)["color"] == pytest.approx(wanted, abs=1e-3)


def test_the_two_gray_conventions_are_a_flag(images, catalog):
    as_is, repeat = (scores(images, catalog, gray=gray)["gray"] for gray in ("as_is", "repeat"))
    assert repeat - as_is == pytest.approx(1.32, abs=0.02)


def test_every_choice_of_the_protocol_changes_the_number(images, catalog):
    plain = scores(images, catalog)["color"]
    for change in ({"color": "rgb"}, {"border": 9}, {"quantise": False}, {"edge": "clamp"}, {"space": "y"}):
        assert scores(images, catalog, **change)["color"] != plain, change
    assert scores(images, catalog, ensemble=True)["color"] == pytest.approx(plain, abs=0.01)


def test_what_does_not_go_together_is_refused(tmp_path, images, catalog):
    jpeg = catalog.build("degradation", "anisotropic_gaussian", 4)
    with pytest.raises(SrkitError, match="--space y: shrinks luma by bicubic in floats; it goes with no other LR"):
        list(measure(load("bicubic", catalog, 4), images, EvaluationProtocol(space="y"), jpeg, catalog))
    write(tmp_path / "small.png", read(tmp_path / "color.png")[:16, :16].copy())
    small = catalog.build("dataset", "folder", path=str(tmp_path))
    with pytest.raises(SrkitError, match="small: cannot be measured: wants images of at least 11 pixels"):
        list(measure(load("bicubic", catalog, 4), small, EvaluationProtocol(), None, catalog))


@pytest.mark.parametrize("name", ["Set5", "Set14"])
@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_the_published_bicubic_table_comes_out(shared_data, catalog, name, scale):
    published = {
        "Set5": {2: 33.661, 3: 30.392, 4: 28.421, 8: 24.391},
        "Set14": {2: 30.232, 3: 27.541, 4: 26.000, 8: 23.092},
    }
    images = catalog.build("dataset", "folder", path=str(shared_data / "test" / name))
    found = scores(images, catalog, scale, space="y", gray="as_is")
    assert np.mean(list(found.values())) == pytest.approx(published[name][scale], abs=0.01)


@pytest.mark.parametrize("options", [{}, {"ensemble": True}, {"space": "y"}, {"gray": "as_is"}], ids=str)
def test_a_number_does_not_depend_on_tiles(images, catalog, options):
    torch.manual_seed(0)
    model = catalog.build("model", "lapsrn", 4, 1, depth=2, features=8)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    network, protocol = Network.of(model, 4, "y"), EvaluationProtocol(**options, quantise=False)
    whole, tiled = (list(measure(network, images, protocol, None, catalog, side=side)) for side in (None, 5))
    for one, other in zip(whole, tiled, strict=True):
        assert one.name == other.name
        assert other.scores == pytest.approx(one.scores, abs=1e-4)


def test_a_gray_image_of_a_network_of_rgb_is_no_luma(images, catalog):
    network = Network.of(catalog.build("model", "lapsrn", 4, 3, depth=1, features=4), 4, "rgb", name="mine")
    with pytest.raises(SrkitError, match="--space y: wants a model of luma, mine is one of RGB"):
        list(measure(network, images, EvaluationProtocol(space="y"), None, catalog))
