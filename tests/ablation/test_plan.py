import pytest

from srkit.ablation.plan import plan
from srkit.errors import ConfigError
from srkit.image import files

TWO = """arms:
  sub: {model.upsampler: subpixel}
  resize: {model.upsampler: {use: resize_conv, mode: bilinear}}
baseline: sub
seeds: [3, 4]
"""


def refused(study, catalog, text, *overrides):
    with pytest.raises(ConfigError) as error:
        plan([study(text)], overrides, catalog)
    return str(error.value)


def names(block):
    return [arm.name for arm in block.arms]


def test_every_arm_runs_with_every_seed_and_differs_in_its_change_alone(planned):
    (block,) = planned(TWO).blocks
    assert names(block) == ["sub", "resize"]
    assert [trial.seed for trial in block.arms[0].trials] == [3, 4]
    sub, resize = (arm.trials[0].experiment for arm in block.arms)
    assert (sub.train, sub.data, sub.degradation) == (resize.train, resize.data, resize.degradation)
    assert sub.model.options["upsampler"].name == "subpixel"
    assert resize.model.options["upsampler"].name == "resize_conv"
    assert resize.model.options["upsampler"].options["mode"] == "bilinear"


def test_an_id_is_the_experiments_alone(planned):
    first, again = planned(TWO), planned(TWO.replace("sub", "other").replace("otherpixel", "subpixel"), "title=new")
    assert list(first.trials) == list(again.trials)  # new names and titles do not start any training again
    assert len(first.trials) == 4
    assert not set(first.trials) & set(planned(TWO, "experiment.train.steps=7").trials)


@pytest.mark.parametrize(
    "harmless",
    ["train.workers=3", "data.memory=4", "trackers=[csv]", "train.device=cpu", "train.log_every=7", "let={x: 1}"],
)
def test_an_option_that_decides_nothing_finds_all_trials_again(planned, harmless):
    assert list(planned(TWO).trials) == list(planned(TWO, f"experiment.{harmless}").trials)


@pytest.mark.parametrize(
    "other",
    [
        "train.patience=3",
        "train.guard=1",
        "metrics=[psnr]",
        "model.depth=3",
        "loss.epsilon=0.1",
    ],
)
def test_an_option_that_decides_anything_makes_other_trials(planned, other):
    assert not set(planned(TWO).trials) & set(planned(TWO, f"experiment.{other}").trials)


def test_arms_that_come_to_the_same_share_their_trials(planned):
    both = planned("vary: {loss: [l1, charbonnier]}\nseeds: [0, 1]")
    assert names(both.blocks[0]) == ["base", "l1", "charbonnier"]
    assert len(both.trials) == 4  # charbonnier is the loss of the base


def test_one_change_at_a_time_or_every_combination(planned):
    text = "vary:\n  loss: [l1, mse]\n  model.depth: [1, 2]\nseeds: [0, 1]\nbaseline: {}\ngrid: {}"
    single = planned(text.format("base", "false"))
    assert names(single.blocks[0]) == ["base", "loss=l1", "loss=mse", "depth=1", "depth=2"]
    grid = planned(text.format("'loss=l1, depth=1'", "true"))
    assert names(grid.blocks[0]) == [f"loss={a}, depth={b}" for a in ("l1", "mse") for b in (1, 2)]
    assert grid.blocks[0].arms[3].trials[0].experiment.model.options["depth"] == 2


def test_image_sets_are_opened_once_for_all_arms_that_name_them(planned, tiny_config, monkeypatch):
    read = []

    def size(file):
        read.append(file)
        return files.size(file)

    monkeypatch.setattr("srkit.data.file_index.size", size)
    planned("vary: {loss: [l1, mse]}\nseeds: [0, 1]")
    assert sorted(set(read)) == sorted(tiny_config.parent.glob("*/*.png"))
    assert len(read) == len(set(read)) == 6
    read.clear()
    split = f"{{use: folder, path: {tiny_config.parent / 'train'}, split: train, shares: [1, 0, 0]}}"
    planned(f"arms: {{all: {{}}, split: {{data.train: {split}}}}}\nbaseline: all\nseeds: [0, 1]")
    assert len(read) == 8


def test_blocks_repeat_the_study(planned):
    found = planned(TWO, "blocks={x2: {scale: 2}, x4: {scale: 4}}").blocks
    assert [(block.name, block.arms[0].trials[0].experiment.scale) for block in found] == [("x2", 2), ("x4", 4)]


