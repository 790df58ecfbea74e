"""Put finished studies into the documentation: python docs/studies.py FOLDER... [OLD=NEW ...].

The report of each becomes docs/studies/NAME.md with its figures; what stands between its findings marks is
written by hand and kept. OLD=NEW changes words, such as the paths of a machine.
"""

from __future__ import annotations

import re
import shutil
import sys
from functools import partial
from pathlib import Path

HERE = Path(__file__).parent / "studies"
FINDINGS = re.compile(r"<!-- findings -->.*?<!-- /findings -->", re.DOTALL)
EMPTY = "<!-- findings -->\n<!-- /findings -->"
FIGURE = re.compile(r"!\[[^\]]*\]\((figures/[^)]+)\)\n?")
SHOWN = ("difference-psnr", "M1-", "M2-", "M4-")
"""Figures that the documentation shows; a study's own folder has all of them."""


def main(words: list[str]) -> None:
    """Write the pages."""
    changes = [word.split("=", 1) for word in words if "=" in word]
    for folder in (Path(word) for word in words if "=" not in word):
        page = HERE / f"{folder.name}.md"
        page.parent.mkdir(exist_ok=True)
        kept = FINDINGS.search(page.read_text(encoding="utf-8")) if page.exists() else None
        text = (folder / "report.md").read_text(encoding="utf-8")
        for old, new in changes:
            text = text.replace(old, new)
        heading, _, rest = text.partition("\n## ")
        rest = FIGURE.sub(partial(figure, folder), rest)
        page.write_text(f"{heading}\n{kept[0] if kept else EMPTY}\n\n## {rest}", encoding="utf-8")


def figure(folder: Path, found: re.Match[str]) -> str:
    """Copy a figure that is shown, and say where it lies; leave another one out."""
    name = Path(found[1]).name
    if not name.startswith(SHOWN):
        return ""
    target = HERE / "figures" / f"{folder.name}-{name}"
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(folder / found[1], target)
    return found[0].replace(found[1], f"figures/{target.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
