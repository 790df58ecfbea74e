"""The contract of trackers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from srkit.parts.tracker import TrackerFn
from srkit.registry import Part
from srkit.testing.making import Make

VALUES: Sequence[Mapping[str, float]] = (
    {"train/loss": 0.25, "train/lr": 1e-4},
    {"train/loss": 0.125, "train/lr": 1e-4, "validate/psnr": 30.5},
    {"validate/psnr": float("inf")},  # a perfect prediction
)


def tracker(part: Part, make: Make) -> None:
    """Check that it takes records, and goes on in a folder that it has written to before.

    A run that is killed and resumed repeats some steps: if equal records always give equal files, then a
    resumed run must give the files of a run that was never stopped. Opened and closed without a record, as
    for a finished run, a tracker must lose nothing.
    """
    with TemporaryDirectory() as folder:
        straight, other, resumed = (Path(folder) / name for name in ("straight", "other", "resumed"))
        for one in (straight, other):
            one.mkdir()
            _play(make(one), 1, 2, 3)
        resumed.mkdir()
        _play(make(resumed), 1, 2)
        _play(make(resumed), 2, 3)
        first, second, third = map(_files, (straight, other, resumed))
        for name, written in first.items():
            assert second.get(name) != written or third.get(name) == written, (
                f"{part}: {name} of a resumed run differs from that of one that never stopped; "
                "the first record after opening must take back what was written of its step and later ones"
            )
        make(resumed).close()
        left = _files(resumed)
        for name, written in third.items():
            assert len(left.get(name, b"")) >= len(written), f"{part}: opened and closed again, it loses {name}"


def _play(one: TrackerFn, *steps: int) -> None:
    for step in steps:
        one.record(step, VALUES[step - 1])
    one.close()


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
