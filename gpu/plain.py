"""Training as plain PyTorch programs write it, for comparison: DataLoader, autocast, Adam, one loss a level."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from gpu.timing import device


class Crops(Dataset[Tensor]):
    """Random crops (3,P,P) of decoded images, turned and mirrored."""

    def __init__(self, images: Sequence[np.ndarray[Any, Any]], patch: int, length: int) -> None:
        self.images, self.patch, self.length = images, patch, length

    def __len__(self) -> int:
        """Return the number of crops of an epoch."""
        return self.length

    def __getitem__(self, index: int) -> Tensor:
        """Return a crop of image ``index`` modulo their number."""
        image = self.images[index % len(self.images)]
        top, left = (int(torch.randint(0, side - self.patch + 1, ())) for side in image.shape[:2])
        crop = np.rot90(image[top : top + self.patch, left : left + self.patch], int(torch.randint(0, 4, ())))
        crop = crop[:, ::-1] if torch.rand(()) < 0.5 else crop
        return torch.from_numpy(np.ascontiguousarray(crop.transpose(2, 0, 1))).expand(3, -1, -1)


def pairs(
    images: Sequence[np.ndarray[Any, Any]], patch: int, batch: int, workers: int, *, gray: bool
) -> Iterator[Any]:
    """Yield (LR, HR) on the device for ever, LR by PyTorch's antialiased bicubic, x4."""
    cuda = device().type == "cuda"
    loader = DataLoader(
        Crops(images, patch, batch * 10_000),
        batch,
        shuffle=True,
        num_workers=workers,
        pin_memory=cuda,
        persistent_workers=workers > 0,
        drop_last=True,
    )
    weights = torch.tensor([65.481, 128.553, 24.966], device=device()).view(1, 3, 1, 1) / 255
    while True:
        for crops in loader:
            high = crops.to(device(), non_blocking=True).float().div_(255)
            low = F.interpolate(high, scale_factor=0.25, mode="bicubic", antialias=True)
            low = low.clamp(0, 1).mul(255).round().div(255)
            yield [(one * weights).sum(1, keepdim=True) + 16 / 255 for one in (low, high)] if gray else [low, high]


def step_of(model: nn.Module) -> Callable[[Tensor, Tensor], None]:
    """Return a function that takes one training step on (LR, HR): bf16 autocast, Charbonnier, fused Adam."""
    model.train()
    place = device()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, fused=place.type == "cuda")

    def step(low: Tensor, high: Tensor) -> None:
        with torch.autocast(place.type, dtype=torch.bfloat16):
            predictions = model.pyramid(low) if hasattr(model, "pyramid") else [model(low)]
        loss = low.new_zeros(())
        for prediction in predictions:
            size = prediction.shape[-2:]
            target = high
            if size != high.shape[-2:]:
                target = F.interpolate(high, size=size, mode="bicubic", antialias=True)
            loss = loss + ((prediction.float() - target).square() + 1e-6).sqrt().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step
