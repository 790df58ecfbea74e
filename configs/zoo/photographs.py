"""Make the photographs that the zoo's networks train on from packages of Debian.

    python configs/zoo/photographs.py --output data/zoo

The repository does not hold them. photographs.csv names each: author, licence, the package and the path in it, how
many times it is shrunk, and the SHA-256 of what must come out. OUTPUT/train is for training, OUTPUT/hold for
choosing among networks. apt downloads the packages, also those of other releases of Debian, and changes nothing on
the machine: nothing is installed, and apt's own lists stay as they are.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srkit.image.files import read, write
from srkit.image.resize import imresize

LIST = Path(__file__).with_suffix(".csv")
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"


class PackageError(Exception):
    """A package, or a photograph in it, is not the one that the list wants."""


@dataclass(frozen=True)
class Photograph:
    """One line of the list."""

    file: str
    """Where the picture is written: ``train/NAME.png`` or ``hold/NAME.png``."""
    subject: str
    author: str
    licence: str
    package: str
    version: str
    release: str
    """Debian's release that has this version."""
    package_sha256: str
    path: str
    """The original in the package."""
    shrink: float
    """How many times the original is shrunk, by antialiased bicubic."""
    sha256: str
    """Of the picture's shape and bytes, before it is packed as PNG."""

    @property
    def share_alike(self) -> bool:
        """Whether a changed copy must keep the licence."""
        return "-SA-" in self.licence

    @property
    def source(self) -> str:
        """Where the original is."""
        return f"{self.path} of Debian package {self.package} {self.version}"

    @property
    def changes(self) -> str:
        """What was done to the original; CC-BY wants it named."""
        return "none" if self.shrink == 1 else f"shrunk {self.shrink:g} times by antialiased bicubic"


def main(words: list[str] | None = None) -> None:
    """Read the command line and make the photographs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("data/zoo"), help="new folder (default: data/zoo)")
    parser.add_argument("--packages", type=Path, help="folder that keeps the .deb files (default: OUTPUT/packages)")
    parser.add_argument("--skip", nargs="+", default=[], metavar="PACKAGE", help="leave these packages out")
    parser.add_argument("--no-share-alike", action="store_true", help="leave out what is under CC-BY-SA")
    given = parser.parse_args(words)
    photographs = [
        one for one in listed() if one.package not in given.skip and not (given.no_share_alike and one.share_alike)
    ]
    try:
        make(photographs, given.output, given.packages or given.output / "packages")
    except PackageError as error:
        sys.exit(f"error: {error}")


def listed(path: Path = LIST) -> list[Photograph]:
    """Return the lines of a list."""
    with open(path, newline="", encoding="utf-8") as file:
        return [Photograph(**line | {"shrink": float(line["shrink"])}) for line in csv.DictReader(file)]  # type: ignore[arg-type]


def make(photographs: list[Photograph], output: Path, packages: Path) -> None:
    """Write the pictures, and LICENCES.csv which names author, licence, source and changes of each.

    Raises:
        PackageError: A package of this version is not to be had, or what came out is not what the list wants.
    """
    for folder in (output, packages):
        folder.mkdir(parents=True, exist_ok=True)
    for _, group in groupby(sorted(photographs, key=lambda one: one.package), key=lambda one: one.package):
        some = list(group)
        archive = download(some[0], packages)
        with tempfile.TemporaryDirectory() as unpacked:
            subprocess.run(["dpkg-deb", "-x", archive, unpacked], check=True)  # every machine with apt has it
            for one in some:
                target = output / one.file
                target.parent.mkdir(exist_ok=True)
                write(target, picture(one, Path(unpacked)))
        print(f"{len(some):4} from {some[0].package} {some[0].version}", flush=True)
    rows = [("file", "author", "licence", "source", "changes")]
    rows += [(one.file, one.author, one.licence, one.source, one.changes) for one in photographs]
    with open(output / "LICENCES.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def picture(one: Photograph, folder: Path) -> NDArray[np.uint8]:
    """Return a photograph (H,W,C), 0 to 255, from its unpacked package.

    Raises:
        PackageError: It is not the picture that the list wants.
    """
    image = read(folder / one.path)
    if one.shrink != 1:
        image = imresize(image, 1 / one.shrink, edge="symmetric")
    found = digest(image)
    if found != one.sha256:
        raise PackageError(
            f"{one.file}: wants a picture with SHA-256 {one.sha256!r}, found {found!r}; "
            f"another version of OpenCV may decode "
            f"{one.path!r} differently: compare `pip list` with constraints.txt"
        )
    return image


def digest(image: NDArray[np.uint8]) -> str:
    """Return the SHA-256 of an image's shape and bytes."""
    return hashlib.sha256(repr(image.shape).encode() + np.ascontiguousarray(image).tobytes()).hexdigest()


def download(one: Photograph, folder: Path) -> Path:
    """Return the package of a photograph, a file in ``folder``, which is asked before apt.

    Raises:
        PackageError: apt is missing, or has no such package, another version, or other bytes.
    """
    offered = ""
    for release in ("", one.release):
        archive = _kept(one, folder)
        if archive is not None:
            return archive
        options = _options(release, folder) if release else []  # the machine's own release needs no further lists
        _run(["apt-get", *options, "download", f"{one.package}={one.version}"], folder)
        offered = _run(["apt-cache", *options, "madison", one.package], folder)
    archive = _kept(one, folder)
    if archive is None:
        versions = [line.split("|")[1].strip() for line in offered.splitlines() if line.endswith("Packages")]
        raise PackageError(
            f"{one.package}: wants version {one.version!r} of Debian's release {one.release!r}, "
            f"found {versions or 'none'} through apt; put the .deb of that version into {str(folder)!r}, "
            f"or give --skip {one.package}"
        )
    return archive


def _kept(one: Photograph, folder: Path) -> Path | None:
    """Return the package's file in a folder, by its SHA-256."""
    for path in sorted(folder.glob(f"{one.package}_*.deb")):
        if hashlib.sha256(path.read_bytes()).hexdigest() == one.package_sha256:
            return path
    return None


def _options(release: str, folder: Path) -> list[str]:
    """Return apt's options for a release on the machine's own mirror; its lists lie beside the packages."""
    mirrors = _run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Label: Debian"], folder
    )
    own = folder.resolve() / f"apt-{release}"
    (own / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    lines = [f"deb [signed-by={KEYS}] {mirror} {release} main\n" for mirror in mirrors.split()[:1]]
    (own / "sources.list").write_text("".join(lines), encoding="utf-8")
    settings = {
        "Dir::Etc::sourcelist": own / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": own / "lists",
        "Dir::Cache": own,
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    _run(["apt-get", *options, "update"], folder)
    return options


def _run(command: list[str], folder: Path) -> str:
    """Return what a command prints; nothing where the machine does not have it, or where it fails."""
    if shutil.which(command[0]) is None:
        return ""
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    main()
