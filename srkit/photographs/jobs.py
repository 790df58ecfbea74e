"""The source and target of every photograph, with all clashes found before the first file is written."""

from __future__ import annotations

import glob
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from srkit.errors import DataError
from srkit.image.codec import IMAGE_SUFFIXES
from srkit.image.files import find

SHOWN = 5


@dataclass(frozen=True)
class Job:
    """A photograph and the file that its enlargement goes to."""

    source: Path
    target: Path


def plan(
    inputs: Sequence[str], scale: float, output: Path | None = None, suffix: str | None = None
) -> tuple[list[Job], list[Path]]:
    """Return the jobs, and the images that are left out because an earlier run of the same jobs made them.

    ``photo.jpg`` becomes ``photo_x2.jpg`` beside it, a folder ``trip`` with all below it becomes
    ``trip_x2``; with ``output`` all go there, folders with their structure.

    Args:
        inputs: Files, folders, or patterns such as ``*.jpg`` that the shell left as they are.
        scale: The scale that stands in the names.
        output: A folder, or for a single input file, a file.
        suffix: Suffix of the targets, such as ``.png``; None keeps that of each source.

    Raises:
        DataError: A folder or pattern has no images, ``output`` does not fit, two images would become one
            file, or one would replace itself.
    """
    named = list(_named(inputs, scale, output))
    if output is not None and output.suffix.lower() in IMAGE_SUFFIXES and not output.is_dir():
        if len(named) != 1 or Path(inputs[0]).is_dir():
            raise DataError(f"{output}: names a file, which wants one photograph as input; give a folder")
        if suffix is not None and suffix != output.suffix.lower():
            raise DataError(f"{output}: is no {suffix} file; leave out --format, or name another file")
        jobs = [Job(named[0].source, output)]
    else:
        jobs = [Job(job.source, _with_suffix(job, suffix)) for job in named]
    itself = [job for job in jobs if job.source.resolve() == job.target.resolve()]
    if itself:
        raise DataError(f"{itself[0].source}: would be replaced by its own enlargement; give another --output")
    targets = {job.target.resolve() for job in jobs}
    earlier = [job.source for job in jobs if job.source.resolve() in targets]
    kept = [job for job in jobs if job.source not in earlier]
    _must_differ(kept)
    return kept, earlier


def existing(jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs whose target exists already."""
    return [job for job in jobs if job.target.exists()]


def refuse(taken: Sequence[Job]) -> None:
    """Refuse jobs whose targets exist.

    Raises:
        DataError: Some targets exist; the message names the first few.
    """
    if not taken:
        return
    more = [f"... and {len(taken) - SHOWN} more"] if len(taken) > SHOWN else []
    lines = [*(f"{job.target}: exists already" for job in taken[:SHOWN]), *more]
    raise DataError("\n".join([*lines, "--skip-existing goes on with the others, --overwrite replaces them"]))


def _named(inputs: Sequence[str], scale: float, output: Path | None) -> Iterator[Job]:
    """Yield every image once, with its target in the same format."""
    seen: set[Path] = set()
    mark = f"_x{scale:g}"
    for given in inputs:
        for source, root in _found(given):
            if source.resolve() in seen:
                continue
            seen.add(source.resolve())
            name = f"{source.stem}{mark}{source.suffix}"
            if root is None:
                yield Job(source, (output or source.parent) / name)
            else:
                whole = root.resolve()
                folder = output or (whole if root.name in ("", "..") else root).with_name(whole.name + mark)
                yield Job(source, folder / source.relative_to(root).with_name(name))


def _found(given: str) -> Iterator[tuple[Path, Path | None]]:
    """Yield the images of an input, with the folder that was searched for them."""
    path = Path(given)
    if path.is_dir():
        yield from ((source, path) for source in find(path))
    elif not path.exists() and glob.has_magic(given):
        matches = [Path(match) for match in sorted(glob.glob(given, recursive=True))]
        images = [match for match in matches if match.is_file() and match.suffix.lower() in IMAGE_SUFFIXES]
        if not images:
            raise DataError(f"{given}: matches no image ({', '.join(IMAGE_SUFFIXES)})")
        yield from ((image, None) for image in images)
    else:
        yield path, None  # reading it will report what is wrong


def _with_suffix(job: Job, suffix: str | None) -> Path:
    if suffix is None and job.source.suffix.lower() in IMAGE_SUFFIXES:
        return job.target
    return job.target.with_name(job.target.name.removesuffix(job.source.suffix) + (suffix or ".png"))


def _must_differ(jobs: Sequence[Job]) -> None:
    sources = defaultdict(list)
    for job in jobs:
        sources[job.target.resolve()].append(job)
    clashes = [found for found in sources.values() if len(found) > 1]
    if clashes:
        lines = [
            f"{found[0].target}: would come from {' and '.join(str(job.source) for job in found)}"
            for found in clashes
        ]
        way_out = "give the folder that holds them all, or one --output for each"
        raise DataError("\n".join([*lines[:SHOWN], way_out]))
