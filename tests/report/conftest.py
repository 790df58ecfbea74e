"""A run folder made by hand."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from srkit.image.files import write

VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """What a browser would make of the page: its elements, its open ones, the addresses it asks for."""

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
    """A function that sees that a page is whole, and asks nobody for anything."""

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


PROTOCOL = {"color": "Y", "range": "16..235", "border": 2, "rounded": "8 bit"}
SCORES = {  # (srkit, bicubic): it wins on edges, loses on noise, and both are perfect on flat
    "edges": {"psnr": (30.0, 28.0), "ssim": (0.9, 0.8)},
    "noise": {"psnr": (20.0, 20.5), "ssim": (0.5, 0.5)},
    "flat": {"psnr": (float("inf"), float("inf")), "ssim": (1.0, 1.0)},
}
ADDED = {"edges": (2, 6), "noise": (9, 6), "flat": (0, 0)}  # grey levels of error of (srkit, bicubic)


def write_pictures(folder, image, height=150, width=200, scale=2, channels=3):
    random = np.random.default_rng(0)
    high = random.integers(40, 200, (height, width, channels), dtype=np.uint8)
    srkit, bicubic = ADDED[image]
    versions = {"hr": high, "srkit": high + np.uint8(srkit), "bicubic": high + np.uint8(bicubic)}
    for kind, picture in {**versions, "lr": np.ascontiguousarray(high[::scale, ::scale])}.items():
        (folder / "pictures" / image).mkdir(parents=True, exist_ok=True)
        write(folder / "pictures" / image / f"{kind}.png", picture)


@pytest.fixture
def pictures():
    """The function that draws the pictures of a test image into a run folder."""
    return write_pictures


@pytest.fixture
def run_folder(tmp_path):
    """A finished run: srkit wins on 'edges', loses on 'noise', and ties on 'flat'; its log is torn."""
    return write_run(tmp_path / "run")


@pytest.fixture(scope="session")
def make_run():
    """The function that makes such a run elsewhere."""
    return write_run


def write_run(folder):
    for image in SCORES:
        write_pictures(folder, image)
    rows = [
        {"model": model, "image": image, "metric": metric, "value": value, "split": "test"}
        for image, metrics in SCORES.items()
        for metric, pair in metrics.items()
        for model, value in zip(("srkit", "bicubic"), pair, strict=True)
    ]
    (folder / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    np.savez(folder / "pictures" / "kernels.npz", edges=np.eye(5), noise=np.ones((11, 11)))
    (folder / "config.yaml").write_text(
        "name: <script>alert(1)</script>\nscale: 2\ndata:\n  test: {use: samples, split: test}\n"
        "degradation: {use: anisotropic_gaussian, noise: 0.25, align: true, range: [0.35, 5.0]}\n"
    )
    (folder / "environment.json").write_text(
        json.dumps(
            {"srkit": "0.1.0", "plugins": {"sharp": "2"}, "cpu": "Z80", "command": ["/x/srkit", "run", "a b"]}
        )
    )
    log = [{"event": "plan", "step": 0, "steps": 19}]
    log += [{"event": "train", "step": step, "loss": 1 / step} for step in range(1, 20)]
    log += [{"event": "validate", "step": step, "psnr": 20 + step} for step in (5, 10)]
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in log) + '{"event": "tra')
    summary = {
        "name": "<script>alert(1)</script>",
        "steps": 19,
        "best_step": 10,
        "seconds": 60.0,
        "parameters": 1234,
        "model": "lapsrn",
        "scale": 2,
        "color": "y",
        "images": 3,
        "protocol": {"psnr": PROTOCOL, "ssim": PROTOCOL},
    }
    (folder / "summary.json").write_text(json.dumps(summary))
    return folder
