"""Fixtures for the whole suite."""

import gc
import os
import re
import sys
from html.parser import HTMLParser
from importlib import invalidate_caches
from importlib.metadata import distribution
from pathlib import Path

# Tests run in several processes at once; with more threads than cores they would only wait for each other. The
# variable is for the processes that tests start, whose bits are compared with this one's, and for NumPy.
os.environ["OMP_NUM_THREADS"] = "1"

import pytest
import torch

from srkit.draws import Draws
from srkit.image import files
from srkit.plugins import load_catalog

torch.set_num_threads(1)
gc.set_threshold(200_000, 20, 20)  # torch, and thousands of collected tests, make objects that live until the end
CONFIGS = Path(__file__).parents[1] / "configs"
SIDE = 64


def pytest_collection_modifyitems(items):
    """Leave slow tests out of the coverage, which would make them a third slower."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker("no_cover")


def pytest_collection_finish():
    """Exempt what lives until the end, torch and all tests, from every search for garbage."""
    gc.freeze()


@pytest.fixture(scope="session")
def shared_data():
    """The folder of research data that is not in the repository; the test is skipped where it is missing."""
    given = os.environ.get("SRKIT_TEST_DATA")
    folder = Path(given) if given else Path(__file__).parents[2] / "shared" / "data"
    if not (folder / "test" / "Set5").is_dir():
        pytest.skip(
            f"wants the research data (Set5, matlab_lr, div2krk, weights) in {folder}; "
            "set SRKIT_TEST_DATA to its folder"
        )
    return folder


@pytest.fixture(scope="session")
def tiny_config(tmp_path_factory):
    """The file of ``configs/tiny.yaml`` on small pieces of its photographs, since whole ones take most of a run."""
    folder, catalog = tmp_path_factory.mktemp("tiny"), load_catalog([])
    splits = ("train", "validate", "test")
    for split in splits:
        images = catalog.build("dataset", "samples", split=split)
        (folder / split).mkdir()
        for index in range(2):
            files.write(folder / split / f"{images.names[index]}.png", images.high(index)[:SIDE, :SIDE])
    data = "".join(f"\n  {split}: {{use: folder, path: {folder / split}}}" for split in splits)
    file = folder / "tiny.yaml"
    file.write_text((CONFIGS / "tiny.yaml").read_text() + f"data:{data}\n")
    return file


@pytest.fixture
def srkit(monkeypatch, capsys):
    """Return a function that runs a command in this process, and gives (exit code, stdout, stderr)."""
    monkeypatch.setenv("COLUMNS", "100")

    def srkit(*words):
        from srkit.cli.main import main

        monkeypatch.setattr(sys, "argv", ["srkit", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        return code, *capsys.readouterr()

    return srkit


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that installs a one-module plugin for the length of a test."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def install(name, code, entry="plug"):
        module = name.replace("-", "_")
        (site / f"{module}.py").write_text("import srkit\n" + code)
        info = site / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[srkit]\n{entry} = {module}\n")
        monkeypatch.delitem(sys.modules, module, raising=False)
        invalidate_caches()
        (point,) = distribution(name).entry_points
        return point

    yield install
    invalidate_caches()


@pytest.fixture(scope="session")
def vgg_file(tmp_path_factory):
    """A VGG19 up to relu3_1 in the normalised layout, its weights random."""
    generator = torch.Generator().manual_seed(0)
    tensors = {
        "0.weight": 255 * torch.eye(3).flip(0)[:, :, None, None],
        "0.bias": torch.tensor([-104.0, -117, -124]),
    }
    for index, channels, width in ((2, 3, 64), (5, 64, 64), (9, 64, 128), (12, 128, 128), (16, 128, 256)):
        deviation = (2 / (9 * channels)) ** 0.5 / (120 if index == 2 else 1)
        tensors[f"{index}.weight"] = torch.randn(width, channels, 3, 3, generator=generator) * deviation
        tensors[f"{index}.bias"] = torch.zeros(width)
    file = tmp_path_factory.mktemp("vgg") / "vgg.pth"
    torch.save(tensors, file)
    return file


@pytest.fixture
def zoo(tmp_path, monkeypatch):
    """A folder with tiny weights, lapsrn-x2 and lapsrn-x4, in place of those that come with srkit."""
    from srkit.engine.checkpoint import save_weights
    from srkit.plugins import load_catalog
    from srkit.weights import zoo

    folder = tmp_path / "zoo"
    folder.mkdir()
    monkeypatch.setattr(zoo, "FOLDER", folder)
    measured = {
        "psnr": 30.0,
        "ssim": 0.9,
        "images": 5,
        "bicubic": {"psnr": 28.5, "ssim": 0.85},
        "protocol": {"border": 2},
    }
    card = {
        "data": "17 photographs under CC0",
        "command": "srkit run configs/tiny.yaml metrics=[psnr]",
        "steps": 6,
        "machine": "a small one",
        "seconds": 90.0,
        "scores": {"Set5, bicubic": measured},
    }
    for scale in (2, 4):
        torch.manual_seed(0)
        model = load_catalog([]).build("model", "lapsrn", scale, 1, depth=1, features=4, residual_init="he")
        for level in model.levels:
            level.residual.weight.data *= 0.02  # some sharpening, no noise
        name = f"lapsrn-x{scale}"
        metadata = {
            "model": {"use": "lapsrn", "depth": 1, "features": 4},
            "scale": scale,
            "color": "y",
            "name": name,
        }
        save_weights(folder / f"{name}.safetensors", model.state_dict(), metadata | {"card": card})
    return folder


@pytest.fixture
def draws():
    """Return a function that gives the fresh draws of some images; the seed is 0 unless told."""
    return lambda count, seed=0: Draws.of((seed, number) for number in range(count))


@pytest.fixture
def picture():
    """Return a function that makes a batch of smooth random 8-bit images (N,C,H,W) in [0,1]."""

    def picture(count=2, channels=3, height=48, width=40, seed=0):
        noise = torch.rand(
            count, channels, height // 8 + 2, width // 8 + 2, generator=torch.Generator().manual_seed(seed)
        )
        smooth = torch.nn.functional.interpolate(noise, size=(height, width), mode="bicubic")
        return smooth.clamp(0, 1).mul(255).round().div(255)

    return picture


VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """A page as a browser parses it: its elements, those left open, and the addresses that it loads."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.ids, self.wanted = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.elements.append((tag, values))
        self.ids += [values["id"]] if "id" in values else []
        self.wanted += [values[name] for name in ("src", "href", "xlink:href", "action") if name in values]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, name):
        return [values for tag, values in self.elements if tag == name]


@pytest.fixture
def assert_whole(parsed):
    """A function that checks that a page is complete, and loads nothing from elsewhere."""

    def assert_whole(page):
        found = parsed(page)
        assert found.open == []
        assert len(set(found.ids)) == len(found.ids)
        for address in found.wanted:
            assert address.startswith("data:") or address.removeprefix("#") in found.ids
        assert not re.search(r"url\((?!#)|@import", page)
        assert all(image.get("alt") for image in found.all("img") if "src" in image)

    return assert_whole


@pytest.fixture(scope="session")
def parsed():
    """The function that reads a page as a browser would."""
    return Page
