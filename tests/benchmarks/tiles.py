"""How large a tile is best: microseconds for an input pixel, by the window that the network sees.

python tests/benchmarks/tiles.py MODEL... [--precision fp32|bf16]

The second number is the time for a pixel of a large photograph, with the halo of every tile counted in.
Sizes take turns, so that a busy machine slows all of them; the least of the rounds is printed.
"""

import argparse
import time

import torch

from srkit.engine.precision import resolve_precision
from srkit.fused.prepare import prepare
from srkit.network.memory import footprint
from srkit.plugins import load_catalog
from srkit.weights.load import load

SIDES = (64, 96, 128, 192, 256, 384, 512)
MOST = 2**31
"""Bytes that no tile of this benchmark may want."""
ROUNDS = 3


@torch.inference_mode()
def least_seconds(network, channels, sides):
    images = {side: torch.rand(1, channels, side, side) for side in sides}
    found = dict.fromkeys(sides, float("inf"))
    for _ in range(ROUNDS + 1):  # the first one compiles kernels
        for side, image in images.items():
            began = time.perf_counter()
            network(image)
            found[side] = min(found[side], time.perf_counter() - began)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", nargs="+")
    parser.add_argument("--precision", default="auto")
    given = parser.parse_args()
    device, catalog = torch.device("cpu"), load_catalog([])
    precision = resolve_precision(given.precision, device)
    for name in given.models:
        network = load(name, catalog)
        channels, halo = network.color.channels, network.needs.halo
        each = footprint(network)
        sides = [side for side in SIDES if side**2 * each <= MOST]
        fast = prepare(network.module, device=device, precision=precision)
        print(f"{network.name} x{network.scale}, {precision}, halo {halo}, {each:,} bytes a pixel")
        print(f"{'window':>8} {'us/pixel':>9} {'with halo':>10} {'memory':>8}")
        for side, seconds in least_seconds(fast, channels, sides).items():
            own = side - 2 * (halo or 0)
            print(
                f"{side:>8} {1e6 * seconds / side**2:>9.2f} {1e6 * seconds / own**2:>10.2f} "
                f"{each * side**2 / 2**20:>5.0f} MB"
            )


if __name__ == "__main__":
    main()
