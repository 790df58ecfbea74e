"""JSON as srkit writes and reads it: strict, whole, and with the place of every damage."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from srkit.atomic import write_text
from srkit.errors import RunError


def to_json(value: Any, *, indent: int | None = None) -> str:
    """Return ``value`` as strict JSON; a float that is not finite becomes ``"inf"``, ``"-inf"`` or ``"nan"``.

    Raises:
        TypeError: The value holds something that is neither plain nor a mapping or sequence of plain values.
    """
    return json.dumps(_spelled(value), indent=indent, allow_nan=False)


def _spelled(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(float(value))
    if isinstance(value, Mapping):
        return {name: _spelled(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(one) for one in value]
    return value


def write_object(path: Path, values: Mapping[str, Any]) -> None:
    """Write one JSON object, whole or not at all."""
    write_text(path, to_json(values, indent=2) + "\n")


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object a line, all of them or none."""
    write_text(path, "".join(to_json(row) + "\n" for row in rows))


def read_object(path: Path) -> dict[str, Any]:
    """Read a file that is one JSON object.

    Raises:
        RunError: The file is missing, damaged or holds something else; the message names file and line.
    """
    try:
        return _object(json.loads(_text(path)), str(path))
    except json.JSONDecodeError as error:
        raise RunError(f"{path}:{error.lineno}: wants JSON, but it is damaged: {error.msg}") from None


def read_lines(path: Path, *, torn: bool = False) -> list[dict[str, Any]]:
    """Read a file of one JSON object a line.

    Args:
        path: The file.
        torn: Whether a crash may have torn the last line. Such a line is left out.

    Raises:
        RunError: The file is missing, or a line is damaged or holds something else; with file and line.
    """
    lines = _text(path).splitlines()
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            rows.append(_object(json.loads(line), f"{path}:{number}"))
        except json.JSONDecodeError as error:
            if torn and number == len(lines):
                break
            raise RunError(f"{path}:{number}: wants a line of JSON, but it is damaged: {error.msg}") from None
    return rows


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RunError(f"{where}: wants a JSON object, found {value!r}")
    return value


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RunError(f"{path}: wants text in UTF-8, but it is damaged: {error.reason}") from None
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror}") from None
