"""What can be asked of an image, by name.

The names are the generated model's and `Image`'s own, so that a field which is added to the document is a column
too, with nothing to change here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from operator import itemgetter
from typing import Any

import attrs
import click
from rackspace_images_api import models

from rackspace_images.image import Image


@dataclass(frozen=True)
class Column:
    """A name, what it reads of an image or another item, and the field on the wire that it stands for, if any."""

    name: str
    read: Callable[[Any], Any]
    wire: str | None = None


@cache
def wire_columns() -> tuple[Column, ...]:
    """The fields of the document, in its order, by their names on the wire; each reads what was received."""
    return tuple(Column(wire, partial(_received, wire), wire) for wire in _attribute_of_field())


@cache
def readable_columns() -> tuple[Column, ...]:
    """The names that a person would rather write: those of the model's attributes, and of `Image`'s properties."""
    attributes = [
        Column(attribute, partial(_received, wire), wire)
        for wire, attribute in _attribute_of_field().items()
        if attribute != wire
    ]
    properties = [name for name, member in vars(Image).items() if isinstance(member, property)]
    return (*attributes, *(Column(name, partial(_property, name)) for name in properties))


REGION = Column("region", lambda image: image.response.region if image.response is not None else None)
"""Where an image was found; it is not one of its fields."""


def image_columns() -> tuple[Column, ...]:
    """All columns of an image but those of its metadata."""
    return (*wire_columns(), *readable_columns(), REGION)


def tuple_columns(*names: str) -> tuple[Column, ...]:
    """The columns of an item that is a tuple."""
    return tuple(Column(name, itemgetter(number)) for number, name in enumerate(names))


def chosen(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns of an image of these names, in any case, in the order given, each once."""
    return pick(names, image_columns())


def pick(names: Sequence[str], known: Iterable[Column]) -> tuple[Column, ...]:
    """The columns that are meant among those that are known. `metadata.KEY` is one where `metadata` is."""
    # Where two differ in nothing but case, the first is meant.
    by_name = {column.name.casefold(): column for column in reversed(tuple(known))}
    found = [_named(name, by_name) for name in names]
    return tuple({column.name: column for column in found}.values())


def _named(name: str, by_name: Mapping[str, Column]) -> Column:
    first, _, key = name.partition(".")
    if key and first.casefold() == "metadata" in by_name:
        return Column(f"metadata.{key}", partial(_entry, by_name["metadata"].read, key))
    if name.casefold() not in by_name:
        from difflib import get_close_matches

        near = get_close_matches(name.casefold(), by_name, n=1)
        meant = f": did you mean {by_name[near[0]].name}?" if near else ";"
        names = [column.name for column in reversed(list(by_name.values()))]
        raise click.UsageError(f"no column {name!r}{meant} there are {', '.join(names)}")
    return by_name[name.casefold()]


def values(item: Any, columns: Sequence[Column]) -> dict[str, Any]:
    """What the columns read, by their names."""
    return {column.name: column.read(item) for column in columns}


@cache
def _attribute_of_field() -> dict[str, str]:
    # Only the generated code knows which attribute is which field. It is asked with a model whose every attribute
    # holds its own name; values of another kind than documented are written as they are.
    names: dict[str, Any] = {field.name: field.name for field in attrs.fields(models.Image) if field.init}
    return models.Image(**names).to_dict()


def _received(wire: str, image: Image) -> Any:
    return image.to_dict().get(wire)


def _property(name: str, image: Image) -> Any:
    value = getattr(image, name)
    return dict(value) if isinstance(value, Mapping) else value


def _entry(read: Callable[[Any], Any], key: str, item: Any) -> Any:
    metadata = read(item)
    return metadata.get(key) if isinstance(metadata, Mapping) else None
