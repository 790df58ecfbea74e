import json
import math
import re

import pytest

from srkit.errors import RunError
from srkit.records.jsonfile import read_lines, read_object, to_json, write_lines, write_object


def refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


def test_floats_that_are_not_finite_are_text_that_float_understands():
    values = {"psnr": math.inf, "rows": [-math.inf, (math.nan,)], "name": "inf", "count": 3, "one": 1.5}
    found = json.loads(to_json(values), parse_constant=refuse)
    assert found == {"psnr": "inf", "rows": ["-inf", ["nan"]], "name": "inf", "count": 3, "one": 1.5}
    assert float(found["psnr"]) == math.inf
    assert math.isnan(float(found["rows"][1][0]))


def test_what_is_written_is_read(tmp_path):
    rows = [{"a": 1, "b": "ü"}, {"c": [1.5, None]}]
    write_lines(tmp_path / "rows.jsonl", rows)
    write_object(tmp_path / "one.json", rows[0])
    assert read_lines(tmp_path / "rows.jsonl") == rows
    assert read_object(tmp_path / "one.json") == rows[0]
    assert len((tmp_path / "rows.jsonl").read_text().splitlines()) == 2


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    write_lines(tmp_path / "rows.jsonl", [{"a": 1}])
    with pytest.raises(TypeError):
        write_lines(tmp_path / "rows.jsonl", [{"a": 2}, {"a": object()}])
    assert read_lines(tmp_path / "rows.jsonl") == [{"a": 1}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"a": 1,\n', ":2: wants JSON, but it is damaged: "),
        (b"[1]", ": wants a JSON object, found [1]"),
        (b"\xff", ": wants text in UTF-8, but it is damaged: invalid start byte"),
    ],
)
def test_a_damaged_object_is_named_with_its_place(tmp_path, text, said):
    path = tmp_path / "a.json"
    path.write_bytes(text)
    with pytest.raises(RunError, match=f"^{re.escape(f'{path}{said}')}"):
        read_object(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(
        RunError, match=f"^{re.escape(str(tmp_path))}/a: cannot be read: No such file or directory$"
    ):
        read_object(tmp_path / "a")


def test_a_damaged_line_is_named_and_a_torn_last_one_may_be_left_out(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n{"a"')
    assert read_lines(path, torn=True) == [{"a": 1}]
    with pytest.raises(RunError, match=r"rows\.jsonl:2: wants a line of JSON, but it is damaged"):
        read_lines(path)
    path.write_text('{"a"\n{"a": 1}\n')
    with pytest.raises(RunError, match=r"rows\.jsonl:1: wants a line of JSON, but it is damaged"):
        read_lines(path, torn=True)
    path.write_text("5\n")
    with pytest.raises(RunError, match=r"rows\.jsonl:1: wants a JSON object, found 5$"):
        read_lines(path)
