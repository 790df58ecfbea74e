"""Every config that comes with srkit is right."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from srkit.ablation.plan import plan
from srkit.cli.experiment import read_experiment
from srkit.config.show import fill
from srkit.image.convert import quantise
from srkit.image.files import read, write
from srkit.network.network import Network
from srkit.plugins import load_catalog
from srkit.run.build import build, check_files
from srkit.weights import convert

CONFIGS = Path(__file__).parent.parent / "configs"


def wanted(file):
    """The values that the user must give for a config, under ``let``."""
    return [line.split(":")[0].strip() for line in file.read_text().splitlines() if line.strip().endswith("???")]


RUNNABLE = sorted(
    file for file in (*CONFIGS.glob("*.yaml"), *CONFIGS.glob("zoo/lapsrn_x?.yaml")) if not wanted(file)
)
WANTING = sorted([*(CONFIGS / "paper").glob("*.yaml"), *(file for file in CONFIGS.glob("*.yaml") if wanted(file))])


@pytest.mark.parametrize("file", RUNNABLE, ids=lambda file: file.name)
def test_it_builds_without_anything_else(file):
    experiment, _, catalog = read_experiment([str(file)])
    built = build(experiment, catalog)
    check_files(built, experiment)
    assert built.parameters > 0


STUDIES = sorted(file for file in (CONFIGS / "ablations").glob("*.yaml") if "\nbaseline:" in file.read_text())


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Ten pairs of x2 and of x4; every LR pixel says where it lies, and HR repeats it."""
    folder = tmp_path_factory.mktemp("pairs")
    for scale in (2, 4):
        for kind in ("high", "low"):
            (folder / f"x{scale}" / kind).mkdir(parents=True)
        rows, columns = np.mgrid[: 512 // scale, : 512 // scale]
        for index in range(10):
            low = np.stack([rows, columns, np.full_like(rows, index)], -1).astype(np.uint8)
            write(folder / f"x{scale}" / "low" / f"{index}.png", low)
            write(folder / f"x{scale}" / "high" / f"{index}.png", low.repeat(scale, 0).repeat(scale, 1))
    return folder


@pytest.fixture(scope="module")
def cut(pairs, tmp_path_factory):
    """The pairs of x2 cut to patches as faults.yaml wants them, by the script beside it: rightly and wrongly."""
    folder = tmp_path_factory.mktemp("cut")
    for name, more in (("right", []), ("wrong", ["--place", "4"])):
        words = [pairs / "x2" / "high", pairs / "x2" / "low", folder / name, "--count", 3, *more]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["cut_pairs.py", *map(str, words)])
            runpy.run_path(str(CONFIGS / "ablations" / "cut_pairs.py"), run_name="__main__")
    return folder


@pytest.mark.parametrize("file", WANTING, ids=lambda file: file.name)
def test_a_protocol_or_a_recipe_wants_only_its_files(file, pairs, vgg_file, tmp_path):
    folder = pairs / ("x4" if file.stem.endswith("x4") else "x2")
    values = {"images": folder / "high", "validate": folder / "low", "test": pairs / "x2" / "low"}
    values |= {
        "high": folder / "high",
        "low": folder / "low",
        "vgg": vgg_file,
        "start": tmp_path / "start.safetensors",
    }
    words = [str(file), *(f"let.{name}={values[name]}" for name in wanted(file))]
    experiment, _, catalog = read_experiment(words)
    built = build(experiment, catalog)
    if experiment.start == values["start"]:  # others come with srkit
        metadata = {"model": fill(experiment.model)}
        network = Network.of(built.model, experiment.scale, experiment.color, metadata=metadata)
        convert.write(network, experiment.start)
    check_files(built, experiment)


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: file.name)
def test_a_study_is_right_in_every_arm(file, pairs, cut, vgg_file):
    folder = pairs / ("x4" if file.stem.endswith(("x4", "real_world")) else "x2")
    values = {"vgg": vgg_file, "right": cut / "right", "wrong": cut / "wrong"}
    values |= {kind: folder / kind for kind in ("high", "low")}
    planned = plan([file], [f"let.{name}={values[name]}" for name in wanted(file)], load_catalog())
    assert len(planned.trials) >= 4


def test_patches_are_cut_at_one_place_or_at_another(cut):
    for name, right in (("right", True), ("wrong", False)):
        files = sorted((cut / name / "low").iterdir())
        assert len(files) == 7 * 3  # of the part that is trained on
        lows, highs = zip(*((read(file), read(cut / name / "high" / file.name)) for file in files), strict=True)
        assert all(
            low.shape == (128, 128, 3) and high.shape == (256, 256, 3)
            for low, high in zip(lows, highs, strict=True)
        )
        same = [np.array_equal(high[::2, ::2], low) for low, high in zip(lows, highs, strict=True)]
        assert all(same) if right else not any(same)


