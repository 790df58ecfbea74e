"""``--progress json``: one JSON object a line, for programs."""

import base64
import io
import json
import os

import numpy as np
import pytest

from srkit.cli.progress_json import JsonProgress
from srkit.image.files import write

PHOTO = np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8)


def strict(text):
    """Return the objects of JSON lines; what RFC 8259 does not have is an error."""

    def refuse(word):
        raise ValueError(word)

    found = [json.loads(line, parse_constant=refuse) for line in text.splitlines()]
    text.encode("ascii")
    json.dumps(found, ensure_ascii=False).encode()  # fails for half a character
    return found


@pytest.fixture
def folder(tmp_path, zoo, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t" / "day").mkdir(parents=True)
    write(tmp_path / "t" / "a.png", PHOTO)
    write(tmp_path / "t" / "day" / "b.jpg", PHOTO)
    (tmp_path / "t" / "note.jpg").write_bytes(b"Dear diary")
    (tmp_path / "t" / "c.psd").write_bytes(b"8BPS")
    return tmp_path / "t"


def test_a_folder(srkit, folder):
    (folder.with_name("t_x2")).mkdir()
    (folder.with_name("t_x2") / "a_x2.png").write_bytes(b"mine")
    code, out, err = srkit("upscale", "t", "--skip-existing", "--progress", "json", "--precision", "fp32")
    assert (code, err) == (1, "")
    start, *photographs, end = strict(out)
    assert start == {
        "event": "start",
        "srkit": start["srkit"],
        "networks": ["lapsrn-x2"],
        "strength": 1.0,
        "wrap": False,
        "size": "x2",
        "device": "cpu",
        "precision": ["fp32"],
        "dry_run": False,
        "total": 4,
    }
    seconds = [one.pop("seconds") for one in photographs]
    assert [type(one) for one in seconds] == [type(None), type(None), float, float]

    def told(index, source, target, state, message=None):
        facts = {"event": "photograph", "index": index, "total": 4, "input": source, "output": target}
        return {**facts, "state": state, "message": message}

    assert photographs == [
        told(1, "t/a.png", "t_x2/a_x2.png", "skipped", "exist already"),
        told(2, "t/c.psd", None, "skipped", "of a format that srkit does not read"),
        told(3, "t/day/b.jpg", "t_x2/day/b_x2.jpg", "done"),
        told(
            4,
            "t/note.jpg",
            "t_x2/note_x2.jpg",
            "refused",
            "t/note.jpg: wants an image, found a file of another kind",
        ),
    ]
    assert end.pop("seconds") >= 0
    assert end == {"event": "end", "done": 1, "planned": 0, "skipped": 2, "refused": 1, "interrupted": False}


def test_a_plan_and_a_large_photograph(srkit, folder):
    code, out, _ = srkit("upscale", "t/a.png", "--progress", "json", "--dry-run", "--width", "20")
    _, planned, end = strict(out)
    assert code == 0
    assert planned["state"] == "planned"
    assert planned["pages"] == [{"before": [16, 12], "after": [20, 15]}]
    assert planned["networks"] == ["lapsrn-x2"]
    assert planned["memory"] > 1000
    assert end["planned"] == 1
    write(folder / "wide.png", np.zeros((1, 64, 1), np.uint8))
    events = strict(srkit("upscale", "t/wide.png", "--progress", "json", "--tile", "16")[1])
    assert [one["share"] for one in events if one["event"] == "progress"] == [0.25, 0.5, 0.75]
    assert {one["index"] for one in events if one["event"] == "progress"} == {1}


def test_names_that_are_no_text_are_escaped_and_their_bytes_given(srkit, folder):
    source = os.path.join(os.fsencode(folder), b"caf\xe9 \xc3\xa9.png")
    with open(source, "wb") as file:
        file.write((folder / "a.png").read_bytes())
    events = strict(srkit("upscale", os.fsdecode(source), "--progress", "json")[1])
    assert events[1]["input"] == f"{folder}/caf\\xe9 é.png"
    assert events[1]["output"] == f"{folder}/caf\\xe9 é_x2.png"
    assert base64.b64decode(events[1]["input_base64"]) == source
    with open(base64.b64decode(events[1]["output_base64"]), "rb") as file:
        assert file.read(4) == b"\x89PNG"


def test_a_stop_ends_with_an_object_too(srkit, folder, monkeypatch):
    from srkit.photographs.upscaler import Upscaler

    def interrupted(self, image, result):
        raise KeyboardInterrupt

    monkeypatch.setattr(Upscaler, "steps", interrupted)
    code, out, _ = srkit("upscale", "t/a.png", "--progress", "json")
    assert code == 130
    end = strict(out)[-1]
    assert (end["event"], end["interrupted"], end["done"]) == ("end", True, 0)


def test_json_excludes_quiet_and_none_draws_no_bars(srkit, folder):
    assert srkit("upscale", "t/a.png", "-q", "--progress", "json") == (
        2,
        "",
        "--quiet and --progress json: give one of them\n",
    )
    code, out, _ = srkit("upscale", "t/a.png", "--progress", "none")
    assert code == 0
    assert out.splitlines()[1].startswith("t/a.png -> t/a_x2.png  ")


def test_bytes_that_are_no_text_are_escaped_in_lists_too():
    out = io.StringIO()
    JsonProgress(0, out).begin({"networks": ["caf\udce9", "other"]})
    assert json.loads(out.getvalue())["networks"] == ["caf\\xe9", "other"]
