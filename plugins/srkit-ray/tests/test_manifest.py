"""The packages that must be the same on all nodes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from srkit_ray import manifest as module
from srkit_ray.manifest import differences, manifest


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """The source of an installed plugin, and the environment of a process that finds it."""
    (tmp_path / "plug").mkdir()
    source = tmp_path / "plug" / "__init__.py"
    source.write_text("import srkit\n")
    info = tmp_path / "srkit_plug-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: srkit-plug\nVersion: 1.0\nRequires-Dist: srkit\nRequires-Dist: numpy>=1\n"
        "Requires-Dist: pytest; extra == 'more'\n"
    )
    (info / "entry_points.txt").write_text("[srkit]\nplug = plug\n")
    monkeypatch.syspath_prepend(tmp_path)
    return source


def test_srkit_its_plugins_and_what_they_require_are_known(plugin):
    found = manifest(["srkit-plug"])
    assert list(found)[:3] == ["python", "srkit", "plugin srkit-plug"]
    assert found["plugin srkit-plug"].startswith("1.0 (source ")
    assert found["numpy"]
    assert "pytest" not in found  # of an extra
    assert "+" not in found.get("torch", "")


def test_another_source_is_another_package(plugin):
    before = manifest(["srkit-plug"])
    plugin.write_text("import srkit  # changed\n")
    now = manifest(["srkit-plug"])
    assert before.keys() == now.keys()
    assert [name for name in before if before[name] != now[name]] == ["plugin srkit-plug"]
    (told,) = differences(before, now)
    assert told == f"plugin srkit-plug: wants {before['plugin srkit-plug']}, found {now['plugin srkit-plug']}"


def test_what_is_missing_is_told():
    assert manifest(["srkit-absent"]).keys() == manifest([]).keys()
    assert differences({"a": "1", "b": "2"}, {"b": "2", "c": "3"}) == ["a: wants 1, found none"]


def test_a_node_runs_its_text_without_this_plugin(plugin):
    text = Path(module.__file__).read_text(encoding="utf-8")
    command = [sys.executable, "-P", "-c", text, json.dumps(["srkit-plug"])]
    found = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert json.loads(found.stdout) == manifest(["srkit-plug"])
