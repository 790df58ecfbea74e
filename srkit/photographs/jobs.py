"""The source and target of every photograph, with all clashes found before the first file is written."""

from __future__ import annotations

import glob
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os.path import isdir, lexists, realpath
from pathlib import Path

from srkit.errors import DataError
from srkit.image.formats import IMAGE_SUFFIXES, result_suffix
from srkit.image.search import UNREAD, named, search
from srkit.photographs.job import Job

SHOWN = 5

EARLIER = "came out of an earlier run"
TWICE = "the same file as another one, by a link"


@dataclass(frozen=True)
class Plan:
    """What is to be done, and what is left out.

    Args:
        jobs: The photographs to enlarge.
        left_out: The files that are left out, by the reason.
    """

    jobs: list[Job]
    left_out: dict[str, list[Path]]


def plan(inputs: Sequence[str], mark: str, output: Path | None = None, suffix: str | None = None) -> Plan:
    """Return the jobs, and what is left out, such as images that an earlier run of the same jobs made.

    With the mark ``_x2``, ``photo.jpg`` becomes ``photo_x2.jpg`` beside it, and a folder ``trip`` with all below
    it becomes ``trip_x2``. With ``output`` all go there, folders with their structure.

    Args:
        inputs: Files, folders, or patterns such as ``*.jpg`` that the shell left as they are.
        mark: What the names of results end in before their suffix; it tells their size.
        output: A folder, or for a single input file, a file.
        suffix: Suffix of the targets, such as ``.png``; None keeps that of each source.

    Raises:
        DataError: A folder or pattern has no images, ``output`` does not fit, two images would become one
            file, or one would replace itself.
    """
    left_out: dict[str, list[Path]] = defaultdict(list)
    planned = list(_planned(inputs, mark, output, left_out))
    if output is not None and output.suffix.lower() in IMAGE_SUFFIXES and not output.is_dir():
        if len(planned) != 1 or Path(inputs[0]).is_dir():
            raise DataError(f"{output}: names a file, which wants one photograph as input; give a folder")
        if suffix is not None and suffix != output.suffix.lower():
            raise DataError(f"{output}: is no {suffix} file; leave out --format, or name another file")
        jobs = [Job(planned[0].source, output)]
    else:
        jobs = [Job(job.source, _with_suffix(job, suffix)) for job in planned]
    itself = [job for job in jobs if realpath(job.source) == realpath(job.target)]
    if itself:
        raise DataError(f"{itself[0].source}: would be replaced by its own enlargement; give another --output")
    targets = {realpath(job.target) for job in jobs}
    kept = [job for job in jobs if realpath(job.source) not in targets]
    left_out[EARLIER] += [job.source for job in jobs if realpath(job.source) in targets]
    _must_differ(kept)
    return Plan(kept, {why: files for why, files in left_out.items() if files})


def existing(jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs whose target exists already."""
    return [job for job in jobs if job.stream is None and lexists(job.target)]


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


def _planned(
    inputs: Sequence[str], mark: str, output: Path | None, left_out: dict[str, list[Path]]
) -> Iterator[Job]:
    """Yield every image once, with its target in the same format."""
    seen: set[str] = set()
    for given in inputs:
        for source, root in _found(given, left_out):
            real = realpath(source)  # of links that form a ring too, which Path.resolve refuses
            if real in seen:
                left_out[TWICE].append(source)
                continue
            seen.add(real)
            name = f"{source.stem}{mark}{source.suffix}"
            if root is None:
                yield Job(source, (output or source.parent) / name)
            else:
                whole = root.resolve()
                folder = output or (whole if root.name in ("", "..") else root).with_name(whole.name + mark)
                yield Job(source, folder / source.relative_to(root).with_name(name))


def _found(given: str, left_out: dict[str, list[Path]]) -> Iterator[tuple[Path, Path | None]]:
    """Yield the images of an input, with the folder that was searched for them."""
    path = Path(given)
    if isdir(path):
        found = search(path)
        if not found.images:
            others = f"; {named(found.others)} cannot be read" if found.others else ""
            raise DataError(f"{given}: wants images ({', '.join(IMAGE_SUFFIXES)}), found none{others}")
        left_out[UNREAD] += found.others
        yield from ((source, path) for source in found.images)
    elif not lexists(path) and glob.has_magic(given):
        matches = [Path(match) for match in sorted(glob.glob(given, recursive=True))]
        images = [match for match in matches if match.is_file() and match.suffix.lower() in IMAGE_SUFFIXES]
        if not images:
            raise DataError(f"{given}: matches no image ({', '.join(IMAGE_SUFFIXES)})")
        yield from ((image, None) for image in images)
    else:
        yield path, None  # reading it will report what is wrong


def _with_suffix(job: Job, suffix: str | None) -> Path:
    name = job.target.name.removesuffix(job.source.suffix)
    return job.target.with_name(name + (suffix or result_suffix(job.source.suffix)))


def _must_differ(jobs: Sequence[Job]) -> None:
    sources: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        sources[realpath(job.target)].append(job)
    clashes = [found for found in sources.values() if len(found) > 1]
    if clashes:
        lines = [
            f"{found[0].target}: would come from {' and '.join(str(job.source) for job in found)}"
            for found in clashes
        ]
        way_out = "leave --format out, rename one, give the folder that holds them all, or one --output for each"
        raise DataError("\n".join([*lines[:SHOWN], way_out]))
