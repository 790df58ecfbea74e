"""Community checkpoints give what spandrel makes of them, whole and in tiles; others are refused."""

import os
import sys

import pytest
import torch

from srkit.engine.checkpoint import load_foreign
from srkit.errors import CheckpointError
from srkit.network.color import Color
from srkit.network.enlarger import NetworkEnlarger
from srkit.testing import check_part
from srkit.weights.convert import write
from srkit.weights.load import load, other_readers, read
from srkit_spandrel.architectures import created
from srkit_spandrel.package import _has_torchvision, spandrel

IN_TILES = ("Compact", "ESRGAN", "PLKSR", "SAFMN")
WHOLE = ("RCAN", "SwinIR")
CPU = torch.device("cpu")


def by_name(file, catalog, **options):
    return load({"use": "spandrel", "file": str(file), **options}, catalog)


def test_it_keeps_the_contract_of_a_reader(catalog):
    check_part(catalog["reader"]["spandrel"])


@pytest.mark.parametrize("architecture", [*IN_TILES, *WHOLE])
def test_a_network_gives_what_spandrel_gives(architecture, community, catalog, enlarged):
    descriptor, file = community(architecture)
    network = by_name(file, catalog)
    assert (network.scale, network.color, network.reader) == (2, Color.RGB, "spandrel")
    for height, width in ((19, 22), (5, 7)):  # sizes that must be padded, too
        low = torch.rand(1, 3, height, width)
        kept = low.clone()
        with torch.no_grad():
            high = network.module(low)
        torch.testing.assert_close(high.clamp(0, 1), enlarged(descriptor, low), atol=1e-5, rtol=0)
        assert torch.equal(low, kept)


@pytest.mark.parametrize("architecture", IN_TILES)
def test_tiles_are_the_whole(architecture, community, catalog, enlarged):
    descriptor, file = community(architecture)
    network, low = by_name(file, catalog), torch.rand(1, 3, 40, 76)
    assert network.needs.reach < 36
    high = NetworkEnlarger(network, device=CPU, side=24)(low)
    torch.testing.assert_close(high, enlarged(descriptor, low), atol=1e-5, rtol=0)


def test_what_spandrel_says_becomes_needs(community, catalog):
    needs = {name: by_name(community(name)[1], catalog).needs for name in ("SAFMN", "RCAN", "SwinIR")}
    assert (needs["SAFMN"].multiple, needs["SAFMN"].least) == (8, 1)
    assert needs["RCAN"].reach is None  # its attention uses means over the image, though spandrel allows tiles
    assert (needs["SwinIR"].whole, needs["SwinIR"].least) == (True, 16)  # spandrel discourages tiles
    assert by_name(community("RCAN")[1], catalog, halo=20).needs.reach == 20


def test_srkits_own_readers_come_first(community, catalog, enlarged):
    descriptor, file = community("SPAN")
    first, second = read(file, catalog), by_name(file, catalog)
    assert (first.reader, second.reader) == ("released", "spandrel")
    assert other_readers(file, catalog, "released") == ["spandrel"]
    assert read(community("PLKSR")[1], catalog).reader == "spandrel"
    low = torch.rand(1, 3, 12, 9)
    for network in (first, second):
        with torch.no_grad():
            high = network.module(low).clamp(0, 1)
        torch.testing.assert_close(high, enlarged(descriptor, low), atol=2e-5, rtol=0)


@pytest.mark.parametrize("name", ["span_ntire_x4.pth", "rlfn_x4.pth", "rfdn_aim_x4.pth"])
def test_three_released_files_are_srkits_alone(name, weights, catalog):
    with pytest.raises(spandrel().UnsupportedModelError):
        spandrel().MAIN_REGISTRY.load(load_foreign(weights / name))
    assert read(weights / name, catalog).reader == "released"
    with pytest.raises(CheckpointError, match="wants tensors of an architecture that spandrel knows, found "):
        by_name(weights / name, catalog)


