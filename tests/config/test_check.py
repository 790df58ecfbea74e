"""Messages about wrong configs. The text is the feature, so the tests compare the text."""

from dataclasses import replace
from pathlib import Path

import pytest

from srkit.config.check import check
from srkit.config.show import explain, fill, to_yaml
from srkit.config.source import read
from srkit.errors import BuildError, ConfigError

BASE = "scale: 2\nmodel: {use: net, upsampler: shuffle}\ntrain: {steps: 1}\n"

MESSAGES = [
    ("sede: 3", "sede: unknown option; did you mean 'seed'?"),
    ("seed: true", "seed: wants int, got True"),
    ("seed: no", "seed: wants int, got False"),
    ("seed: 1.5", "seed: wants int, got 1.5"),
    ("scale: '4'", "scale: wants int, got '4'"),
    ("train: {rate: fast}", "train.rate: wants float above 0, got 'fast'"),
    ("train: {rate: 0}", "train.rate: wants float above 0, got 0"),
    ("model: {depth: 0}", "model.depth: wants int from 1 to 64, got 0"),
    ("model: {depth: 65}", "model.depth: wants int from 1 to 64, got 65"),
    ("model: {depth: 3.0}", "model.depth: wants int from 1 to 64, got 3.0"),
    ("model: {depth: true}", "model.depth: wants int from 1 to 64, got True"),
    ("train: {precision: fp8}", "train.precision: wants 'fp32' or 'bf16', got 'fp8'"),
    ("train: {steps: 0}", "train: steps must be positive, got 0"),
    ("train: 3", "train: wants a mapping with steps, precision, rate, got 3"),
    ("model: nett", "model: no model called 'nett'; did you mean 'net'?"),
    ("model: {depht: 3}", "model.depht: unknown option; did you mean 'depth'?"),
    ("model: {upsampler: {kernal: 3}}", "model.upsampler.kernal: unknown option; did you mean 'kernel'?"),
    (
        "model: {upsampler: {use: shufle}}",
        "model.upsampler.use: no upsampler called 'shufle'; did you mean 'shuffle'?",
    ),
    ("model: {upsampler: {init: icnt}}", "model.upsampler.init: wants 'he' or 'icnr', got 'icnt'"),
    (
        "model: {upsampler: {channels: 3}}",
        "model.upsampler.channels: is wired in by its host; it is not an option",
    ),
    ("loss: psnr", "loss: no loss called 'psnr'; it is a metric; srkit parts loss lists what can stand here"),
    (
        "model: {upsampler: {use: net}}",
        "model.upsampler.use: no upsampler called 'net'; it is a model; "
        "srkit parts upsampler lists what can stand here",
    ),
    (
        "model: shuffle",
        "model: no model called 'shuffle'; it is an upsampler, which a model can hold: "
        "{use: net, upsampler: shuffle}",
    ),
    ("model: 3", "model: wants a model: a name, or a mapping with 'use: NAME', got 3"),
    (
        "model: {upsampler: {use: nearest, kernel: 3}}",
        "model.upsampler.kernel: unknown option; there are none",
    ),
    (
        "loss: {use: sum}",
        "loss.terms: missing; wants a mapping, each a loss: a name, or a mapping with 'use: NAME'",
    ),
    (
        "loss: {use: sum, terms: {a: {use: l1, wait: 2}}}",
        "loss.terms.a.wait: unknown option; did you mean 'weight'?",
    ),
    ("steps: 3", "steps: unknown option; did you mean 'train.steps'?"),
    ("model: {use:net}", "model.use:net: unknown option; wants a space behind the colon: use: net"),
    ("metrics: [psnr, {use: psnr, border: x}]", "metrics.1.border: wants int, got 'x'"),
    (
        "metrics: psnr",
        "metrics: wants a list, each a metric: a name, or a mapping with 'use: NAME', got 'psnr'",
    ),
    ("train: {rate: .inf}", "train.rate: wants a finite number, got inf"),
    ("train: {rate: .nan}", "train.rate: wants a finite number, got nan"),
    ("shares: [1, -.inf]", "shares.1: wants a finite number, got -inf"),
    (f"train: {{rate: 1{'0' * 309}}}", f"train.rate: wants a finite number, got 1{'0' * 309}"),
    ("shares: [1, a]", "shares.1: wants float, got 'a'"),
    ("start: 3", "start: wants a path, got 3"),
    ("seed: ${let.nothing}", "seed: interpolation key 'let.nothing' not found"),
    ("let: {v: '???'}\nname: '${let.v}'", "let.v: must be given (it is '???'), for example as let.v=VALUE"),
    ("seed: ???", "seed: must be given (it is '???'), for example as seed=VALUE"),
    ("a: b: c", "is not valid YAML: mapping values are not allowed in this context"),
    ("- 1", "wants a mapping of options, got a list or a single value"),
]


