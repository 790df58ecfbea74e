"""Measure the best weights of a run on the test images, beside bicubic."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, nn

from srkit.atomic import whole, write_text
from srkit.data.examples import examples
from srkit.engine.checkpoint import load_into, load_weights
from srkit.engine.precision import resolve_device
from srkit.evaluation.evaluate import Score, evaluate
from srkit.experiment import Experiment
from srkit.image import files
from srkit.image.convert import to_uint8
from srkit.network.enlarger import Enlarger, NetworkEnlarger, enlarged
from srkit.network.network import Network
from srkit.parts.metric import protocol_of
from srkit.run.build import Built
from srkit.run.folder import RunFolder
from srkit.run.record import Record

MODELS = ("srkit", "bicubic")


def score(experiment: Experiment, built: Built, folder: RunFolder) -> Generator[Record, None, None]:
    """Score the test images in fp32, writing pictures, ``scores.jsonl`` and at last ``summary.json``."""
    tensors, metadata = load_weights(folder.best)
    load_into(built.model, tensors, str(folder.best))
    enlargers = _enlargers(experiment, built.model, built.baseline)
    rows: list[dict[str, Any]] = []
    kernels: dict[str, Any] = {}
    for example in examples(
        built.test, scale=experiment.scale, degradation=built.degradation, seed=experiment.seed
    ):
        for name, enlarger in enlargers.items():
            large = enlarger(example.low)
            rows += [_row(name, one) for one in evaluate([(example, large)], built.metrics)]
            _picture(folder.pictures / example.name / f"{name}.png", large)
        _picture(folder.pictures / example.name / "lr.png", example.low)
        _picture(folder.pictures / example.name / "hr.png", example.high)
        if "kernels" in example.drawn:
            kernels[example.name] = example.drawn["kernels"][0].cpu().numpy()
        yield Record("score", metadata["step"], {"image": example.name})
    if kernels:
        with whole(folder.pictures / "kernels.npz") as temporary, open(temporary, "wb") as file:
            arrays = {f"kernel_{index}": kernel for index, kernel in enumerate(kernels.values())}
            np.savez(file, names=np.array(list(kernels)), **arrays)  # names of images may be any words
    write_text(folder.scores, "".join(json.dumps(row) + "\n" for row in rows))
    summary = _summary(experiment, built, folder, rows, metadata["step"])
    write_text(folder.summary, json.dumps(summary, indent=2) + "\n")


def score_rows(experiment: Experiment, built: Built, model: nn.Module) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``scores.jsonl`` for a trained ``model`` on the test images, without pictures."""
    enlargers = _enlargers(experiment, model, built.baseline)
    for example in examples(
        built.test, scale=experiment.scale, degradation=built.degradation, seed=experiment.seed
    ):
        for name, enlarger in enlargers.items():
            results = enlarged(enlarger, [example])
            yield from (_row(name, one) for one in evaluate(results, built.metrics))


def _enlargers(experiment: Experiment, *models: nn.Module) -> dict[str, Enlarger]:
    """Return what enlarges in fp32, by its name in ``scores.jsonl``."""
    device = resolve_device(experiment.train.device)
    networks = (Network.of(model, experiment.scale, experiment.color) for model in models)
    return dict(zip(MODELS, (NetworkEnlarger(network, device=device) for network in networks), strict=True))


def _row(model: str, one: Score) -> dict[str, Any]:
    return {"model": model, "image": one.image, "metric": one.metric, "value": one.value, "split": "test"}


def _picture(path: Path, image: Tensor) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write(path, to_uint8(image))


def _summary(
    experiment: Experiment, built: Built, folder: RunFolder, rows: list[dict[str, Any]], best: int
) -> dict[str, Any]:
    means = {name: _means(row for row in rows if row["model"] == name) for name in MODELS}
    trained = _last_train_record(folder)
    return {
        "name": experiment.name,
        "scores": means["srkit"],
        "baseline": means["bicubic"],
        "gain": _gains(rows),
        "steps": trained.get("step", 0),
        "best_step": best,
        "seconds": trained.get("seconds", 0.0),
        "images": len(built.test),
        "own_low": built.test.scale is not None,
        "parameters": built.parameters,
        "model": experiment.model.name,
        "scale": experiment.scale,
        "color": experiment.color,
        "resize": "MATLAB's bicubic (Keys a = -0.5), mirrored at the edge",
        "protocol": {name: protocol_of(metric) for name, metric in built.metrics.items()},
    }


def _means(rows: Iterator[dict[str, Any]] | Any) -> dict[str, float]:
    values: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        values[row["metric"]].append(row["value"])
    return {metric: sum(found) / len(found) for metric, found in values.items()}


def _gains(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return the mean of every metric's differences; an image that both give perfectly counts as equal."""
    values = {(row["model"], row["metric"], row["image"]): row["value"] for row in rows}
    gains: dict[str, list[float]] = defaultdict(list)
    for (model, metric, image), value in values.items():
        if model == "srkit":
            other = values["bicubic", metric, image]
            gains[metric].append(0.0 if value == other else value - other)
    return {metric: sum(found) / len(found) for metric, found in gains.items()}


def _last_train_record(folder: RunFolder) -> dict[str, Any]:
    """Return the last record of the log: how far training came, and how long it took."""
    last: dict[str, Any] = json.loads(folder.log.read_text(encoding="utf-8").splitlines()[-1])
    return last