def test_the_last_stretches_of_the_zoo_go_on_from_the_first():
    files = [str(CONFIGS / "zoo" / f"lapsrn_x2{more}.yaml") for more in ("", "_finish")]
    first, _, _ = read_experiment(files[:1])
    last, _, _ = read_experiment(files)
    assert (last.model, last.scale, last.data) == (first.model, first.scale, first.data)
    assert last.seed != first.seed
    assert last.start == CONFIGS.parent / "runs" / "zoo" / "lapsrn-x2" / "best.safetensors"


def test_fine_tuning_with_vgg_is_the_recipe(vgg_file, tmp_path):
    file = CONFIGS / "perceptual.yaml"
    experiment, _, catalog = read_experiment([str(file), f"let.vgg={vgg_file}", "let.start=weights.safetensors"])
    assert experiment.start == Path.cwd() / "weights.safetensors"
    assert experiment.train.guard == 1.0
    assert experiment.train.validate_every <= 100
    assert build(experiment, catalog).loss.balancing.against == {"vgg": "pixel"}
    first, _, _ = read_experiment([str(CONFIGS / "lapsrn_subpixel_x2.yaml")])
    assert (experiment.model, experiment.scale) == (first.model, first.scale)  # whose weights it starts from


def test_adversarial_fine_tuning_starts_from_shipped_weights_and_keeps_the_last(vgg_file):
    experiment, _, catalog = read_experiment([str(CONFIGS / "lapsrn_adversarial.yaml"), f"let.vgg={vgg_file}"])
    built = build(experiment, catalog)
    assert built.start().metadata["name"] == "lapsrn-x4"
    assert built.select.metric == "last"
    without = ["loss=charbonnier", "let.vgg=none"]  # as its first lines say
    experiment, _, catalog = read_experiment([str(CONFIGS / "lapsrn_adversarial.yaml"), *without])
    check_files(build(experiment, catalog), experiment)


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


@pytest.mark.parametrize("name", ["transposed", "resize"])
def test_upsamplers_are_compared_under_one_recipe(name):
    main, other = (read_experiment([str(CONFIGS / f"lapsrn_{one}.yaml")])[0] for one in ("subpixel", name))
    assert other.train == main.train
    assert (other.data, other.loss, other.degradation, other.seed) == (main.data, main.loss, main.degradation, 0)
    options = dict(main.model.options), dict(other.model.options)
    assert options[0].pop("upsampler") != options[1].pop("upsampler")
    assert options[0] == options[1]


DEGRADATIONS = sorted((CONFIGS / "degradations").glob("*.yaml"))


@pytest.mark.parametrize("file", DEGRADATIONS, ids=lambda file: file.stem)
def test_a_config_includes_a_degradation_file(file, tmp_path):
    config = tmp_path / "own.yaml"
    config.write_text(
        "degradation: ${file:degradations/" + file.name + "}\ndata: {train: {use: sharpened, of: samples}}"
    )
    (tmp_path / "degradations").symlink_to(file.parent)
    words = [str(CONFIGS / "tiny.yaml"), str(config), "scale=4"]
    experiment, source, catalog = read_experiment(words)
    assert experiment.degradation.name == "chain"
    build(experiment, catalog)
    assert source.where(("degradation", "stages", "0")).startswith(str(tmp_path / "degradations" / file.name))
    last = len(experiment.degradation.options["stages"]) - 1
    changed, *_ = read_experiment([*words, f"degradation.stages.{last}={{use: jpeg, quality_range: [5, 6]}}"])
    assert changed.degradation.options["stages"][last].options["quality_range"] == [5, 6]
    assert changed.degradation.options["stages"][:last] == experiment.degradation.options["stages"][:last]


@pytest.mark.parametrize("file", DEGRADATIONS, ids=lambda file: file.stem)
def test_a_published_degradation_treats_every_crop_by_itself(file, picture, draws):
    (chain,) = read_experiment([str(CONFIGS / "tiny.yaml"), f"degradation=${{file:{file}}}"])[:1]
    built = chain.degradation(4)
    high = picture(12, 3, 64, 48)
    low, drawn = built.trace(high, draws(12))
    assert low.shape == (12, 3, 16, 12)
    assert torch.equal(quantise(low), low)
    for rows in (slice(0, 1), slice(5, 8)):
        assert torch.equal(built(high[rows], draws(12)[rows]), low[rows])
    assert {"factor", "resize_2.factor"} & {*drawn} or "order" in drawn
