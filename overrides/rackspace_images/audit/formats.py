"""How rows are written to a file and read back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rackspace_images.cli.formats import json_text
from rackspace_images.errors import ConfigError
from rackspace_images.text import escape_control_characters

from .rows import Row

INSTALL = 'pip install "rackspace-images[dask]"'


@dataclass(frozen=True, slots=True)
class Format:
    """A way to keep rows. `read` gives what `cells` made; of a file that is not whole it raises `ValueError`."""

    cells: Callable[[Row], Row]
    write: Callable[[Sequence[Row]], bytes]
    read: Callable[[bytes], list[Row]]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _json_cells(row: Row) -> Row:
    return {name: _plain(value) for name, value in row.items()}


def _json_lines(rows: Sequence[Row]) -> bytes:
    return "".join(json_text(row, indent=None) + "\n" for row in rows).encode()


def _read_json_lines(content: bytes) -> list[Row]:
    if content and not content.endswith(b"\n"):
        raise ValueError("the last line has no end")
    return [json.loads(line) for line in content.split(b"\n") if line]


def _text(value: Any) -> str | None:
    """A value as one line of text."""
    value = _plain(value)
    if value is None or isinstance(value, str):
        return None if value is None else escape_control_characters(value)
    return json_text(value, indent=None)


def _csv_cells(row: Row) -> Row:
    return {name: _text(value) or "" for name, value in row.items()} | {"retryable": row["retryable"]}


def _csv(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    names = list(rows[0]) if rows else []
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "retryable": "true" if row["retryable"] else "false"} for row in rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _read_csv(content: bytes) -> list[Row]:
    if content and not content.endswith(b"\n"):
        raise ValueError("the last line has no end")
    rows: Iterable[Row] = csv.DictReader(io.StringIO(content.decode(), newline=""))
    return [row | {"retryable": row["retryable"] == "true"} for row in rows]


def _parquet_cells(row: Row) -> Row:
    # As text: the API may send anything for anything, and one odd value must not cost a file.
    return {name: _text(value) for name, value in row.items()} | {"retryable": row["retryable"]}


def _parquet(rows: Sequence[Row]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(rows[0]) if rows else []
    schema = pa.schema([(name, pa.bool_() if name == "retryable" else pa.string()) for name in names])
    sink = pa.BufferOutputStream()
    clean = [{name: _encodable(value) for name, value in row.items()} for row in rows]
    pq.write_table(pa.Table.from_pylist(clean, schema), sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _encodable(value: Any) -> Any:
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _read_parquet(content: bytes) -> list[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows: list[Row] = pq.read_table(pa.BufferReader(content)).to_pylist()
    return rows


FORMATS = {
    "jsonl": Format(_json_cells, _json_lines, _read_json_lines),
    "csv": Format(_csv_cells, _csv, _read_csv),
    "parquet": Format(_parquet_cells, _parquet, _read_parquet),
}


def format_named(name: str) -> Format:
    """The format of that name. Raises `ConfigError` where what it needs is not installed."""
    if name == "parquet":
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError:
            raise ConfigError("Parquet needs pyarrow, which is not installed", hint=INSTALL) from None
    return FORMATS[name]


def places_of(row: Row) -> dict[str, str]:
    """Place → outcome, of a row in any format."""
    places = row["places"]
    found: dict[str, str] = json.loads(places) if isinstance(places, str) else places
    return found
