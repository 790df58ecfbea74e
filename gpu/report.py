"""From the results of a run to Markdown: python -m gpu.report RESULTS.json prints it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]


def markdown(results: Mapping[str, Any]) -> str:
    """Return the report of whatever sections there are."""
    lines = [*_machine(results.get("environment", {}))]
    for title, section, table, columns in TABLES:
        rows = results.get(section, {}).get(table, [])
        if rows:
            lines += ["", f"### {title}", "", *_table(rows, columns)]
    tests = results.get("tests", {}).get("tests", [])
    if tests:
        passed = sum(row["outcome"] == "passed" for row in tests)
        lines += ["", f"Tests marked `gpu`: {passed} of {len(tests)} passed."]
        lines += [
            f"- {row['name']}: {row['outcome']}: {_line(row['why'])}" for row in tests if row["outcome"] != "passed"
        ]
    lines += _troubles(results)
    return "\n".join(lines) + "\n"


def _machine(facts: Row) -> Iterable[str]:
    versions = facts.get("versions", {})
    yield (
        f"One {facts.get('device', 'unknown device')}, {facts.get('cores', '?')} cores, "
        f"Python {facts.get('python', '?')}, torch {versions.get('torch', '?')}."
    )
    if peak := facts.get("measured_peak"):
        nominal = facts.get("nominal_peak")
        sheet = f", {nominal / 1e12:.0f} TFLOP/s by the data sheet" if nominal else ""
        yield f"A bf16 product of two 8192x8192 matrices: {peak / 1e12:.1f} TFLOP/s measured{sheet}."
    if copies := facts.get("copies"):
        inside, across = copies["device"] / 1e12, copies["host_to_device"] / 1e9
        yield f"Copies: {inside:.2f} TB/s on the device, {across:.1f} GB/s from pinned memory to it."


TABLES: Sequence[tuple[str, str, str, Mapping[str, tuple[str, str]]]] = (
    (
        "Training steps",
        "training",
        "steps",
        {
            "network": ("network", "{}"),
            "batch": ("batch", "{}"),
            "patch": ("crop", "{}"),
            "how": ("how", "{}"),
            "step_ms": ("ms a step, one batch", "{:.2f}"),
            "with_data_ms": ("ms a step, with data", "{:.2f}"),
            "images_per_second": ("crops/s", "{:.0f}"),
            "tflops": ("TFLOP/s", "{:.1f}"),
            "share_of_peak": ("of peak", "{:.0%}"),
            "data_wait": ("waits for data", "{:.0%}"),
        },
    ),
    (
        "Degradation chain",
        "training",
        "chain",
        {
            "chain": ("chain", "{}"),
            "where": ("where", "{}"),
            "batch": ("batch", "{}"),
            "side": ("HR side", "{}"),
            "images_per_second": ("images/s", "{:.1f}"),
        },
    ),
    (
        "Inference, LapSRN x4, one image on the device",
        "inference",
        "images",
        {
            "size": ("result", "{}"),
            "how": ("how", "{}"),
            "ms": ("ms", "{:.2f}"),
            "megapixels_per_second": ("megapixels/s", "{:.0f}"),
            "tflops": ("TFLOP/s", "{:.1f}"),
            "share_of_peak": ("of peak", "{:.0%}"),
            "most_different": ("largest difference from fp32", "{:.1e}"),
            "memory_mib": ("memory (MiB)", "{:.0f}"),
        },
    ),
    (
        "Pictures of 8-bit RGB, in the processor's memory before and after",
        "inference",
        "pictures",
        {"size": ("result", "{}"), "how": ("how", "{}"), "ms": ("ms", "{:.1f}")},
    ),
    (
        "Studies",
        "studies",
        "runs",
        {
            "study": ("study", "{}"),
            "seeds": ("seeds", "{}"),
            "trials_done": ("trials done", "{}"),
            "ended": ("ended with", "{}"),
            "seconds": ("seconds", "{:.0f}"),
        },
    ),
    (
        "LapSRN x4 on 291 images, validation on Set5 on the way",
        "recipe",
        "curve",
        {
            "step": ("step", "{}"),
            "seconds": ("seconds", "{:.0f}"),
            "psnr": ("PSNR", "{:.2f}"),
            "ssim": ("SSIM", "{:.4f}"),
        },
    ),
    (
        "LapSRN x4 on 291 images, official protocol",
        "recipe",
        "scores",
        {
            "images": ("images", "{}"),
            "model": ("model", "{}"),
            "psnr": ("PSNR", "{:.2f}"),
            "ssim": ("SSIM", "{:.4f}"),
        },
    ),
)


def _table(rows: Sequence[Row], columns: Mapping[str, tuple[str, str]]) -> Iterable[str]:
    yield "| " + " | ".join(title for title, _ in columns.values()) + " |"
    yield "|" + "|".join("---" if form == "{}" else "--:" for _, form in columns.values()) + "|"
    for row in rows:
        cells = ("" if row.get(name) is None else form.format(row[name]) for name, (_, form) in columns.items())
        yield "| " + " | ".join(cells) + " |"


def _troubles(results: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, section in results.items():
        if not isinstance(section, dict):
            continue
        if not section.get("finished"):
            how = "was killed when its time was over" if section.get("killed") else section.get("error", "failed")
            lines.append(f"- {name}: {_line(how)}")
        for table in ("failed", "left_out"):
            lines += [f"- {name}: {row['what']}: {_line(row['why'])}" for row in section.get(table, [])]
    return ["", "### Not done", "", *lines] if lines else []


def _line(text: str) -> str:
    return " ".join(str(text).split())[:300]


if __name__ == "__main__":
    print(markdown(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), end="")
