"""The networks, each loaded once, and what an order makes of a photograph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock

from srkit.errors import SrkitError
from srkit.image.metadata import Header
from srkit.network.network import Network
from srkit.photographs.sizes import enlarged
from srkit.photographs.upscaler import Upscaler
from srkit.plugins import Catalog
from srkit.weights.load import DEFAULT_SCALE, load_for
from srkit_app.offer import Offered
from srkit_app.order import AUTOMATIC, Order


class SizeError(SrkitError):
    """A photograph has the wished size already, or no network makes it so large."""


class Networks:
    """Gives the upscaler of an order, as ``srkit upscale`` would choose it. It may be used by several threads.

    Args:
        catalog: The catalog with readers, methods and the parts of models.
        offer: The offered weights by name.
        device: cpu, cuda, ...; auto takes what there is.
        precision: auto, fp32 or bf16.
    """

    def __init__(self, catalog: Catalog, offer: Mapping[str, Offered], device: str, precision: str) -> None:
        self.catalog, self.offer, self.device, self.precision = catalog, offer, device, precision
        self._lock = Lock()
        self._shipped: dict[str, Network] = {}
        self._chosen: dict[tuple[str, float], tuple[Network, ...]] = {}

    def upscaler(self, order: Order, header: Header, name: str, say: Callable[[str], None]) -> Upscaler:
        """Return what enlarges a photograph as ordered.

        Args:
            order: The order.
            header: The header of the photograph, upright.
            name: The name of the photograph in messages.
            say: Called with notes for the user.

        Raises:
            SrkitError: The photograph has the size already, or the weights do not enlarge as far.
        """
        factor = order.size.factor(header.height, header.width)
        if factor <= 1:
            raise SizeError(
                f"{name}: is {header.width} x {header.height} pixels, and so has the size already ({order.size}); "
                "wish for a larger one"
            )
        with self._lock:
            try:
                networks = self._networks(order.weights, factor)
            except SrkitError as error:
                height, width = enlarged(header.height, header.width, factor)
                raise SizeError(f"{name}: to become {width} x {height}: {error}") from None
            upscaler = Upscaler(
                networks, device=self.device, precision=self.precision, say=say, strength=order.strength
            )
            # measured here, by hooks in the networks, which another thread would copy with the networks
            upscaler.memory_of_networks(1, 1, 0)
        return upscaler

    def check(self, weights: str) -> None:
        """Load weights once, so that a wrong name is said at the start.

        Raises:
            SrkitError: There are no such weights.
        """
        load_for(self.offer[weights].what, DEFAULT_SCALE, self.catalog)

    def _networks(self, weights: str, factor: float) -> tuple[Network, ...]:
        """Return the networks for a factor; those of the last factor of each choice are kept."""
        if weights == AUTOMATIC:
            return load_for(None, factor, self.catalog, before=self._shipped)[0]
        key = (weights, factor)
        if key not in self._chosen:
            loaded, _ = load_for(self.offer[weights].what, factor, self.catalog)
            for old in [old for old in self._chosen if old[0] == weights]:
                del self._chosen[old]
            self._chosen[key] = loaded
        return self._chosen[key]
