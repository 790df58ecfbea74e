"""Packaging the weights of a run: a small file that contains their card, and a page with the card."""

from __future__ import annotations

from pathlib import Path

import torch

from srkit.atomic import write_text
from srkit.engine.checkpoint import load_weights, save_weights
from srkit.errors import CheckpointError
from srkit.weights.card import Card
from srkit.weights.portable import portable

LARGEST = 4 * 2**20
"""Most bytes of one file, so that the wheel stays small."""


def package_weights(weights: Path, folder: Path, name: str, card: Card, *, half: bool = False) -> Path:
    """Write ``name.safetensors`` and ``name.md`` into ``folder``, and return the first.

    Absolute paths in metadata and card become names of files, so that neither tells where they were made.

    Args:
        weights: The ``best.safetensors`` of a run.
        folder: The folder of shipped weights.
        name: Their name for ``srkit upscale --model``: letters, digits, dots and hyphens.
        card: Their card.
        half: Whether they are stored in fp16; computations are in fp32 or bf16 all the same.

    Raises:
        CheckpointError: The weights cannot be read or are too large, or their model needs a file.
    """
    tensors, metadata = load_weights(weights)
    kind = torch.float16 if half else torch.float32
    stripped = {key: tensor.to(kind) if tensor.is_floating_point() else tensor for key, tensor in tensors.items()}
    size = sum(tensor.numel() * tensor.element_size() for tensor in stripped.values())
    if size > LARGEST:
        hint = "" if half else "; --half stores half as many"
        raise CheckpointError(f"{weights}: wants at most {LARGEST:,} bytes of weights, found {size:,}{hint}")
    if (model := metadata.get("model")) != portable(model):
        raise CheckpointError(f"{weights}: wants a model without files, found paths among its options: {model}")
    card = Card(**portable(vars(card)))
    metadata = portable(metadata) | {"name": name, "card": card.plain()}
    target = folder / f"{name}.safetensors"
    folder.mkdir(parents=True, exist_ok=True)
    save_weights(target, stripped, metadata)
    parameters = sum(tensor.numel() for tensor in stripped.values())
    write_text(folder / f"{name}.md", card.page(name, metadata, parameters))
    return target
