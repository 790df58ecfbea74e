import pytest
import torch

from srkit.engine.checkpoint import save_weights
from srkit.errors import CheckpointError
from srkit.network.color import Color
from srkit.plugins import load_catalog
from srkit.weights.convert import write
from srkit.weights.load import load, other_readers, read

OPTIONS = {"use": "lapsrn", "depth": 1, "features": 4}


def checkpoint(path, catalog, **metadata):
    torch.manual_seed(0)
    model = catalog.build("model", "lapsrn", 2, 1, depth=1, features=4, residual_init="he")
    save_weights(path, model.state_dict(), {"model": OPTIONS, "scale": 2, "color": "y"} | metadata)
    return model


def test_a_checkpoint_says_all_about_itself(tmp_path, catalog):
    model = checkpoint(tmp_path / "best.safetensors", catalog, name="mine")
    for what in (tmp_path / "best.safetensors", tmp_path):  # a file, or the run folder around it
        loaded = load(str(what), catalog)
        assert (loaded.name, loaded.scale, loaded.color) == ("mine", 2, Color.Y)
        x = torch.rand(1, 1, 6, 5)
        assert torch.equal(loaded.module(x), model(x))


def test_names_are_for_models_without_weights(catalog):
    assert load("bicubic", catalog, 3).scale == 3
    for what, scale, message in (
        ("bicubic", None, "bicubic: has no scale of its own; give --scale"),
        ("lapsrn", 4, "lapsrn: is a model that learns; give a checkpoint of it, or a run folder"),
        ("bicubik", 4, "found none of them; did you mean 'bicubic'"),
        ("models/4x.pth", 2, "models/4x.pth: wants a file of weights or a run folder, found nothing of that name"),
        ("none.safetensors", None, "found nothing of that name"),
    ):
        with pytest.raises(CheckpointError, match=message):
            load(what, catalog, scale)


def test_another_scale_and_foreign_metadata_are_refused(tmp_path, catalog):
    path = tmp_path / "w.safetensors"
    checkpoint(path, catalog)
    with pytest.raises(CheckpointError, match="wants a model of x4, found one of x2"):
        load(str(path), catalog, 4)
    save_weights(path, {"x": torch.zeros(1)}, {"scale": 2})
    with pytest.raises(CheckpointError, match="its metadata has no 'model'"):
        load(str(path), catalog)


READER = """
from torch import nn
from srkit.network.network import Network

@srkit.reader("raw")
class Raw:
    \"\"\"A file that says how many times larger.\"\"\"

    def __init__(self, build):
        pass

    def accepts(self, file):
        return file.suffix in (".raw", ".safetensors")

    def read(self, file):
        scale = int(file.read_text())
        return Network.of(nn.Upsample(scale_factor=scale), scale, "rgb", name="raw")

@srkit.hookimpl
def srkit_parts():
    return [Raw]
"""


def test_a_plugin_adds_files_that_can_be_read_and_takes_over_none(install, tmp_path, catalog):
    extended = load_catalog([install("raw-reader", READER)])
    (tmp_path / "a.raw").write_text("3")
    assert load(str(tmp_path / "a.raw"), extended).scale == 3
    with pytest.raises(CheckpointError, match=r"a\.raw: wants weights that a reader takes \(basicsr, matconvnet, "):
        load(str(tmp_path / "a.raw"), catalog)
    checkpoint(tmp_path / "w.safetensors", catalog, name="mine")
    assert load(str(tmp_path / "w.safetensors"), extended).name == "mine"
    (tmp_path / "x.bin").write_text("4")
    assert load({"use": "raw", "file": str(tmp_path / "x.bin")}, extended).scale == 4


KNOWS = READER.replace('".raw", ".safetensors"', '".pth", ".safetensors"').replace("int(file.read_text())", "2")


def test_a_reader_that_is_told_the_model_makes_way_for_one_that_recognises_the_file(install, tmp_path, catalog):
    extended, file = load_catalog([install("raw-reader", KNOWS)]), tmp_path / "w.pth"
    model = catalog.build("model", "lapsrn", 2, 1, depth=1, features=4)
    torch.save(model.state_dict(), file)
    told = {"scale": 2, "model": OPTIONS}
    assert read(file, extended, **told).reader == "basicsr"  # a plugin takes over no file that srkit reads
    assert read(file, extended).reader == "raw"
    torch.save({"x": torch.zeros(1)}, file)
    assert read(file, extended, **told).reader == "raw"
    with pytest.raises(CheckpointError, match=r"w\.pth: belongs to another model"):
        read(file, catalog, **told)


def test_the_readers_of_a_file_are_known(install, tmp_path, catalog):
    extended, file = load_catalog([install("raw-reader", READER)]), tmp_path / "w.safetensors"
    checkpoint(file, catalog)
    assert load(str(file), extended).reader == load({"use": "srkit", "file": str(file)}, extended).reader == "srkit"
    assert other_readers(file, extended, "srkit") == ["raw"]
    assert other_readers(file, extended, "raw") == ["srkit"]
    assert load("bicubic", extended, 2).reader == ""


def test_a_network_without_a_model_part_is_no_checkpoint(install, tmp_path):
    extended = load_catalog([install("raw-reader", READER)])
    (tmp_path / "a.raw").write_text("3")
    with pytest.raises(CheckpointError, match=r"that a model part builds; nothing says which one builds raw$"):
        write(load(str(tmp_path / "a.raw"), extended), tmp_path / "a.safetensors")


@pytest.mark.parametrize("what", [{}, {"use": "srkit"}, {"file": "x"}, {"use": 3, "file": "x"}])
def test_a_reader_by_name_wants_a_file(catalog, what):
    with pytest.raises(CheckpointError, match=r"wants a reader \(use\) and a file \(file\)"):
        load(what, catalog)
