import pytest
import torch

import srkit
from srkit.errors import ConfigError, PartError
from srkit.installed import installed
from srkit.plugins import load_catalog
from srkit.registry import Part

GOOD = """
@srkit.upsampler("{name}")
def up(channels, out_channels, scale, *, gain: float = 1.0): ...

@srkit.hookimpl
def srkit_parts(): return [up]
"""


def refused(points):
    with pytest.raises(PartError) as caught:
        load_catalog(points)
    *lines, way_out = str(caught.value).splitlines()
    assert "SRKIT_PLUGINS" in way_out
    return lines


def test_an_installed_plugin_offers_its_part(install):
    catalog = load_catalog([install("srkit-lanczos", GOOD.format(name="lanczos"))])
    assert catalog["upsampler"]["lanczos"].origin == "srkit-lanczos 1.0"
    assert [part.name for part in catalog.plugins[0].parts] == ["lanczos"]


def test_two_plugins_may_share_an_entry_point_name(install):
    points = [install(f"srkit-{n}", GOOD.format(name=n), entry="same") for n in ("one", "two")]
    assert {"one", "two"} <= set(load_catalog(points)["upsampler"])


def test_two_plugins_may_not_share_a_part_name(install):
    points = [install(f"srkit-{n}", GOOD.format(name="same")) for n in ("one", "two")]
    assert refused(points) == [
        "plugin srkit-two 1.0 (srkit_two) is refused: "
        "upsampler 'same' is offered by both srkit-one 1.0 and srkit-two 1.0"
    ]


def test_a_plugin_may_not_shadow_a_built_in(install):
    (line,) = refused([install("srkit-x", GOOD.format(name="subpixel"))])
    assert line.endswith("upsampler 'subpixel' is offered by both srkit.upsamplers and srkit-x 1.0")


def test_a_refused_plugin_leaves_nothing_on_the_shelves(install):
    code = GOOD.format(name="fine") + "\ndef srkit_parts2(): ...\n"
    code = code.replace("return [up]", "return [up, srkit_parts2]")
    catalog = load_catalog([install("srkit-x", code)], survive=True)
    assert "fine" not in catalog["upsampler"]
    assert "carries no part mark" in catalog.plugins[0].problem


def test_a_misspelt_hook_is_an_error(install):
    (line,) = refused([install("srkit-x", "@srkit.hookimpl\ndef srkit_prats(): return []")])
    assert line == (
        "plugin srkit-x 1.0 (srkit_x) is refused: unknown hook 'srkit_prats'; did you mean 'srkit_parts'?"
    )


def test_a_plugin_without_the_hook_is_an_error(install):
    (line,) = refused([install("srkit-x", "")])
    assert line.endswith("srkit-x 1.0 has no srkit_parts(); mark one with @srkit.hookimpl")


def test_every_plugin_that_does_not_import_is_named(install):
    broken = {"srkit-x": "import nope", "srkit-y": "1 / 0", "srkit-z": "raise SystemExit(0)"}
    assert refused([install(name, source) for name, source in broken.items()]) == [
        "plugin srkit-x 1.0 (srkit_x) does not load: ModuleNotFoundError: No module named 'nope'",
        "plugin srkit-y 1.0 (srkit_y) does not load: ZeroDivisionError: division by zero",
        "plugin srkit-z 1.0 (srkit_z) does not load: SystemExit: 0",
    ]


def test_a_plugin_that_fails_in_its_hook_is_named(install):
    (line,) = refused([install("srkit-x", "@srkit.hookimpl\ndef srkit_parts(): return 1 / 0")])
    assert line == "plugin srkit-x 1.0 (srkit_x) fails in srkit_parts(): ZeroDivisionError: division by zero"


def test_a_part_must_take_what_its_host_wires_in():
    wrong = (
        lambda scale: ...,
        lambda scale, channels: ...,
        lambda channels, out_channels, scale, *args: ...,
        lambda channels, out_channels, scale, **options: ...,
        lambda channels, out_channels, scale, kernel=3: ...,
    )
    for up in wrong:
        with pytest.raises(PartError, match=r"must take \(channels, out_channels, scale, \*, \.\.\.\)"):
            Part.of(srkit.upsampler("x")(up), "here")


def up(channels, out_channels, scale): ...


@pytest.mark.parametrize(
    ("name", "shown"), [(up, "up"), (3, "3"), ("", "''"), ("a b", "'a b'"), ("no", "'no'"), ("4x", "'4x'")]
)
def test_a_mark_wants_a_name(name, shown):
    with pytest.raises(PartError) as caught:
        srkit.upsampler(name)
    assert str(caught.value) == (
        "@srkit.upsampler wants a name of letters, digits, _ and -, a letter first, as in "
        f"@srkit.upsampler('mine'), got {shown}"
    )


def test_a_second_mark_is_refused():
    with pytest.raises(PartError) as caught:

        @srkit.upsampler("outer")
        @srkit.loss("inner")
        def twice(): ...

    assert str(caught.value).startswith("@srkit.upsampler('outer') wants a class or function without a mark, got ")
    assert str(caught.value).endswith(
        "twice, which is loss 'inner'; write a subclass or a function for the second part"
    )


def test_a_plugin_with_a_mark_without_a_name_is_named(install):
    (line,) = refused([install("srkit-x", "@srkit.upsampler\ndef up(channels, out_channels, scale): ...")])
    assert line.startswith("plugin srkit-x 1.0 (srkit_x) is refused: @srkit.upsampler wants a name of letters")


def test_a_subclass_is_not_its_parent():
    shelf = load_catalog([])["upsampler"]

    class Child(shelf["subpixel"].factory): ...

    with pytest.raises(PartError, match="carries no part mark"):
        Part.of(Child, "here")


def test_a_registry_is_a_mapping():
    shelf = load_catalog([])["upsampler"]
    assert shelf.get("nope") is None
    assert "nope" not in shelf
    assert list(shelf) == sorted(shelf)
    with pytest.raises(KeyError) as caught:
        shelf["subpixle"]
    assert str(caught.value) == "no upsampler called 'subpixle'; did you mean 'subpixel'?"


def test_the_environment_leaves_plugins_out(install, monkeypatch):
    for name in ("srkit-one", "srkit-two"):
        install(name, GOOD.format(name=name[6:]), entry=name[6:])

    def names():
        return {point.name for point in installed()} & {"one", "two"}

    monkeypatch.delenv("SRKIT_PLUGINS", raising=False)
    assert names() == {"one", "two"}
    monkeypatch.setenv("SRKIT_PLUGINS", "")
    assert installed() == []
    monkeypatch.setenv("SRKIT_PLUGINS", "srkit-two, other")
    assert names() == {"two"}


def test_python_builds_parts_with_the_same_checks():
    catalog = load_catalog([])
    same = torch.zeros(1, 1, 2, 2)
    assert catalog.build("loss", "charbonnier", epsilon=0.5)(same, same).item() == 0.5
    with pytest.raises(ConfigError, match="unknown option; did you mean 'epsilon'"):
        catalog.build("loss", "charbonnier", epsilom=1e-3)
