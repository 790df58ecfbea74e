"""Every part of srkit: its contract, its documentation, and its name in five places. Plugins test their own."""

import importlib.util
import inspect
import shutil
from pathlib import Path

import numpy as np
import pytest

from srkit.config.docstring import documented
from srkit.image.files import write
from srkit.plugins import load_catalog
from srkit.plugins.describe import options
from srkit.testing import check_part
from srkit.testing.small import small_options

ROOT = Path(__file__).parent.parent
CATALOG = load_catalog([])
PARTS = [part for shelf in CATALOG.values() for part in shelf.values()]
OPTIONS = {
    "weighted": {"terms": {"a": {"loss": "l1"}, "b": {"loss": "mse", "weight": 0.5}}},
    ("degradation", "one_of"): {"choices": ["bicubic", "anisotropic_gaussian"]},
    ("stage", "one_of"): {"choices": ["noise", "poisson"], "shares": [1, 3]},
    "chain": {"stages": ["shrink", "noise", "jpeg"]},
    "maybe": {"stage": "blur"},
    "sequence": {"stages": ["blur", "resize"]},
    "shuffle": {"stages": ["blur", "resize", "noise"]},
    "sharpened": {"of": {"use": "samples", "split": "test"}},
    "step": {"every": 4},
    "mix": {
        "sources": {
            "small": {"images": {"use": "samples", "split": "validate"}, "weight": 3},
            "large": {"images": {"use": "samples", "split": "test"}},
        }
    },
    "patches": {"of": {"use": "samples", "split": "test"}, "size": 32, "count": 2},
    "zssr": {"model": {"use": "lapsrn", "depth": 1, "features": 4}, "steps": 2, "batch": 1},
    "average": {"count": 16},
    "kernelgan": {"steps": 1, "crop": 32, "border": 2, "features": 4},
    "windows": {"features": 4},
    "adversarial": {
        "discriminator": {"use": "unet", "features": 2},
        "gan": "relativistic",
        "discriminator_steps": 2,
    },
    "vgg128": {"features": 4, "hidden": 8},
    "patchgan": {"features": 4},
    "unet": {"features": 4},
}
EXTRAS = {"onnx": "onnxruntime", "adan": "pytorch_optimizer", "lion": "pytorch_optimizer"}
SMALL = {name: small_options(part, CATALOG, 2, 3) for name, part in CATALOG["model"].items()}
MORE = [  # other ways to build a part, whose contract must hold as well
    ("upsampler", "transposed_conv", {"kernel": 4, "init": "bilinear"}),
    ("upsampler", "transposed_conv", {"kernel": 9}),
    ("upsampler", "subpixel", {"init": "he", "blur": True}),
    ("upsampler", "resize_conv", {"mode": "bilinear"}),
    ("upsampler", "resize_conv", {"mode": "bicubic"}),
    *(
        ("model", model, SMALL[model] | {"upsampler": upsampler})
        for model in ("lapsrn", "ms_lapsrn")
        for upsampler in ("transposed_conv", "resize_conv", "bicubic")
    ),
    ("model", "lapsrn", SMALL["lapsrn"] | {"activation": "pre", "residual": "local"}),
    ("model", "lapsrn", SMALL["lapsrn"] | {"image_upsampler": {"use": "transposed_conv", "init": "bilinear"}}),
    ("degradation", "one_of", {"choices": ["bicubic", {"use": "chain", "stages": ["jpeg"]}], "shares": [1, 3]}),
    ("degradation", "chain", {"stages": ["blur", "resize", "poisson", "sinc", "jpeg", "blur", "resize"]}),
    ("stage", "shrink", {"by": "bicubic"}),
    ("stage", "resize", {"of": "low", "factor_range": [1, 1]}),
    ("stage", "noise", {"gray": 0.3, "correlated": 0.4}),
    ("stage", "resize", {"antialias": 0.5, "modes": ["bilinear", "bicubic"]}),
    ("stage", "speckle", {"gray": 0.3, "correlated": 0.4}),
    ("stage", "shuffle", {"stages": ["jpeg", "noise"], "probability": 0.5}),
    ("stage", "poisson", {"gray": 0.5, "photons_range": [2, 20], "strength_range": [0.5, 2]}),
    ("stage", "blur", {"noise": 0.2, "unit": "variance", "shapes": {"generalised_aniso": 1, "plateau_iso": 1}}),
    ("dataset", "samples", {"split": "validate"}),
    ("method", "back_projection", {"estimator": {"use": "average", "count": 4}}),
    ("discriminator", "vgg128", {"features": 4, "levels": 4, "kernel": 3, "hidden": 8, "norm": "spectral"}),
    ("discriminator", "patchgan", {"features": 4, "levels": 2, "norm": "none"}),
    ("discriminator", "unet", {"features": 4, "norm": "none", "skip": False}),
    (
        "regime",
        "adversarial",
        {"discriminator": {"use": "vgg128", "features": 2, "levels": 3}, "gan": "hinge", "r1": 1, "r1_every": 2},
    ),
    ("degradation", "anisotropic_gaussian", {"compose": False, "align": False, "unit": "std"}),
]


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    """HR and LR of three images, one of them gray, with odd sizes: LR is rounded up."""
    place = tmp_path_factory.mktemp("images")
    for index, name in enumerate(("a.png", "b/c.png", "b/d.png")):
        for folder, size in (("high", (17, 31)), ("low", (9, 16))):
            (place / folder / name).parent.mkdir(parents=True, exist_ok=True)
            write(place / folder / name, np.full((*size, 1 if index == 1 else 3), 80 * index, np.uint8))
    for kind in ("zip", "tar"):
        shutil.make_archive(str(place / "high"), kind, place / "high")
    np.save(place / "kernel.npy", np.eye(5))
    (place / "list.txt").write_text("high/a.png\nhigh/b/c.png\n")
    return place


