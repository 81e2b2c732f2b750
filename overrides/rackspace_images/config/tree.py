"""What stands in a configuration file: every word as it is written, with its line, and hidden from `repr`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class ScalarNode:
    """A word, a number, a date: as it is written."""

    text: str
    line: int | None
    read_as: str | None
    """What the file's format makes of it, where that is other than what is written: 0123 is 83 in YAML."""


@dataclass(frozen=True, slots=True, repr=False)
class ListNode:
    """A list."""

    items: tuple[Value, ...]
    line: int | None


@dataclass(frozen=True, slots=True, repr=False)
class MapNode:
    """A mapping."""

    entries: dict[str, Value]
    line: int | None

    def get(self, key: str) -> Value:
        """The value of `key`, which OpenStack's clients let people write with `-` for `_`."""
        value = self.entries.get(key)
        return self.entries.get(key.replace("_", "-")) if value is None else value

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)


_READ_AS = {"int": "a number", "float": "a number", "bool": "true or false", "timestamp": "a date"}
_KEPT = {"int": r"-?(0|[1-9][0-9]*)", "bool": r"(?!)", "timestamp": r"\d{4}-\d\d-\d\d"}

Value = ScalarNode | ListNode | MapNode | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that is not what its name says. What stands at the line is not kept: it may be a secret."""

    line: int | None = None


def written(text: str, kind: str, line: int | None) -> ScalarNode:
    """`text`, which the format reads as `kind`: `int`, `float`, `bool`, `timestamp`, or any other for plain text."""
    if kind not in _READ_AS:
        return ScalarNode(text, line, None)
    if kind == "float":
        try:
            same = str(float(text)) == text
        except ValueError:
            same = False
    else:
        same = re.fullmatch(_KEPT[kind], text) is not None
    return ScalarNode(text, line, None if same else _READ_AS[kind])


def parse_json(data: bytes) -> Value | Unreadable:
    try:
        return _from_json(
            json.loads(
                data,
                parse_int=lambda text: written(text, "int", None),
                parse_float=lambda text: written(text, "float", None),
                parse_constant=lambda text: written(text, "float", None),
            )
        )
    except json.JSONDecodeError as error:
        return Unreadable(error.lineno)
    except (ValueError, RecursionError):
        return Unreadable()


def _from_json(value: object) -> Value:
    if isinstance(value, dict):
        return MapNode({key: _from_json(inner) for key, inner in value.items()}, None)
    if isinstance(value, list):
        return ListNode(tuple(_from_json(inner) for inner in value), None)
    if isinstance(value, bool):
        return written(str(value).lower(), "bool", None)
    return ScalarNode(value, None, None) if isinstance(value, str) else value if isinstance(value, ScalarNode) else None
