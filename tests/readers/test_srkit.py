import pytest
import torch
from safetensors.torch import save_file

import srkit
from srkit.engine.checkpoint import save_weights
from srkit.errors import CheckpointError
from srkit.weights.load import builder, load


def test_a_model_that_is_gone_is_told_with_the_file_and_who_made_it(tmp_path, catalog):
    path, made = tmp_path / "w.safetensors", {"srkit": "0.0", "srkit-other": "0.3", "torch": "1.0"}
    save_weights(path, {}, {"model": {"use": "other"}, "scale": 2, "color": "y", "versions": made})
    with pytest.raises(CheckpointError) as caught:
        load(str(path), catalog)
    assert str(caught.value).startswith(f"{path}: ")
    assert "no model called 'other'" in str(caught.value)
    assert f"made with srkit 0.0 ({srkit.__version__} is installed), srkit-other 0.3 (not installed)" in str(
        caught.value
    )


def test_another_programs_file_is_left_to_other_readers_and_a_damaged_one_is_not(tmp_path, catalog):
    reader = catalog.build("reader", "srkit", builder(catalog))
    save_file({"x": torch.zeros(1)}, tmp_path / "theirs.safetensors")
    save_weights(tmp_path / "ours.safetensors", {"x": torch.zeros(1)}, {"scale": 2})
    (tmp_path / "torn.safetensors").write_bytes((tmp_path / "ours.safetensors").read_bytes()[:20])
    found = {name: reader.accepts(tmp_path / f"{name}.safetensors") for name in ("theirs", "ours", "torn", "none")}
    assert found == {"theirs": False, "ours": True, "torn": True, "none": True}
    with pytest.raises(CheckpointError, match=r"theirs.safetensors: wants weights that a reader takes \(basicsr, "):
        load(str(tmp_path / "theirs.safetensors"), catalog)
    with pytest.raises(CheckpointError, match=r"torn\.safetensors: is damaged or no safetensors file"):
        load(str(tmp_path / "torn.safetensors"), catalog)
