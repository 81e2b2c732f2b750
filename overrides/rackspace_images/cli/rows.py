"""Several things of one kind: a table for people, and one line or object each for programs."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rackspace_images.text import visible

from . import output
from .formats import json_text, value_text, yaml_text

FORMATS = ["table", "json", "jsonl", "yaml", "csv", "value"]


def rows_text(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    """`rows`, which have the same columns, in the format `name`."""
    encoding = output.encoding_of(sys.stdout)
    if name == "json":
        return json_text([dict(row) for row in rows], encoding)
    if name == "jsonl":
        return "\n".join(json_text(dict(row), encoding, indent=None) for row in rows)
    if name == "yaml":
        return "\n".join("- " + yaml_text(row, encoding).replace("\n", "\n  ") for row in rows)
    if name == "value":
        return "\n".join(value_text(row, encoding).replace("\n", " ") for row in rows)
    if name == "csv":
        return _csv(rows)
    return _table(rows)


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue().rstrip("\n")


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    from .table import rows_table

    return rows_table([{name: _cell(value) for name, value in row.items()} for row in rows])


def _cell(value: object) -> str:
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) else json_text(value, indent=None)
