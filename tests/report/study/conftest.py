"""Study folders made by hand."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from srkit.image.files import write

PROTOCOL = {"color": "Y", "range": "16..235", "border": 2, "rounded": "8 bit"}
OFFSETS = {"plain": 0.0, "good & <b>": 0.5, "same": 0.0}  # dB over the baseline; 'same' goes up and down
IMAGES = ("edges", "noise", "flat")
SIDES = 160, 288
"""Height and width of the test images; the crop that is shown is 128 x 128."""


@dataclass
class StudyMaker:
    """A finished study; change what is to be different, then ``write`` it."""

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
    """A study that is about to be written."""
    return StudyMaker(tmp_path / "study")


@pytest.fixture(scope="session")
def maker():
    """What makes such a study elsewhere."""
    return StudyMaker
