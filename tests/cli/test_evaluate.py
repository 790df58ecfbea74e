import json

import numpy as np
import pytest
import torch

from srkit.cli.evaluate import _title
from srkit.image.files import write
from srkit.image.resize import imresize
from srkit.network.network import Network


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    smooth = imresize(np.random.default_rng(0).integers(0, 256, (12, 14, 3), dtype=np.uint8), 6)
    for name in "ab":
        write(folder / f"{name}.png", smooth)
    return folder


def test_one_row_an_image_and_the_mean(srkit, images):
    code, out, _ = srkit("evaluate", "bicubic", images, "--scale", 4)
    assert code == 0
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["image", "a", "b", "mean"]
    says = " ".join(lines[4:])
    assert says == (
        "bicubic, x4: color Y, range 16..235, border 4, rounded 8 bit, gray repeated to RGB, "
        "LR bicubic of 8-bit RGB, edge of bicubic mirrored, self-ensemble no, mean over images"
    )
    assert max(map(len, lines)) < 80


def test_a_metric_may_have_options_and_a_wrong_one_is_refused_before_anything_is_printed(srkit, images):
    def psnr(*words):
        return json.loads(srkit("evaluate", "bicubic", images, "--scale", 2, "--json", *words)[1])["scores"]["psnr"]

    assert psnr("--degradation", "{use: anisotropic_gaussian, noise: 1e-1}") != psnr()
    assert psnr("--metric", "{use: psnr, border: 8}") == psnr("--metric", "psnr", "--border", 8) != psnr()
    code, out, err = srkit("evaluate", "bicubic", images, "--scale", 2, "--metric", "{use: psnr, bordr: 8}")
    assert (code, out) == (2, "")
    assert "bordr: unknown option; did you mean 'border'?" in err


def test_the_protocol_beside_a_number_is_that_of_its_metric(srkit, images):
    words = ("evaluate", "bicubic", images, "--scale", 2, "--metric", "{use: psnr, border: 0}")
    says = " ".join(srkit(*words)[1].split("mean of")[1].split())
    assert "PSNR: color Y, range 16..235, border 0, rounded 8 bit, gray repeated to RGB" in says
    assert says.count("gray") == 1
    assert "border 2" not in says
    protocol = json.loads(srkit(*words, "--json")[1])["protocol"]
    assert protocol["metrics"]["psnr"]["border"] == 0
    assert "border" not in protocol
    both = " ".join(srkit(*words, "--metric", "ssim")[1].split())
    assert "PSNR: color Y, range 16..235, border 0" in both
    assert "SSIM: color Y, range 16..235, border 2" in both


def test_a_perfect_image_is_strict_json(srkit, tmp_path):
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    write(tmp_path / "flat.png", np.full((48, 48, 3), 100, np.uint8))
    out = srkit("evaluate", "bicubic", tmp_path, "--scale", 2, "--json")[1]
    found = json.loads(out, parse_constant=refuse)
    assert found["scores"]["psnr"] == found["images"][0]["psnr"] == "inf"
    assert found["scores"]["ssim"] == pytest.approx(1)


def test_two_metrics_of_one_name_are_refused(srkit, images):
    twice = ("--metric", "{use: psnr, border: 0}", "--metric", "{use: psnr, border: 4}")
    code, out, err = srkit("evaluate", "bicubic", images, "--scale", 2, *twice)
    assert (code, out) == (2, "")
    assert "--metric: wants every metric once, got 'psnr' twice" in err


DRAWING = """
import torch

@srkit.degradation("drawing")
class Drawing:
    def __init__(self, scale):
        self.scale, self.share = scale, torch.rand(()).item()

    def __call__(self, high, draws):
        return self.share * high[..., :: self.scale, :: self.scale]

def srkit_parts():
    return [Drawing]

srkit_parts = srkit.hookimpl(srkit_parts)
"""


def test_what_a_degradation_draws_when_it_is_built_is_repeated_by_the_seed(srkit, images, install):
    install("drawing", DRAWING)

    def found(*words):
        torch.rand(3)
        return srkit(*words, images, "--scale", 2, "--degradation", "drawing", "--json")

    for command in ("evaluate", "checkerboard"):
        assert found(command, "bicubic") == found(command, "bicubic")
    assert found("evaluate", "bicubic")[0] == 0
    assert found("evaluate", "bicubic") != found("evaluate", "bicubic", "--seed", 1)


def test_luma_in_floats_is_not_called_rgb(srkit, images):
    code, _, err = srkit("evaluate", "bicubic", images, "--scale", 2, "--space", "y", "--color", "rgb")
    assert (code, err) == (2, "--space y: shrinks and measures luma; it goes with --color y\n")


def test_json_is_one_object(srkit, images):
    found = json.loads(srkit("evaluate", "bicubic", images, "--scale", 2, "--json")[1])
    assert found.keys() == {"model", "scale", "protocol", "scores", "images"}
    assert (found["model"], found["scale"]) == ("bicubic", 2)
    assert found["images"][0].keys() == {"name", "psnr", "ssim"}
    assert found["scores"]["psnr"] == pytest.approx(np.mean([row["psnr"] for row in found["images"]]))
    assert found["protocol"]["border"] == 2


