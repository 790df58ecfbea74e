"""A network whose NaN and infinite results are computed again in fp32."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from srkit.engine.precision import Precision
from srkit.errors import SrkitError
from srkit.fused.prepare import prepare


class FP32Fallback:
    """A network for inference; results with NaN or infinity in half precision are computed again in fp32.

    Args:
        model: (N,C,h,w) to (N,C,s*h,s*w).
        device: The device of the network.
        precision: Number format of the first attempt.
        name: Name of the network in messages.
        say: Called with a note the first time that fp32 is needed.
    """

    def __init__(
        self, model: nn.Module, device: torch.device, precision: Precision, name: str, say: Callable[[str], None]
    ) -> None:
        self.model, self.device, self.precision, self.name, self.say = model, device, precision, name, say
        self._network = prepare(model, device=device, precision=precision)
        self._exact: nn.Module | None = self._network if precision == "fp32" else None

    def __call__(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,h,w), a tensor on the device.

        Raises:
            SrkitError: The result has NaN or infinite values in fp32 too.
        """
        high: Tensor = self._network(low)
        if bool(high.isfinite().all()):
            return high
        if self._exact is None:
            self.say(
                f"{self.name}: {self.precision} gives values that are not numbers; fp32 is used in such places"
            )
            self._exact = prepare(self.model, device=self.device, precision="fp32")
        if self._exact is not self._network:
            high = self._exact(low)
        if bool(high.isfinite().all()):
            return high
        raise SrkitError(f"{self.name}: gives values that are not numbers (nan or inf) for this image")
