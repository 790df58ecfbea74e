"""Files that srkit writes are loaded by spandrel itself, and give the same images."""

import pytest
import torch

from srkit.errors import ExportError
from srkit.network.network import Network
from srkit.testing import check_part
from srkit.weights.load import load, read
from srkit_spandrel.package import spandrel

SWIN = {"groups": 1, "layers": 2, "features": 8, "heads": 2, "window": 4}
SPAN = {"form": "folded", "features": 6}


def built(catalog, use, scale=2, channels=3, **options):
    torch.manual_seed(0)
    module = catalog.build("model", use, scale, channels, **options)
    for parameter in module.parameters():
        parameter.data += 0.02 * torch.randn_like(parameter)
    color = "rgb" if channels == 3 else "y"
    return Network.of(module.eval(), scale, color, name=use, metadata={"model": {"use": use, **options}})


@torch.no_grad()
def agree(network, file):
    """Check that spandrel's own loader finds the network in the file, and that its images are the same."""
    found = spandrel().ModelLoader().load_from_file(file).eval()
    assert found.scale == network.scale
    for height, width in ((16, 16), (21, 34)):
        low = torch.rand(1, network.color.channels, height, width)
        torch.testing.assert_close(found(low), network.module(low).clamp(0, 1), atol=1e-5, rtol=0)


def test_it_keeps_the_contract_of_an_exporter(catalog):
    check_part(catalog["exporter"]["spandrel"], catalog)


@pytest.mark.parametrize(
    ("use", "scale", "channels", "options"),
    [
        ("compact", 4, 3, {"depth": 2, "features": 6}),
        ("compact", 2, 1, {"depth": 1, "features": 6}),
        ("span", 2, 3, {"features": 6}),
        ("span", 3, 3, SPAN | {"joined_features": 4}),
        ("swinir_light", 2, 3, SWIN),
        ("swinir_light", 4, 3, SWIN | {"window": 8, "layers": 1, "groups": 2}),
    ],
)
def test_networks_of_both(use, scale, channels, options, catalog, tmp_path):
    network = built(catalog, use, scale, channels, **options)
    checked = catalog.build("exporter", "spandrel")(network, tmp_path / "a.pth")
    assert checked.by == "spandrel"
    assert checked.difference < 1e-5
    agree(network, tmp_path / "a.pth")


def test_a_community_network_is_written_as_it_was_read(catalog, community, tmp_path):
    descriptor, file = community("ESRGAN")
    network = load({"use": "spandrel", "file": str(file)}, catalog)
    catalog.build("exporter", "spandrel")(network, tmp_path / "a.safetensors")
    found = spandrel().ModelLoader().load_from_file(tmp_path / "a.safetensors").model.state_dict()
    wanted = descriptor.model.state_dict()
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_the_released_span_becomes_a_file_that_spandrel_knows(catalog, weights, tmp_path, command):
    code, out, err = command("export", weights / "span_ntire_x4.pth", "-o", tmp_path / "span.pth")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].endswith("span_ntire_x4, x4, (N,3,H,W) to (N,3,4H,4W), read by released")
    agree(read(weights / "span_ntire_x4.pth", catalog), tmp_path / "span.pth")


@pytest.mark.parametrize(
    ("use", "options", "message"),
    [
        ("espcn", {}, "wants a network that spandrel has too (compact, span, swinir_light), found espcn"),
        ("span", SPAN | {"blocks": 2}, "wants a span of 6 blocks, found one of 2"),
        ("span", SPAN | {"joined_features": 9}, "wants a span of at most 6 joined features, found 9"),
        (
            "compact",
            {"depth": 1, "upsampler": "nearest_steps"},
            "wants the upsampler subpixel with a kernel of 3 and",
        ),
    ],
)
def test_what_spandrel_does_not_have_is_refused(use, options, message, catalog, tmp_path):
    with pytest.raises(ExportError) as caught:
        catalog.build("exporter", "spandrel")(built(catalog, use, **options), tmp_path / "a.pth")
    assert str(caught.value).startswith(f"{tmp_path / 'a.pth'}: {use} cannot be exported: {message}")


def test_a_file_that_would_compute_something_else_is_not_written(catalog, tmp_path):
    network = built(catalog, "compact", depth=1, features=4, upsampler={"use": "subpixel", "blur": True})
    with pytest.raises(
        ExportError, match=r"a\.pth: spandrel differs from srkit by .*, more than 1e-04; not written"
    ):
        catalog.build("exporter", "spandrel")(network, tmp_path / "a.pth")
    assert list(tmp_path.iterdir()) == []
