"""A photograph through the server: what comes back, and what is kept."""

import sys

import numpy as np
import pytest
from PIL import Image

from srkit.image import files
from srkit.image.photo import read_photo
from srkit.weights import zoo
from srkit_app.desk import Limits


def command_line(monkeypatch, *words):
    """Run a command of srkit in this process."""
    from srkit.cli.main import app

    monkeypatch.setattr(sys, "argv", ["srkit", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        app()
    assert not end.value.code


def result(tab, now):
    status, headers, content = tab.ask("GET", f"result/{now['work']}")
    assert status == 200
    return headers, content


CHOICES = [
    ("photo.jpg", {"size": "scale", "scale": 2}, ["--scale", "2"]),
    ("photo.JPG", {"size": "scale", "scale": 4, "at_most": 50}, ["--scale", "4", "--at-most", "50"]),
    ("photo.png", {"size": "sides", "width": 41, "height": 300}, ["--width", "41", "--height", "300"]),
    ("photo.webp", {"size": "long_side", "long_side": 37}, ["--long-side", "37"]),
    ("photo.tif", {"size": "megapixels", "megapixels": 0.0011}, ["--megapixels", "0.0011"]),
    ("photo.png", {"scale": 2.5, "weights": "lapsrn-x4", "strength": 0.3, "format": "jpg", "quality": 70}, None),
    ("photo.avif", {"scale": 3, "weights": "bicubic"}, ["--scale", "3", "--model", "bicubic"]),
]


@pytest.mark.parametrize(("name", "choices", "options"), CHOICES, ids=[str(one[1]) for one in CHOICES])
def test_the_bytes_are_those_of_srkit_upscale(client, photo, tmp_path, monkeypatch, name, choices, options):
    block = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"  # lies on its side
    source = photo(name)
    if name in ("photo.jpg", "photo.webp", "photo.png"):
        Image.open(source).save(source, exif=block, dpi=(300, 300))
    with client.tab() as tab:
        assert tab.send(source.read_bytes(), name)[0] == 200
        now = tab.enlarged(**choices)
        assert now["state"] == "done", now
        headers, content = result(tab, now)
    if options is None:
        options = [
            "--scale",
            "2.5",
            "--model",
            "lapsrn-x4",
            "--strength",
            "0.3",
            "--format",
            "jpg",
            "--quality",
            "70",
        ]
    command_line(
        monkeypatch, "upscale", source, *options, "--quiet", "--output", tmp_path / "out", "--device", "cpu"
    )
    (made,) = (tmp_path / "out").iterdir()
    assert content == made.read_bytes()
    assert now["after"]["name"] == made.name
    assert headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{made.name}"
    assert now["after"]["command"].split()[:3] == ["srkit", "upscale", name]


def test_the_command_that_the_page_shows_does_the_same(client, photo, tmp_path, monkeypatch):
    with client.tab() as tab:
        tab.send(photo("-my photo.png").read_bytes(), "-my photo.png")
        now = tab.enlarged(size="sides", width=30, weights="bicubic", strength=0.5, quality=80)
        _, content = result(tab, now)
    assert (
        now["after"]["command"]
        == "srkit upscale './-my photo.png' --width 30 --model bicubic --quality 80 --strength 0.5"
    )
    monkeypatch.chdir(tmp_path)
    import shlex

    command_line(monkeypatch, *shlex.split(now["after"]["command"])[1:])
    assert (tmp_path / now["after"]["name"]).read_bytes() == content


def test_before_enlarging_it_says_what_will_be_done(client, photo):
    with client.tab() as tab:
        status, said = tab.send(photo().read_bytes(), "holiday.png")
        assert (status, said) == (200, {"name": "holiday.png", "width": 16, "height": 12, "note": None})
        status, plan = tab.told("plan", size="sides", width=40)
        assert status == 200
        assert {name: plan[name] for name in ("width", "height", "by", "name")} == {
            "width": 40,
            "height": 30,
            "by": "lapsrn-x4",
            "name": "holiday_w40.png",
        }


def test_a_failure_of_the_work_names_the_photograph_and_not_its_temporary_file(client, photo):
    content = photo("photo.jpg", height=60, width=80).read_bytes()
    with client.tab() as tab:
        status, said = tab.send(content[: len(content) // 2], "half.jpg")  # its header is whole
        assert status == 200, said
        now = tab.enlarged(scale=2)
        assert now["state"] == "failed"
        assert now["error"] == (
            "half.jpg: wants an image that can be decoded, found a damaged one: premature end of jpeg file"
        )


def test_a_fault_of_srkit_is_shown_and_the_next_photograph_is_done(client, photo, monkeypatch, capsys):
    def fault(job, upscaler, wanted):
        raise ZeroDivisionError(f"in {job.source}")
        yield

    with client.tab() as tab:
        tab.send(photo().read_bytes(), "photo.png")
        with monkeypatch.context() as broken:
            broken.setattr("srkit_app.work.upscale_photograph", fault)
            assert tab.enlarged(scale=2)["error"] == (
                "this is a fault of srkit; the terminal shows more of it: ZeroDivisionError: in photo.png"
            )
        assert "Traceback" in capsys.readouterr().err
        assert tab.enlarged(scale=2)["state"] == "done"


def test_weights_that_were_named_at_the_start_are_offered(tmp_path, photo, serving):
    file = str(zoo.path_of("lapsrn-x2"))
    (tmp_path / "place").mkdir()
    with serving(tmp_path / "place", models=[file]) as client, client.tab() as tab:
        names = [one["name"] for one in tab.hello["weights"]]
        assert names == ["automatic", "lapsrn-x2", "lapsrn-x4", "lapsrn-x8", "bicubic", file]
        tab.send(photo().read_bytes(), "photo.png")
        files_made = [result(tab, tab.enlarged(scale=2, weights=name))[1] for name in ("lapsrn-x2", file)]
        assert files_made[0] == files_made[1]


def test_a_closed_tab_is_forgotten(client, photo):
    with client.tab() as tab:
        tab.send(photo().read_bytes(), "photo.png")
        now = tab.enlarged(scale=2)
        assert len(left_now := sorted(client.desk.place.rglob("photograph*"))) == 1, left_now
        assert tab.ask("GET", "before")[2] == photo().read_bytes()
        assert tab.ask("GET", f"after/{now['work']}")[1]["Content-Type"] == "image/png"
    assert client.left() == []
    assert tab.ask("GET", f"result/{now['work']}")[0] == 404
    assert client.desk.tabs == {}


def test_a_closed_tab_stops_its_work(client, photo, monkeypatch):
    with client.tab() as tab:
        tab.send(photo("large.png", 64, 64).read_bytes(), "large.png")
        tab.told("work", scale=60)
        while tab.next()["state"] != "working":
            pass
        work = client.desk.tabs[tab.id].work
    assert client.left() == []  # the folder of the result goes when the work has ended
    assert work.state == "stopped"
    assert work.share < 1


def test_one_work_waits_for_the_other_until_it_is_stopped(client, photo, endless):
    content = photo().read_bytes()
    with client.tab() as first, client.tab() as second:
        for tab in (first, second):
            tab.send(content, "photo.png")
            tab.told("work", scale=2)
        while first.next()["state"] != "working":
            pass
        waits = second.next()
        assert (waits["state"], waits["ahead"]) == ("waiting", 1)
        assert first.ask("POST", "stop")[0] == 202
        while first.next()["state"] != "stopped":
            pass
        while second.next()["state"] != "working":
            pass
        _, now = second.told("work", scale=3)  # in the place of the one before it
        while (news := second.next())["state"] != "working" or news["work"] != now["work"]:
            pass
        assert client.desk.worker.ahead(client.desk.tabs[second.id].work) == 0


def test_a_tab_has_one_photograph_at_a_time(client, photo):
    with client.tab() as tab:
        tab.send(photo().read_bytes(), "one.png")
        now = tab.enlarged(scale=2)
        tab.send(photo("two.jpg").read_bytes(), "two.jpg")
        assert len([one for one in client.desk.place.rglob("*") if one.is_file()]) == 1
        assert tab.ask("GET", f"result/{now['work']}")[0] == 404
        assert tab.ask("GET", "before")[1]["Content-Type"] == "image/jpeg"


def test_what_browsers_do_not_show_is_converted(client, photo, tmp_path):
    pixels = np.linspace(0, 1, 12 * 16 * 3, dtype=np.float32).reshape(12, 16, 3)
    files.write(tmp_path / "floats.tif", pixels)
    with client.tab() as tab:
        tab.send((tmp_path / "floats.tif").read_bytes(), "floats.tif")
        now = tab.enlarged(scale=2)
        for path, size in (("before", (12, 16)), (f"after/{now['work']}", (24, 32))):
            _, headers, content = tab.ask("GET", path)
            assert headers["Content-Type"] == "image/png"
            (tmp_path / "seen.png").write_bytes(content)
            seen = read_photo(tmp_path / "seen.png").pixels
            assert seen.shape == (*size, 3)
            if path == "before":
                assert np.abs(seen / 65535 - pixels).max() < 1e-5


def test_the_oldest_results_make_room(tmp_path, photo, serving):
    content = photo("photo.bmp", 30, 30).read_bytes()
    (tmp_path / "place").mkdir()
    with (
        serving(tmp_path / "place", Limits(results=30_000)) as client,
        client.tab() as one,
        client.tab() as two,
    ):
        for tab in (one, two):
            tab.send(content, "photo.bmp")
        assert one.enlarged(scale=2)["state"] == "done"
        now = two.enlarged(scale=2)
        gone = one.next()
        assert gone["error"] == "the result was forgotten to make room for later ones; enlarge the photograph again"
        assert one.ask("GET", f"result/{gone['work']}")[0] == 404
        assert two.ask("GET", f"result/{now['work']}")[0] == 200
