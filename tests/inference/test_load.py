import pytest
import torch

import srkit
from srkit.engine.checkpoint import save_weights
from srkit.errors import CheckpointError
from srkit.inference.ensemble import Ensemble
from srkit.inference.load import load

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
        assert (loaded.name, loaded.scale, loaded.color) == ("mine", 2, "y")
        x = torch.rand(1, 1, 6, 5)
        assert torch.equal(loaded.model(x), model(x))


def test_names_are_for_models_without_weights(catalog):
    assert load("bicubic", catalog, 3).scale == 3
    for what, scale, message in (
        ("bicubic", None, "bicubic: has no scale of its own; give --scale"),
        ("lapsrn", 4, "lapsrn: is a model that learns; give a checkpoint of it, or a run folder"),
        ("bicubik", 4, "found none of them; did you mean 'bicubic'"),
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


def test_the_ensemble_is_the_mean_over_eight_orientations(tmp_path, catalog):
    model, x = checkpoint(tmp_path / "w.safetensors", catalog), torch.rand(1, 1, 5, 7)
    with torch.no_grad():
        found = Ensemble(model)(x)
        assert found.shape == (1, 1, 10, 14)
        for turn in (lambda v: v.flip(-1), lambda v: torch.rot90(v, 1, (-2, -1)), lambda v: v.transpose(-1, -2)):
            torch.testing.assert_close(Ensemble(model)(turn(x)), turn(found))  # it no longer knows orientations
        assert not torch.allclose(found, model(x), atol=1e-4)
