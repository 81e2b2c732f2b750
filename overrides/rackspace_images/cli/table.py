"""An image for a person: what matters first, all of it, at any width."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rich.text import Text

from rackspace_images.image import Image

from . import readable
from .columns import Column, wire_columns
from .console import console_of_output
from .layout import Row, laid_out


def image_table(image: Image, columns: Sequence[Column] = ()) -> str:
    """The whole image, or some columns of it, laid out for standard output."""
    console = console_of_output()
    if columns:
        sections = iter([("", [Row(column.name, cell(image, column)) for column in columns])])
    else:
        sections = _sections(image)
    with console.capture() as written:
        for title, rows in sections:
            if title and rows:
                console.print()
                console.print(Text(title, "bold"))
            for line in laid_out(console, rows, indent=2 if title else 0):
                line.rstrip()
                console.print(line, soft_wrap=True)
    return written.get().rstrip("\n")


def _sections(image: Image) -> Iterator[tuple[str, list[Row]]]:
    """Titles and rows: the main facts, what was noted, the links, and all else that was received."""
    rest = image.to_dict()
    facts = [
        Row("Name", Text(readable.plain(rest.pop("name", None)), "bold")),
        Row("ID", Text(readable.plain(rest.pop("id")))),
        Row("Status", _status(rest.pop("status", None), rest.pop("progress", None))),
    ]
    facts += [
        Row(label, Text(_SHOWN[wire](image, value)))
        for wire, label in _LABELS.items()
        if (value := rest.pop(wire, None)) is not None
    ]
    server = _taken(rest, "server", dict) or {}
    server_id = server.pop("id", None) if server else _taken(rest, "server", str)
    if server_id is not None:
        facts.append(Row("Server", Text(readable.plain(server_id))))
    if image.response is not None and image.response.region:
        facts.append(Row("Region", Text(readable.plain(image.response.region))))
    yield "", facts
    yield "Metadata", _members(_taken(rest, "metadata", dict))
    yield "Links", _links(_taken(rest, "links", list))
    yield "Links of the server", _links(_taken(server, "links", list))
    yield "More of the server", _members(server)
    documented = {column.name for column in wire_columns()}
    yield "Other", _members({k: v for k, v in rest.items() if v is not None or k not in documented})


def _taken(obj: dict[str, Any], key: str, kind: type) -> Any:
    """Takes a member out of `obj`, if it is what it should be; else it is left, to be shown as it is."""
    return obj.pop(key) if isinstance(obj.get(key), kind) else None


def _members(obj: dict[str, Any] | None) -> list[Row]:
    return [Row(readable.plain(key), Text(readable.plain(value))) for key, value in (obj or {}).items()]


def _links(links: list[Any] | None) -> list[Row]:
    rows = []
    for link in links or []:
        if not isinstance(link, dict):
            rows.append(Row("-", Text(readable.plain(link))))
            continue
        rows.append(Row(readable.plain(link.pop("rel", None)), Text(readable.plain(link.pop("href", None)))))
        rows += [Row("", Text(f"{readable.plain(key)}: {readable.plain(value)}", "dim")) for key, value in link.items()]
    return rows


def _status(status: Any, progress: Any = None) -> Text:
    text = Text(readable.plain(status))
    if status is not None:
        text.stylize(_STATUS_STYLES.get(status if isinstance(status, str) else "", "bold yellow"))
    if progress is not None:
        text.append(f" ({readable.amount(progress, '%')})")
    return text


def cell(image: Image, column: Column) -> Text:
    """One column that was asked for."""
    value = column.read(image)
    if column.wire == "status":
        return _status(value)
    shown = _SHOWN.get(column.wire or column.name)
    return Text(shown(image, value) if shown and value is not None else _listed(value))


def _listed(value: Any) -> str:
    """An object as a line for each member, links as a line for each, everything else as it is."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and value:
        return "\n".join(f"{readable.plain(key)}: {readable.plain(item)}" for key, item in value.items())
    if isinstance(value, list) and value:
        return "\n".join(
            f"{readable.plain(item.get('rel'))}: {readable.plain(item.get('href'))}"
            if isinstance(item, dict) and item.keys() <= {"rel", "href", "type"}
            else readable.plain(item)
            for item in value
        )
    return readable.plain(value)


def _size(image: Image, value: Any) -> str:
    return readable.plain(value) if image.size is None else readable.size(image.size)


_STATUS_STYLES = {"ACTIVE": "bold green", "ERROR": "bold red", "DELETED": "bold red"}

_LABELS = {
    "OS-EXT-IMG-SIZE:size": "Size",
    "minDisk": "Min disk",
    "minRam": "Min memory",
    "OS-DCF:diskConfig": "Disk config",
    "created": "Created",
    "updated": "Updated",
}
"""The main facts in a person's order. A field that is not here is shown all the same, at the end."""

_SHOWN: dict[str, Callable[[Image, Any], str]] = {
    "OS-EXT-IMG-SIZE:size": _size,
    "size": _size,
    "minDisk": lambda image, value: readable.amount(value, "GB"),
    "minRam": lambda image, value: readable.amount(value, "MiB"),
    "OS-DCF:diskConfig": lambda image, value: readable.plain(value),
    "created": lambda image, value: readable.time(image.created),
    "updated": lambda image, value: readable.time(image.updated),
    "progress": lambda image, value: readable.amount(value, "%"),
}
"""How a value is shown that is more than text; by its name on the wire, or the property's."""
