"""The files that trials and tests read, and whether they have changed since.

A trial's id is a hash of its config, which names files but does not hold them. The content of the files is not part
of the id: reading every image would take longer than many trials, so content is recognised by path, size and time,
and a copy or a fresh clone changes the time alone. A finished trial therefore stays finished. The user is told
which trials are affected, and decides which of them to delete.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from srkit.ablation.folder import TrialFolder
from srkit.ablation.plan import Plan
from srkit.config.show import fill, to_yaml
from srkit.errors import SrkitError
from srkit.experiment import Experiment
from srkit.parts.dataset import ImageSet
from srkit.records.jsonfile import read_object, write_object

OF_TRIAL = ("data.train", "data.validate", "data.test", "start")
OF_TEST = ("data.test",)
"""The keys of the config that name the files which a trial, and a further test, read."""


def note(path: Path, experiment: Experiment, names: Sequence[str]) -> None:
    """Write digests of the files that an experiment reads to ``path``."""
    write_object(path, _present(experiment, names, {}))


def changed(plan: Plan, folder: Path) -> Iterator[str]:
    """Yield a line for each trial and each test whose files have changed since it was started.

    Trials of earlier versions, which wrote no digests, are skipped.
    """
    known: dict[str, str] = {}
    titles = plan.titles()
    for name, trial in plan.trials.items():
        place = TrialFolder(folder / name)
        if found := _other(place.inputs, trial.experiment, OF_TRIAL, known):
            yield f"{place.path}: {titles[name]}: {found} since it was trained; delete its folder to train it again"
        for test, tested in trial.tests.items():
            inputs = place.test(test).inputs
            if place.tested(test, tested) and (found := _other(inputs, tested, OF_TEST, known)):
                yield (
                    f"{inputs.parent}: {titles[name]}: {found} since test {test!r}; "
                    "delete its folder to make it again"
                )


def _other(path: Path, experiment: Experiment, names: Sequence[str], known: dict[str, str]) -> str:
    """Return which of the noted files have changed, in words; empty if none has, or if none was noted."""
    if not path.exists():
        return ""
    noted = read_object(path)
    now = _present(experiment, names, known)
    found = [name for name in names if name in noted and name in now and noted[name] != now[name]]
    return f"{' and '.join(found)} {'has' if len(found) == 1 else 'have'} changed" if found else ""


def _present(experiment: Experiment, names: Sequence[str], known: dict[str, str]) -> dict[str, str]:
    """Return a digest of the files behind each key, if they can be read; ``known`` digests are reused."""
    found = {}
    for name in names:
        section, _, use = name.rpartition(".")
        value = getattr(experiment.data if section else experiment, use)
        if value is None:
            continue
        key = to_yaml({use: fill(value)} if name == "start" else fill(value))
        with suppress(SrkitError, OSError):
            if key not in known:
                known[key] = _file(value) if name == "start" else _images(value())
            found[name] = known[key]
    return found


def _images(images: ImageSet) -> str:
    text = "\n".join(f"{name}\t{images.key(index)}" for index, name in enumerate(images.names))
    return hashlib.sha256(text.encode()).hexdigest()


def _file(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