def test_a_converted_checkpoint_needs_the_file_no_longer(community, catalog, tmp_path):
    network = by_name(community("PLKSR")[1], catalog)
    said = write(network, tmp_path / "a.safetensors")["model"]
    assert said["architecture"] == "PLKSR"
    assert said["options"]["dim"] == 8
    again, low = read(tmp_path / "a.safetensors", catalog), torch.rand(1, 3, 8, 8)
    assert torch.equal(again.module(low), network.module(low))


class Runs:
    def __reduce__(self):
        return os.system, ("touch it_ran",)


@pytest.mark.parametrize("old", [False, True])
def test_a_pickle_that_would_run_code_is_refused(old, catalog, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    state = {"body.0.weight": torch.zeros(8, 3, 3, 3), "body.1.weight": torch.zeros(8), "also": Runs()}
    torch.save(state, "bad.pth", _use_new_zipfile_serialization=not old)
    with pytest.raises(
        CheckpointError, match=r"bad\.pth: wants tensors and plain values, found objects that would "
    ):
        by_name("bad.pth", catalog)
    code, _, err = command("upscale", "photo.png", "--model", "bad.pth")
    assert (code, err[:32]) == (2, "bad.pth: wants tensors and plain")
    assert not (tmp_path / "it_ran").exists()


def test_a_torchscript_file_is_refused(catalog, tmp_path):
    torch.save({"x": 1}, tmp_path / "a.pt")
    (tmp_path / "a.pt").write_bytes((tmp_path / "a.pt").read_bytes()[:-8])
    with pytest.raises(CheckpointError, match=r"a\.pt: is damaged"):
        by_name(tmp_path / "a.pt", catalog)


@pytest.mark.parametrize(
    ("architecture", "options", "scale", "message"),
    [
        (
            "Compact",
            {"num_feat": 4, "num_conv": 1},
            1,
            "wants a network that enlarges images, found RealESRGAN Compact, which is for Restoration at x1",
        ),
        (
            "Compact",
            {"num_feat": 4, "num_conv": 1, "num_in_ch": 4, "num_out_ch": 4},
            2,
            "wants a network of 1 or 3 channels, found RealESRGAN Compact, which is for SR at x2, from 4 to 4 ",
        ),
        ("Compakt", {}, 2, "spandrel has no architecture 'Compakt'; did you mean 'Compact'?"),
        ("PLKSR", {"dims": 8}, 2, "PLKSR of spandrel refuses {'dims': 8}: "),
    ],
)
def test_other_networks_are_refused(architecture, options, scale, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - compared below
        created(architecture, options, scale, 3)
    assert str(caught.value).startswith(message)


def test_tensors_that_do_not_fit_are_refused(catalog, tmp_path):
    torch.save({"body.0.weight": torch.zeros(8, 3, 3, 3), "body.1.weight": torch.zeros(8)}, tmp_path / "half.pth")
    with pytest.raises(
        CheckpointError, match=r"half\.pth: looks like RealESRGAN Compact to spandrel, which cannot use"
    ):
        by_name(tmp_path / "half.pth", catalog)


def test_a_torchvision_of_another_torch_is_left_out(tmp_path, monkeypatch):
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text("import torchvision.part\nraise RuntimeError('operator does not exist')")
    (package / "part.py").touch()
    before = {name: one for name, one in sys.modules.items() if name.startswith("torchvision")}
    for name in before:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    assert not _has_torchvision()
    assert not [name for name in sys.modules if name.startswith("torchvision")]


def test_without_spandrel_a_file_by_name_says_what_to_install(community, catalog, monkeypatch):
    file = community("Compact")[1]
    spandrel.cache_clear()
    monkeypatch.setitem(sys.modules, "spandrel", None)
    with pytest.raises(
        CheckpointError, match=r"Compact\.pth: wants the package spandrel, but .*; pip install spandrel"
    ):
        by_name(file, catalog)
    spandrel.cache_clear()
