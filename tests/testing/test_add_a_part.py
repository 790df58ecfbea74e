"""The page that says how to add a part: its examples keep the contracts that it describes."""

import re
from pathlib import Path

import numpy as np
import pytest

from srkit.parts import KINDS
from srkit.testing import check_part

PAGE = (Path(__file__).parents[2] / "docs" / "add-a-part.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def page(tmp_path, monkeypatch):
    """The names that the Python of the page defines."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SRKIT_PLUGINS", "")
    np.save("images.npy", np.arange(3 * 8 * 6 * 3, dtype=np.uint8).reshape(3, 8, 6, 3))
    names = {"__name__": "page"}
    for block in BLOCKS:
        exec(block, names)
    return names


def test_the_examples_keep_their_contracts(page):
    names = {"plain", "stack", "consistent", "round", "jsonl", "one_by_one", "pickled"}
    assert {part.name for shelf in page["catalog"].values() for part in shelf.values()} > names


def test_the_model_of_the_page_keeps_its_contract_as_it_is(page):
    check_part(page["catalog"]["model"]["plain"], page["catalog"])


def test_every_kind_is_described():
    assert re.findall(r"^### (\w+)$", PAGE, re.MULTILINE) == [kind.name for kind in KINDS]


ASKED = (
    *(
        "srkit.slots",
        "srkit.parts",
        "default",
        "pyramid",
        "needs",
        "halo",
        "multiple",
        "least",
        "half",
        "whole",
        "buffers",
        "balance",
        "balanced",
        "draws",
        "child",
        "becomes",
        "low_size",
    ),
    *(
        "trace",
        "kernels",
        "threads",
        "scale",
        "names",
        "high",
        "low",
        "size",
        "key",
        "original",
    ),
    *("record", "close", "Task", "Ended", "output", "arguments", "folder", "reason", "thread_limits"),
    *("accepts", "read", "build", "metadata"),
)


ABILITIES = {one.name for kind in KINDS for one in kind.abilities}


@pytest.mark.parametrize("word", sorted({*ASKED, *ABILITIES}))
def test_nothing_that_a_host_asks_for_is_unsaid(word):
    assert re.search(rf"\b{re.escape(word)}\b", PAGE)