def test_a_test_changes_how_is_measured_and_not_what(planned):
    trial = planned(TWO, "tests={clean: {degradation: bicubic}}").blocks[0].arms[0].trials[0]
    assert trial.tests["clean"].experiment.degradation.name == "bicubic"
    assert trial.tests["clean"].experiment.model == trial.experiment.model
    assert trial.experiment.degradation.name == "anisotropic_gaussian"


def test_an_arms_change_beats_the_blocks_and_that_the_studys(planned):
    text = TWO + "experiment: {train: {batch: 3}, loss: l1}\nblocks: {one: {loss: mse}}"
    arms = planned(text.replace("sub: {", "sub: {train.batch: 5, ")).blocks[0].arms
    assert [arm.trials[0].experiment.train.batch for arm in arms] == [5, 3]
    assert {arm.trials[0].experiment.loss.name for arm in arms} == {"mse"}


def test_the_same_time_for_every_arm(planned):
    trial = planned(TWO, "equal={budget: seconds, seconds: 30}").blocks[0].arms[0].trials[0]
    assert (trial.experiment.train.minutes, trial.experiment.train.steps) == (0.5, None)


def test_as_many_parameters_as_the_baseline(planned):
    size = ("experiment.model.features=40", "experiment.model.depth=3", "equal.budget=parameters")
    sub, resize = planned(TWO, *size).blocks[0].arms
    assert abs(resize.parameters - sub.parameters) <= 0.01 * sub.parameters
    width = resize.trials[0].experiment.model.options["features"]
    assert width > 40
    assert resize.changes["model.features"] == width
    built = resize.trials[1].experiment.model(2, 1)
    assert sum(parameter.numel() for parameter in built.parameters()) == resize.parameters


def test_everything_wrong_comes_at_once_with_its_place(study, catalog):
    text = """arms:
  gone: {model.upsampler: subpixle}
  typo: {model.upsamplr: subpixel}
  refused: {model.upsampler: {use: transposed_conv, kernel: 1}}
baseline: sub
seeds: [1]
tests: {other: {model.depth: 3}}
"""
    said = refused(study, catalog, text).splitlines()
    file = study(text)
    for line in (
        f"{file}:6: baseline: no arm is called 'sub'; there are: gone, typo, refused",
        f"{file}:7: seeds: an interval wants two seeds or more, got [1]; give more, or intervals: false",
        f"{file}:8: tests.other.model.depth: a test may change degradation, data, metrics, seed; "
        "put this into arms or blocks",
        f"{file}:3: model.upsampler: no upsampler called 'subpixle'; did you mean 'subpixel'?",
        f"{file}:4: model.upsamplr: unknown option; did you mean 'upsampler' or 'image_upsampler'?",
        f"{file}:5: arm 'refused': upsampler 'transposed_conv' (srkit.upsamplers) refuses: "
        "kernel must be at least the scale 2 to leave no holes, got 1",
    ):
        assert line in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seeds: [0, 1]", "arms: wants something to compare"),
        (
            TWO + "measure: {every: 4}\nexperiment: {train: {log_every: 3}}",
            "multiple of train.log_every (3), got 4",
        ),
        (TWO + "measure: {what: [M5]}", "measure.what.0: wants 'M1' or 'M2' or 'M3' or 'M4', got 'M5'"),
        (TWO.replace("[3, 4]", "[3, 3]"), "seeds: wants different seeds"),
        (TWO + "sceds: [1]", "sceds: unknown option; did you mean 'seeds'?"),
        (
            TWO + "equal: {budget: parameters, width: loss.width}",
            "width must be a whole-number option of the model",
        ),
        (
            TWO + "launcher: {use: local, threads: 0}",
            "launcher.threads: wants int of at least 1, got 0",
        ),
        (TWO + "tests: {'': {seed: 1}}", "tests: wants a name for every test, got ''"),
        (TWO + "equal: {budget: seconds}", "give seconds with budget: seconds"),
        ("vary: {loss: [l1]}\narms: {l1: {loss: mse}}\nseeds: [0, 1]", "wants every arm once, got two called 'l1'"),
    ],
)
def test_a_wrong_study_is_refused(study, catalog, text, message):
    assert message in refused(study, catalog, text)


def test_a_missing_base_is_named(study, catalog):
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: cannot be read: No such file"):
        plan([study(TWO, base="nowhere.yaml")], [], catalog)


def test_a_part_of_a_plugin_is_an_arm_too(planned):
    block = planned("vary: {model.upsampler: [subpixel, sharpen]}\nbaseline: subpixel\nseeds: [0, 1]").blocks[0]
    assert block.arms[1].trials[0].experiment.model.options["upsampler"].part.origin.startswith("srkit-sharpen")
