from pathlib import Path

import pytest

from srkit.config.source import read


@pytest.fixture
def files(tmp_path):
    def files(*texts):
        paths = [tmp_path / f"{index}.yaml" for index in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text)
        return paths

    return files


def test_the_last_word_wins(files):
    assert read(files("a: 1\nb: {c: 2, d: 3}", "b: {c: 4}"), ["a=5"]).tree == {"a": 5, "b": {"c": 4, "d": 3}}


def test_naming_another_part_drops_the_old_parts_options(files):
    a, b = files("up: {use: one, kernel: 3}", "up: {use: two}")
    assert read([a, b]).tree == {"up": {"use": "two"}}
    assert read([a], ["up=two"]).tree == {"up": "two"}
    assert read([a], ["up=one"]).tree == read([a], ["up={use: one}"]).tree == read([a]).tree
    assert read([a], ["up.kernel=5"]).tree == {"up": {"use": "one", "kernel": 5}}


def test_a_bare_name_takes_options(files):
    (a,) = files("up: one")
    assert read([a], ["up.kernel=5"]).tree == {"up": {"use": "one", "kernel": 5}}


def test_every_value_remembers_its_place(files):
    a, b = files("up:\n  use: one\n  kernel: 3\nlist: [1, {x: 2}]", "up: {use: two}")
    assert read([a]).where(("up", "kernel")) == f"{a}:3"
    assert read([a]).where(("up", "missing")) == f"{a}:1"
    assert read([a]).where(("list", "1", "x")) == f"{a}:4"
    assert read([a], ["up.kernel=5"]).where(("up", "kernel")) == "up.kernel=5"
    assert read([a, b]).where(("up", "kernel")) == f"{b}:1"


def test_interpolation_is_resolved(files, monkeypatch):
    monkeypatch.setenv("SRKIT_A_FOLDER", "here")
    (a,) = files("let: {n: 3}\na: ${let.n}\nb: ${oc.env:SRKIT_A_FOLDER}/x\nc: [1e-4, '${a}']")
    assert read([a]).tree == {"let": {"n": 3}, "a": 3, "b": "here/x", "c": [1e-4, 3]}


def test_keys_are_texts_whatever_yaml_reads(files):
    (a,) = files("let: {1: a, false: {2.5: '${let.1}'}}\nlist: [{3: b}]")
    assert read([a], ["let.1=c"]).tree == {"let": {"1": "c", "False": {"2.5": "c"}}, "list": [{"3": "b"}]}


def test_an_empty_file_is_an_empty_config(files):
    assert read(files("", "# nothing\n")).tree == {}


def test_an_override_wrote_the_sections_that_no_file_has(files):
    (a,) = files("up: {use: one}")
    source = read([a], ["up.kernel=5", "trian.steps.more=3"])
    assert source.where(("trian",)) == source.where(("trian", "steps")) == "trian.steps.more=3"
    assert source.where(("up",)) == f"{a}:1"


def test_a_value_belongs_to_the_folder_of_the_file_that_wrote_it(tmp_path, monkeypatch):
    for name, text in (
        ("base", "images: d\nlet: {root: r, given: '???'}\nup: {use: one, file: f}"),
        ("over", OVER),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text(text)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    files = [tmp_path / "base" / "a.yaml", Path("../over/a.yaml")]
    source = read(files, ["let.given=g", "more={list: [x]}"])
    base, over = tmp_path / "base", here / ".." / "over"
    wanted = {
        "images": base,  # written there
        "up.file": over,  # written there again
        "mine": over,
        "inner": base,  # over/a.yaml hands on what base/a.yaml wrote
        "sibling": base,
        "begun": base,  # it begins with what base/a.yaml wrote
        "ended": over,  # it begins with what over/a.yaml wrote
        "handed": here,  # it hands on what an override wrote
        "of_the_machine": here,
        "whole.root": base,
        "whole.given": here,
        "list.0": here,
        "more.list.0": here,
        "nowhere.said": here,
    }
    assert {key: source.folder(tuple(key.split("."))) for key in wanted} == wanted
    assert source.where(("handed",)) == "../over/a.yaml:5"


UNDER = """images: d
let: {root: r, given: '???'}
up: {use: one, file: f}
"""
OVER = """mine: m
inner: ${let.root}
begun: ${let.root}/x
ended: x/${let.root}
handed: ${let.given}
of_the_machine: ${oc.env:HOME}
whole: ${let}
list: ["${let.given}/x"]
up: {file: g}
sibling: ${.inner}
"""
