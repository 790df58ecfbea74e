import pytest
import torch

from srkit.data.examples import examples
from srkit.errors import SrkitError
from srkit.evaluation.checkerboard import flat_response, image_checkerboards, layer_ripples
from srkit.network.enlarger import NetworkEnlarger, enlarged
from srkit.network.network import Network


def network_with(catalog, upsampler, **options):
    torch.manual_seed(0)
    model = catalog.build(
        "model", "lapsrn", 2, 1, depth=1, features=8, residual_init="he", upsampler={"use": upsampler, **options}
    )
    return Network.of(model.eval(), 2, "y")


def grids(network, images, catalog, loss=None):
    """The measures of every image, LR being made by bicubic."""
    given = examples(images, scale=2, degradation=catalog.build("degradation", "bicubic", 2), seed=0)
    return list(image_checkerboards(enlarged(NetworkEnlarger(network, device=torch.device("cpu")), given), 2, loss))


def ripple(network):
    return max(field.ripple for field in flat_response(network))


def test_even_upsamplers_leave_a_flat_field_flat_and_uneven_ones_do_not(catalog):
    for upsampler, options in (
        ("resize_conv", {}),
        ("subpixel", {"init": "icnr"}),
        ("transposed_conv", {"kernel": 4, "init": "bilinear"}),
    ):
        assert ripple(network_with(catalog, upsampler, **options)) < 1e-3
    for upsampler, options in (("transposed_conv", {}), ("subpixel", {"init": "he"})):
        assert ripple(network_with(catalog, upsampler, **options)) > 1


def test_every_upsampler_in_a_model_is_found(catalog):
    found = dict(layer_ripples(network_with(catalog, "transposed_conv")))
    assert found.keys() == {"levels.0.upsampler", "images.0"}
    assert found["levels.0.upsampler"] > 0.3
    assert found["images.0"] < 1e-3


def test_images_are_measured_by_name(catalog, tmp_path):
    images = catalog.build("dataset", "samples", split="validate")
    rows = grids(network_with(catalog, "transposed_conv"), images, catalog, catalog.build("loss", "l1"))
    assert [row.name for row in rows] == ["brushes", "chelsea", "rocket"]
    even = grids(network_with(catalog, "resize_conv"), images, catalog)
    assert all(one.peaks > other.peaks + 10 for one, other in zip(rows, even, strict=True))
    assert all(one.bias > other.bias for one, other in zip(rows, even, strict=True))
    assert rows[0].gradient is not None
    assert even[0].gradient is None


def test_an_image_that_is_too_small_is_named(catalog, tmp_path):
    from srkit.image.files import write

    write(tmp_path / "dot.png", catalog.build("dataset", "samples").high(0)[:8, :8].copy())
    images = catalog.build("dataset", "folder", path=str(tmp_path))
    with pytest.raises(SrkitError, match="dot: cannot be measured: "):
        grids(network_with(catalog, "resize_conv"), images, catalog)
