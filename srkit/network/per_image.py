"""A method, which may learn from the image that it enlarges, in the place of a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from srkit.draws import Draws
from srkit.engine.generators import seeded
from srkit.errors import SrkitError
from srkit.network.color import Color
from srkit.network.needs import Needs
from srkit.network.network import Network
from srkit.parts.method import LEAST, MethodFn
from srkit.seeds import seed_of


class PerImage(nn.Module):
    """A method as a module, for every command that takes a network.

    An image is enlarged in the same way whenever it comes: what is random depends on the seed alone. A method
    that is a module itself is moved to the device with this one; its weights may come frozen, so it trains a copy.

    Args:
        method: It is called with one whole image, as ``MethodFn`` says.
        scale: s.
        seed: What its draws and torch's generator begin from.
        name: What errors call it.
    """

    def __init__(self, method: MethodFn, scale: int, *, seed: int = 0, name: str = "method") -> None:
        super().__init__()
        self.method, self.scale, self.seed, self.name = method, scale, seed, name

    @property
    def needs(self) -> Needs:
        """The whole image, of the size that the method takes, in fp32."""
        return Needs(least=LEAST.of(self.method), half=False, whole=True)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,h,w) to (N,C,s*h,s*w), one image after the other.

        Raises:
            SrkitError: The method gives an image of another size.
        """
        return torch.cat([self._one(image) for image in low.chunk(len(low))])

    def _one(self, low: Tensor) -> Tensor:
        high = learning(self.method, low, "method", self.seed)
        wanted = (1, low.shape[1], low.shape[2] * self.scale, low.shape[3] * self.scale)
        if tuple(high.shape) != wanted:
            raise SrkitError(f"{self.name}: wants to give {wanted} of {tuple(low.shape)}, gave {tuple(high.shape)}")
        return high

    def as_network(self, metadata: dict[str, Any] | None = None) -> Network:
        """Return the network of this module. It works on RGB."""
        return Network.of(self.eval(), self.scale, Color.RGB, name=self.name, metadata=metadata)


def learning(call: Callable[[Tensor, Draws], Tensor], low: Tensor, *words: int | str) -> Tensor:
    """Call a method or an estimator as its contract says, whatever modes the caller has switched on.

    Args:
        call: The part.
        low: (1,C,h,w) in [0,1].
        words: What identifies its random numbers, the seed among them.

    Returns:
        What the part gives, without a gradient.
    """
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.autocast(low.device.type, enabled=False),
        seeded(seed_of("torch", *words)),
    ):
        image = low.clone() if low.is_inference() else low.detach()  # which inference made cannot be learnt from
        return call(image, Draws.of([words])).detach()
