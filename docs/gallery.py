"""Draw the pictures of docs/gallery.md from the packaged photographs: python docs/gallery.py."""

from __future__ import annotations

from pathlib import Path

import torch
from matplotlib.figure import Figure

import srkit
from srkit.atomic import whole
from srkit.draws import Draws
from srkit.image.convert import to_tensor, to_uint8
from srkit.image.crop import modcrop
from srkit.plugins import load_catalog

HERE = Path(__file__).parent / "figures"
INK, SOFT = "#1b1f24", "#5c6570"
KERNELS = {"use": "anisotropic_gaussian", "lambda_range": [2.0, 4.0]}


def stage(**options):
    """Return blur by a random kernel, and what comes after it."""
    return {"use": "chain", "stages": [{"use": "shrink", "by": {**KERNELS, "quantise": False}}, options]}


SHOWN = (
    # file, photograph, scale, degradation, top and left of the crop, side
    ("gallery_raccoon.png", "raccoon", 4, KERNELS, (40, 250), 128),
    ("gallery_astronaut.png", "astronaut", 4, stage(use="jpeg", quality_range=[80, 80]), (20, 160), 144),
    ("gallery_bee.png", "bee", 2, KERNELS, (120, 180), 128),
    ("gallery_bicubic.png", "coffee", 2, "bicubic", (150, 230), 128),
    ("gallery_x8.png", "coffee", 8, KERNELS, (80, 200), 192),
    ("gallery_bridge.png", "bridge", 4, KERNELS, (150, 260), 128),
    ("gallery_noise.png", "astronaut", 4, stage(use="noise", sigma_range=[25, 25]), (20, 160), 144),
    ("gallery_jpeg.png", "bee", 2, stage(use="jpeg", quality_range=[15, 15]), (120, 180), 128),
    (
        "gallery_blur.png",
        "raccoon",
        2,
        {"use": "anisotropic_gaussian", "unit": "std", "lambda_range": [5, 5], "kernel_size": 31},
        (60, 200),
        128,
    ),
)


def main() -> None:
    """Draw every row, and say what each scores."""
    catalog = load_catalog([])
    photographs = catalog.build("dataset", "samples", split="test")
    for file, name, scale, degradation, corner, side in SHOWN:
        high = modcrop(to_tensor(photographs.high(list(photographs.names).index(name))), scale)
        use, options = (
            (degradation, {}) if isinstance(degradation, str) else (degradation["use"], dict(degradation))
        )
        options.pop("use", None)
        made = catalog.build("degradation", use, scale, **options)
        low = made(high, Draws.of([("gallery", name)]))
        versions = {
            "LR": low.repeat_interleave(scale, 2).repeat_interleave(scale, 3),
            "bicubic": enlarged(low, srkit.load("bicubic", scale=scale)),
            f"lapsrn-x{scale}": enlarged(low, srkit.load(f"lapsrn-x{scale}")),
            "HR": high,
        }
        psnr = catalog.build("metric", "psnr", scale)
        figure = Figure(figsize=(9, 2.55), facecolor="white")
        figure.subplots_adjust(left=0.005, right=0.995, bottom=0.01, top=0.9, wspace=0.03)
        for axes, (title, image) in zip(figure.subplots(1, 4), versions.items(), strict=True):
            score = f"  {float(psnr(image, high)[0]):.2f} dB" if title not in ("LR", "HR") else ""
            top, left = (corner[0] // scale * scale, corner[1] // scale * scale)
            axes.imshow(to_uint8(image)[top : top + side, left : left + side], interpolation="nearest")
            axes.set_title(title + score, fontsize=9, color=INK, loc="left")
            axes.set_axis_off()
        with whole(HERE / file) as temporary:
            figure.savefig(temporary, format="png", dpi=100)
        print(file, [f"{float(psnr(image, high)[0]):.2f}" for image in list(versions.values())[1:3]])


def enlarged(low: torch.Tensor, model) -> torch.Tensor:
    """Upscale as a user does: 8-bit pixels in and out."""
    return to_tensor(srkit.upscale(to_uint8(low), model))


if __name__ == "__main__":
    main()
