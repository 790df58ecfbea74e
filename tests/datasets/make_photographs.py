"""How srkit/datasets/photographs was made: python tests/datasets/make_photographs.py FOLDER_OF_ORIGINALS.

Every original is shrunk by MATLAB's antialiased bicubic (a JPEG by 2 or more, which takes its
artefacts away), and stored without loss. LICENCES.csv is written beside them.
"""

import csv
import sys
from pathlib import Path

from srkit.datasets.samples import PHOTOGRAPHS
from srkit.image.files import read, write
from srkit.image.resize import imresize

SHRINK = {
    "train": {
        "aitzgorri.jpg": 3.5,
        "brick.png": 1,
        "camera.png": 1,
        "citrus-fruits.jpg": 2,
        "friends.jpg": 3.5,
        "grass.png": 1,
        "gravel.png": 1,
        "life.jpg": 3.5,
        "picosdeeuropa.jpg": 4,
        "picture_0b.jpg": 4,
        "seeding.jpg": 6,
        "sunset.jpg": 6,
        "wine.jpg": 4,
    },
    "validate": {"chelsea.png": 1, "picture_1a.jpg": 3, "rocket.jpg": 2},
    "test": {
        "astronaut.png": 1,
        "cincinnati-bridge.jpg": 2,
        "coffee.png": 1,
        "european-honey-bee.jpg": 3,
        "face.png": 2,
    },
}
NAMES = {
    "face": "raccoon",
    "picture_0b": "bowl",
    "picture_1a": "brushes",
    "european-honey-bee": "bee",
    "cincinnati-bridge": "bridge",
    "picosdeeuropa": "mountains",
    "aitzgorri": "meadow",
    "friends": "dogs",
    "life": "stream",
    "seeding": "dandelions",
    "wine": "drum",
    "citrus-fruits": "citrus",
}


def main(originals):
    with open(originals / "LICENCES.csv", newline="", encoding="utf-8") as file:
        licences = {row["file"]: row for row in csv.DictReader(file)}
    rows = []
    for split, files in SHRINK.items():
        (PHOTOGRAPHS / split).mkdir(parents=True, exist_ok=True)
        for file, factor in files.items():
            image = read(originals / file)
            small = image if factor == 1 else imresize(image, 1 / factor, edge="symmetric")
            stem = Path(file).stem
            suffix = ".png" if image.shape[-1] == 1 else ".webp"  # WebP is smaller, but has no gray
            path = PHOTOGRAPHS / split / f"{NAMES.get(stem, stem)}{suffix}"
            write(path, small)
            licence = licences[file]
            changes = "none" if factor == 1 else f"shrunk {factor:g} times by antialiased bicubic"
            rows.append(
                (
                    path.relative_to(PHOTOGRAPHS).as_posix(),
                    licence["author"],
                    licence["licence"],
                    f"{file} of {licence['taken from']}",
                    changes,
                )
            )
    with open(PHOTOGRAPHS / "LICENCES.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([("file", "author", "licence", "source", "changes"), *rows])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
