"""Make the photographs in this folder from their originals: python make.py FOLDER_OF_ORIGINALS.

README.md says where the originals come from. LICENCES.csv is written with them.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from srkit.image.files import read, write
from srkit.image.resize import imresize

HERE = Path(__file__).parent
LOMIRI = "Debian package lomiri-wallpapers-16.04 (debian/copyright)"
PALAPELI = "KDE palapeli (puzzles/*.desktop), from Wikimedia Commons"
SKIMAGE = "scikit-image 0.26.0 (docstrings of skimage.data)"
SCIPY = "scipy 1.9.3 (docstring of scipy.misc.face)"
BERASATEGI = "Aitzol Berasategi, 2018"

PHOTOGRAPHS: dict[str, tuple[str, float, str, str, str]] = {
    "train/meadow": ("aitzgorri.jpg", 3.5, BERASATEGI, "CC-BY-4.0", LOMIRI),
    "train/brick": ("brick.png", 1, "CC0Textures (Bricks25)", "CC0", SKIMAGE),
    "train/camera": ("camera.png", 1, "Lav Varshney", "CC0", SKIMAGE),
    "train/citrus": ("citrus-fruits.jpg", 2, "US Department of Agriculture", "Public domain", PALAPELI),
    "train/dogs": ("friends.jpg", 3.5, BERASATEGI, "CC-BY-4.0", LOMIRI),
    "train/grass": ("grass.png", 1, "linolafett, on DeviantArt (Grass 01)", "CC0", SKIMAGE),
    "train/gravel": ("gravel.png", 1, "CC0Textures (Gravel04)", "CC0", SKIMAGE),
    "train/stream": ("life.jpg", 3.5, BERASATEGI, "CC-BY-4.0", LOMIRI),
    "train/mountains": ("picosdeeuropa.jpg", 4, BERASATEGI, "CC-BY-4.0", LOMIRI),
    "train/bowl": ("picture_0b.jpg", 4, 'Trevor "Freespace", 2018', "CC-BY-4.0", LOMIRI),
    "train/dandelions": ("seeding.jpg", 6, "Clemens Engelhardt, 2018", "CC0-1.0", LOMIRI),
    "train/sunset": ("sunset.jpg", 6, BERASATEGI, "CC-BY-4.0", LOMIRI),
    "train/drum": ("wine.jpg", 4, "Jakub Mede, 2018", "CC-BY-4.0", LOMIRI),
    "validate/chelsea": ("chelsea.png", 1, "Stefan van der Walt", "CC0", SKIMAGE),
    "validate/brushes": ("picture_1a.jpg", 3, 'Trevor "Freespace", 2018', "CC-BY-4.0", LOMIRI),
    "validate/rocket": ("rocket.jpg", 2, "SpaceX", "Public domain / CC0", SKIMAGE),
    "test/astronaut": ("astronaut.png", 1, "NASA", "Public domain", SKIMAGE),
    "test/bridge": ("cincinnati-bridge.jpg", 2, "Derek Jensen", "Public domain", PALAPELI),
    "test/coffee": ("coffee.png", 1, "Rachel Michetti / Pikolo Espresso Bar", "CC0", SKIMAGE),
    "test/bee": ("european-honey-bee.jpg", 3, "John Severns", "Public domain", PALAPELI),
    "test/raccoon": ("face.png", 2, "public-domain-image.com", "Public domain / CC0", SCIPY),
}
"""By name: the original, how many times it is shrunk, author, licence, source."""


def main(originals: Path) -> None:
    """Write every photograph, and LICENCES.csv."""
    rows = [("file", "author", "licence", "source", "changes")]
    for name, (original, factor, author, licence, source) in PHOTOGRAPHS.items():
        image = read(originals / original)
        changes = "none"
        if factor != 1:
            image = imresize(image, 1 / factor, edge="symmetric")
            changes = f"shrunk {factor:g} times by antialiased bicubic"
        path = HERE / f"{name}{'.png' if image.shape[-1] == 1 else '.webp'}"  # WebP is smaller, but has no gray
        path.parent.mkdir(exist_ok=True)
        write(path, image)
        rows.append((path.relative_to(HERE).as_posix(), author, licence, f"{original} of {source}", changes))
    with open(HERE / "LICENCES.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
