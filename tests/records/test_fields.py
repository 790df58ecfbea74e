import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from srkit.errors import RunError
from srkit.records.fields import ObjectFile, RowFile, from_values


@dataclass(frozen=True)
class Inner:
    size: int


@dataclass(frozen=True)
class Outer(ObjectFile):
    name: str
    value: float
    inner: tuple[Inner, ...] = ()
    means: Mapping[str, float] = field(default_factory=dict)
    step: int | None = None
    own: bool = False


@dataclass(frozen=True)
class Row(RowFile):
    value: float
    image: str | None = None


WHOLE = Outer("a", math.inf, (Inner(1), Inner(2)), {"psnr": -math.inf}, 3, own=True)


def test_what_is_written_is_read_with_its_infinities(tmp_path):
    WHOLE.write(tmp_path / "a.json")
    assert Outer.read(tmp_path / "a.json") == WHOLE
    assert json.loads((tmp_path / "a.json").read_text())["value"] == "inf"
    rows = [Row(math.inf), Row(1.0, "b")]
    Row.write_all(tmp_path / "a.jsonl", rows)
    assert list(Row.read_all(tmp_path / "a.jsonl")) == rows


def test_a_whole_number_stands_for_a_float_and_unknown_names_are_left_out():
    found = from_values(Outer, {"name": "a", "value": 2, "of_next_year": 1}, "here")
    assert found == Outer("a", 2.0)
    assert type(found.value) is float


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "here: wants name and value; found nothing"),
        ({"name": "a", "other": 1}, "here: wants value; found name, other"),
        ({"name": 1, "value": 1}, "here: name: wants text, found 1"),
        ({"name": "a", "value": "1.5"}, "here: value: wants a number, found '1.5'"),
        ({"name": "a", "value": True}, "here: value: wants a number, found True"),
        ({"name": "a", "value": None}, "here: value: wants a number, found None"),
        ({"name": "a", "value": 1, "step": 1.5}, "here: step: wants a whole number, found 1.5"),
        ({"name": "a", "value": 1, "own": 1}, "here: own: wants true or false, found 1"),
        ({"name": "a", "value": 1, "inner": {}}, "here: inner: wants a list, found {}"),
        ({"name": "a", "value": 1, "inner": [3]}, "here: inner[0]: wants an object, found 3"),
        ({"name": "a", "value": 1, "inner": [{}]}, "here: inner[0]: wants size; found nothing"),
        ({"name": "a", "value": 1, "means": []}, "here: means: wants an object, found []"),
        ({"name": "a", "value": 1, "means": {"b": "c"}}, "here: means.b: wants a number, found 'c'"),
    ],
)
def test_a_value_that_is_missing_or_of_another_type_is_named(values, said):
    with pytest.raises(RunError, match=f"^{re.escape(said)}$"):
        from_values(Outer, values, "here")


def test_a_bad_row_is_named_with_its_line(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"value": 1}\n{"value": "x"}\n')
    with pytest.raises(RunError, match=r"a\.jsonl:2: value: wants a number, found 'x'$"):
        list(Row.read_all(tmp_path / "a.jsonl"))
