import json

import pytest
import torch

from srkit.engine.checkpoint import load_weights
from srkit.errors import CheckpointError, ConfigError
from srkit.network.color import Color
from srkit.weights.convert import write
from srkit.weights.load import load

SMALL = {"use": "lapsrn", "depth": 1, "features": 4}


def convert(source, target, catalog, **hints):
    return write(load(str(source), catalog, hints.pop("scale", None), **hints), target)


@pytest.fixture
def tensors(catalog):
    return catalog.build("model", "lapsrn", 4, 1, depth=1, features=4).state_dict()


def test_files_of_before_torch_1_6_are_read(tmp_path, catalog, tensors):
    torch.save(tensors, tmp_path / "a.pth", _use_new_zipfile_serialization=False)
    convert(tmp_path / "a.pth", tmp_path / "a.safetensors", catalog, scale=4, model=SMALL)
    found, _ = load_weights(tmp_path / "a.safetensors")
    assert all(torch.equal(found[name], value) for name, value in tensors.items())


@pytest.mark.parametrize(
    ("wrap", "said"),
    [
        (lambda t: {"params": {}, "params_ema": t}, "'params_ema'"),
        (lambda t: {"params": t}, "'params'"),
        (
            lambda t: {"state_dict": {f"generator.{k}": v for k, v in t.items()}, "meta": {"epoch": 1}},
            "'state_dict'",
        ),
        (lambda t: {f"module.{k}": v for k, v in t.items()}, "as it is"),
    ],
)
def test_basicsr_files_are_unwrapped(tmp_path, catalog, tensors, wrap, said):
    torch.save(wrap(tensors), tmp_path / "a.pth")
    metadata = convert(tmp_path / "a.pth", tmp_path / "a.safetensors", catalog, scale=4, model=SMALL)
    assert said in metadata["source"]
    found, written = load_weights(tmp_path / "a.safetensors")
    assert all(torch.equal(found[name], value) for name, value in tensors.items())
    assert written == json.loads(json.dumps(metadata))
    assert load(str(tmp_path / "a.safetensors"), catalog).scale == 4


class Evil:
    def __reduce__(self):
        return print, ("code was run",)


def test_bad_files_are_refused(tmp_path, catalog, tensors, capsys):
    target = tmp_path / "out.safetensors"

    def refused(name, message, **options):
        with pytest.raises(CheckpointError, match=message):
            convert(tmp_path / name, target, catalog, **({"scale": 4, "model": SMALL} | options))
        assert not target.exists()

    torch.save({"params": Evil()}, tmp_path / "evil.pth")
    refused("evil.pth", "would run code when read; refused")
    torch.save({"params": Evil()}, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    refused("old.pth", "would run code when read; refused")
    assert "code was run" not in capsys.readouterr().out
    torch.save({"epoch": 3}, tmp_path / "empty.pth")
    refused("empty.pth", "wants tensors by name, found epoch")
    torch.save({"params": tensors}, tmp_path / "good.pth")
    refused("good.pth", "say what they belong to, for example with '{use: basicsr, file: good.pth", model=None)
    refused("good.pth", "say what they belong to, for example with '{use: basicsr, file: good.pth", scale=None)
    refused("good.pth", "belongs to another model", model=SMALL | {"depth": 2})


def test_every_command_may_name_the_reader_and_the_model(tmp_path, catalog, tensors):
    torch.save(tensors, tmp_path / "a.pth")
    what = {"use": "basicsr", "file": str(tmp_path / "a.pth"), "model": SMALL, "scale": 4}
    network = load(what, catalog)
    assert (network.name, network.scale, network.color) == ("a x4", 4, Color.Y)
    assert network.metadata["model"]["features"] == 4
    assert network.metadata["model"]["upsampler"]["use"] == "subpixel"  # every default is written out
    with pytest.raises(ConfigError, match=r"model\.dept: unknown option; did you mean 'depth'"):
        load(what | {"model": SMALL | {"dept": 1}}, catalog)
    with pytest.raises(CheckpointError, match="wants a model of x2, found one of x4"):
        load(what, catalog, 2)
