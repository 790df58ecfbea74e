"""Folders of runs and studies, made by hand."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from srkit.image.files import write
from srkit.records.kernels import write_kernels

INFINITE = float("inf")
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
    """The function that makes such a run in another folder."""
    return write_run


def write_run(folder):
    for image in SCORES:
        write_pictures(folder, image)
    rows = [
        {"model": model, "image": image, "metric": metric, "value": "inf" if value == INFINITE else value}
        for image, metrics in SCORES.items()
        for metric, pair in metrics.items()
        for model, value in zip(("srkit", "bicubic"), pair, strict=True)
    ]
    (folder / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    write_kernels(folder / "pictures" / "kernels.npz", {"edges": np.eye(5), "noise": np.ones((11, 11))})
    (folder / "config.yaml").write_text(
        "name: <script>alert(1)</script>\nscale: 2\ndata:\n  test: {use: samples, split: test}\n"
        "degradation: {use: anisotropic_gaussian, noise: 0.25, align: true, range: [0.35, 5.0]}\n"
    )
    (folder / "environment.json").write_text(
        json.dumps(
            {
                "srkit": "0.1.0",
                "plugins": {"sharp": "2"},
                "cpu": "Z80",
                "seed": 7,
                "command": ["/x/srkit", "run", "a b"],
            }
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


OFFSETS = {"plain": 0.0, "good & <b>": 0.5, "same": 0.0}  # dB over the baseline; 'same' goes up and down
IMAGES = ("edges", "noise", "flat")
SIDES = 160, 288
"""Height and width of the test images; the crop that is shown is 128 x 128."""


@dataclass
class StudyMaker:
    """A finished study, whose values can be changed before ``write``."""

    folder: Path
    arms: dict = field(default_factory=lambda: dict(OFFSETS))
    seeds: tuple = (0, 1, 2)
    blocks: tuple = ("",)
    tests: tuple = ()
    images: tuple = IMAGES
    intervals: bool = True
    pictures: int = 0  # seeds that have some; drawing them takes longer than all the rest
    steps: int = 20
    seconds: float = 60.0

    def score(self, arm, image, seed):
        """PSNR of an arm and of bicubic."""
        bicubic = 25.0 + 3 * self.images.index(image) + 0.1 * seed
        wiggle = 0.01 * ((7 * self.images.index(image) + 3 * seed) % 5 - 2) if self.arms[arm] else 0.0
        swing = 0.2 * (-1) ** (self.images.index(image) + seed) if arm == "same" else 0.0
        return bicubic + 1 + self.arms[arm] + wiggle + swing, bicubic

    def id(self, block, arm, seed):
        return f"{self.blocks.index(block)}{list(self.arms).index(arm):03}{seed}"

    def path(self, arm, seed=0, block=None):
        """The folder of a trial."""
        return self.folder / self.id(self.blocks[0] if block is None else block, arm, seed)

    def write(self):
        self.folder.mkdir(parents=True)
        (self.folder / "study.json").write_text(json.dumps(self.told(), indent=2))
        (self.folder / "study.yaml").write_text("base: tiny.yaml\ntitle: Which <i>?\n")
        for number, block in enumerate(self.blocks):
            for arm in self.arms:
                for seed in self.seeds:
                    self.trial(self.folder / self.id(block, arm, seed), 2 * 2**number, arm, seed)
        return self

    def told(self):
        blocks = [
            {
                "name": block,
                "baseline": next(iter(self.arms)),
                "arms": [
                    {
                        "name": arm,
                        "changes": {"model.upsampler": arm},
                        "parameters": 1000,
                        "trials": [{"seed": seed, "id": self.id(block, arm, seed)} for seed in self.seeds],
                    }
                    for arm in self.arms
                ],
            }
            for block in self.blocks
        ]
        return {
            "name": "which",
            "title": "Which <i>?",
            "question": "Which & why?",
            "command": "srkit ablate which.yaml",
            "mode": "steps",
            "baseline": next(iter(self.arms)),
            "seeds": list(self.seeds),
            "intervals": self.intervals,
            "tests": list(self.tests),
            "blocks": blocks,
        }

    def trial(self, path, scale, arm, seed):
        path.mkdir()
        protocol = {metric: {**PROTOCOL, "border": scale} for metric in ("psnr", "ssim")}
        lines(path / "scores.jsonl", self.scores(arm, seed))
        lines(path / "log.jsonl", self.log(arm, seed))
        lines(path / "measures.jsonl", self.measures(arm, seed))
        config = {"scale": scale, "data": {"test": {"use": "samples"}}, "degradation": {"use": "bicubic"}}
        (path / "config.yaml").write_text(json.dumps(config))
        for test in self.tests:
            (path / "tests" / test).mkdir(parents=True)
            lines(path / "tests" / test / "scores.jsonl", self.scores(arm, seed, shift=-2))
            (path / "tests" / test / "protocol.json").write_text(json.dumps({"psnr": {"of": test}}))
            (path / "tests" / test / "config.yaml").write_text(json.dumps(config | {"degradation": {"use": test}}))
        values(path / "environment.json", cpu="Z80", device="cpu", seed=seed, started=f"2026-0{seed + 1}-01T00:00")
        values(path / "cost.json", parameters=1000, multiply_adds=10**9, seconds_per_step=0.5, peak_memory=2**30)
        values(
            path / "summary.json",
            name=arm,
            steps=self.steps,
            best_step=self.steps,
            seconds=self.seconds,
            parameters=1000,
            model="lapsrn",
            scale=scale,
            color="y",
            resize="MATLAB's",
            protocol=protocol,
        )
        if seed in self.seeds[: self.pictures]:
            for image in self.images:
                draw(path / "pictures" / image, scale, list(self.arms).index(arm))

    def scores(self, arm, seed, shift=0):
        return [
            {"model": model, "image": image, "metric": metric, "value": value + shift}
            for image in self.images
            for metric, divisor in (("psnr", 1), ("ssim", 50))
            for model, value in zip(
                ("srkit", "bicubic"), (one / divisor for one in self.score(arm, image, seed)), strict=True
            )
        ]

    def log(self, arm, seed):
        yield {"event": "plan", "step": 0, "steps": self.steps}
        for step in range(5, self.steps + 1, 5):
            yield {"event": "validate", "step": step, "psnr": 20 + step + seed + self.arms[arm]}

    def measures(self, arm, seed):
        for step in range(0, self.steps + 1, 10):
            yield {"step": step, "measure": "M1", "image": None, "value": (2 + seed) / (1 + step)}
            for image in ("a", "b"):
                yield {"step": step, "measure": "M2", "image": image, "value": step - 5 + (image == "b")}


def lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def values(path, **found):
    path.write_text(json.dumps(found))


def draw(folder, scale, arm):
    """A gray image with a checkerboard at its lower right, the stronger the later the arm."""
    folder.mkdir(parents=True)
    high = np.full((*SIDES, 3), 100, np.uint8)
    high[::16] = 140
    board = np.indices(SIDES).sum(0)[..., None] % 2 * np.uint8(4 * arm)
    board[:32], board[:, :160] = 0, 0
    for kind, picture in {"hr": high, "srkit": high + board, "bicubic": high + np.uint8(8)}.items():
        write(folder / f"{kind}.png", picture)
    write(folder / "lr.png", np.ascontiguousarray(high[::scale, ::scale]))


@pytest.fixture
def study(tmp_path):
    """A study that has not been written yet."""
    return StudyMaker(tmp_path / "study")


@pytest.fixture(scope="session")
def maker():
    """A function that makes such a study in another folder."""
    return StudyMaker
