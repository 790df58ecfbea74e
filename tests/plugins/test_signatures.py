"""Signatures of parts: an allowed type works everywhere, any other is refused when the part is shelved."""

from dataclasses import dataclass

import pytest

from srkit.ablation.study import Study
from srkit.config.check import check
from srkit.config.show import explain, fill, to_yaml
from srkit.config.signature import verify
from srkit.config.source import read
from srkit.errors import ConfigError, PartError
from srkit.experiment import Experiment
from srkit.parts import KINDS, Loss, loss
from srkit.plugins import load_catalog
from srkit.plugins.describe import options
from srkit.registry import Part

HEAD = """
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Iterable, Literal, Optional
from srkit import Range
from srkit.parts import Loss, Metric
from srkit.slots import default
if TYPE_CHECKING:
    from srkit.parts import Upsampler
    from somewhere import Thing

class Color(Enum):
    red = 1
    blue = 2

@dataclass(frozen=True, kw_only=True)
class Opt:
    a: int = 1
    b: list[int] = field(default_factory=lambda: [2])
    of: Loss = default("l1")
    twice: int = field(init=False, default=0)
    more: list["Opt"] = field(default_factory=list)

@dataclass
class Loose:
    a: int = 1

@dataclass(kw_only=True)
class Hidden:
    a: InitVar[int] = 1

@dataclass(kw_only=True)
class Wrong:
    a: set[int] = field(default_factory=set)
    b: int = "x"
"""
PART = """
@srkit.loss("zoo")
def zoo(*, {option}) -> "Thing":
    return k

@srkit.hookimpl
def srkit_parts(): return [zoo]
"""


@dataclass(frozen=True, kw_only=True)
class Shape:
    loss: Loss


@pytest.fixture
def offered(install):
    """Return a function that gives a catalog with a plugin's part ``zoo``, which has one option."""
    return lambda option: load_catalog([install("srkit-zoo", HEAD + PART.format(option=option))])


L1 = {"use": "l1", "reduction": "mean"}
MSE = {"use": "mse", "reduction": "mean"}
OPT = {"a": 7, "b": [2], "of": L1, "more": []}
ALLOWED = [  # declared, as `srkit parts` shows its default, filled, another value, that one filled
    ("k: bool = True", "true", True, "false", False),
    ("k: int = 3", "3", 3, "4", 4),
    ("k: float = 3", "3", 3.0, "4", 4.0),
    ("k: float = 1e-6", "1.0e-06", 1e-6, "1e-7", 1e-7),
    ("k: str = 'a b'", "a b", "a b", "c", "c"),
    ("k: str = '1e3'", "'1e3'", "1e3", "'12:30'", "12:30"),
    ("k: str = '${x}'", r"'\${x}'", "${x}", r"'\\\\\${y}'", r"\\${y}"),
    ("k: Path = Path('/zoo9.jsonl')", "/zoo9.jsonl", "/zoo9.jsonl", "/a/b", "/a/b"),
    ("k: Literal['a', 2, None] = 'a'", "a", "a", "2", 2),
    ("k: int | None = None", "null", None, "3", 3),
    ("k: Annotated[int, Range(2, 4)] = 3", "3", 3, "4", 4),
    ("k: Annotated[float, Range(above=0)] | None = None", "null", None, "1", 1.0),
    ("k: list[Annotated[float, Range(0, 1)]] = [1]", "[1]", [1.0], "[0]", [0.0]),
    ("k: Optional[str] = 'x'", "x", "x", "null", None),
    ("k: list[int] | None = [1]", "[1]", [1], "[2, 3]", [2, 3]),
    ("k: None | Sequence[float] = (1, 2)", "[1, 2]", [1.0, 2.0], "null", None),
    ("k: list[int | None] = [None]", "[null]", [None], "[2]", [2]),
    ("k: dict[str, list[int]] = {'a': [1]}", "{a: [1]}", {"a": [1]}, "{b: []}", {"b": []}),
    ("k: Mapping[str, Any] = {'a': None}", "{a: null}", {"a": None}, "{b: [x, {c: 1}]}", {"b": ["x", {"c": 1}]}),
    ("k: Loss = default('l1')", "l1", L1, "mse", MSE),
    (
        "k: Loss = default('l1', reduction='sum')",
        "{use: l1, reduction: sum}",
        L1 | {"reduction": "sum"},
        "mse",
        MSE,
    ),
    ("k: Loss | None = default('l1')", "l1", L1, "null", None),
    ("k: Sequence[Loss] = (default('l1'),)", "[l1]", [L1], "[mse, l1]", [MSE, L1]),
    ("k: dict[str, Loss] | None = {'a': default('l1')}", "{a: l1}", {"a": L1}, "{b: mse}", {"b": MSE}),
    ("k: Opt = Opt(a=7)", "{a: 7, b: [2], of: l1, more: []}", OPT, "{b: [3]}", OPT | {"b": [3]}),
    ("k: Opt | None = None", "null", None, "{a: 7}", OPT),
    (
        "k: list[Opt] = [Opt(a=7)]",
        "[{a: 7, b: [2], of: l1, more: []}]",
        [OPT],
        "[{a: 7, of: mse}]",
        [OPT | {"of": MSE}],
    ),
    ("k: Opt = Opt(a=7, more=[Opt(a=7)])", None, OPT | {"more": [OPT]}, "{more: []}", OPT),
]


