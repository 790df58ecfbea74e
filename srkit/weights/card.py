"""The card of shipped weights: what they were trained on, how, for how long, and what they score.

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
class SetScore:
    """Means over the images of one set, and bicubic's beside them, under one protocol."""

    psnr: float
    ssim: float
    images: int
    bicubic: Mapping[str, float]
    protocol: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Mapping[str, Any], bicubic: Mapping[str, Any], where: str) -> SetScore:
        """Put together what ``srkit evaluate --json`` printed of the model and of bicubic.

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
        psnr, ssim = float(means["psnr"]), float(means["ssim"])  # JSON spells infinity as text
        bicubic_means = {name: float(value) for name, value in base.items()}
        return cls(psnr, ssim, len(model["images"]), bicubic_means, model["protocol"])


@dataclass(frozen=True)
class Card:
    """What must be known of weights before one trusts them.

    Args:
        data: What they were trained on, licences included.
        command: What trains them again.
        steps: Optimizer steps.
        machine: Where.
        seconds: How long.
        scores: By what was measured, such as "Set14, bicubic".
    """

    data: str
    command: str
    steps: int
    machine: str
    seconds: float
    scores: Mapping[str, SetScore] = field(default_factory=dict)

    @classmethod
    def read(cls, metadata: Mapping[str, Any]) -> Card | None:
        """Return the card in a checkpoint's metadata; None where it has none."""
        values = metadata.get("card")
        if values is None:
            return None
        scores = {title: SetScore(**score) for title, score in values.get("scores", {}).items()}
        return cls(**{**values, "scores": scores})

    @classmethod
    def of_runs(
        cls,
        folders: Sequence[Path],
        data: str,
        scores: Mapping[str, SetScore],
        *,
        command: str | None = None,
        machine: str | None = None,
    ) -> Card:
        """Read from run folders how the weights of the last came to be; ``command`` and ``machine`` overrule them.

        Args:
            folders: One for each stretch of the training: every run but the first started from the one before.
            data: What it was trained on, licences included.
            scores: What was measured of the weights.
            command: What trains them again.
            machine: Where they were trained; the last run's if not given.

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
        """Return it as metadata hold it."""
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
        """Return what all scores have in common of their protocols, and what each has of its own."""
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
    """Return a time that one can imagine."""
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
    return ", ".join(f"{key}: {value}" for key, value in protocol.items())


def _without_output(words: Sequence[str]) -> list[str]:
    """Leave out where the run was written: nobody else has that folder."""
    kept, skip = [], False
    for word in words:
        if not skip and not word.startswith("--output"):
            kept.append(word)
        skip = word == "--output"
    return kept
