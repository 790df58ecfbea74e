"""The JSON schemas beside the configs: they take every config that comes with srkit, and no wrong one."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from omegaconf import OmegaConf

from srkit.cli.experiment import read_experiment
from srkit.config.schema import json_schema
from srkit.config.show import fill
from srkit.experiment import Experiment
from srkit.plugins import load_catalog

CONFIGS = Path(__file__).parent.parent / "configs"
FILES = sorted(CONFIGS.rglob("*.yaml"))
SCHEMAS = {file.name: json.loads(file.read_text(encoding="utf-8")) for file in CONFIGS.glob("*.schema.json")}
FIRST_LINE = re.compile(r"# yaml-language-server: \$schema=([^#\s]+)(?:#/\$defs/(\w+))?\n")


def written(text):
    """Return what a file says, its interpolations as they stand."""
    return OmegaConf.to_container(OmegaConf.create(text))


def problems(schema, tree):
    return [error.message for error in Draft202012Validator(schema).iter_errors(tree)]


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_a_schema_is_one(schema):
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(CONFIGS)))
def test_a_config_names_its_schema_and_keeps_it(file):
    text = file.read_text(encoding="utf-8")
    path, kind = FIRST_LINE.match(text).groups()
    named, tree = (file.parent / path).resolve(), written(text)
    assert named.parent == CONFIGS
    assert named.name == ("study.schema.json" if "baseline" in tree else "srkit.schema.json")
    assert kind == ("degradation" if file.parent.name == "degradations" else None)
    schema = SCHEMAS[named.name]
    assert problems(schema if kind is None else {"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]}, tree) == []


def test_a_filled_config_keeps_the_schema():
    experiment, _, _ = read_experiment([str(CONFIGS / "lapsrn_subpixel.yaml")])
    assert problems(SCHEMAS["srkit.schema.json"], fill(experiment)) == []


@pytest.mark.parametrize(
    "text",
    [
        "model: lapsrn",
        "model: {depth: 3}",  # of a model that an earlier file names
        "model: {use: lapsrn, depth: '${let.depth}', upsampler: {kernel: 5}}",
        "model: ${let.model}",
        "scale: ???",
        "train: {optimizer: {lr: 1e-3}, clip: null}",
        "train: {minutes: 3}",
        "loss: {use: weighted, terms: {a: {loss: l1, weight: 2}}}",
        "start: ~/w.safetensors",
        "let: {any: [thing, {at: all}]}",
    ],
)
def test_what_a_file_may_say(text):
    assert problems(SCHEMAS["srkit.schema.json"], written(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "sclae: 2",
        "scale: two",
        "scale: true",
        "scale: 2.5",
        "color: cmyk",
        "model: lapsrm",
        "model: 3",
        "model: {use: lapsrm}",
        "model: {use: lapsrn, dept: 3}",
        "model: {dept: 3}",
        "model: {use: bicubic, depth: 3}",
        "model: {use: lapsrn, depth: 0}",
        "model: {use: lapsrn, depth: 1.5}",
        "model: {use: lapsrn, upsampler: {use: subpixel, kernel: 4}}",
        "model: {use: lapsrn, upsampler: {use: subpixel, init: ICNR}}",
        "train: {optimizer: {use: adam, lr: 0}}",
        "train: {optimizer: {use: adam, betas: [0.9, 1]}}",
        "train: {schedule: {use: cosine, floor: 1.5}}",
        "train: {stepz: 3}",
        "train: []",
        "metrics: psnr",
        "metrics: [psmr]",
        "metrics: [{use: psnr, border: -1}]",
        "loss: {use: weighted, terms: {a: {loss: l1, wait: 2}}}",
    ],
)
def test_what_no_file_may_say(text):
    assert problems(SCHEMAS["srkit.schema.json"], written(text)) != []


def test_a_study_may_not_say_what_is_no_key():
    study = (CONFIGS / "ablations" / "tiny.yaml").read_text(encoding="utf-8")
    for more in ("blocs: {}", "seeds: 3", "launcher: {use: local, threads: 0}", "measure: {what: [M5]}"):
        assert problems(SCHEMAS["study.schema.json"], {**written(study), **written(more)}) != []


def test_an_option_is_explained_with_its_default_and_its_limits():
    depth = SCHEMAS["srkit.schema.json"]["$defs"]["model.lapsrn"]["properties"]["depth"]
    assert depth == {
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": 1000}, {"$ref": "#/$defs/later"}],
        "description": "Convolutions of a level, before its upsampler.",
        "default": 10,
    }


def test_the_command_prints_the_schema_with_installed_plugins(install, srkit):
    install(
        "srkit-x",
        "@srkit.loss('mine')\ndef mine(*, power: int = 2): ...\n@srkit.hookimpl\ndef srkit_parts(): return [mine]",
    )
    code, out, _ = srkit("schema")
    schema = json.loads(out)
    assert (code, "mine" in schema["$defs"]["loss"]["else"]["enum"]) == (0, True)
    assert problems(schema, {"loss": {"use": "mine", "power": 3}}) == []
    assert problems(schema, {"loss": {"use": "mine", "power": "3"}}) != []
    assert json.loads(srkit("schema", "--study")[1])["title"] == "One study, as its file writes it"


def test_parts_that_hold_one_another_end(install):
    code = "from srkit.parts import Loss\n@srkit.loss('mine')\ndef mine(*, of: Loss, more: list[Loss]): ...\n"
    code += "@srkit.hookimpl\ndef srkit_parts(): return [mine]"
    schema = json_schema(Experiment, load_catalog([install("srkit-x", code)]))
    tree = {"loss": {"use": "mine", "of": {"use": "mine", "of": "l1", "more": ["l1", {"use": "mine"}]}}}
    assert problems(schema, tree) == []
    tree["loss"]["of"]["more"][1]["use"] = "mime"
    assert problems(schema, tree) != []
