import json

import numpy as np
import pytest
import torch

from srkit.engine.checkpoint import load_weights
from srkit.errors import CheckpointError
from srkit.inference.convert import convert
from srkit.inference.load import load
from srkit.inference.measure import measure
from srkit.inference.protocol import Protocol

SMALL = {"use": "lapsrn", "depth": 1, "features": 4}


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
    refused("good.pth", "say what they belong to", model=None)
    refused("good.pth", "belongs to another model", model=SMALL | {"depth": 2})
    (tmp_path / "cut.mat").write_bytes(b"MATLAB 5.0 MAT-file" + bytes(200))
    refused("cut.mat", "is damaged or no MatConvNet network")
    refused("none.mat", "wants a .mat file, found nothing of that name")


def test_a_truncated_official_file_is_refused(tmp_path, catalog, shared_data):
    (tmp_path / "cut.mat").write_bytes((shared_data / "weights" / "LapSRN_x4.mat").read_bytes()[:100_000])
    with pytest.raises(CheckpointError, match="is damaged or no MatConvNet network"):
        convert(tmp_path / "cut.mat", tmp_path / "out.safetensors", catalog)


OFFICIAL = [
    ("LapSRN_x2", 2, "lapsrn", 407_441, "bird", 42.576),
    ("LapSRN_x4", 4, "lapsrn", 814_242, None, None),
    ("LapSRN_x8", 8, "lapsrn", 667_123, None, None),
    ("MSLapSRN_D5R2", 4, "ms_lapsrn", 222_801, None, None),
    ("MSLapSRN_D5R8", 2, "ms_lapsrn", 222_801, None, None),
]


@pytest.mark.parametrize(
    ("name", "scale", "use", "count", "image", "psnr"), OFFICIAL, ids=[row[0] for row in OFFICIAL]
)
def test_official_weights_become_checkpoints(tmp_path, catalog, shared_data, name, scale, use, count, image, psnr):
    path = tmp_path / "out.safetensors"
    metadata = convert(shared_data / "weights" / f"{name}.mat", path, catalog, scale=scale)
    assert (metadata["model"]["use"], metadata["scale"]) == (use, scale)
    loaded = load(str(path), catalog)
    assert sum(parameter.numel() for parameter in loaded.model.parameters()) == count
    if image:
        images = catalog.build("dataset", "folder", path=str(shared_data / "test" / "Set5"))
        rows = {row.name: row.scores for row in measure(loaded, images, Protocol(), None, catalog)}
        assert rows[image]["psnr"] == pytest.approx(psnr, abs=0.002)


def test_wrong_scales_are_refused(tmp_path, catalog, shared_data):
    weights = shared_data / "weights"
    with pytest.raises(CheckpointError, match="wants weights of x2, found LapSRN of x4"):
        convert(weights / "LapSRN_x4.mat", tmp_path / "a.safetensors", catalog, scale=2)
    with pytest.raises(CheckpointError, match="give --scale"):
        convert(weights / "MSLapSRN_D5R8.mat", tmp_path / "a.safetensors", catalog)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "scale", "images", "least"),
    [
        ("LapSRN_x2", 2, "Set5", 37.47),
        ("LapSRN_x4", 4, "Set5", 31.52),
        ("LapSRN_x8", 8, "Set5", 26.13),
        ("LapSRN_x4", 4, "Set14", 28.14),
        ("MSLapSRN_D5R8", 2, "Set5", 37.73),
        ("MSLapSRN_D5R8", 4, "Set5", 31.71),
        ("MSLapSRN_D5R8", 8, "Set5", 26.32),
    ],
)
def test_official_weights_score_what_the_papers_print(tmp_path, catalog, shared_data, name, scale, images, least):
    convert(shared_data / "weights" / f"{name}.mat", tmp_path / "w.safetensors", catalog, scale=scale)
    loaded = load(str(tmp_path / "w.safetensors"), catalog)
    found = catalog.build("dataset", "folder", path=str(shared_data / "test" / images))
    scores = [row.scores["psnr"] for row in measure(loaded, found, Protocol(), None, catalog)]
    assert np.mean(scores) >= least
