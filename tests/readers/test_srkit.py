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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": None}, "'model' is None"),
        ({"model": "lapsrn"}, "'model' is 'lapsrn'"),
        ({"model": {"depth": 1}}, "'model' is {'depth': 1}"),
        ({"scale": "x"}, "'scale' is 'x'"),
        ({"color": "cmyk"}, "'color' is 'cmyk'"),
        ({"color": ["y"]}, "'color' is ['y']"),
        ({"versions": [1]}, "'versions' is [1]"),
        ({"versions": {"torch": 2}}, "'versions' is {'torch': 2}"),
    ],
)
def test_metadata_of_another_form_are_refused(change, said, tmp_path, catalog):
    path = tmp_path / "w.safetensors"
    save_weights(path, {}, {"model": {"use": "bicubic"}, "scale": 2, "color": "y", **change})
    with pytest.raises(CheckpointError) as caught:
        load(str(path), catalog)
    assert str(caught.value) == f"{path}: wants weights that srkit wrote; in its metadata {said}"


def test_the_file_of_an_unknown_user_is_told(catalog):
    with pytest.raises(
        CheckpointError, match=r"^~nobody-here/x: wants a file of weights; there is no user of that"
    ):
        load({"use": "srkit", "file": "~nobody-here/x"}, catalog)
