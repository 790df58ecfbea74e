"""Every config that comes with srkit is right."""

from pathlib import Path

import pytest

from srkit.cli.experiment import read_experiment
from srkit.run.build import build, check_files

CONFIGS = Path(__file__).parent.parent / "configs"


def wanted(file):
    """The values that a config leaves to be given, under ``let``."""
    return [line.split(":")[0].strip() for line in file.read_text().splitlines() if line.strip().endswith("???")]


RUNNABLE = sorted(file for file in CONFIGS.glob("*.yaml") if not wanted(file))
WANTING = sorted([*(CONFIGS / "paper").glob("*.yaml"), *(file for file in CONFIGS.glob("*.yaml") if wanted(file))])


@pytest.mark.parametrize("file", RUNNABLE, ids=lambda file: file.name)
def test_it_builds_without_anything_else(file):
    experiment, _, catalog = read_experiment([str(file)])
    built = build(experiment, catalog)
    check_files(built, experiment)
    assert built.parameters > 0


@pytest.mark.parametrize("file", WANTING, ids=lambda file: file.name)
def test_a_protocol_or_a_recipe_wants_only_its_files(file):
    experiment, _, _ = read_experiment([str(file), *(f"let.{name}=somewhere" for name in wanted(file))])
    experiment.model(experiment.scale, 1)


def test_fine_tuning_with_vgg_is_the_recipe(vgg_file, tmp_path):
    file = CONFIGS / "perceptual.yaml"
    experiment, _, catalog = read_experiment([str(file), f"let.vgg={vgg_file}", "let.start=weights.safetensors"])
    assert str(experiment.start) == "weights.safetensors"
    assert experiment.train.guard == 1.0
    assert experiment.train.validate_every <= 100
    assert build(experiment, catalog).loss.balancing.against == {"vgg": "pixel"}
    first, _, _ = read_experiment([str(CONFIGS / "lapsrn_subpixel_x2.yaml")])
    assert (experiment.model, experiment.scale) == (first.model, first.scale)  # whose weights it starts from


def test_the_reports_protocol_is_the_reports():
    for scale, batch in ((2, 4), (4, 16)):
        file = CONFIGS / "paper" / f"report_x{scale}.yaml"
        experiment, _, _ = read_experiment([str(file), "let.high=a", "let.low=b"])
        model, train = experiment.model.options, experiment.train
        assert (experiment.scale, model["depth"], model["features"], model["negative_slope"]) == (
            scale,
            10,
            64,
            0.02,
        )
        assert (model["activation"], model["residual"], model["upsampler"].name) == ("pre", "local", "subpixel")
        assert (train.batch, train.patch // scale, train.crops_per_image, train.epochs) == (batch, 128, 100, 100)
        assert train.schedule.options["factor"] == 0.95
        assert experiment.data.test.options["shares"] == [80, 15, 5]
