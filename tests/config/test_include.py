"""``${file:PATH}`` puts the content of a file in the place of a value."""

import pytest

from srkit.config.source import read
from srkit.errors import ConfigError


def written(folder, **texts):
    for name, text in texts.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_the_content_stands_where_the_file_is_named(tmp_path):
    written(tmp_path / "parts", up="use: one\nsteps:\n  - {kernel: 3}\n")
    written(tmp_path, a="up: ${file:parts/up.yaml}\nlist: [1, '${file: parts/up.yaml}']")
    source = read([tmp_path / "a.yaml"])
    content = {"use": "one", "steps": [{"kernel": 3}]}
    assert source.tree == {"up": content, "list": [1, content]}
    assert source.where(("up",)) == f"{tmp_path / 'a.yaml'}:1"
    assert source.where(("up", "steps", "0", "kernel")) == f"{tmp_path / 'parts' / 'up.yaml'}:3"
    assert source.folder(("up", "use")) == tmp_path / "parts"


def test_what_is_included_merges_like_what_is_written(tmp_path, monkeypatch):
    written(tmp_path, up="use: one\nkernel: 3\ndepth: ${let.depth}", a="let: {depth: 2}\nup: ${file:up.yaml}")
    monkeypatch.chdir(tmp_path)
    a = tmp_path / "a.yaml"
    assert read([a], ["up.kernel=5"]).tree["up"] == {"use": "one", "kernel": 5, "depth": 2}
    assert read([a], ["up={use: two}"]).tree["up"] == {"use": "two"}
    assert read([a], ["other=${file:up.yaml}"]).tree["other"] == {"use": "one", "kernel": 3, "depth": 2}


def test_files_may_include_files_but_not_themselves(tmp_path):
    written(tmp_path / "more", b="c: ${file:c.yaml}", c="d: 1")
    written(tmp_path, a="b: ${file:more/b.yaml}", loop="x: ${file:pool.yaml}", pool="\ny: ${file:loop.yaml}")
    assert read([tmp_path / "a.yaml"]).tree == {"b": {"c": {"d": 1}}}
    with pytest.raises(ConfigError) as caught:
        read([tmp_path / "loop.yaml"])
    loop, pool = (tmp_path / f"{name}.yaml" for name in ("loop", "pool"))
    assert str(caught.value) == f"{loop}:1: x: includes {pool}, which includes it in turn"


def test_a_file_that_cannot_be_included_is_told_with_both_places(tmp_path):
    written(tmp_path, a="x:\n  up: ${file:gone.yaml}\ny: ${file:bad.yaml}", bad="\n- 1")
    with pytest.raises(ConfigError) as caught:
        read([tmp_path / "a.yaml"])
    a = tmp_path / "a.yaml"
    assert str(caught.value).splitlines() == [
        f"{a}:2: x.up: {tmp_path / 'gone.yaml'}: cannot be read: No such file or directory",
        f"{tmp_path / 'bad.yaml'}:1: wants a mapping of options, got a list or a single value",
    ]
