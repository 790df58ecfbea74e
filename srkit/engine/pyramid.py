"""The outputs of a network that have a loss, and the targets that they are compared with."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from srkit.errors import TrainingError
from srkit.image.resize import resize
from srkit.parts.loss import LossFn, Sum
from srkit.parts.model import Pyramid


class Levels(nn.Module):
    """A network as training calls it: the list of predictions that have a loss, coarse to fine.

    It is a module because DistributedDataParallel and torch.compile see calls of a
    module only, and not its method ``pyramid``.

    Args:
        model: The network.
        every: Whether to take every level of a network that predicts a pyramid; otherwise the full size alone.
    """

    def __init__(self, model: nn.Module, *, every: bool) -> None:
        super().__init__()
        self.model = model
        self.every = every and isinstance(model, Pyramid)

    def forward(self, low: Tensor) -> list[Tensor]:
        """Predict from (N,C,h,w)."""
        return list(self.model.pyramid(low)) if self.every else [self.model(low)]  # type: ignore[operator]


def mean_losses(predictions: Sequence[Tensor], high: Tensor, loss: LossFn) -> dict[str, Tensor]:
    """Return ``loss``, the mean of the levels' losses, and the means of its terms as ``loss.TERM``.

    All are scalars in float32. The target of a level is HR shrunk by antialiased bicubic.

    LapSRN sums over its levels (Lai et al., CVPR 2017, equation 1). The mean keeps the
    learning rate that fits one level fit for three; it is the sum over the number of levels.

    Args:
        predictions: (N,C,h_i,w_i), any float type, each no larger than ``high``.
        high: (N,C,H,W) in [0,1].
        loss: (prediction, target) to a scalar.

    Raises:
        TrainingError: The last prediction does not have the shape of ``high``.
    """
    if predictions[-1].shape != high.shape:
        raise TrainingError(
            f"model: wants {tuple(high.shape)} of these crops, found {tuple(predictions[-1].shape)}"
        )
    sums: dict[str, Tensor] = {"loss": high.new_zeros(())}
    for prediction in predictions:
        size = prediction.shape[-2], prediction.shape[-1]
        target = high if size == high.shape[-2:] else resize(high, size=size)
        for name, value in _values(loss, prediction.float(), target).items():
            sums[name] = sums[name] + value if name in sums else value
    return {name: total / len(predictions) for name, total in sums.items()}


def _values(loss: LossFn, prediction: Tensor, target: Tensor) -> dict[str, Tensor]:
    """Return the loss and its terms, if it has any, by their names in the log."""
    if not isinstance(loss, Sum):
        return {"loss": loss(prediction, target)}
    terms = loss.terms(prediction, target)
    return {"loss": sum(terms.values(), start=target.new_zeros(()))} | {
        f"loss.{name}": value for name, value in terms.items()
    }