@pytest.mark.parametrize(("text", "message"), MESSAGES, ids=[text[:80] for text, _ in MESSAGES])
def test_message(text, message, tmp_path, schema, catalog):
    base, over = tmp_path / "base.yaml", tmp_path / "over.yaml"
    base.write_text(BASE)
    over.write_text(text)
    with pytest.raises(ConfigError) as caught:
        check(read([base, over]), schema, catalog)
    assert str(caught.value) == f"{over}:1: {message}"


@pytest.fixture
def written(tmp_path, schema, catalog):
    def written(text, *overrides):
        file = tmp_path / "a.yaml"
        file.write_text(text)
        source = read([file], overrides)
        return check(source, schema, catalog), source

    return written


def test_every_problem_is_reported_at_once(written):
    with pytest.raises(ConfigError) as caught:
        written("scal: 2\nmodel: {use: net, upsampler: {use: shuffle, kernl: 3}}\ntrain: {}\n")
    assert [p.key for p in caught.value.problems] == ["scal", "scale", "model.upsampler.kernl", "train.steps"]


def test_problems_of_several_files_and_overrides_come_at_once(tmp_path):
    with pytest.raises(ConfigError) as caught:
        read([tmp_path / "no.yaml", tmp_path / "none.yaml"], ["nonsense"])
    assert str(caught.value).splitlines() == [
        f"{tmp_path}/no.yaml: cannot be read: No such file or directory",
        f"{tmp_path}/none.yaml: cannot be read: No such file or directory",
        "nonsense: wants key=value, such as train.steps=1000",
    ]


def test_an_override_is_named_as_the_place(written):
    with pytest.raises(ConfigError, match=r"^train\.steps=many: train\.steps: wants int, got 'many'$"):
        written(BASE, "train.steps=many")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("trian.steps=3", "trian: unknown option; did you mean 'train' or 'extra'?"),
        ("train.stepz=3", "train.stepz: unknown option; did you mean 'steps'?"),
        ("train={steps: 3, stepz: 4}", "train.stepz: unknown option; did you mean 'steps'?"),
        ("pace.stepz=3", "pace.stepz: unknown option; did you mean 'steps'?"),
        ("pace.steps=0", "pace: steps must be positive, got 0"),
        ("both.gian=3", "both.gian: unknown option; did you mean 'gain'?"),
        ("model.upsampler={use: nearest, kernel: 3}", "model.upsampler.kernel: unknown option; there are none"),
        ("seed.of=3", "seed: wants int, got {'of': 3}"),
    ],
)
def test_what_an_override_got_wrong_is_blamed_on_the_override(override, message, written):
    with pytest.raises(ConfigError) as caught:
        written(BASE, override)
    assert str(caught.value) == f"{override}: {message}"


def test_a_path_is_relative_to_the_file_that_names_it(written, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path.parent)
    assert written(BASE + "start: w/x.pt\n")[0].start == tmp_path / "w" / "x.pt"
    assert written(BASE + "start: ../x.pt\n")[0].start == tmp_path.parent / "x.pt"
    assert written(BASE + "start: /w/../x.pt\n")[0].start == Path("/w/../x.pt")
    assert written(BASE, "start=w/x.pt")[0].start == tmp_path.parent / "w" / "x.pt"


def test_a_refused_value_is_dressed_with_its_places(written, tmp_path):
    experiment, _ = written(BASE, "model.upsampler.kernel=4")
    with pytest.raises(BuildError) as caught:
        experiment.model(2, 1)
    assert str(caught.value) == (
        "upsampler 'shuffle' (tests) refuses: kernel must be odd to keep the size, got 4\n"
        f"    {tmp_path}/a.yaml:2: model.upsampler.use\n"
        "    model.upsampler.kernel=4: model.upsampler.kernel"
    )


def test_a_choice_builds_its_part_with_what_is_wired_in(written):
    experiment, _ = written(BASE, "model.depth=5", "model.upsampler.init=icnr")
    assert experiment.model(2, 1).built[:3] == (2, 1, 5)
    assert experiment.model(2, 1).built[3].built == (8, 8, 2, 3, "icnr")


def test_defaults_are_filled_in_at_every_depth(written):
    experiment, _ = written("scale: 2\nmodel: net\ntrain: {steps: 1, rate: 1}\n")
    assert fill(experiment) == {
        "scale": 2,
        "model": {"use": "net", "upsampler": {"use": "shuffle", "kernel": 3, "init": "he"}, "depth": 3},
        "train": {"steps": 1, "precision": "fp32", "rate": 1.0},
        "loss": {"use": "l1", "weight": 1.0},
        "extra": None,
        "metrics": [{"use": "psnr", "border": None}],
        "shares": [0.8, 0.2],
        "start": None,
        "pace": {"steps": 9, "precision": "fp32", "rate": 0.1},
        "both": {"use": "sum", "terms": {"a": {"use": "l1", "weight": 2.0}}, "gain": 1.0},
        "tree": {},
        "let": {},
        "seed": 0,
    }


