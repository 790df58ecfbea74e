"""Where the time of a training step goes, and how far it is from the processor's own matrix-product rate.

python tests/benchmarks/training.py [--scale 4] [--patch 128] [--batches 4 16] [--precisions fp32 bf16]

takes steps of LapSRN (depth 10, 64 features, sub-pixel) on random crops, in both memory layouts and with freed
memory kept or handed back. It prints the medians of forward pass, backward pass and optimizer step in milliseconds
a crop, the FLOP/s of the whole step, and its share of the rate of a product of two 2048x2048 matrices of the same
format.
"""

import argparse
import subprocess
import sys
import time
from itertools import pairwise
from statistics import median

import torch
from torch.utils.flop_counter import FlopCounterMode

from srkit.engine.precision import autocast
from srkit.engine.pyramid import Levels, mean_loss
from srkit.fused.freed_memory import keep_freed_memory
from srkit.plugins import load_catalog

CPU = torch.device("cpu")


def product_rate(precision):
    """FLOP/s of a product of two 2048x2048 matrices."""
    matrix = torch.rand(2048, 2048, dtype=torch.bfloat16 if precision == "bf16" else torch.float32)
    times = []
    for _ in range(6):
        began = time.perf_counter()
        torch.mm(matrix, matrix)
        times.append(time.perf_counter() - began)
    return 2 * 2048**3 / median(times)


def variant(words):
    """Time the steps of one variant and print one line."""
    if words.keep:
        keep_freed_memory()
    batch, precision = words.batches[0], words.precisions[0]
    catalog = load_catalog([])
    torch.manual_seed(0)
    model = catalog.build("model", "lapsrn", words.scale, 1, depth=10, features=64)
    layout = torch.channels_last if words.layout == "channels_last" else torch.contiguous_format
    model = model.to(memory_format=layout)
    loss = catalog.build("loss", "charbonnier")
    optimizer = catalog.build("optimizer", words.optimizer, list(model.named_parameters()))
    network = Levels(model, every=True)
    low = torch.rand(batch, 1, words.patch // words.scale, words.patch // words.scale)
    high = torch.rand(batch, 1, words.patch, words.patch)
    times = []
    for _ in range(2 + max(4, 32 // batch)):
        marks = [time.perf_counter()]
        with autocast(CPU, precision):
            predictions = network(low)
        value = mean_loss(predictions, high, loss)
        marks.append(time.perf_counter())
        optimizer.zero_grad()
        value.backward()
        marks.append(time.perf_counter())
        optimizer.step()
        marks.append(time.perf_counter())
        times.append([1000 * (after - before) / batch for before, after in pairwise(marks)])
    forward, backward, step = (median(column) for column in zip(*times[2:], strict=True))
    with FlopCounterMode(display=False) as counter:
        mean_loss(network(low), high, loss).backward()
    rate = counter.get_total_flops() / batch / (forward + backward + step) * 1000
    peak = product_rate(precision)
    print(
        f"{precision:<5} {batch:>5} {words.layout:<13} {'kept' if words.keep else 'given back':<10} "
        f"{forward:>8.1f} {backward:>8.1f} {step:>9.2f} {forward + backward + step:>8.1f} "
        f"{rate / 1e9:>8.0f} {peak / 1e9:>8.0f} {100 * rate / peak:>7.0f} %",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=int, default=4)
    parser.add_argument("--patch", type=int, default=128)
    parser.add_argument("--batches", type=int, nargs="+", default=[4, 16])
    parser.add_argument("--precisions", nargs="+", default=["fp32"], choices=["fp32", "bf16"])
    parser.add_argument("--optimizer", default="muon")
    parser.add_argument("--layout", choices=["channels_last", "contiguous"])
    parser.add_argument("--keep", action="store_true")
    words = parser.parse_args()
    if words.layout:
        variant(words)
        return
    threads = torch.get_num_threads()
    print(f"LapSRN x{words.scale}, crops of {words.patch}x{words.patch}, {words.optimizer}, {threads} threads")
    print("format batch layout        freed       forward backward optimizer  ms/crop  GFLOP/s  product    share")
    for precision in words.precisions:
        for batch in words.batches:
            for layout in ("channels_last", "contiguous"):
                for keep in ([], ["--keep"]):
                    one = ["--precisions", precision, "--batches", str(batch), "--layout", layout, *keep]
                    same = [
                        "--scale",
                        str(words.scale),
                        "--patch",
                        str(words.patch),
                        "--optimizer",
                        words.optimizer,
                    ]
                    subprocess.run([sys.executable, __file__, *one, *same], check=True)


if __name__ == "__main__":
    main()