@pytest.mark.parametrize("part", PARTS, ids=lambda part: f"{part.kind.name}-{part.name}")
def test_contract(part, vgg_file, folders):
    wanted = EXTRAS.get(part.name)
    if wanted and importlib.util.find_spec(wanted) is None:
        pytest.skip(f"wants the package {wanted}, an extra")
    if part.name in ("dists", "lpips"):
        pytest.skip(f"wants torchvision's files; tests/metrics/test_{part.name}.py has random ones")
    if part.name == "ray":
        pytest.skip("wants a cluster; plugins/srkit-ray/tests/test_cluster.py starts one")
    files = {
        "perceptual": {"weights": str(vgg_file)},
        "vgg_distance": {"weights": str(vgg_file)},
        "folder": {"path": str(folders / "high")},
        "pairs": {"high": str(folders / "high"), "low": str(folders / "low")},
        "archive": {"path": str(folders / "high.zip")},
        "shards": {"path": str(folders / "high.tar")},
        "file_list": {"path": str(folders / "list.txt")},
        "stored": {"file": str(folders / "kernel.npy")},
    }
    if part.kind.name == "model":
        options = SMALL[part.name]
    else:
        options = OPTIONS.get((part.kind.name, part.name)) or OPTIONS.get(part.name, {})
    check_part(part, CATALOG, **(files.get(part.name) or options))


def test_contract_of_patches_of_pairs(folders):
    of = {"use": "pairs", "high": str(folders / "high"), "low": str(folders / "low")}
    check_part(CATALOG["dataset"]["patches"], CATALOG, of=of, size=16, count=3)


def test_contract_of_a_balanced_sum(vgg_file):
    terms = {
        "pixel": {"loss": "charbonnier"},
        "look": {
            "loss": {"use": "perceptual", "layers": {"conv3_1": 1, "relu1_2": 0.5}, "weights": str(vgg_file)},
            "balance": "pixel",
        },
    }
    check_part(CATALOG["loss"]["weighted"], CATALOG, terms=terms)


@pytest.mark.parametrize(("kind", "name", "given"), MORE, ids=lambda value: value if isinstance(value, str) else "")
def test_contract_with_other_options(kind, name, given):
    check_part(CATALOG[kind][name], CATALOG, **given)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: f"{part.kind.name}-{part.name}")
def test_every_option_is_documented(part):
    assert part.summary.endswith((".", "!"))
    said, takes = documented(part.factory), [option.name for option in options(part)]
    assert [name for name in takes if not said.get(name)] == []
    assert [name for name in said if name not in takes] == []


@pytest.mark.parametrize("part", [part for part in PARTS if part.origin.startswith("srkit.")], ids=str)
def test_one_name_in_every_place(part):
    room = part.kind.room.removeprefix("srkit.")
    file = Path(inspect.getfile(inspect.unwrap(part.factory)))
    assert file == ROOT / "srkit" / room / f"{part.name}.py"
    assert part.factory.__name__.lower() == part.name.replace("_", "") or part.factory.__name__ == part.name
    tests = {f"test_{part.name}.py", f"test_{room}.py"}
    assert tests & {path.name for path in (ROOT / "tests" / room).iterdir()}
