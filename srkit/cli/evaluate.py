"""``srkit evaluate``: measure a model under a protocol."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from srkit.cli.complete import degradations, weights
from srkit.cli.seed_option import LARGEST_SEED

if TYPE_CHECKING:
    from srkit.network.network import Network
    from srkit.parts.dataset import ImageSet
    from srkit.parts.degradation import DegradationFn
    from srkit.plugins import Catalog

WIDTH = 79
"""Width of the text output, in characters."""


def evaluate(
    model: Annotated[
        str,
        typer.Argument(
            help="Shipped weights (srkit models), a file of weights, a run folder, bicubic, or a method: a name, "
            "or '{use: NAME, option: value}'.",
            autocompletion=weights,
        ),
    ],
    images: Annotated[list[Path], typer.Argument(help="Folders of HR images.")],
    scale: Annotated[
        int | None, typer.Option(help="Scale of a model or a method by name; a checkpoint has its own.")
    ] = None,
    low: Annotated[
        Path | None, typer.Option("--lr", help="Folder of LR images to use, instead of making them.")
    ] = None,
    degradation: Annotated[
        str,
        typer.Option(
            help="Degradation that makes LR: a name, or '{use: NAME, option: value}'.", autocompletion=degradations
        ),
    ] = "bicubic",
    color: Annotated[Literal["y", "rgb"], typer.Option(help="Measure luma (16..235) or RGB.")] = "y",
    border: Annotated[int | None, typer.Option(help="Pixels cut off every side; the scale if not given.")] = None,
    gray: Annotated[
        Literal["repeat", "as_is"], typer.Option(help="Gray images repeated to RGB, or as they are.")
    ] = "repeat",
    edge: Annotated[
        Literal["symmetric", "clamp"], typer.Option(help="What bicubic sees beyond the edge.")
    ] = "symmetric",
    space: Annotated[
        Literal["rgb", "y"], typer.Option(help="Shrink 8-bit RGB, or rounded luma in floats (bicubic tables).")
    ] = "rgb",
    quantise: Annotated[bool, typer.Option(help="Round the result to 8 bits.")] = True,
    ensemble: Annotated[bool, typer.Option("--ensemble", help="Average over the eight orientations.")] = False,
    metric: Annotated[
        list[str] | None, typer.Option(help="A metric, may be given again; psnr and ssim if not given.")
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of random degradations and methods.")
    ] = 0,
    device: Annotated[str, typer.Option(help="cpu, cuda, ...; auto takes what there is.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a model on images, one row each and the mean. The defaults are LapSRN's official protocol."""
    from srkit.cli.left_out import tell_left_out
    from srkit.cli.model_option import read_model
    from srkit.cli.read_by import read_by
    from srkit.engine.generators import seeded
    from srkit.engine.precision import resolve_device
    from srkit.evaluation.measure import measure, measuring
    from srkit.evaluation.protocol import EvaluationProtocol
    from srkit.parts.metric import protocol_of
    from srkit.plugins import load_catalog
    from srkit.records.jsonfile import to_json
    from srkit.report.numbers import protocol as in_words
    from srkit.weights.load import load

    catalog = load_catalog()
    network = load(read_model(model), catalog, scale, seed=seed)
    protocol = EvaluationProtocol(
        color=color, border=border, quantise=quantise, gray=gray, edge=edge, space=space, ensemble=ensemble
    )
    with seeded(seed):
        degrade, low_title = _degradation(degradation, network.scale, catalog)
    sets = [_images(folder, low, catalog) for folder in images]
    tell_left_out({str(folder): one for folder, one in zip(images, sets, strict=True)})
    low_title = "given" if low is not None else low_title
    metrics = _metrics(metric or ["psnr", "ssim"])
    with seeded(seed):
        built = measuring(metrics, network.scale, protocol, catalog)
    place = resolve_device(device)
    rows: list[dict[str, Any]] = []
    for image_set in sets:
        scored = measure(network, image_set, protocol, degrade, catalog, seed=seed, device=place, metrics=built)
        for row in scored:
            if not rows and not as_json:  # what is refused is refused before the table begins
                _line("image", [name.upper() for name in metrics])
            rows.append({"name": row.name, **row.scores})
            if not as_json:
                _line(row.name, [_digits(name, value) for name, value in row.scores.items()])
    means = {name: sum(row[name] for row in rows) / len(rows) for name in metrics}
    described: dict[str, Any] = protocol.describe(network.scale, low_title)
    own = {name: protocol_of(function) for name, function in built.items()}
    plain = measuring({name: {} for name in metrics if name in ("psnr", "ssim")}, network.scale, protocol, catalog)
    if any(name not in plain or own[name] != protocol_of(plain[name]) for name in own):
        for name in ("color", "range", "border", "rounded", "gray"):  # every metric describes its own protocol
            del described[name]
        described["metrics"] = own
    if as_json:
        result = {
            "model": network.name,
            "scale": network.scale,
            "protocol": described,
            "scores": means,
            "images": rows,
        }
        typer.echo(to_json(result, indent=2))
        return
    _line(f"mean of {len(rows)}", [_digits(name, value) for name, value in means.items()])
    own_protocols = described.pop("metrics", {})
    typer.echo(fill(f"{_title(network)}{read_by(network)}: {in_words(described)}", WIDTH))
    for name, values in own_protocols.items():
        typer.echo(fill(f"{name.upper()}: {in_words(values)}", WIDTH))


def _degradation(text: str, scale: int, catalog: Catalog) -> tuple[DegradationFn | None, str]:
    """Return the degradation that ``text`` names, and its title; None stands for the protocol's own bicubic."""
    from srkit.cli.part_option import build_degradation, read_part_option

    if read_part_option(text, "--degradation") == ("bicubic", {}):
        return None, "bicubic"
    return build_degradation(text, scale, catalog), text


def _images(folder: Path, low: Path | None, catalog: Catalog) -> ImageSet:
    name, options = ("folder", {"path": folder}) if low is None else ("pairs", {"high": folder, "low": low})
    image_set: ImageSet = catalog.build("dataset", name, **{key: str(value) for key, value in options.items()})
    return image_set


def _line(name: str, cells: list[str]) -> None:
    typer.echo(f"{name:<24}" + "".join(f"{cell:>10}" for cell in cells))


def _metrics(given: list[str]) -> dict[str, dict[str, Any]]:
    """Return the options of every metric by its name.

    Raises:
        ConfigError: A metric is given twice.
    """
    from srkit.cli.part_option import read_part_option
    from srkit.errors import ConfigError, Problem

    found: dict[str, dict[str, Any]] = {}
    for name, options in (read_part_option(text, "--metric") for text in given):
        if name in found:
            raise ConfigError([Problem("--metric", "", f"wants every metric once, got {name!r} twice")])
        found[name] = options
    return found


def _digits(metric: str, value: float) -> str:
    return f"{value:.3f}" if metric == "psnr" else f"{value:.4f}"


def _title(network: Network) -> str:
    """Return the name of a network with its scale, which the name of a file for many scales tells already."""
    scale = f"x{network.scale}"
    return network.name if network.name.endswith(f" {scale}") else f"{network.name}, {scale}"
