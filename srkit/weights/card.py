"""The card of shipped weights: their training data, command, time and scores.

It stands in the metadata of the safetensors file, under the key ``card``, as plain values::

    {"data": "220 photographs under CC0, ...", "command": "srkit run configs/zoo/lapsrn_x4.yaml",
     "steps": 400000, "machine": "two cores of an AMD EPYC", "seconds": 81000.0,
     "scores": {"Set14, bicubic": {"psnr": 28.1, "ssim": 0.77, "images": 14,
                                   "bicubic": {"psnr": 26.0, "ssim": 0.70}, "protocol": {...}}}}

``configs/zoo/ship.py`` writes it, and the Markdown page beside the weights, from a run folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from srkit.errors import CheckpointError, RunError
from srkit.records.environment import Environment
from srkit.records.folders import RunFiles
from srkit.records.summary import Summary


@dataclass(frozen=True)
class CardScore:
    """Means over the images of one set for the weights and for bicubic, under one protocol."""

    psnr: float
    ssim: float
    images: int
    bicubic: Mapping[str, float]
    protocol: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Mapping[str, Any], bicubic: Mapping[str, Any], where: str) -> CardScore:
        """Combine the outputs of ``srkit evaluate --json`` for the model and for bicubic.

        Raises:
            CheckpointError: The two were not measured on the same images under the same protocol.
        """
        for key in ("scale", "protocol"):
            if model[key] != bicubic[key]:
                raise CheckpointError(
                    f"{where}: wants both measured alike; {key} is {model[key]!r} and {bicubic[key]!r}"
                )
        if [row["name"] for row in model["images"]] != [row["name"] for row in bicubic["images"]]:
            raise CheckpointError(f"{where}: wants both measured on the same images")
        means, base = model["scores"], bicubic["scores"]
        psnr, ssim = float(means["psnr"]), float(means["ssim"])  # JSON writes infinity as text
        bicubic_means = {name: float(value) for name, value in base.items()}
        return cls(psnr, ssim, len(model["images"]), bicubic_means, model["protocol"])


@dataclass(frozen=True)
class Card:
    """The facts by which weights can be judged.

    Args:
        data: Their training data, licences included.
        command: The command that trains them again.
        steps: Number of optimizer steps.
        machine: The machine that trained them.
        seconds: Training time in seconds.
        scores: Scores by test set and degradation, such as "Set14, bicubic".
    """

    data: str
    command: str
    steps: int
    machine: str
    seconds: float
    scores: Mapping[str, CardScore] = field(default_factory=dict)

    @classmethod
    def read(cls, metadata: Mapping[str, Any]) -> Card | None:
        """Return the card in a checkpoint's metadata; None if it has none."""
        values = metadata.get("card")
        if values is None:
            return None
        scores = {title: CardScore(**score) for title, score in values.get("scores", {}).items()}
        return cls(**{**values, "scores": scores})

    @classmethod
    def of_runs(
        cls,
        folders: Sequence[Path],
        data: str,
        scores: Mapping[str, CardScore],
        *,
        command: str | None = None,
        machine: str | None = None,
    ) -> Card:
        """Make the card of the last run's weights from the run folders of their training.

        Args:
            folders: The runs of the training in order; every run but the first started from the one before.
            data: The training data, licences included.
            scores: The scores of the weights.
            command: The command that trains them again, if it is not that of the runs.
            machine: The machine that trained them, if it is not that of the last run.

        Raises:
            RunError: A run is not finished.
        """
        summaries, runs = zip(*map(_finished, folders), strict=True)
        last = runs[-1]
        device = last.device if last.device != "cpu" else f"{last.cores} cores of {last.cpu}"
        said = command or " && ".join(" ".join(["srkit", *_without_output(ran.command[1:])]) for ran in runs)
        where = machine or f"{device}, torch {last.torch}"
        steps = sum(summary.steps for summary in summaries)
        seconds = sum(summary.seconds for summary in summaries)
        return cls(data, said, steps, where, seconds, scores)

    def plain(self) -> dict[str, Any]:
        """Return the card as plain values for metadata."""
        return asdict(self)

    def page(self, name: str, metadata: Mapping[str, Any], parameters: int) -> str:
        """Return the model card as Markdown."""
        model = dict(metadata["model"])
        lines = [
            f"# {name}",
            "",
            f"`{model.pop('use')}` x{metadata['scale']} on {'luma' if metadata['color'] == 'y' else 'RGB'}, "
            f"{parameters:,} parameters. `srkit upscale --model {name} PHOTO`",
            "",
            f"* **Trained on** {self.data}",
            f"* **By** `{self.command}`, {self.steps:,} steps in {duration(self.seconds)}, {self.machine}",
            f"* **Options** `{json.dumps(model)}`",
            "",
            "| measured on | images | PSNR | bicubic | gain | SSIM | bicubic |",
            "|---|--:|--:|--:|--:|--:|--:|",
        ]
        lines += [
            f"| {title} | {score.images} | {score.psnr:.2f} | {score.bicubic['psnr']:.2f} "
            f"| **{score.psnr - score.bicubic['psnr']:+.2f}** | {score.ssim:.4f} | {score.bicubic['ssim']:.4f} |"
            for title, score in self.scores.items()
        ]
        return "\n".join([*lines, *self._protocols()]) + "\n"

    def _protocols(self) -> list[str]:
        """Return the protocol values that all scores share, and those that differ, for each score."""
        if not self.scores:
            return []
        first, *rest = (score.protocol for score in self.scores.values())
        common = {key: value for key, value in first.items() if all(one.get(key) == value for one in rest)}
        lines = ["", f"Protocol: {_words(common)}." if common else "Protocols:"]
        for title, score in self.scores.items():
            if own := {key: value for key, value in score.protocol.items() if key not in common}:
                lines += ["", f"{title}: {_words(own)}."]
        return lines


def duration(seconds: float) -> str:
    """Return a time in minutes or hours, in words."""
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"


def _finished(folder: Path) -> tuple[Summary, Environment]:
    """Return the summary and the environment of a run.

    Raises:
        RunError: The run is not finished, or one of the two files is damaged.
    """
    files = RunFiles(folder)
    for path in (files.summary, files.environment):
        if not path.exists():
            raise RunError(f"{folder}: wants a finished run; {path}: No such file or directory")
    return Summary.read(files.summary), Environment.read(files.environment)


def _words(protocol: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in protocol.items())


def _without_output(words: Sequence[str]) -> list[str]:
    """Remove the output folder from a command, since it only exists on one machine."""
    kept, skip = [], False
    for word in words:
        if not skip and not word.startswith("--output"):
            kept.append(word)
        skip = word == "--output"
    return kept
