"""Measure weights that come with srkit again, and write the scores into their card.

    python configs/zoo/measure.py lapsrn-x4 --data ../shared/data

DATA holds test/Set5, test/Set14 and div2krk/{gt,lr_x2,lr_x4}. The scores are those of ``srkit evaluate``; a set
that is missing, or that has no images of the scale, keeps the score that it has.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from srkit.atomic import write_text
from srkit.engine.checkpoint import load_weights, save_weights
from srkit.errors import CheckpointError, SrkitError
from srkit.weights import zoo
from srkit.weights.card import Card, CardScore


def main() -> None:
    """Read the command line, measure, and write the card."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", help="such as lapsrn-x4")
    parser.add_argument("--data", type=Path, required=True, help="folder of the test images")
    given = parser.parse_args()
    path = zoo.path_of(given.name)
    if path is None:
        raise CheckpointError(f"{given.name}: wants weights that come with srkit: {', '.join(zoo.names())}")
    tensors, metadata = load_weights(path)
    card = Card.read(metadata)
    if card is None:
        raise CheckpointError(f"{path}: has no card; configs/zoo/ship.py writes one")
    scores = dict(card.scores)
    for title, images, options in _sets(given.data, metadata["scale"]):
        if images.is_dir():
            scores[title] = _score(title, given.name, metadata["scale"], [str(images), *options])
    card = replace(card, scores=scores)
    metadata = metadata | {"card": card.plain()}
    save_weights(path, tensors, metadata)
    write_text(
        path.with_suffix(".md"), card.page(given.name, metadata, sum(one.numel() for one in tensors.values()))
    )


def _sets(data: Path, scale: int) -> list[tuple[str, Path, list[str]]]:
    """Return titles, folders of HR images and further words of ``srkit evaluate``."""
    sets = [
        ("Set5, bicubic", data / "test" / "Set5", []),
        ("Set14, bicubic", data / "test" / "Set14", []),
        ("Set14, random kernels", data / "test" / "Set14", ["--degradation", "anisotropic_gaussian"]),
    ]
    low = data / "div2krk" / f"lr_x{scale}"
    if low.is_dir():
        sets.append(("DIV2KRK, 20 real pairs", data / "div2krk" / "gt", ["--lr", str(low)]))
    return sets


def _score(title: str, name: str, scale: int, words: list[str]) -> CardScore:
    print(title, flush=True)
    return CardScore.of(_evaluated(name, *words), _evaluated("bicubic", "--scale", str(scale), *words), title)


def _evaluated(*words: str) -> dict[str, object]:
    command = [sys.executable, "-m", "srkit", "evaluate", *words, "--json"]
    found: dict[str, object] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return found


if __name__ == "__main__":
    try:
        main()
    except (SrkitError, subprocess.CalledProcessError) as error:
        sys.exit(str(error))
