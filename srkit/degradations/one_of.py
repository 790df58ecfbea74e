"""One of several degradations for every image."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Generator, Tensor

import srkit
from srkit.parts import Degradation
from srkit.parts.degradation import PER_CHANNEL, RESIZES, Traced


@srkit.degradation("one_of")
class OneOf:
    """Draw for every image which of several degradations it gets: some blurred, some shrunk by bicubic.

    A network that is to serve any photograph must have seen sharp ones and bad ones; one trained on a
    single degradation is good at that one and may harm the others.

    Args:
        choices: The degradations; all make the image smaller, or none does (then this is a stage of a chain).
        shares: How often each is drawn, relative to one another; null draws all as often.
    """

    def __init__(self, scale: int, *, choices: list[Degradation], shares: list[float] | None = None) -> None:
        self.choices: list[Any] = [choice(scale) for choice in choices]
        self.scale = scale
        self.per_channel = all(PER_CHANNEL.of(choice) for choice in self.choices)
        if len(self.choices) < 2:
            raise ValueError(f"choices must be two or more, got {len(self.choices)}")
        given = [1.0] * len(self.choices) if shares is None else list(shares)
        usable = all(math.isfinite(share) and share >= 0 for share in given) and sum(given) > 0
        if len(given) != len(self.choices) or not usable:
            raise ValueError(
                f"shares must be one number for each of {len(self.choices)} choices, none negative and not all 0, "
                f"got {given}"
            )
        shrink = [RESIZES.of(choice) for choice in self.choices]
        if len(set(shrink)) > 1:
            raise ValueError(f"choices must all make the image smaller or all keep its size, got {shrink}")
        self.resizes = shrink[0]
        self.shares = torch.tensor(given, dtype=torch.float64)

    @property
    def quantise(self) -> bool:
        """Whether LR comes out rounded to 8 bits; a chain puts the rounding of its stages off."""
        return any(getattr(choice, "quantise", False) is True for choice in self.choices)

    @quantise.setter
    def quantise(self, value: bool) -> None:
        for choice in self.choices:
            if isinstance(getattr(choice, "quantise", None), bool):
                choice.quantise = value

    def trace(self, high: Tensor, generator: Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """Return LR (N,C,H,W) of HR (N,C,sH,sW), ``choice`` (N,), and what one drew that all images got."""
        choice = torch.multinomial(self.shares, len(high), replacement=True, generator=generator)
        low: Tensor | None = None
        drawn: dict[str, Tensor] = {"choice": choice}
        for number, one in enumerate(self.choices):
            place = (choice == number).nonzero()[:, 0]
            if len(place) == 0:
                continue
            some = high[place.to(high.device)]
            part, more = one.trace(some, generator) if isinstance(one, Traced) else (one(some, generator), {})
            if len(place) == len(high):
                return part, drawn | {name: value for name, value in more.items() if name != "choice"}
            low = part.new_empty(len(high), *part.shape[1:]) if low is None else low
            low[place.to(low.device)] = part
        assert low is not None
        return low, drawn

    def __call__(self, high: Tensor, generator: Generator) -> Tensor:
        """Return LR (N,C,H,W) of HR (N,C,sH,sW)."""
        return self.trace(high, generator)[0]
