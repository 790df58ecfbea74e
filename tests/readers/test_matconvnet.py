import numpy as np
import pytest
from scipy.io import savemat

from srkit.errors import CheckpointError
from srkit.evaluation.measure import measure
from srkit.evaluation.protocol import EvaluationProtocol
from srkit.weights.convert import write
from srkit.weights.load import load


def convert(source, target, catalog, **hints):
    return write(load(str(source), catalog, hints.pop("scale", None), **hints), target)


def test_a_row_of_layers_is_a_vdsr(tmp_path, catalog):
    """MATLAB drops the last dimension of the last filters, since it is one."""
    widths, draw = (1, 4, 4, 1), np.random.default_rng(0).standard_normal
    weights, biases = (np.empty((1, 3), object) for _ in range(2))
    for index in range(3):
        weights[0, index] = (
            draw((3, 3, widths[index], widths[index + 1])).astype(np.float32).squeeze(-1 if index == 2 else ())
        )
        biases[0, index] = draw((widths[index + 1], 1)).astype(np.float32)
    savemat(tmp_path / "row.mat", {"model": {"weight": weights, "bias": biases}})
    network = load(str(tmp_path / "row.mat"), catalog, 3)
    assert network.metadata["model"] == {"use": "vdsr", "depth": 3, "features": 4}
    assert (network.name, network.scale) == ("row x3", 3)
    assert network.module.convs[1].weight[3, 2, 0, 1].item() == weights[0, 1][0, 1, 2, 3]
    assert network.module.convs[2].weight[0, 2, 0, 1].item() == weights[0, 2][0, 1, 2]


def test_bad_files_are_refused(tmp_path, catalog):
    (tmp_path / "cut.mat").write_bytes(b"MATLAB 5.0 MAT-file" + bytes(200))
    for name, message in (
        ("cut", "is damaged or no MatConvNet network"),
        ("none", "wants a .mat file, found nothing of that name"),
    ):
        with pytest.raises(CheckpointError, match=message):
            load(str(tmp_path / f"{name}.mat"), catalog)


def test_a_truncated_official_file_is_refused(tmp_path, catalog, shared_data):
    (tmp_path / "cut.mat").write_bytes((shared_data / "weights" / "LapSRN_x4.mat").read_bytes()[:100_000])
    with pytest.raises(CheckpointError, match="is damaged or no MatConvNet network"):
        load(str(tmp_path / "cut.mat"), catalog)


OFFICIAL = [
    ("LapSRN_x2", 2, "lapsrn", 407_441, "bird", 42.576),
    ("LapSRN_x4", 4, "lapsrn", 814_242, None, None),
    ("LapSRN_x8", 8, "lapsrn", 667_123, None, None),
    ("MSLapSRN_D5R2", 4, "ms_lapsrn", 222_801, None, None),
    ("MSLapSRN_D5R8", 2, "ms_lapsrn", 222_801, None, None),
    ("VDSR_Official", 3, "vdsr", 665_921, None, None),
]


@pytest.mark.parametrize(
    ("name", "scale", "use", "count", "image", "psnr"), OFFICIAL, ids=[row[0] for row in OFFICIAL]
)
def test_official_weights_become_checkpoints(tmp_path, catalog, shared_data, name, scale, use, count, image, psnr):
    path = tmp_path / "out.safetensors"
    metadata = convert(shared_data / "weights" / f"{name}.mat", path, catalog, scale=scale)
    assert (metadata["model"]["use"], metadata["scale"]) == (use, scale)
    loaded = load(str(path), catalog)
    assert sum(parameter.numel() for parameter in loaded.module.parameters()) == count
    if image:
        images = catalog.build("dataset", "folder", path=str(shared_data / "test" / "Set5"))
        rows = {row.name: row.scores for row in measure(loaded, images, EvaluationProtocol(), None, catalog)}
        assert rows[image]["psnr"] == pytest.approx(psnr, abs=0.002)


def test_wrong_scales_are_refused(catalog, shared_data):
    weights = shared_data / "weights"
    with pytest.raises(CheckpointError, match="wants a model of x2, found one of x4"):
        load(str(weights / "LapSRN_x4.mat"), catalog, 2)
    with pytest.raises(CheckpointError, match="wants a model of rgb, found one of y"):
        load(str(weights / "LapSRN_x4.mat"), catalog, color="rgb")
    with pytest.raises(CheckpointError, match="give --scale"):
        load(str(weights / "MSLapSRN_D5R8.mat"), catalog)
    with pytest.raises(CheckpointError, match=r"VDSR_Official\.mat: holds weights for every scale; give --scale"):
        load(str(weights / "VDSR_Official.mat"), catalog)


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
        ("VDSR_Official", 2, "Set5", 37.54),
        ("VDSR_Official", 3, "Set5", 33.66),
        ("VDSR_Official", 4, "Set5", 31.35),
    ],
)
def test_official_weights_score_what_the_papers_print(catalog, shared_data, name, scale, images, least):
    loaded = load(str(shared_data / "weights" / f"{name}.mat"), catalog, scale)
    found = catalog.build("dataset", "folder", path=str(shared_data / "test" / images))
    scores = [row.scores["psnr"] for row in measure(loaded, found, EvaluationProtocol(), None, catalog)]
    assert np.mean(scores) >= least
