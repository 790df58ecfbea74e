"""Imports go down. A module may import only from floors below its own."""

import ast
from pathlib import Path

import pytest

from srkit.parts import KINDS

ROOT = Path(__file__).parent.parent
FLOORS = (  # lowest first; rooms on one floor do not see each other
    ("errors", "hookspecs", "atomic", "lock", "plain", "seeds", "slots", "pair"),
    ("registry", "image", "draws", "work", "world"),
    ("training",),
    ("config", "parts", "records"),
    ("data", "degrading", "engine", "layers", "checkerboard", "experiment"),
    ("network", "fused"),
    tuple(kind.room.removeprefix("srkit.") for kind in KINDS),
    ("plugins",),
    ("weights", "evaluation"),
    ("run", "testing"),
    ("ablation", "photographs", "report"),
    ("cli",),
    ("__main__",),
)
ALWAYS = {"srkit"}  # the plugin author's surface: re-exports of hookspecs and registry
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
FILES = sorted(path.relative_to(ROOT) for path in (ROOT / "srkit").rglob("*.py"))


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
    room = file.parts[1].removesuffix(".py")
    if room == "__init__":
        return []
    return [
        f"{file}:{line}: {room} may not import {other}"
        for line, name in imports(text)
        for other in [name.split(".")[1]]
        if other in LEVEL and other != room and LEVEL[other] >= LEVEL[room]
    ]


@pytest.mark.parametrize("file", FILES, ids=str)
def test_imports_go_down(file):
    assert file.parts[1].removesuffix(".py") in {*LEVEL, "__init__"}, f"{file}: which floor is this room on?"
    assert broken(file, (ROOT / file).read_text(encoding="utf-8")) == []


def test_a_broken_floor_is_found():
    file = Path("srkit/engine/x.py")
    assert broken(file, "import torch\nfrom srkit.data.stream import Stream") == [
        "srkit/engine/x.py:2: engine may not import data"
    ]
    assert broken(file, "from srkit import plugins") == ["srkit/engine/x.py:1: engine may not import plugins"]
    assert broken(file, "from srkit.pair import Pair\nimport srkit") == []


def test_no_file_is_a_warehouse():
    long = {str(file): len((ROOT / file).read_text().splitlines()) for file in FILES}
    assert {file: lines for file, lines in long.items() if lines > 300} == {}
