"""What several GPUs would need: the tables of docs/devices.md, computed from measurements of one GPU and one core.

`python docs/scaling.py` measures the crops that one core of this machine makes, in seconds of the processor; its
numbers stand in CROPS.
"""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

from srkit.evaluation.networks import facts_of
from srkit.plugins import Catalog, load_catalog

ROOT = Path(__file__).parent.parent
FP32 = 4
"""Bytes of a gradient between processes; bf16 would need half, but srkit sends none."""
LINKS = {"NVLink 450 GB/s": 450e9, "PCIe 50 GB/s": 50e9, "100 Gbit/s": 12.5e9, "10 Gbit/s": 1.25e9}
"""Bytes a second in each direction, by the data sheets of the H100 and of networks."""
CROPS = {"cut": 5200.0, "bicubic": 2400.0, "Real-ESRGAN": 98.0}
"""Crops a second that one core makes: cut alone (128 px), with bicubic x4, and by Real-ESRGAN's chain (256 px)."""
SPREAD = 0.03
"""Standard deviation of the time that a process takes for a step, as a part of its mean; assumed."""
OVERLAP = 2 / 3
"""Part of a step, its backward pass, during which gradients are on their way already."""
STEPS = 2000
"""Simulated steps."""


def sent(parameters: int, size: int) -> float:
    """Return the bytes that each of ``size`` processes sends in a step, by a ring that sums all gradients."""
    return 2 * (size - 1) / size * parameters * FP32


def traffic(catalog: Catalog) -> list[str]:
    """Return the table of bytes between eight processes, by network."""
    lines = [
        f"| network, x4 | parameters | MB of gradients | MB each of 8 sends | ms by {' | ms by '.join(LINKS)} |",
        f"|---|--:|--:|--:|{'--:|' * len(LINKS)}",
    ]
    rows = {}
    for part in catalog["model"].values():
        for one in facts_of(part, catalog, [4]):
            if one.parameters:
                rows[f"{one.model} {one.variant.name}".strip()] = one.parameters
    for part in catalog["discriminator"].values():
        rival = catalog.build("discriminator", part.name, 3, 128)
        rows[f"discriminator {part.name}"] = sum(one.numel() for one in rival.parameters())
    for name, parameters in sorted(rows.items(), key=lambda row: row[1]):
        times = (f"{1e3 * sent(parameters, 8) / speed:.2f}" for speed in LINKS.values())
        megabytes = f"{parameters * FP32 / 1e6:.1f} | {sent(parameters, 8) / 1e6:.1f}"
        lines.append(f"| {name} | {parameters:,} | {megabytes} | {' | '.join(times)} |")
    return lines


def measured() -> dict[tuple[str, int], float]:
    """Return the milliseconds of a step on a batch that lies on the GPU, by network and batch."""
    results = json.loads((ROOT / "docs" / "gpu" / "results.json").read_text(encoding="utf-8"))
    steps = [row for row in results["training"]["steps"] if row["how"] == "srkit, eager"]
    return {(row["network"], row["batch"]): row["step_ms"] for row in steps}


def simulated(fixed: float, each: float, rows: float, size: int, seconds: float) -> float:
    """Return the mean milliseconds of a step of ``size`` processes, each with ``rows`` crops.

    All wait for the slowest one, and then for the gradients that have not arrived during its backward pass.

    Args:
        fixed: Milliseconds of a step without crops, in which the processor gives its kernels to the GPU.
        each: Milliseconds of one more crop.
        rows: Crops of each process.
        size: The number of processes.
        seconds: The time of the gradients on their way.
    """
    chance, total = random.Random(0), 0.0
    for _ in range(STEPS):
        slowest = max(chance.gauss(1, SPREAD) for _ in range(size)) * (fixed + each * rows)
        total += slowest + max(0.0, 1e3 * seconds - OVERLAP * slowest)
    return total / STEPS


def speedup(parameters: int) -> list[str]:
    """Return the table of simulated steps of LapSRN x4 by 1 to 8 GPUs, with the batch kept or the rows of each."""
    times = measured()
    few, many = times["LapSRN x4", 16], times["LapSRN x4", 64]
    each = (many - few) / (64 - 16)
    fixed = few - 16 * each
    lines = [
        f"A step of LapSRN x4 takes {few:.2f} ms with 16 crops and {many:.2f} ms with 64, so {fixed:.2f} ms and "
        f"{1e3 * each:.1f} microseconds for each crop.",
        "",
        "| GPUs | link | crops/s, batch 64 in all | crops/s, 64 for each GPU | of as many single GPUs |",
        "|--:|---|--:|--:|--:|",
    ]
    alone = 64 / simulated(fixed, each, 64, 1, 0.0)
    for size in (1, 2, 4, 8):
        for link in ("NVLink 450 GB/s", "10 Gbit/s") if size > 1 else ("NVLink 450 GB/s",):
            seconds = sent(parameters, size) / LINKS[link]
            same, more = (simulated(fixed, each, rows, size, seconds) for rows in (64 / size, 64))
            share = 64 / more / alone
            cells = f"{64e3 / same:,.0f} | {64e3 * size / more:,.0f} | {100 * share:.0f} %"
            lines.append(f"| {size} | {link if size > 1 else '-'} | {cells} |")
    return lines


def cores() -> list[str]:
    """Return the table of cores that keep one and eight GPUs busy with the steps that were measured."""
    works = {
        ("LapSRN x4", 64): "cut",
        ("EDSR baseline x4", 16): "bicubic",
        ("EDSR baseline x4, Real-ESRGAN", 48): "Real-ESRGAN",
    }
    lines = [
        "| network | crops/s of a GPU | work of a core | crops/s of a core | cores, 1 GPU | cores, 8 GPUs |",
        "|---|--:|---|--:|--:|--:|",
    ]
    for (network, batch), work in works.items():
        rate = 1e3 * batch / measured()[network, batch]
        need = rate / CROPS[work]
        cells = f"{work} | {CROPS[work]:,.0f} | {need:.1f} | {8 * need:.0f}"
        lines.append(f"| {network} | {rate:,.0f} | {cells} |")
    return lines


def tables() -> str:
    """Return the passage of docs/devices.md."""
    catalog = load_catalog([])
    lapsrn = next(one.parameters for one in facts_of(catalog["model"]["lapsrn"], catalog, [4]))
    blocks = [
        ["### Bytes between processes", "", *traffic(catalog)],
        ["### Steps of several GPUs, simulated", "", *speedup(lapsrn)],
        ["### Cores for the data", "", *cores()],
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def main() -> None:
    """Print the crops that one core of this machine makes in a second of its time."""
    import torch

    from srkit.data.cache import Cache
    from srkit.data.stream import Stream

    torch.set_num_threads(1)
    catalog = load_catalog([])
    images = catalog.build("dataset", "samples", split="train")
    bicubic = catalog.build("degradation", "bicubic", 4)
    for name, degradation in {"cut": lambda high, _: high[..., ::4, ::4], "bicubic": bicubic}.items():
        stream = Stream(
            images,
            scale=4,
            patch=128,
            batch=16,
            seed=0,
            color="y",
            degradation=degradation,
            cache=Cache(memory=1.0, folder=None),
            workers=0,
        )
        for step in range(10):
            stream(step)
        began = time.process_time()
        for step in range(10, 110):
            stream(step)
        print(f"{name}: {1600 / (time.process_time() - began):.0f} crops a second of one core")


if __name__ == "__main__":
    main()
