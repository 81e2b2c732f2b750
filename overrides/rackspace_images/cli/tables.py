"""Tables for people. Whatever a server sent, nothing here can move a cursor or recolour a terminal."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rackspace_images.image import Image
from rackspace_images.text import escape_control_characters

from . import output
from .columns import Column, chosen

_NARROWEST = 16
_UUID = 40
"""Columns that an id takes, with its margins."""
_NAME = 20
"""A name in a row may be folded to this width, to make room for another column."""
_PIPED_COLUMNS = 6
"""Columns of a list where there is no terminal, and so no width to fit."""
_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_AGES = {"y": 31_557_600, "mo": 2_629_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}
# Colours that can be read on a light and on a dark terminal.
_STATUS_STYLES = {"ACTIVE": "bold green", "ERROR": "bold red", "DELETED": "bold red"}
_UNIT_OF = {"minDisk": "GB", "minRam": "MiB", "progress": "%"}
_MAIN = (
    *("name", "id", "status", "OS-EXT-IMG-SIZE:size", "minDisk", "minRam", "OS-DCF:diskConfig", "created", "updated"),
    "region",
)
"""The main facts in a person's order. A field that is not here is shown all the same, below them."""
_TITLES = {"id": "ID", "minRam": "Min memory"}


def plain(value: Any) -> str:
    """Text as it is, with invisible signs as escapes; everything else as JSON on one line."""
    if isinstance(value, str):
        return escape_control_characters(value) if value.strip() else f'"{escape_control_characters(value)}"'
    return "-" if value is None else escape_control_characters(json.dumps(value, ensure_ascii=False))


def size(count: int, *, exactly: bool = True) -> str:
    """A number of bytes: 5562828800 is 5.18 GiB (5562828800 bytes)."""
    in_bytes = f"{count} byte" if count == 1 else f"{count} bytes"
    unit = (count.bit_length() - 1) // 10
    if not 0 < unit <= len(_UNITS):
        return in_bytes
    figure = f"{count / 1024**unit:.2f}".rstrip("0").rstrip(".")
    return f"{figure} {_UNITS[unit - 1]}" + (f" ({in_bytes})" if exactly else "")


def amount(value: Any, unit: str) -> str:
    """A number with its unit; what is not a number as it is."""
    is_number = plain(value).replace(".", "", 1).isdecimal()
    return f"{plain(value)} {unit}" if is_number else plain(value)


def moment(value: datetime) -> str:
    """A time with its zone, to the second."""
    zone = " (no zone given)" if value.tzinfo is None else f" UTC{value.isoformat()[-6:]}".removesuffix("+00:00")
    return value.replace(tzinfo=None).isoformat(" ", "seconds") + zone


def age(value: datetime) -> str:
    """How long ago a time was, in its largest unit: 3d ago; what has no zone, or is to come, as it is."""
    if value.tzinfo is None or value > (now := datetime.now(UTC)):
        return moment(value)
    seconds = (now - value).total_seconds()
    unit = next((unit for unit, length in _AGES.items() if seconds >= length), "s")
    return f"{int(seconds // _AGES[unit])}{unit} ago"


def span(oldest: str, newest: str) -> str:
    """When something was, from one time in UTC to another: `2026-11-28 16:30:00 UTC (3h ago)`."""
    times = [moment(datetime.fromisoformat(time)) for time in dict.fromkeys((oldest, newest))]
    return f"{' to '.join(times)} ({age(datetime.fromisoformat(newest))})"


def cell(item: Any, column: Column, *, short: bool = False) -> Text:
    """A value as a person reads it; `short` as in a row of a table."""
    value, name = column.read(item), column.wire or column.name
    if value is None and not isinstance(item, Image):
        return Text()
    if name == "status" and value is not None:
        return Text(plain(value), _STATUS_STYLES.get(plain(value), "bold magenta"))
    if isinstance(item, Image):
        if isinstance(when := getattr(item, name, None), datetime):
            return Text(age(when) if short else moment(when))
        if name in ("size", "OS-EXT-IMG-SIZE:size") and item.size is not None:
            return Text(size(item.size, exactly=not short))
    if name in _UNIT_OF:
        return Text(amount(value, _UNIT_OF[name]))
    return Text(_listed(value))


def _listed(value: Any) -> str:
    """An object as a line for each member, everything else as it is."""
    return "\n".join(f"{name}: {text}" for name, text in _members(value)) or plain(value)


