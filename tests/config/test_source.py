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


def test_an_empty_file_is_an_empty_config(files):
    assert read(files("", "# nothing\n")).tree == {}
