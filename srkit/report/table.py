"""A table before it is Markdown or HTML."""

from __future__ import annotations

from dataclasses import dataclass

NOTHING = "-"


@dataclass(frozen=True)
class Cell:
    """A number or a name as it is shown.

    Args:
        text: Text of the cell.
        value: The number that sorts the cell; a cell without one goes last.
        note: Note beneath the text, in small letters.
        strong: Whether a difference is certain.
        good: Whether a difference is an improvement; None without a difference.
        share: The difference relative to the largest one of its column, from 0 to 1; it is drawn as a bar.
        arm: The number of the arm whose colour stands beside the text.
    """

    text: str
    value: float | None = None
    note: str = ""
    strong: bool = False
    good: bool | None = None
    share: float | None = None
    arm: int | None = None


@dataclass(frozen=True)
class Column:
    """A column: its heading, and the heading of its group; ``alone`` replaces it in tables without groups."""

    head: str
    group: str = ""
    alone: str = ""


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each line is the line's name.

    Args:
        about: Title of the table, for screen readers.
        columns: The columns, that of names first.
        lines: The cells of every line.
        foot: A line of means below the others; may be empty.
        split: Whether Markdown has a separate table for each group of columns.
    """

    about: str
    columns: tuple[Column, ...]
    lines: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] = ()
    split: bool = False

    @property
    def groups(self) -> list[tuple[str, int]]:
        """The groups of the columns behind the names, each with its number of columns; empty if none has a name."""
        spans: list[tuple[str, int]] = []
        for column in self.columns[1:]:
            if spans and spans[-1][0] == column.group:
                spans[-1] = column.group, spans[-1][1] + 1
            else:
                spans.append((column.group, 1))
        return spans if any(name for name, _ in spans) else []

    def parts(self) -> list[Table]:
        """Return a table for each group if ``split`` is set, otherwise the table itself."""
        if not self.split:
            return [self]
        tables, start = [], 1
        for _, span in self.groups:
            keep = (0, *range(start, start + span))
            pick = [
                tuple(line[index] for index in keep) for line in (*self.lines, *((self.foot,) if self.foot else ()))
            ]
            lines = tuple(pick[: len(self.lines)])
            columns = tuple(self.columns[index] for index in keep)
            tables.append(Table(self.about, columns, lines, pick[-1] if self.foot else ()))
            start += span
        return tables
