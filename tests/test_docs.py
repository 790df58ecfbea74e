"""The documentation agrees with the code."""

import importlib.util
import re
import shlex
import sys
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path

import numpy as np
import pytest

from srkit.cli.main import main
from srkit.image.files import write

ROOT = Path(__file__).parent.parent
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])


def generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_passages_are_current():
    for page, text in generator().pages().items():
        assert page.read_text(encoding="utf-8") == text, f"{page} is not current; run python docs/generate.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_a_page_names_exist(page):
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:srkit|configs|docs|tests|plugins)/[\w/.-]+)`", text):
        assert (ROOT / name).exists(), f"{page.name} names {name}"


def test_commands_in_the_docs_name_configs_that_exist():
    for page in PAGES:
        for config in re.findall(
            r"srkit (?:run|check|explain|ablate) (configs/[\w/.]+\.yaml)", page.read_text(encoding="utf-8")
        ):
            assert (ROOT / config).exists(), f"{page.name} names {config}"


@pytest.fixture
def photographs(tmp_path, monkeypatch, zoo):
    """The folder that the examples of docs/upscale.md are run in, with tiny weights."""
    monkeypatch.chdir(tmp_path)
    photo = np.arange(32 * 48, dtype=np.uint8).reshape(32, 48, 1).repeat(3, 2)
    (tmp_path / "trip" / "day 2").mkdir(parents=True)
    for name in ("photo.jpg", "trip/bridge.jpg", "trip/day 2/logo.png"):
        write(tmp_path / name, photo)
    (tmp_path / "notes.jpg").write_text("Dear diary")
    return tmp_path


UPSCALE = (ROOT / "docs" / "upscale.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", re.findall(r"```console\n(.*?)```", UPSCALE, re.DOTALL))
def test_commands_do_what_the_docs_say(block, photographs, monkeypatch, capsys):
    command, _, wanted = block.partition("\n")
    monkeypatch.setattr(sys, "argv", [*shlex.split(command.removeprefix("$ ")), "--device", "cpu"])
    with pytest.raises(SystemExit) as stopped:
        main()
    found = capsys.readouterr().out
    assert OutputChecker().check_output(wanted, found, ELLIPSIS), found
    refused = "failed:" in wanted or '"state": "refused"' in wanted
    assert stopped.value.code == int(refused)


CONFIG = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", re.findall(r"```console\n(.*?)```", CONFIG, re.DOTALL))
def test_configs_are_answered_as_the_docs_say(block, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    bad = next(text for text in re.findall(r"```yaml\n(.*?)```", CONFIG, re.DOTALL) if "featurs" in text)
    (tmp_path / "bad.yaml").write_text(bad)
    command, _, wanted = block.partition("\n")
    monkeypatch.setattr(sys, "argv", shlex.split(command.removeprefix("$ ")))
    with pytest.raises(SystemExit):
        main()
    assert OutputChecker().check_output(wanted, "".join(capsys.readouterr()), ELLIPSIS)


def test_python_in_the_docs_does_what_it_says(photographs):
    names = {}
    for block in re.findall(r"```python\n(.*?)```", UPSCALE, re.DOTALL):
        exec(block, names)
    assert names["large"].shape == (480, 640, 3)