def _members(value: Any) -> list[tuple[str, str]]:
    """The members of an object, and the links of a list of them; none for everything else."""
    if isinstance(value, dict):
        return [(plain(name), _listed(item)) for name, item in value.items()]
    is_links = isinstance(value, list) and all(isinstance(link, dict) and link.keys() >= {"href"} for link in value)
    return [(plain(link.get("rel")), plain(link["href"])) for link in value] if is_links else []


def image_table(image: Image, columns: Sequence[Column] = ()) -> str:
    """The whole image, or some columns of it, laid out for standard output."""
    if columns:
        return _rendered([_pairs([(column.name, cell(image, column)) for column in columns])])
    rest = {name: value for name, value in image.to_dict().items() if name not in (*_MAIN, "progress")}
    facts = [(_title(column.name), cell(image, column)) for column in chosen(_MAIN)]
    facts[0][1].stylize("bold")
    if image.progress is not None:
        facts[2][1].append(f" ({amount(image.progress, '%')})")
    facts += [(plain(name), Text(plain(value))) for name, value in rest.items() if not _members(value)]
    drawn: list[RenderableType] = [_pairs([(name, text) for name, text in facts if text.plain != "-"])]
    for name, value in sorted(rest.items(), key=lambda item: item[0] != "metadata"):
        if members := _members(value):
            drawn.append(Text(f"\n{_title(plain(name))}", "bold"))
            drawn.append(Padding(_pairs([(member, Text(text)) for member, text in members]), (0, 0, 0, 2)))
    return _rendered(drawn)


def _title(name: str) -> str:
    """The heading of a field: OS-EXT-IMG-SIZE:size is Size, minDisk is Min disk."""
    words = re.sub(r"(?<=[a-z])([A-Z])", lambda found: f" {found[1].lower()}", name.rpartition(":")[2])
    return _TITLES.get(name, words[:1].upper() + words[1:])


def _pairs(pairs: Sequence[tuple[str, Text]]) -> RenderableType:
    """Names and values side by side where a UUID has room there, else one below the other."""
    if max(cell_len(name) for name, _ in pairs) + _UUID > _console().width:
        return Group(*(part for name, value in pairs for part in (Text(name, "dim"), Padding(value, (0, 0, 0, 2)))))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(Text(name), value)
    return grid


def rows_table(items: Sequence[Any], columns: Sequence[Column], more: Sequence[Column] = ()) -> str:
    """Items as rows; on a terminal that is too narrow, each as a block of its own.

    `more`: columns that are added as long as there is room. Where there is no terminal, each row is a line.
    """
    is_terminal, width = output.is_tty(sys.stdout), _console().width
    shown = {column.name: [cell(item, column, short=True) for item in items] for column in columns}
    for column in more:
        wider = shown | {column.name: [cell(item, column, short=True) for item in items]}
        has_room = _least_width(wider) <= width if is_terminal else len(shown) < _PIPED_COLUMNS
        if column.name not in shown and has_room and any(text.plain != "-" for text in wider[column.name]):
            shown = wider
    if is_terminal and _least_width(shown) > width:
        rows = [_pairs([(name, texts[number]) for name, texts in shown.items()]) for number in range(len(items))]
        return "\n\n".join(_rendered([row]) for row in rows)
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for name in shown:
        table.add_column(name.upper(), overflow="fold", no_wrap=name != "name" or not is_terminal)
    for number in range(len(items)):
        cells = [texts[number] for texts in shown.values()]
        table.add_row(*(cells if is_terminal else [Text(text.plain.replace("\n", ", "), text.style) for text in cells]))
    return _rendered([table], width if is_terminal else 10**6)


def _least_width(shown: dict[str, list[Text]]) -> int:
    """The least width of a table: only a name is folded."""
    widths = {name: max(len(name), *(text.cell_len for text in texts)) for name, texts in shown.items()}
    widths |= {"name": min(widths["name"], _NAME)} if "name" in widths else {}
    return sum(widths.values()) + 2 * (len(widths) - 1)


def _console(width: int | None = None) -> Console:
    """As wide as standard output, and colourful where that is wanted."""
    colour: Literal["standard"] | None = "standard" if output.has_colour(sys.stdout) else None
    console = Console(color_system=colour, markup=False, emoji=False, highlight=False, legacy_windows=False)
    console.width = width or max(console.width, _NARROWEST)
    return console


def _rendered(drawn: Sequence[RenderableType], width: int | None = None) -> str:
    """What rich draws, without the blanks that fill lines up. It writes nothing: `output` does."""
    console = _console(width)
    with console.capture() as captured:
        console.print(*drawn, sep="\n")
    return "\n".join(line.rstrip() for line in captured.get().split("\n")).rstrip("\n")
