"""Folders and names as people have them, enlarged by ``srkit upscale`` and read by the other commands."""

import os
import sys

import numpy as np
import pytest
from PIL import Image

from srkit.cli.main import main
from srkit.image.search import find

IMAGE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8))


@pytest.fixture
def upscale(srkit):
    def upscale(*words):
        return srkit("upscale", *words, "--model", "bicubic", "--scale", 2)

    return upscale


def made(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_pictures_that_are_not_read_are_named(upscale, tmp_path):
    folder = tmp_path / "trip"
    folder.mkdir()
    IMAGE.save(folder / "a.jpg")
    IMAGE.save(folder / "b.jfif", "JPEG")
    IMAGE.save(folder / "c.gif")
    for name in ("d.psd", "e.jxl", "f.CR3", "g.svg", "notes.txt"):
        (folder / name).write_bytes(b"x")
    code, out, _ = upscale(folder)
    assert code == 0
    assert "4 left out: of a format that srkit does not read (d.psd, e.jxl, f.CR3 and 1 more)" in out
    assert made(tmp_path / "trip_x2") == ["a_x2.jpg", "b_x2.jfif", "c_x2.png"]
    for name in ("a.jpg", "b.jfif", "c.gif"):
        (folder / name).unlink()
    code, _, err = upscale(folder)
    assert code == 2
    assert "found none; d.psd, e.jxl, f.CR3 and 1 more cannot be read" in err


def test_thumbnails_of_storage_systems_are_left_alone(tmp_path):
    for folder in ("@eaDir/a.jpg", "__MACOSX", "#recycle", ".hidden", "real"):
        (tmp_path / folder).mkdir(parents=True)
        IMAGE.save(tmp_path / folder / "a.jpg")
    assert find(tmp_path) == [tmp_path / "real" / "a.jpg"]


def test_links_that_lead_to_themselves_or_to_the_same_file_are_said(upscale, tmp_path):
    folder = tmp_path / "t"
    folder.mkdir()
    IMAGE.save(folder / "a.png")
    os.symlink("a.png", folder / "b.png")
    os.symlink("ring.png", folder / "ring.png")
    code, out, err = upscale(folder)
    assert code == 1
    assert "1 left out: the same file as another one, by a link (b.png)" in out
    assert "ring.png: cannot be read: Too many levels of symbolic links" in err
    assert made(tmp_path / "t_x2") == ["a_x2.png"]


def test_long_names_work_or_are_refused_before_the_work(upscale, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    longest, too_long = f"{'n' * 248}.png", f"{'m' * 250}.png"
    for name in (longest, too_long, "ok.png"):
        IMAGE.save(name)
    refusal = f"{too_long}: its result would have a name of 257 bytes, 255 are allowed; give a shorter one by"
    for words in (["--dry-run"], []):
        code, _, err = upscale(longest, too_long, "ok.png", *words)
        assert code == 1
        assert err.startswith(refusal)
        assert len(err.splitlines()) == 1
    assert {f"{'n' * 248}_x2.png", "ok_x2.png"} <= set(made(tmp_path))
    assert not [name for name in made(tmp_path) if name.endswith(".part")]


def test_a_name_that_is_no_text_is_shown_escaped(start, tmp_path):
    folder = tmp_path / "t"
    folder.mkdir()
    IMAGE.save(folder / "a.png")
    with open(os.fsencode(folder) + b"/caf\xe9.png", "wb") as file:
        file.write((folder / "a.png").read_bytes())
    with start("evaluate", "bicubic", folder, "--scale", "2") as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert out.splitlines()[2].startswith("caf\\udce9")


@pytest.mark.parametrize("words", [["upscale", ""], ["evaluate", "bicubic", ""], ["run", ""]])
def test_an_empty_word_is_no_folder(words, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    IMAGE.save("a.png")
    monkeypatch.setattr(sys, "argv", ["srkit", *words])
    with pytest.raises(SystemExit, match="2"):
        main()
    said = capsys.readouterr().err
    assert said.startswith(f"word {len(words)} of the command: is empty, as a variable that is not set makes it")
    assert made(tmp_path) == ["a.png"]


def test_what_upscale_refuses_evaluate_and_check_refuse_in_the_same_words(upscale, srkit, tmp_path, tiny_config):
    folder = tmp_path / "cmyk"
    folder.mkdir()
    IMAGE.convert("CMYK").save(folder / "c.jpg")
    refusal = f"{folder / 'c.jpg'}: wants one picture of gray or RGB, found CMYK without a colour profile; "
    assert refusal in upscale(folder)[2]
    assert refusal in srkit("evaluate", "bicubic", folder, "--scale", 2)[2]
    assert refusal in srkit("check", tiny_config, f"data.train={{use: folder, path: {folder}}}")[2]


def test_names_with_accents_of_two_kinds_are_partners(srkit, tmp_path, tiny_config):
    for folder, name, image in (("hr", "caf\u00e9", IMAGE), ("lr", "cafe\u0301", IMAGE.resize((32, 24)))):
        (tmp_path / folder).mkdir()
        image.save(tmp_path / folder / f"{name}.png")
    pairs = f"data.train={{use: pairs, high: {tmp_path / 'hr'}, low: {tmp_path / 'lr'}}}"
    code, out, err = srkit("check", tiny_config, pairs)
    assert (code, err) == (0, "")
    assert "1 images to train on" in out
