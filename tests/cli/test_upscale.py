import os
import resource
import signal
import struct
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest
from PIL import Image

from srkit.image.files import read_full, write
from srkit.network import memory

PHOTO = cv2.resize(np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8), (32, 24))
PNG = cv2.imencode(".png", PHOTO)[1].tobytes()
NOISE = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)


@pytest.fixture
def trip(tmp_path, zoo):
    """A folder of photographs: every format, every kind, one folder below."""
    folder = tmp_path / "trip"
    (folder / "day 2").mkdir(parents=True)
    write(folder / "a.jpg", PHOTO)
    write(folder / "b.png", np.dstack([PHOTO, PHOTO[..., 0]]))
    write(folder / "c.webp", PHOTO)
    write(folder / "day 2" / "d.tif", PHOTO.astype(np.uint16) * 257)
    write(folder / "day 2" / "e.png", PHOTO[..., :1])
    Image.fromarray(PHOTO).quantize(16).save(folder / "day 2" / "f.png")
    return folder


def made(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_folder_is_enlarged_with_all_below_it(srkit, trip, tmp_path):
    code, out, err = srkit("upscale", trip)
    assert (code, err) == (0, "")
    large = tmp_path / "trip_x2"
    assert made(large) == [
        "a_x2.jpg",
        "b_x2.png",
        "c_x2.webp",
        "day 2/d_x2.tif",
        "day 2/e_x2.png",
        "day 2/f_x2.png",
    ]
    kinds = {path.name: (image.shape, image.dtype) for path in large.rglob("*.*") for image in [read_full(path)]}
    assert kinds == {
        "a_x2.jpg": ((48, 64, 3), np.uint8),
        "b_x2.png": ((48, 64, 4), np.uint8),
        "c_x2.webp": ((48, 64, 3), np.uint8),
        "d_x2.tif": ((48, 64, 3), np.uint16),
        "e_x2.png": ((48, 64, 1), np.uint8),
        "f_x2.png": ((48, 64, 3), np.uint8),
    }
    lines = out.splitlines()
    assert lines[0].startswith("lapsrn-x2, x2, ")
    assert lines[1].startswith(f"{trip}/a.jpg -> {large}/a_x2.jpg  ")
    assert lines[-1].startswith("6 of 6 enlarged in ")
    bicubic = cv2.resize(PHOTO.astype(float), (64, 48), interpolation=cv2.INTER_CUBIC)
    for name, of in (("a_x2.jpg", 1), ("b_x2.png", 1), ("c_x2.webp", 1), ("day 2/d_x2.tif", 257)):
        assert np.abs(read_full(large / name)[..., :3] / of - bicubic).mean() < 8


def test_nothing_is_overwritten_unless_the_user_says_so(srkit, trip, tmp_path):
    target = tmp_path / "trip_x2" / "a_x2.jpg"
    target.parent.mkdir()
    target.write_bytes(b"mine")
    code, out, err = srkit("upscale", trip)
    assert (code, out) == (2, "")
    assert err == f"{target}: exists already\n--skip-existing goes on with the others, --overwrite replaces them\n"
    assert made(target.parent) == ["a_x2.jpg"]
    code, out, _ = srkit("upscale", trip, "--skip-existing")
    assert code == 0
    assert "1 left out: exist already" in out
    assert "5 of 5 enlarged" in out
    assert target.read_bytes() == b"mine"
    assert len(made(target.parent)) == 6
    assert srkit("upscale", trip, "--overwrite")[0] == 0
    assert read_full(target).shape == (48, 64, 3)
    code, _, err = srkit("upscale", trip, "--overwrite", "--skip-existing")
    assert (code, err) == (2, "--overwrite and --skip-existing: give one of them\n")


def test_a_file_goes_where_the_user_says(srkit, trip, tmp_path):
    assert srkit("upscale", trip / "a.jpg")[0] == 0
    assert read_full(trip / "a_x2.jpg").shape == (48, 64, 3)
    assert srkit("upscale", trip / "a.jpg", "--scale", "3", "-o", tmp_path / "new" / "large.PNG")[0] == 0
    assert read_full(tmp_path / "new" / "large.PNG").shape == (72, 96, 3)
    assert srkit("upscale", trip / "a.jpg", trip / "day 2", "-o", tmp_path / "out", "--format", "tif")[0] == 0
    assert made(tmp_path / "out") == ["a_x2.tif", "d_x2.tif", "e_x2.tif", "f_x2.tif"]


def test_earlier_results_are_no_photographs(srkit, trip):
    assert srkit("upscale", trip, "-o", trip)[0] == 0
    code, out, _ = srkit("upscale", trip, "-o", trip, "--skip-existing")
    assert code == 0
    assert "6 left out: exist already" in out
    assert "6 left out: came out of an earlier run" in out
    assert len(made(trip)) == 12


def test_patterns_are_expanded_where_the_shell_did_not(srkit, trip, tmp_path):
    code, _, _ = srkit("upscale", f"{trip}/**/*.png", "-o", tmp_path / "out")
    assert code == 0
    assert made(tmp_path / "out") == ["b_x2.png", "e_x2.png", "f_x2.png"]


@pytest.mark.parametrize(
    ("scale", "size", "name"), [(2, 64, "2"), (4, 128, "4"), (3, 96, "3"), (1.5, 48, "1.5"), (2.01, 64, "2.01")]
)
def test_any_scale_is_reached_from_the_next_larger_one(srkit, trip, scale, size, name):
    code, out, _ = srkit("upscale", trip / "a.jpg", "--scale", scale)
    assert code == 0
    assert out.startswith(f"lapsrn-x{2 if scale <= 2 else 4}, x{name}, ")
    assert read_full(trip / f"a_x{name}.jpg").shape[1] == size


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--scale", "65"], "scale 65: wants at most 64, which takes 3 networks one after another"),
        (["--scale", "1"], "scale 1: wants more than 1"),
        (["--scale", "nan"], "scale nan: wants more than 1"),
        (["--scale", "3", "--model", "lapsrn-x2"], "scale 3: lapsrn-x2 enlarges 2 times at most"),
        (
            ["--model", "lapsrn-x3"],
            "lapsrn-x3: wants a checkpoint, a run folder, or the name of a model or a method, found none of them",
        ),
        (["--model", "lapsnr-x4"], "found none of them; did you mean 'lapsrn-x4'"),
        (["--model", "bicubic"], "bicubic: has no scale of its own; give --scale"),
        (["-o", "b.png", "b.png"], "b.png: names a file, which wants one photograph as input; give a folder"),
        (["-o", "b.png", "--format", "jpg"], "b.png: is no .jpg file; leave out --format, or name another file"),
        (["-o", "trip/a.jpg"], "trip/a.jpg: would be replaced by its own enlargement; give another --output"),
        (["-o", "trip/a.jpg", "--overwrite"], "trip/a.jpg: would be replaced by its own enlargement"),
        (["*.gif"], "*.gif: matches no image (.png, "),
        (["zoo"], "zoo: wants images (.png, .jpg, .jpeg, .jpe, .jfif, .webp, .bmp, .tif, .tiff, .avif, .gif, .mpo"),
        (["--device", "cuda:77"], "device: wants 'cuda:77', but torch finds none here"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_happens(srkit, trip, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    before = made(tmp_path)
    code, out, err = srkit("upscale", "trip/a.jpg", *words)
    assert (code, out) == (2, "")
    assert message in err
    assert made(tmp_path) == before


def test_two_photographs_never_become_one_file(srkit, trip, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (trip / "day 2" / "a.jpg").write_bytes((trip / "a.jpg").read_bytes())
    (trip / "a.png").write_bytes(PNG)
    code, out, err = srkit("upscale", "trip/a.jpg", "trip/day 2/a.jpg", "./trip/a.jpg", "trip/a.png", "-o", "out")
    assert (code, out) == (2, "")
    assert err == (
        "out/a_x2.jpg: would come from trip/a.jpg and trip/day 2/a.jpg\n"
        "leave --format out, rename one, give the folder that holds them all, or one --output for each\n"
    )
    code, _, err = srkit("upscale", "trip", "--format", "png")
    assert code == 2
    assert err.startswith("trip_x2/a_x2.png: would come from trip/a.jpg and trip/a.png\n")
    assert not (tmp_path / "trip_x2").exists()


def test_dry_run_says_what_would_be_done_and_does_nothing(srkit, trip, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (trip / "broken.png").write_bytes(PNG[:20])
    before = made(tmp_path)
    code, out, err = srkit("upscale", "trip", "--scale", "3", "--dry-run")
    assert code == 1
    assert err == "trip/broken.png: wants an image, found a PNG with a broken header\n"
    lines = out.splitlines()
    assert lines[1].startswith("trip/a.jpg -> trip_x3/a_x3.jpg  32 x 24 -> 96 x 72 by lapsrn-x4, ")
    assert lines[1].endswith(" MB of memory")
    assert lines[-1].startswith("6 of 7 would be enlarged in ")
    assert made(tmp_path) == before


def gray_png_of(width, height):
    return PNG[:16] + struct.pack(">II", width, height) + PNG[24:]


BAD = {
    "text.jpg": (b"Dear diary", "wants an image, found a file of another kind"),
    "empty.png": (b"", "wants an image, found an empty file"),
    "cut.jpg": (
        cv2.imencode(".jpg", NOISE)[1].tobytes()[:2000],
        "wants an image that can be decoded, found a damaged one: premature end of jpeg file",
    ),
    "damaged.png": (
        cv2.imencode(".png", NOISE)[1].tobytes()[:6000] + b"x" + cv2.imencode(".png", NOISE)[1].tobytes()[6001:],
        "wants a whole image, found one that has a damaged chunk 'IDAT'",
    ),
    "huge.png": (
        gray_png_of(40000, 40000),
        "wants at most 268,435,456 pixels, its header says 40000 x 40000; --max-pixels raises the limit",
    ),
    "film.gif": (b"GIF89a" + bytes(100), "wants an image, found a GIF with a broken header"),
    "phone.jpg": (b"\0\0\0\x18ftypheic" + bytes(100), "wants an image, found a HEIC with a broken header"),
    "scan.jpg": (
        b"8BPS\0\1" + bytes(100),
        "wants a PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF or HEIC, found a Photoshop file",
    ),
}


def test_bad_files_are_named_and_the_others_are_done(srkit, tmp_path, zoo, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, (data, _) in BAD.items():
        (tmp_path / name).write_bytes(data)
    write(tmp_path / "dot.png", PHOTO[:1, :1].copy())
    frames = [Image.fromarray(PHOTO), Image.fromarray(PHOTO[::-1].copy())]
    frames[0].save("moving.webp", save_all=True, append_images=frames[1:])
    frames[0].convert("CMYK").save("ink.jpg")
    write(tmp_path / "last.png", PHOTO)
    more = {
        "gone.jpg": "cannot be read: No such file or directory",
        "moving.webp": "wants one picture of gray or RGB, found an animation",
        "ink.jpg": "wants one picture of gray or RGB, found CMYK without a colour profile; turn it to RGB first",
    }
    messages = {name: message for name, (_, message) in BAD.items()} | more
    code, out, err = srkit("upscale", *messages, "dot.png", "last.png", "-o", "out")
    assert code == 1
    assert made(tmp_path / "out") == ["dot_x2.png", "last_x2.png"]
    assert read_full(tmp_path / "out" / "dot_x2.png").shape == (2, 2, 3)
    assert f"2 of {len(messages) + 2} enlarged in " in out
    for name, message in messages.items():
        assert f"{name}: {message}" in err
        assert f"failed: {name}: {message}" in out
    assert len(err.splitlines()) == len(messages)


def test_a_limit_can_be_raised_and_lowered(srkit, trip):
    code, _, err = srkit("upscale", trip / "a.jpg", "--max-pixels", 767)
    assert code == 1
    assert err == (
        f"{trip}/a.jpg: wants at most 767 pixels, its header says 32 x 24; --max-pixels raises the limit\n"
    )
    assert srkit("upscale", trip / "a.jpg", "--max-pixels", 768)[0] == 0


def test_what_does_not_fit_into_memory_is_refused_before_it_is_decoded(srkit, trip, monkeypatch):
    (trip / "wide.png").write_bytes(gray_png_of(10000, 10000))
    monkeypatch.setattr(memory, "free_memory", lambda _: 10**9)
    code, _, err = srkit("upscale", trip / "wide.png", trip / "a.jpg", "--quiet")
    assert code == 1
    assert err == (
        f"{trip}/wide.png: wants about 3.0 GB of memory to become 20000 x 20000, 1.0 GB are free; "
        "a smaller result wants less\n"
    )
    assert (trip / "a_x2.jpg").exists()


def test_formats_that_cannot_hold_it_are_refused_before_the_work(srkit, trip, tmp_path):
    (trip / "g.webp").write_bytes(PNG[:16] + struct.pack(">II", 9000, 10) + PNG[24:])
    code, _, err = srkit("upscale", trip, "--format", "jpg", "-o", tmp_path / "out")
    assert code == 1
    assert f"{tmp_path}/out/b_x2.jpg: cannot hold alpha; use one of .png, .webp, .tif, .tiff" in err
    assert f"{tmp_path}/out/day 2/d_x2.jpg: cannot hold 16 bits a channel; use one of .png, .tif, .tiff" in err
    code, _, err = srkit("upscale", trip / "g.webp")
    assert code == 1
    assert "g_x2.webp: cannot hold 18000 x 20 pixels, its sides end at 16,383; use .png" in err


def test_folders_that_cannot_be_written_are_named(srkit, trip, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("mine")
    code, _, err = srkit("upscale", trip / "a.jpg", "-o", tmp_path / "file" / "below")
    assert (code, err) == (1, f"{tmp_path}/file/below/a_x2.jpg: cannot be written: Not a directory\n")
    monkeypatch.setattr(os, "access", lambda *_: False)
    code, _, err = srkit("upscale", trip / "a.jpg")
    assert (code, err) == (1, f"{trip}/a_x2.jpg: cannot be written: its folder is read-only\n")


def test_quality_is_that_of_the_encoder(srkit, tmp_path, zoo):
    write(tmp_path / "a.png", NOISE)
    write(tmp_path / "lossless.webp", NOISE)
    write(tmp_path / "lossy.webp", NOISE, quality=60)
    sizes = []
    for words in (["--quality", 30], [], ["--quality", 100]):
        assert srkit("upscale", tmp_path / "a.png", "--format", "jpg", "--overwrite", *words)[0] == 0
        sizes.append((tmp_path / "a_x2.jpg").stat().st_size)
    assert sizes[0] < sizes[1] / 2 < sizes[2] / 2
    assert srkit("upscale", tmp_path / "lossless.webp", tmp_path / "lossy.webp")[0] == 0
    assert b"VP8L" in (tmp_path / "lossless_x2.webp").read_bytes()[:64]
    assert b"VP8 " in (tmp_path / "lossy_x2.webp").read_bytes()[:64]


def test_profile_and_exif_are_kept_and_the_photograph_stands_upright(srkit, tmp_path, zoo):
    said = Image.Exif()
    said[274], said[271] = 6, "Maker"
    Image.fromarray(PHOTO).save(tmp_path / "a.jpg", exif=said, icc_profile=b"x" * 200, quality=95)
    assert srkit("upscale", tmp_path / "a.jpg")[0] == 0
    with Image.open(tmp_path / "a_x2.jpg") as picture:
        assert picture.size == (48, 64)
        assert (picture.getexif()[274], picture.getexif()[271]) == (1, "Maker")
        assert picture.info["icc_profile"] == b"x" * 200
        turned = np.asarray(picture.reduce(2)).astype(float)
    assert np.abs(turned - np.rot90(PHOTO, -1)).mean() < 8


def weights(zoo):
    return ["--model", zoo / "lapsrn-x2.safetensors", "--device", "cpu"]


def test_killed_in_the_middle_it_goes_on_and_nothing_is_damaged(srkit, start, tmp_path, zoo):
    folder, large = tmp_path / "many", tmp_path / "many_x2"
    folder.mkdir()
    for index in range(12):
        write(folder / f"{index:02}.png", np.roll(NOISE.repeat(4, 0).repeat(4, 1), index, 0))
    process = start("upscale", folder, *weights(zoo))
    while process.poll() is None and len(list(large.glob("*.png"))) < 3:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    finished = {path.name: path.read_bytes() for path in large.glob("*.png")}
    assert 3 <= len(finished) < 12
    (large / f".{11:02}_x2.png.4711.part").write_bytes(PNG[:50])  # as if it had been in the middle of a write
    code, out, _ = srkit("upscale", folder, *weights(zoo), "--skip-existing")
    assert code == 0
    assert f"{len(finished)} left out: exist already" in out
    assert made(large) == [f"{index:02}_x2.png" for index in range(12)]
    assert all((large / name).read_bytes() == data for name, data in finished.items())
    assert srkit("upscale", folder, *weights(zoo), "-o", tmp_path / "again")[0] == 0
    for path in large.glob("*.png"):
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_a_full_disk_leaves_no_torn_file(tmp_path, zoo):
    write(tmp_path / "large.png", NOISE.repeat(2, 0).repeat(2, 1))
    write(tmp_path / "small.png", PHOTO)

    def small_files_only():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    words = [tmp_path / "large.png", tmp_path / "small.png", "-o", tmp_path / "out", *weights(zoo)]
    command = [sys.executable, "-m", "srkit", "upscale", *map(str, words)]
    env = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}  # Python 3.11 would leave torn byte code of its own
    done = subprocess.run(command, preexec_fn=small_files_only, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == f"{tmp_path}/out/large_x2.png: cannot be written: File too large\n"
    assert made(tmp_path / "out") == ["small_x2.png"]


def test_ctrl_c_says_how_to_go_on(srkit, trip, tmp_path, monkeypatch):
    from srkit.photographs.upscaler import Upscaler

    steps, calls = Upscaler.steps, []

    def interrupted(self, image, result):
        calls.append(image.shape)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return steps(self, image, result)

    monkeypatch.setattr(Upscaler, "steps", interrupted)
    code, _, err = srkit("upscale", trip)
    assert (code, err) == (130, "stopped; 2 of 6 are done, --skip-existing goes on\n")
    assert made(tmp_path / "trip_x2") == ["a_x2.jpg", "b_x2.png"]


def test_models_lists_what_comes_with_srkit(srkit, zoo):
    code, out, _ = srkit("models")
    assert code == 0
    text = " ".join(out.split())
    assert "lapsrn-x2 x2 on luma, 817 parameters, 0.0 MB" in text
    assert "PSNR-Y bicubic gain SSIM Set5, bicubic 30.00 28.50 +1.50 0.9000" in text
    assert "training: 6 steps, 2 minutes, a small one data: 17 photographs under CC0" in text
    assert "    $ srkit run configs/tiny.yaml metrics=[psnr]\n" in out
    for path in zoo.iterdir():
        path.unlink()
    assert srkit("models")[1].startswith("no weights come with this srkit; ")
    code, _, err = srkit("upscale", "a.jpg")
    assert (code, err) == (2, "scale 2: srkit comes with weights for no scale; name a model (--model)\n")


def test_every_command_takes_shipped_weights_by_name(srkit, trip, zoo):
    folder = trip / "day 2"
    write(folder / "d.tif", np.tile(PHOTO, (2, 2, 1)))
    for path in ("e.png", "f.png"):
        (folder / path).unlink()
    code, out, _ = srkit("evaluate", "lapsrn-x2", folder)
    assert code == 0
    assert "\nlapsrn-x2, x2: " in out


def test_a_texture_that_is_laid_in_tiles_has_no_seam(srkit, tmp_path, zoo, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.png", NOISE)
    write(tmp_path / "b.png", np.roll(NOISE, 20, 1))
    code, out, _ = srkit("upscale", "a.png", "b.png", "--wrap", "--precision", "fp32")
    assert code == 0
    assert out.startswith("lapsrn-x2, wrapped, x2, cpu in fp32\n")
    difference = np.roll(read_full(tmp_path / "a_x2.png"), 40, 1).astype(int) - read_full(tmp_path / "b_x2.png")
    assert np.abs(difference).max() <= 1
    code, _, err = srkit("upscale", "a.png", "--wrap", "--model", "back_projection", "--scale", 2, "--overwrite")
    assert code == 2
    assert err == (
        "back_projection: cannot wrap a picture (--wrap), since it looks at the whole of it; use bicubic, or a "
        "network that says how far it looks, such as those that come with srkit\n"
    )
