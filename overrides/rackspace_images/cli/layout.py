"""Names and values side by side where there is room, one below the other where there is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

_GAP = 2
_ROOMY = 36
"""Beside its name a value is wrapped only where it has this much room: a UUID's."""
_CRAMPED = 20
"""With less room than this, either all values fit beside their names or all go below: half and half looks torn."""


@dataclass(frozen=True, slots=True)
class Row:
    """A name, or none to go on with the row before, and its value."""

    name: str
    value: Text


def laid_out(console: Console, rows: Sequence[Row], *, indent: int = 0) -> Iterator[Text]:
    """The rows as lines no wider than the console."""
    width = console.width - indent
    column, beside = _columns(rows, width)
    margin = Text(" " * indent)
    for row, is_beside in zip(rows, beside, strict=True):
        left = column if is_beside else _GAP
        value = folded(console, row.value, width - left)
        name = Text(row.name, "dim")
        if is_beside:
            name.pad_right(column - cell_len(row.name))
            yield margin + name + value.pop(0)
        elif row.name:
            yield from (margin + line for line in name.wrap(console, width, overflow="fold"))
        yield from (margin + Text(" " * left) + line for line in value)


def _columns(rows: Sequence[Row], width: int) -> tuple[int, list[bool]]:
    """Where the values begin, and for each row whether its value stands beside its name."""
    names = [cell_len(row.name) for row in rows]
    values = [max(map(cell_len, row.value.plain.split("\n"))) for row in rows]
    # A very long name does not push all values to the right: its own goes below.
    for widest in (width * 2 // 3, width // 2):
        column = max((name for name in names if name <= widest), default=0) + _GAP
        fits = [name < column and value <= width - column for name, value in zip(names, values, strict=True)]
        if all(fits):
            return column, fits
    if width - column >= _ROOMY:
        return column, [name < column for name in names]
    return column, fits if width - column >= _CRAMPED else [False for _ in rows]


def folded(console: Console, value: Text, room: int) -> list[Text]:
    """The lines of a value; a word too long for one is broken where it hurts least."""
    if not value.spans:
        value = Text(re.sub(r"\S+", lambda word: _broken(word[0], room), value.plain), value.style)
    return list(value.wrap(console, room, overflow="fold")) or [Text()]


def _broken(word: str, room: int, marks: Sequence[str] = ("/", "-._:@=&?,")) -> str:
    """A word too long for a line, such as a URL, broken after its slashes, or else after other marks."""
    if cell_len(word) <= room or not marks:
        return word
    lines = [""]
    for part in re.findall(rf"[^{re.escape(marks[0])}]*[{re.escape(marks[0])}]+|.+$", word):
        if lines[-1] and cell_len(lines[-1] + part) > room:
            lines.append("")
        lines[-1] += part
    return "\n".join(_broken(line, room, marks[1:]) for line in lines)
