"""Rows as a table; on a terminal that is too narrow for one, each row as a block of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .console import console_of_output
from .layout import Row, folded, laid_out

_GAP = 2
_LAST_COLUMN = 10
"""The last column is folded, while there is this much room for it: nothing that is copied, such as an id, is."""


def rows_table(rows: Sequence[Mapping[str, Text]]) -> str:
    """Rows that have the same columns, at least one, laid out for standard output."""
    console = console_of_output()
    names = list(rows[0])
    widths = [max(_width(Text(_title(name))), *(_width(row[name]) for row in rows)) + _GAP for name in names]
    fits = sum(widths[:-1]) + min(widths[-1], _LAST_COLUMN) <= console.width
    with console.capture() as written:
        if fits:
            last = names[-1]
            room = max(console.width - sum(widths[:-1]), 1)
            console.print(
                _table(names, [{**row, last: Text("\n").join(folded(console, row[last], room))} for row in rows])
            )
        else:
            _print_blocks(console, rows)
    return "\n".join(line.rstrip() for line in written.get().rstrip("\n").split("\n"))


def _table(names: Sequence[str], rows: Sequence[Mapping[str, Text]]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, _GAP, 0, 0))
    for name in names:
        table.add_column(_title(name), overflow="fold", no_wrap=name != names[-1])
    for row in rows:
        table.add_row(*row.values())
    return table


def _print_blocks(console: Console, rows: Sequence[Mapping[str, Text]]) -> None:
    for number, row in enumerate(rows):
        if number:
            console.print()
        for line in laid_out(console, [Row(_title(name), value) for name, value in row.items()]):
            line.rstrip()
            console.print(line, soft_wrap=True)


def _title(name: str) -> str:
    """A column's heading: `id` is ID, `min_disk` Min disk, and what has capitals already stays as it is."""
    if name == "id":
        return "ID"
    return name if name != name.lower() else name.replace("_", " ").capitalize()


def _width(text: Text) -> int:
    return max(map(cell_len, text.plain.split("\n")))
