"""Rows for people and programs, written as they come wherever the format allows it."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from rackspace_images.text import escape_control_characters

from . import output
from .formats import json_text, value_text, yaml_text

if TYPE_CHECKING:
    from rich.text import Text

Row = Mapping[str, Any]


class Writer(Protocol):
    """Takes the rows one by one, and is told when there are no more, also where an error was in the way."""

    def add(self, row: Row) -> None: ...
    def end(self) -> None: ...


def writer(name: str, *, apart: bool = False) -> Writer:
    """What writes rows in the format `name`. With `apart` each JSON or YAML document is one row, else all rows are."""
    encoding = output.encoding_of(sys.stdout)
    if name == "table":
        return _Table()
    if name == "jsonl" or (name == "json" and apart):
        return _Stream(lambda row: json_text(dict(row), encoding, indent=None) + "\n")
    if name == "json":
        return _Stream(
            lambda row: "  " + json_text(dict(row), encoding).replace("\n", "\n  "), "[\n", ",\n", "\n]\n", "[]\n"
        )
    if name == "yaml" and apart:
        return _Stream(lambda row: yaml_text(row, encoding) + "\n", "---\n", "---\n")
    if name == "yaml":
        return _Stream(lambda row: "- " + yaml_text(row, encoding).replace("\n", "\n  ") + "\n", empty="[]\n")
    if name == "csv":
        return _Stream(lambda row: _csv([_bare(value) for value in row.values()]), lambda row: _csv(list(row)))
    return _Stream(lambda row: value_text(row, encoding).replace("\n", " ") + "\n")


@dataclass
class _Stream:
    text: Callable[[Row], str]
    before: str | Callable[[Row], str] = ""
    between: str = ""
    after: str = ""
    empty: str = ""
    begun: bool = False

    def add(self, row: Row) -> None:
        before = self.before if isinstance(self.before, str) else self.before(row)
        output.write((self.between if self.begun else before) + self.text(row))
        self.begun = True

    def end(self) -> None:
        if rest := self.after if self.begun else self.empty:
            output.write(rest)


class _Table:
    """A column's width is known when all rows are."""

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        self._rows.append(row)

    def end(self) -> None:
        if self._rows:
            from .rows_table import rows_table

            shown = [{name: _cell(value) for name, value in row.items()} for row in self._rows]
            output.write(rows_table(shown) + "\n")


def _cell(value: Any) -> Text:
    from rich.text import Text

    return value if isinstance(value, Text) else Text(_bare(value))


def _csv(values: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()


def _bare(value: object) -> str:
    if value is None:
        return ""
    return escape_control_characters(value) if isinstance(value, str) else json_text(value, indent=None)