def test_a_filled_config_reads_back_as_itself(written, tmp_path, schema, catalog):
    experiment, _ = written(BASE, "start=weights.safetensors", "extra=l1", "let.a=1", "seed=${let.a}")
    again = tmp_path / "again.yaml"
    again.write_text(to_yaml(fill(experiment)))
    assert fill(check(read([again]), schema, catalog)) == fill(experiment)
    assert fill(experiment)["seed"] == 1


def test_options_of_a_default_part_need_not_name_it(written):
    experiment, _ = written("scale: 2\nmodel: {use: net, upsampler: {kernel: 5}}\ntrain: {steps: 1}\n")
    assert fill(experiment)["model"]["upsampler"] == {"use": "shuffle", "kernel": 5, "init": "he"}


def test_a_default_part_that_holds_parts_takes_options_as_well(written):
    experiment, _ = written(BASE + "both: {gain: 3}\n")
    assert fill(experiment)["both"] == {"use": "sum", "terms": {"a": {"use": "l1", "weight": 2.0}}, "gain": 3.0}


def test_explain_names_who_said_it_last(written, tmp_path):
    experiment, source = written(BASE + "loss: l1\n", "model.upsampler.kernel=5")
    said = {key: place for key, _, place in explain(experiment, source)}
    assert said["scale"] == f"{tmp_path}/a.yaml:1"
    assert said["model.upsampler.use"] == f"{tmp_path}/a.yaml:2"
    assert said["model.upsampler.kernel"] == "model.upsampler.kernel=5"
    assert said["loss.use"] == f"{tmp_path}/a.yaml:4"
    assert said["loss.weight"] == said["seed"] == said["model.depth"] == "default"


def test_a_section_keeps_what_its_default_says(written):
    experiment, _ = written(BASE)
    assert experiment.pace.steps == 9
    assert written(BASE + "pace: {rate: 2}\n")[0].pace == replace(experiment.pace, rate=2.0)


def test_a_list_is_overridden_by_the_number_of_an_element(written):
    experiment, source = written(BASE + "metrics: [psnr, {use: psnr, border: 4}]\n", "metrics.0.border=5")
    assert [metric["border"] for metric in fill(experiment)["metrics"]] == [5, 4]
    said = {key: place for key, _, place in explain(experiment, source)}
    assert said["metrics.0.border"] == "metrics.0.border=5"
    assert said["metrics.1.border"].endswith("a.yaml:4")


def test_an_element_that_only_the_default_has_is_overridden_too(written):
    experiment, source = written(BASE, "metrics.0.border=5", "shares.1=0.5")
    assert fill(experiment)["metrics"] == [{"use": "psnr", "border": 5}]
    assert experiment.shares == [0.8, 0.5]
    said = {key: place for key, _, place in explain(experiment, source)}
    assert (said["metrics.0.use"], said["metrics.0.border"]) == ("default", "metrics.0.border=5")


@pytest.mark.parametrize("text", [BASE, BASE + "shares: [0.8, 0.2]\n"])
def test_an_element_that_is_not_there_is_refused(text, written):
    with pytest.raises(
        ConfigError, match=r"got \{'2': 1\}; give the whole list, or the number of an existing element"
    ):
        written(text, "shares.2=1")


def test_a_bug_of_a_part_keeps_its_traceback_and_names_the_part(written, tmp_path):
    experiment, _ = written(BASE, "model.upsampler.kernel=13")
    with pytest.raises(ZeroDivisionError, match="division by zero") as caught:
        experiment.model(2, 1)
    assert caught.traceback[-1].name == "__init__"
    assert caught.value.__notes__ == [
        "raised while building upsampler 'shuffle' (tests)\n"
        f"    {tmp_path}/a.yaml:2: model.upsampler.use\n"
        "    model.upsampler.kernel=13: model.upsampler.kernel",
        f"raised while building model 'net' (tests)\n    {tmp_path}/a.yaml:2: model.use\n"
        f"    {tmp_path}/a.yaml:2: model.upsampler",
    ]


def test_a_missing_file_is_for_the_user_to_put_right(written):
    experiment, _ = written(BASE, "loss={use: read, file: nowhere.txt}")
    with pytest.raises(BuildError) as caught:
        experiment.loss()
    assert str(caught.value).startswith(
        f"loss 'read' (tests) refuses: [Errno 2] No such file or directory: '{Path.cwd()}/nowhere.txt'\n"
    )
    assert "loss.file" in str(caught.value)
