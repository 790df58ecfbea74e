"""Scores of the best weights of a run on the test images, and of bicubic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from srkit.data.examples import examples
from srkit.engine.checkpoint import load_into, load_weights
from srkit.engine.precision import resolve_device
from srkit.evaluation.evaluate import MetricScore, evaluate
from srkit.experiment import Experiment
from srkit.image import files
from srkit.image.convert import to_uint8
from srkit.network.enlarger import Enlarger, NetworkEnlarger, enlarged
from srkit.network.network import Network
from srkit.parts.metric import protocol_of
from srkit.records.kernels import write_kernels
from srkit.records.log import Record, last_record
from srkit.records.scores import BASELINE, NETWORK, ScoreRow
from srkit.records.summary import Summary
from srkit.run.build import Built
from srkit.run.folder import RunFolder
from srkit.run.share import Share
from srkit.world import ALONE, World, own_device

MODELS = (NETWORK, BASELINE)


def score(
    experiment: Experiment, built: Built, folder: RunFolder, world: World = ALONE
) -> Generator[Record, None, None]:
    """Score the test images in fp32; write pictures, ``scores.jsonl`` and, last, ``summary.json``.

    Processes that have trained together share the images among them. Each writes the pictures of its own images,
    and yields their records; the first writes all scores.
    """
    tensors, metadata = load_weights(folder.best)
    load_into(built.model, tensors, str(folder.best))
    device = own_device(resolve_device(experiment.train.device))
    enlargers = _enlargers(experiment, device, built.model, built.baseline)
    own: list[ScoreRow] = []
    kernels: dict[str, Any] = {}
    images = Share(built.test, world.rank, world.size) if world.size > 1 else built.test
    for example in examples(images, scale=experiment.scale, degradation=built.degradation, seed=experiment.seed):
        for name, enlarger in enlargers.items():
            large = enlarger(example.low)
            own += [_row(name, one) for one in evaluate([(example, large)], built.metrics, device)]
            _picture(folder.picture(example.name, name), large)
        _picture(folder.picture(example.name, "lr"), example.low)
        _picture(folder.picture(example.name, "hr"), example.high)
        if "kernels" in example.drawn:
            kernels[example.name] = example.drawn["kernels"][0].cpu().numpy()
        yield Record("score", metadata["step"], {"image": example.name})
    gathered = world.gather((own, kernels))
    if not world.first:
        return
    place = {name: number for number, name in enumerate(built.test.names)}
    rows = sorted((row for part, _ in gathered for row in part), key=lambda row: place[row.image])
    if drawn := {name: value for _, part in gathered for name, value in part.items()}:
        write_kernels(folder.kernels, {name: drawn[name] for name in sorted(drawn, key=place.__getitem__)})
    ScoreRow.write_all(folder.scores, rows)
    _summary(experiment, built, folder, rows, metadata["step"]).write(folder.summary)


def score_rows(experiment: Experiment, built: Built, model: nn.Module) -> Iterator[ScoreRow]:
    """Yield the rows of ``scores.jsonl`` for a trained ``model`` on the test images; write no pictures."""
    device = resolve_device(experiment.train.device)
    enlargers = _enlargers(experiment, device, model, built.baseline)
    for example in examples(
        built.test, scale=experiment.scale, degradation=built.degradation, seed=experiment.seed
    ):
        for name, enlarger in enlargers.items():
            results = enlarged(enlarger, [example])
            yield from (_row(name, one) for one in evaluate(results, built.metrics, device))


def _enlargers(experiment: Experiment, device: torch.device, *models: nn.Module) -> dict[str, Enlarger]:
    """Return the enlargers to score, in fp32, by their names in ``scores.jsonl``."""
    networks = (Network.of(model, experiment.scale, experiment.color) for model in models)
    return dict(zip(MODELS, (NetworkEnlarger(network, device=device) for network in networks), strict=True))


def _row(model: str, one: MetricScore) -> ScoreRow:
    return ScoreRow(model, one.image, one.metric, one.value)


def _picture(path: Path, image: Tensor) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write(path, to_uint8(image))


def _summary(experiment: Experiment, built: Built, folder: RunFolder, rows: list[ScoreRow], best: int) -> Summary:
    last = last_record(folder.log)  # the last one of the training: scoring has not written yet
    return Summary(
        name=str(experiment.name),
        model=experiment.model.name,
        scale=experiment.scale,
        color=experiment.color,
        steps=last.step if last else 0,
        seconds=float(last.values.get("seconds", 0.0)) if last else 0.0,
        parameters=built.parameters,
        protocol={name: protocol_of(metric) for name, metric in built.metrics.items()},
        best_step=best,
        images=len(built.test),
        own_low=built.test.scale is not None,
        resize="MATLAB's bicubic (Keys a = -0.5), mirrored at the edge",
        scores=_means(row for row in rows if row.model == NETWORK),
        baseline_scores=_means(row for row in rows if row.model == BASELINE),
        gain=_gains(rows),
    )


def _means(rows: Iterable[ScoreRow]) -> dict[str, float]:
    values: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        values[row.metric].append(row.value)
    return {metric: sum(of_metric) / len(of_metric) for metric, of_metric in values.items()}


def _gains(rows: list[ScoreRow]) -> dict[str, float]:
    """Return the mean difference of every metric; two infinite values of an image count as equal."""
    values = {(row.model, row.metric, row.image): row.value for row in rows}
    gains: dict[str, list[float]] = defaultdict(list)
    for (model, metric, image), value in values.items():
        if model == NETWORK:
            baseline = values[BASELINE, metric, image]
            gains[metric].append(0.0 if value == baseline else value - baseline)
    return {metric: sum(differences) / len(differences) for metric, differences in gains.items()}