def test_given_lr_images_are_used(srkit, images, tmp_path):
    low = tmp_path / "low"
    low.mkdir()
    for name in "ab":
        write(low / f"{name}x2.png", np.zeros((36, 42, 3), np.uint8))
    black = json.loads(srkit("evaluate", "bicubic", images, "--lr", low, "--scale", 2, "--json")[1])
    assert black["scores"]["psnr"] < 12
    assert black["protocol"]["LR"] == "given"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["bicubic", "IMAGES"], "bicubic: has no scale of its own; give --scale"),
        (["bicubic", "IMAGES", "--scale", 0], "--scale 0: wants 2 or more"),
        (["bicubic", "IMAGES", "--scale", -2], "--scale -2: wants 2 or more"),
        (
            ["bicubic", "IMAGES", "--scale", 2, "--degradation", "jpeg"],
            "no degradation called 'jpeg'",
        ),
        (["bicubic", "NONE", "--scale", 2], "wants a folder of images, found nothing of that name"),
        (["bicubic", "EMPTY", "--scale", 2], "found none"),
        (["bicubic", "IMAGES", "--scale", 3, "--lr", "IMAGES"], "found pairs of x1"),
        (["bicubic", "IMAGES", "--scale", 2, "--degradation", "gauss"], "no degradation called 'gauss'"),
        (["bicubic", "IMAGES", "--scale", 2, "--degradation", "[1"], "--degradation: wants a name or a mapping"),
        (
            ["bicubic", "IMAGES", "--scale", 2, "--metric", "lpipz"],
            "no metric called 'lpipz'; did you mean 'lpips'?",
        ),
        (
            ["nothing", "IMAGES", "--scale", 2],
            "wants a checkpoint, a run folder, or the name of a model or a method",
        ),
    ],
)
def test_bad_input_is_explained(srkit, images, tmp_path, words, message):
    (tmp_path / "EMPTY").mkdir()
    places = {"IMAGES": images, "NONE": tmp_path / "none", "EMPTY": tmp_path / "EMPTY"}
    code, _, err = srkit("evaluate", *(places.get(word, word) for word in words))
    assert code == 2
    assert message in err


def test_convert_writes_a_checkpoint_and_never_over_another(srkit, images, tmp_path):
    from srkit.plugins import load_catalog

    tensors = load_catalog([]).build("model", "lapsrn", 2, 1, depth=1, features=4).state_dict()
    torch.save({"params_ema": tensors}, tmp_path / "a.pth")
    words = ["convert", tmp_path / "a.pth", "-o", tmp_path / "a.safetensors", "--scale", 2]
    words += ["--model", "{use: lapsrn, depth: 1, features: 4}"]
    code, out, _ = srkit(*words)
    assert code == 0
    assert "lapsrn x2, from a.pth, its 'params_ema'" in out
    code, _, err = srkit(*words)
    assert (code, err) == (2, f"{tmp_path}/a.safetensors: exists already; give another name or --overwrite\n")
    trained = json.loads(srkit("evaluate", tmp_path / "a.safetensors", images, "--json")[1])
    bicubic = json.loads(srkit("evaluate", "bicubic", images, "--scale", 2, "--json")[1])
    assert trained["scores"]["psnr"] == pytest.approx(bicubic["scores"]["psnr"], abs=0.1)  # it is untrained


def test_checkerboard_prints_all_measures(srkit, images, tmp_path):
    code, out, err = srkit("checkerboard", "bicubic", images, "--scale", 2, "--picture", tmp_path / "p.png")
    assert (code, err) == (0, "")
    assert all(name in out for name in ("M1", "M2", "M3", "M4"))
    assert (tmp_path / "p.png").stat().st_size > 10_000
    found = json.loads(srkit("checkerboard", "bicubic", images, "--scale", 2, "--json")[1])
    assert max(found["flat_field"].values()) < 1e-3
    assert len(found["images"]) == 2


def test_a_picture_that_cannot_be_written_loses_no_number(srkit, images, tmp_path):
    words = ["checkerboard", "bicubic", images, "--scale", 2, "--picture", tmp_path / "none" / "p.png"]
    code, out, err = srkit(*words)
    assert (code, err) == (2, f"{tmp_path}/none/p.png: cannot be written: No such file or directory\n")
    assert "mean of 2" in out
    code, out, _ = srkit(*words, "--json")
    assert code == 2
    assert len(json.loads(out)["images"]) == 2


def test_what_is_refused_is_refused_before_the_table(srkit, images):
    code, out, err = srkit("evaluate", "bicubic", images, "--scale", 2, "--device", "gpu")
    assert (code, out) == (2, "")
    assert err.startswith("device: wants auto, cpu, cuda")


def test_no_name_is_not_the_working_folder(srkit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = srkit("evaluate", "", tmp_path, "--scale", 2)
    assert code == 2
    assert err.startswith("word 2 of the command: is empty, as a variable that is not set makes it; ")


@pytest.mark.parametrize(
    ("name", "title"), [("VDSR_Official x3", "VDSR_Official x3"), ("lapsrn-x3", "lapsrn-x3, x3")]
)
def test_the_scale_of_a_file_for_many_scales_is_told_once(name, title):
    network = Network.of(torch.nn.Upsample(scale_factor=3), 3, "y", name=name)
    assert _title(network) == title
