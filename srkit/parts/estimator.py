"""Estimators, which estimate the blur kernel of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from srkit.parts.method import LEAST
from srkit.registry import Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import Tensor

    from srkit.draws import Draws

estimator = Kind(
    "estimator",
    ("scale",),
    gives="callable: (low (1,C,h,w), draws) to the blur kernel (1,k,k) that made low",
    contract="srkit.testing.estimator:estimator",
    room="srkit.estimators",
    abilities=(LEAST,),
)


class EstimatorFn(Protocol):
    """An estimator, built."""

    def __call__(self, low: Tensor, draws: Draws, /) -> Tensor:
        """Return the kernel (1,k,k) that made low (1,C,h,w), with odd k and sum 1, without a gradient.

        It is a kernel as ``srkit.degrading.blur.blur(high, kernel, scale)`` takes one: HR is correlated with it,
        and every ``scale``-th pixel is kept. Some values may be negative, as in the kernel of bicubic. C,
        gradients, autocast and random numbers are as for a method (``srkit.parts.method.MethodFn``).
        """
        ...


if TYPE_CHECKING:
    Estimator: TypeAlias = Slot[EstimatorFn]
else:
    Estimator = estimator.slot
