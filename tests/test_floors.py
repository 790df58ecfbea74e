"""Imports go down. A module may import only from floors below its own, as docs/ideas.md draws them."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DRAWING = ROOT / "docs" / "ideas.md"
ALWAYS = {"srkit"}  # the plugin author's surface: re-exports of hookspecs and registry
FILES = sorted(path.relative_to(ROOT) for path in (ROOT / "srkit").rglob("*.py"))


def drawn(text):
    """Return the floor of every room in the drawing; a line without a number goes on with the floor above it."""
    (block,) = re.findall(r"^## The floors\n.*?^```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    floors, floor = {}, None
    for line in block.splitlines():
        number, *rooms = re.fullmatch(r"\s*(\d*)\s+(.*)", line.partition("#")[0]).groups()
        floor = int(number) if number else floor
        for room in rooms[0].split():
            assert room not in floors, f"docs/ideas.md: the drawing of the floors has {room!r} twice"
            floors[room] = floor
    return floors


LEVEL = drawn(DRAWING.read_text(encoding="utf-8"))


def room_of(file):
    return file.parts[1].removesuffix(".py")


def imports(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import hides where it goes"
            names = [f"{node.module}.{a.name}" if node.module == "srkit" else node.module for a in node.names]
        else:
            continue
        yield from ((node.lineno, name) for name in names if name.split(".")[0] == "srkit" and name not in ALWAYS)


def broken(file, text):
    """Return what is wrong with the imports of ``file``: one line each, with its place."""
    room = room_of(file)
    if room == "__init__":
        return []
    return [
        f"{file}:{line}: {room} (floor {LEVEL[room]}) may not import {other} (floor {LEVEL[other]})"
        for line, name in imports(text)
        for other in [name.split(".")[1]]
        if other in LEVEL and other != room and LEVEL[other] >= LEVEL[room]
    ]


def undrawn(files, texts):
    """Return what to change in the drawing: a line for every room that it lacks, and for every one that is gone."""
    imported = {}
    for file, text in zip(files, texts, strict=True):
        below = (name.split(".")[1] for _, name in imports(text))
        imported.setdefault(room_of(file), set()).update(below)
    rooms = imported.keys() - {"__init__"}
    least = {room: max((LEVEL.get(one, 0) + 1 for one in imported[room] - {room}), default=0) for room in rooms}
    return [
        f"docs/ideas.md: the drawing under 'The floors' lacks {room!r}; add it there, on floor {least[room]} or "
        "higher (it imports what lies below), and below all rooms that import it"
        for room in sorted(rooms - LEVEL.keys())
    ] + [
        f"docs/ideas.md: the drawing under 'The floors' has {room!r}, but there is no srkit/{room} and no "
        f"srkit/{room}.py; take it out"
        for room in sorted(LEVEL.keys() - rooms)
    ]


def test_the_drawing_has_every_room():
    texts = [(ROOT / file).read_text(encoding="utf-8") for file in FILES]
    assert "\n".join(undrawn(FILES, texts)) == ""


@pytest.mark.parametrize("file", [file for file in FILES if room_of(file) in {*LEVEL, "__init__"}], ids=str)
def test_imports_go_down(file):
    assert broken(file, (ROOT / file).read_text(encoding="utf-8")) == []


def test_a_broken_floor_is_found():
    file = Path("srkit/engine/x.py")
    assert broken(file, "import torch\nfrom srkit.data.stream import Stream") == [
        f"srkit/engine/x.py:2: engine (floor {LEVEL['engine']}) may not import data (floor {LEVEL['data']})"
    ]
    assert len(broken(file, "from srkit import plugins")) == 1
    assert broken(file, "from srkit.pair import Pair\nimport srkit") == []


def test_what_is_not_drawn_is_told_with_its_floor():
    files = [Path("srkit") / f"{room}.py" for room in LEVEL if room != "filename"] + [Path("srkit/attic/x.py")]
    texts = [""] * (len(files) - 1) + ["from srkit.engine.fit import fit"]
    assert undrawn(files, texts) == [
        "docs/ideas.md: the drawing under 'The floors' lacks 'attic'; add it there, on floor "
        f"{LEVEL['engine'] + 1} or higher (it imports what lies below), and below all rooms that import it",
        "docs/ideas.md: the drawing under 'The floors' has 'filename', but there is no srkit/filename and no "
        "srkit/filename.py; take it out",
    ]


def test_no_file_is_a_warehouse():
    long = {str(file): len((ROOT / file).read_text().splitlines()) for file in FILES}
    assert {file: lines for file, lines in long.items() if lines > 300} == {}


def offers_parts(package):
    """Return whether a package in plugins/ offers parts; one that does not is a program on top of srkit."""
    return "[project.entry-points.srkit]" in (package / "pyproject.toml").read_text(encoding="utf-8")


PLUGINS = sorted(
    file.relative_to(ROOT)
    for package in (ROOT / "plugins").iterdir()
    if package.is_dir() and offers_parts(package)
    for file in package.glob("**/*.py")
    if "tests" not in file.parts
)


def reaches_up(file, text):
    """Return what is wrong with the imports of a plugin, which stands where the rooms of parts stand."""
    return [
        f"{file}:{line}: a plugin may not import {name}; docs/write-a-plugin.md says what it may"
        for line, name in imports(text)
        if LEVEL.get(name.split(".")[1], 0) >= LEVEL["models"]
    ]


@pytest.mark.parametrize("file", PLUGINS, ids=str)
def test_plugins_import_what_lies_below_the_parts(file):
    assert reaches_up(file, (ROOT / file).read_text(encoding="utf-8")) == []


def test_only_what_offers_no_parts_is_a_program():
    programs = [one.name for one in (ROOT / "plugins").iterdir() if one.is_dir() and not offers_parts(one)]
    assert programs == ["srkit-app"]


def test_a_plugin_that_reaches_up_is_named():
    text = "import srkit\nfrom srkit import models\nfrom srkit.run.build import build\nimport srkit.network.needs\n"
    said = "a plugin may not import srkit.{}; docs/write-a-plugin.md says what it may"
    assert reaches_up("p.py", text) == [f"p.py:2: {said.format('models')}", f"p.py:3: {said.format('run.build')}"]
