"""configs/zoo/photographs.py and its list; the packages themselves are not downloaded here."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from srkit.image.files import read, write
from srkit.image.resize import imresize

SCRIPT = Path(__file__).parents[2] / "configs" / "zoo" / "photographs.py"
FREE = {"CC0-1.0", "Public domain", "CC-BY-2.0", "CC-BY-3.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0"}


@pytest.fixture
def script(monkeypatch):
    spec = importlib.util.spec_from_file_location("zoo_photographs", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def made(script, tmp_path):
    """A list of one photograph of 12x8 pixels, shrunk 2 times, and a folder with its package."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("needs dpkg-deb")
    tree, packages = tmp_path / "tree", tmp_path / "packages"
    (tree / "DEBIAN").mkdir(parents=True)
    packages.mkdir()
    control = "Package: tiny\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody\nDescription: none\n"
    (tree / "DEBIAN" / "control").write_text(control, encoding="utf-8")
    image = np.random.default_rng(0).integers(0, 256, (8, 12, 3), dtype=np.uint8)
    write(tree / "usr.png", image)
    archive = packages / "tiny_1.0_all.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", tree, archive], check=True, capture_output=True)
    small = imresize(image, 0.5, edge="symmetric")
    package = hashlib.sha256(archive.read_bytes()).hexdigest()
    photograph = script.Photograph(
        "train/tiny.png", "noise", "Nobody", "CC-BY-SA-4.0", "tiny", "1.0", "old", package, "usr.png", 2.0,
        script.digest(small),
    )  # fmt: skip
    return photograph, packages, small


def test_the_list_names_author_and_licence_of_every_photograph(script):
    photographs = script.listed()
    assert len(photographs) > 200
    assert len({one.file for one in photographs}) == len({one.sha256 for one in photographs}) == len(photographs)
    assert {one.licence for one in photographs} == FREE
    assert all(one.author and one.subject and one.shrink >= 1 for one in photographs)
    assert {one.file.partition("/")[0] for one in photographs} == {"train", "hold"}
    assert {one.share_alike for one in photographs if "SA" in one.licence} == {True}
    packages = {(one.package, one.version, one.release, one.package_sha256) for one in photographs}
    assert len(packages) == len({one.package for one in photographs})


def test_a_photograph_is_shrunk_and_stored_with_its_licence(script, made, tmp_path, capsys):
    photograph, packages, small = made
    script.make([photograph], tmp_path / "out", packages)
    assert np.array_equal(read(tmp_path / "out" / "train" / "tiny.png"), small)
    assert (tmp_path / "out" / "LICENCES.csv").read_text(encoding="utf-8") == (
        "file,author,licence,source,changes\n"
        "train/tiny.png,Nobody,CC-BY-SA-4.0,usr.png of Debian package tiny 1.0,"
        "shrunk 2 times by antialiased bicubic\n"
    )
    assert capsys.readouterr().out == "   1 from tiny 1.0\n"


def test_a_picture_that_is_not_the_listed_one_is_refused(script, made, tmp_path):
    photograph, packages, small = made
    with pytest.raises(script.PackageError) as error:
        script.make([replace(photograph, sha256="0" * 64)], tmp_path / "out", packages)
    assert str(error.value) == (
        f"train/tiny.png: wants a picture with SHA-256 '{'0' * 64}', found '{script.digest(small)}'; "
        "another version of OpenCV may decode 'usr.png' differently: compare `pip list` with constraints.txt"
    )
    assert not (tmp_path / "out" / "train" / "tiny.png").exists()


def test_another_version_of_a_package_is_named(script, made, tmp_path, monkeypatch):
    photograph, packages, _ = made
    other = replace(photograph, version="0.9", package_sha256="0" * 64)
    commands = []

    def run(command, folder):
        commands.append(command[0])
        return "tiny | 1.1 | mirror old/main Packages\ntiny | 1.1 | mirror old/main Sources\n" * (
            "madison" in command
        )

    monkeypatch.setattr(script, "_run", run)
    monkeypatch.setattr(script, "listed", lambda: [other])
    words = ["--output", str(tmp_path / "out"), "--packages", str(packages)]
    with pytest.raises(SystemExit) as stop:
        script.main(words)
    assert stop.value.code == (
        "error: tiny: wants version '0.9' of Debian's release 'old', found ['1.1'] through apt; "
        f"put the .deb of that version into {str(packages)!r}, or give --skip tiny"
    )
    assert (
        commands.count("apt-get") == 4
    )  # a download from the machine's release; mirror, lists, download of the other
    for words_out in (["--skip", "tiny"], ["--no-share-alike"]):
        script.main([*words, *words_out])
        assert (tmp_path / "out" / "LICENCES.csv").read_text(encoding="utf-8").count("\n") == 1  # the heading
