"""Fixtures for the whole suite."""

import os
import sys
from importlib import invalidate_caches
from importlib.metadata import distribution
from pathlib import Path

import pytest
import torch

# Tests run side by side in processes; more threads than cores only makes them wait for one another.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def shared_data():
    """The folder of research data that is not in the repository; the test is skipped where it is missing."""
    given = os.environ.get("SRKIT_TEST_DATA")
    folder = Path(given) if given else Path(__file__).parents[2] / "shared" / "data"
    if not (folder / "test" / "Set5").is_dir():
        pytest.skip(
            f"wants the research data (Set5, matlab_lr, div2krk, weights) in {folder}; "
            "set SRKIT_TEST_DATA to its folder"
        )
    return folder


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that installs a one-module plugin for the length of a test."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def install(name, code, entry="plug"):
        module = name.replace("-", "_")
        (site / f"{module}.py").write_text("import srkit\n" + code)
        info = site / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[srkit]\n{entry} = {module}\n")
        monkeypatch.delitem(sys.modules, module, raising=False)
        invalidate_caches()
        (point,) = distribution(name).entry_points
        return point

    yield install
    invalidate_caches()