@pytest.mark.parametrize(("declared", "shown", "usual", "said", "other"), ALLOWED, ids=[row[0] for row in ALLOWED])
def test_an_allowed_type_works_everywhere(declared, shown, usual, said, other, offered, tmp_path):
    catalog = offered(declared)
    (row,) = options(catalog["loss"]["zoo"])
    assert shown in (row.default, None)
    for text, wanted in (("loss: zoo", usual), (f"loss: {{use: zoo, k: {said}}}", other)):
        file, again = tmp_path / "a.yaml", tmp_path / "config.yaml"
        file.write_text(text)
        source = read([file])
        checked = check(source, Shape, catalog)
        assert fill(checked) == {"loss": {"use": "zoo", "k": wanted}}
        assert [key for key, _, _ in explain(checked, source)][:1] == ["loss.use"]
        again.write_text(to_yaml(fill(checked)))
        assert check(read([again]), Shape, catalog) == checked


def test_a_part_gets_what_its_signature_says(offered):
    catalog = offered("k: Opt = Opt(a=7)")
    default = catalog.build("loss", "zoo")
    assert (type(default).__name__, default.a, default.of.name) == ("Opt", 7, "l1")
    assert catalog.build("loss", "zoo", k={"b": [1]}).a == 7


SAYS = "wants a type that YAML can say (bool, int, float, Annotated[int, Range(1)], str, Path, Literal[...], "
REFUSED = [
    ("k", "k: wants a type, such as k: int, got none"),
    (
        "k: 'Upsampler'",
        "k: wants a type that can be read, got 'Upsampler' (NameError: name 'Upsampler' is not defined)",
    ),
    ("k: list['a b']", "k: wants a type that can be read"),
    ("k: tuple[int, int] = (3, 3)", "got tuple[int, int]; use list[int]"),
    ("k: tuple = ()", "got tuple; use list[int]"),
    ("k: list", "got list; say of what, such as list[int]"),
    ("k: Color = Color.red", "got Color; use Literal['red', 'blue']"),
    ("k: int | list[int] = 1", "got int | list[int]; use one of the types, or one | None"),
    ("k: int | str | None = 1", "got int | str | None; use one of the types, or one | None"),
    ("k: list[set[int]]", "got set[int]"),
    ("k: Iterable[int]", "got Iterable[int]"),
    ("k: dict[int, str]", "got dict[int, str]; use dict[str, ...]"),
    ("k: bytes = b''", "got bytes"),
    (
        "k: Annotated[str, Range(1)]",
        "k: wants the range of a number, as in Annotated[int, Range(1)], got Annotated[str",
    ),
    ("k: Annotated[int | None, Range(1)]", "k: wants the range of a number, as in Annotated[int, Range(1)], got"),
    ("k: Annotated[int, 'any']", "k: wants a type that YAML can say"),
    ("k: Annotated[int, Range(1)] = 0", "k: wants a default that is Annotated[int, Range(1)], got 0"),
    (
        "k: list[Annotated[float, Range(below=1)]] = [1]",
        "a default that is list[Annotated[float, Range(below=1)]]",
    ),
    ("k: Literal[Color.red]", "got Literal"),
    ("k: srkit.upsampler", "got srkit.upsampler; use srkit.parts.Upsampler"),
    ("k: Loose = Loose()", "got Loose; make it @dataclass(kw_only=True)"),
    ("k: Hidden = Hidden()", "got Hidden; make it @dataclass(kw_only=True)"),
    ("k: Wrong", "k.a: wants a type that YAML can say"),
    ("k: Wrong", "k.b: wants a default that is int, got 'x'"),
    ("k: int = 'three'", "k: wants a default that is int, got 'three'"),
    ("k: int = None", "k: wants a default that is int, got None"),
    (
        "k: str = '???'",
        "k: wants a default that is str, got '???'; in YAML it stands for a value that must be given",
    ),
    ("k: int = True", "k: wants a default that is int, got True"),
    ("k: float = float('inf')", "k: wants a default that is float, got inf; a number must be finite"),
    ("k: Path = Path('x')", "k: wants a default that is Path, got PosixPath('x'); a path is relative to the file"),
    ("k: Path = 'x'", "k: wants a default that is Path, got 'x'"),
    ("k: list[int] | None = (1,)", "k: wants a default that is list[int] | None, got (1,)"),
    ("k: Sequence[str] = 'abc'", "k: wants a default that is Sequence[str], got 'abc'"),
    ("k: dict[str, float] = {1: 2}", "k: wants a default that is dict[str, float], got {1: 2}"),
    ("k: Any = {1}", "k: wants a default that is Any, got {1}"),
    ("k: Literal[1] = True", "k: wants a default that is Literal[1], got True"),
    ("k: Loss = 'l1'", "k: wants a default that is Loss, got 'l1'; name the part with srkit.slots.default"),
    ("k: Loss = default('l1', reduction=Color.red)", "k: wants a default that is Loss, got default('l1')"),
    ("k: Opt = Opt(a='x')", "k: wants a default that is Opt, got Opt(a='x'"),
    ("use: int = 3", "use: wants another name; in YAML 'use' says which part it is"),
]


