"""A plugin brings a kind of its own by the same hook, and changes no other. It is the plugin of the docs."""

import re
from pathlib import Path

import pytest

from srkit.config.check import check
from srkit.config.show import fill
from srkit.config.source import Source
from srkit.errors import ConfigError, PartError
from srkit.experiment import Experiment
from srkit.parts import KINDS
from srkit.plugins import load_catalog
from srkit.plugins.names import part_names
from srkit.testing import check_part

PAGE = (Path(__file__).parents[2] / "docs" / "write-a-plugin.md").read_text(encoding="utf-8")
(WINDOW,) = (block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "srkit.Kind(" in block)
HANN = """
import torch
from srkit_window import window

@window("hann")
def hann(*, periodic: bool = False):
    \"\"\"A raised cosine.

    Args:
        periodic: Leave the last zero out.
    \"\"\"
    return lambda length: torch.hann_window(length, periodic=periodic)

@srkit.hookimpl
def srkit_parts(): return [hann]
"""


@pytest.fixture
def point(install):
    """The entry point of the plugin of the docs."""
    return install("srkit-window", WINDOW)


def test_its_parts_stand_on_a_shelf_of_their_own(point):
    catalog = load_catalog([point])
    assert list(catalog) == [*(kind.name for kind in KINDS), "window"]
    assert list(catalog["window"]) == ["flat"]
    assert catalog["window"]["flat"].origin == catalog["window"].origin == "srkit-window 1.0"
    assert [kind.name for kind in catalog.plugins[0].kinds] == ["window"]


def test_a_config_fills_its_slots(point):
    tree = {
        "scale": 2,
        "model": "bicubic",
        "train": {"steps": 1},
        "loss": {"use": "windowed", "window": {"height": 2}},
    }
    catalog = load_catalog([point])
    experiment = check(Source(tree, {}, "a.yaml"), Experiment, catalog)
    assert fill(experiment)["loss"] == {"use": "windowed", "window": {"use": "flat", "height": 2.0}}
    assert experiment.loss().window(3).tolist() == [2, 2, 2]
    with pytest.raises(ConfigError, match=r"loss\.window: no window called 'flatt'; did you mean 'flat'"):
        check(Source(tree | {"loss": {"use": "windowed", "window": "flatt"}}, {}, "a.yaml"), Experiment, catalog)


def test_its_contract_is_checked_as_any_other(point):
    catalog = load_catalog([point])
    check_part(catalog["window"]["flat"], catalog)
    check_part(catalog["loss"]["windowed"], catalog)
    with pytest.raises(AssertionError, match=r"window 'flat' .*: gives negative weights"):
        check_part(catalog["window"]["flat"], catalog, height=-1.0)


def test_another_plugin_offers_parts_of_its_kind(point, install):
    points = [point, install("srkit-windows", HANN)]
    catalog = load_catalog(points)
    assert list(catalog["window"]) == ["flat", "hann"]
    assert catalog.build("loss", "windowed", window="hann").window(3).tolist() == [0, 1, 0]


def test_commands_list_it(point, srkit):
    code, out, _ = srkit("parts", "window")
    assert (code, "flat" in out, "height=1.0" in out) == (0, True, True)
    assert srkit("parts", "window", "--names")[:2] == (0, "window: flat\n")
    assert "kind window: callable: length to weights (length,)\n    window flat" in srkit("plugins")[1]
    assert srkit("parts", "windw")[2] == "no kind called 'windw'; did you mean 'window'?\n"


def test_names_are_read_without_importing_it(install):
    point = install("srkit-window", WINDOW + "\nraise SystemExit('imported')")
    assert part_names([point])["window"] == ["flat"]


BRINGS = """
{name} = srkit.Kind("{name}", contract="srkit_x:checked")

@srkit.hookimpl
def srkit_parts(): return [{name}]
"""


@pytest.mark.parametrize(("name", "other"), [("loss", "srkit"), ("window", "srkit-window 1.0")])
def test_no_kind_is_altered(name, other, point, install):
    with pytest.raises(PartError) as caught:
        load_catalog([point, install("srkit-x", BRINGS.format(name=name))])
    assert str(caught.value).splitlines()[0] == (
        f"plugin srkit-x 1.0 (srkit_x) is refused: the kind {name!r} is offered by both {other} and srkit-x 1.0"
    )


def test_a_kind_wants_a_name(install):
    code = BRINGS.format(name="x").replace('Kind("x"', 'Kind("my kind"')
    with pytest.raises(PartError, match=r"x 1\.0 offers a kind 'my kind'; wants a name of letters"):
        load_catalog([install("srkit-x", code)])


def test_a_kind_that_nobody_offers_is_named(install):
    unoffered = WINDOW.replace("return [window, flat, Windowed]", "return [flat]")
    slot = WINDOW.replace("return [window, flat, Windowed]", "return [Windowed]")
    problems = [
        load_catalog([install(name, code)], survive=True).plugins[0].problem
        for name, code in (("srkit-a", unoffered), ("srkit-b", slot))
    ]
    assert problems == [
        "is refused: srkit-a 1.0 offers 'flat' of a kind 'window' that srkit does not know; "
        "a plugin that brings a kind returns it from srkit_parts() too",
        "is refused: loss 'windowed' (srkit-b 1.0): "
        "wants slots of known kinds, got one of 'window'; offer the kind too",
    ]


def test_a_contract_that_is_not_there_is_named(install):
    code = WINDOW.replace("srkit_window:keeps_its_word", "srkit_window:keeps")
    catalog = load_catalog([install("srkit-window", code)])
    with pytest.raises(PartError, match="kind 'window': wants a contract as 'module:function', got"):
        check_part(catalog["window"]["flat"], catalog)
