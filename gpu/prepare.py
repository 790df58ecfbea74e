"""Put what the run needs and the machine with the GPU lacks into ``.gpu``: packages as wheels, and images.

python -m gpu.prepare FOLDER

FOLDER holds ``train/T91``, ``train/BSDS200``, ``test/Set5`` and ``test/Set14``. The training images become luma
from 0 to 255, rounded to 8 bits, as lossless WebP: a third of the size, and a network of luma learns the same from
them, as srkit's luma of a gray image differs from that of its RGB by the rounding alone. The seven images with a
side below 128 pixels are enlarged to 128, as in LapSRN's own training. Test images are copied, and so are the
weights of VGG19 for the study of adversarial training, ``weights/vgg_normalised_conv3_1.pth``, if they are there.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

PLACE = Path(__file__).parent.parent / ".gpu"
PACKAGES = ("omegaconf", "platformdirs", "filelock", "pluggy")
"""Packages without compiled code that images for deep learning often lack, or have in too old a version."""
PYTHON = "3.12"
LEAST = 128
"""Shortest side of a training image, in pixels."""
LUMA = np.array([65.481, 128.553, 24.966]) / 219
TRAIN, TEST = ("T91", "BSDS200"), ("Set5", "Set14")


def wheels(place: Path) -> None:
    """Download the packages in the versions of ``constraints.txt``."""
    constraints = place.parent.parent / "constraints.txt"
    platform = ["--python-version", PYTHON, "--only-binary=:all:", "--no-deps"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", *platform, "-c", str(constraints)]
    subprocess.run([*command, "-d", str(place), *PACKAGES], check=True)


def images(source: Path, place: Path) -> None:
    """Write the images that are not there yet."""
    for name in TRAIN:
        (place / "train" / name).mkdir(parents=True, exist_ok=True)
        for file in sorted((source / "train" / name).iterdir()):
            target = place / "train" / name / f"{file.stem}.webp"
            if not target.exists():
                rgb = np.asarray(Image.open(file).convert("RGB"), np.float64)
                gray = (rgb @ LUMA).round().clip(0, 255).astype(np.uint8)
                large_enough(Image.fromarray(gray)).convert("RGB").save(target, lossless=True, quality=80, method=4)
    for name in TEST:
        shutil.copytree(source / "test" / name, place / name, dirs_exist_ok=True)
    if (vgg := source / "weights" / "vgg_normalised_conv3_1.pth").exists():
        shutil.copyfile(vgg, place / vgg.name)


def large_enough(image: Image.Image) -> Image.Image:
    """Return an image of at least ``LEAST`` x ``LEAST`` pixels, by bicubic interpolation where it must be."""
    ratio = LEAST / min(image.size)
    width, height = (max(LEAST, round(side * ratio)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC) if ratio > 1 else image


def main() -> None:
    """Fill ``.gpu`` and print its size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with train/T91, train/BSDS200, test/Set5 and test/Set14")
    words = parser.parse_args()
    shutil.rmtree(PLACE / "wheels", ignore_errors=True)
    wheels(PLACE / "wheels")
    images(words.folder, PLACE / "data")
    size = sum(file.stat().st_size for file in PLACE.rglob("*") if file.is_file())
    print(f"{PLACE}: {size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