@pytest.mark.parametrize(
    ("declared", "says"), REFUSED, ids=[f"{row[0]}-{index}" for index, row in enumerate(REFUSED)]
)
def test_any_other_type_is_refused_on_the_shelf(declared, says, install):
    code = HEAD + PART.format(option=declared).replace("return [zoo]", "return [fine, zoo]")
    code += "\n@srkit.loss('fine')\ndef fine(): ...\n"
    good = install("srkit-good", PART.format(option="k: int = 1").replace('zoo"', 'good"'))
    catalog = load_catalog([install("srkit-zoo", code), good], survive=True)
    broken, whole = catalog.plugins
    assert broken.problem.startswith("is refused: loss 'zoo' (srkit-zoo 1.0): ")
    assert says in broken.problem
    assert not {"zoo", "fine"} & set(catalog["loss"])
    assert whole.problem is None
    assert "good" in catalog["loss"]
    if "YAML can say" in broken.problem:
        assert SAYS in broken.problem


def test_every_broken_option_of_a_part_is_named_at_once(offered):
    with pytest.raises(
        PartError, match=r"(?s)zoo 1\.0\): a: wants .*\n    loss 'zoo' \(srkit-zoo 1\.0\): b: wants "
    ):
        offered("a: int = 'x', b: bytes")


def test_a_broken_plugin_is_named_and_can_be_left_out(install, srkit, monkeypatch):
    install("srkit-zoo", HEAD + PART.format(option="k: 'Upsampler'"))
    code, out, _ = srkit("plugins")
    assert (code, "srkit-zoo 1.0 (srkit_zoo)\n    is refused: loss 'zoo'" in out) == (2, True)
    code, _, said = srkit("parts", "loss")
    assert (code, "is refused: loss 'zoo'" in said, "SRKIT_PLUGINS" in said) == (2, True, True)
    monkeypatch.setenv("SRKIT_PLUGINS", "")
    assert srkit("parts", "loss")[0] == 0


@pytest.mark.parametrize("shape", [Experiment, Study])
def test_our_own_files_keep_the_same_rules(shape):
    verify(Part(loss, "shape", shape, "here"), KINDS)


def test_a_default_that_holds_itself_is_said(offered, tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("loss: zoo")
    with pytest.raises(
        ConfigError, match=r"a\.yaml:1: loss\.k\.k\.k.*: its default parts contain one another without end"
    ):
        check(read([file]), Shape, offered("k: Loss = default('zoo')"))
