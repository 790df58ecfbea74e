"""The contract of readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from srkit.errors import SrkitError
from srkit.registry import Part
from srkit.testing.making import Make
from srkit.weights.load import builder

NAMES = ("none.bin", "weights.safetensors", "weights.pth", "weights.mat", "weights.pb")


def reader(part: Part, make: Make) -> None:
    """Check that it accepts or refuses any file, and raises errors that name a file which it cannot read.

    Hosts try all readers, so a reader must be built without options too, and must not accept every file name.
    """
    made = make(builder(make.catalog))
    with TemporaryDirectory() as folder:
        for name in NAMES:
            for file in _files(Path(folder), name):
                _asked(part, made, file)
        nothing = Path(folder) / NAMES[0]
        assert not made.accepts(nothing), f"{part}: must not accept {nothing.name}; nothing says what it is"


def _files(folder: Path, name: str) -> tuple[Path, ...]:
    """Return a file that is missing, one that is empty, and one without any meaning."""
    for kind, content in (("empty", b""), ("noise", bytes(range(256)))):
        (folder / kind).mkdir(exist_ok=True)
        (folder / kind / name).write_bytes(content)
    return folder / "missing" / name, folder / "empty" / name, folder / "noise" / name


def _asked(part: Part, made: Any, file: Path) -> None:
    """Check ``accepts`` for one file, and ``read`` if it is accepted."""
    what = f"{file.name}, {file.parent.name}"
    said = _honest(part, made.accepts, file, f"accepts({what})")
    assert said is True or said is False, f"{part}: accepts({what}) wants True or False, gave {said!r}"
    if said:
        _honest(part, made.read, file, f"read({what})")


def _honest(part: Part, call: Callable[[Path], Any], file: Path, what: str) -> Any:
    """Return the result of ``call``; an error must be one that the user can put right, and name the file."""
    try:
        return call(file)
    except SrkitError as error:
        if str(file) not in str(error):
            raise AssertionError(f"{part}: {what} wants an error that names the file, raised {error}") from error
        return None
    except Exception as error:
        raise AssertionError(f"{part}: {what} wants a CheckpointError, raised {error!r}") from error
