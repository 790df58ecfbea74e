"""The documentation says what the code does."""

import importlib.util
import re
from pathlib import Path

import pytest

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
