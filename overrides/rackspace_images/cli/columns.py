"""What can be asked of an image, by name.

The names are the generated model's and `Image`'s own, so that a field which is added to the document is a column
too, with nothing to change here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import attrs
from rackspace_images_api import models

from rackspace_images.errors import ConfigError
from rackspace_images.image import Image


@dataclass(frozen=True, slots=True)
class Column:
    """A name, what it reads of an image, and the field on the wire that it stands for, if it is one."""

    name: str
    read: Callable[[Image], Any]
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
        # Where the wire name has a colon, the generator's name for it is mangled, and Image has a better one.
        if attribute != wire and ":" not in wire
    ]
    properties = [name for name, member in vars(Image).items() if isinstance(member, property)]
    return (*attributes, *(Column(name, partial(_property, name)) for name in properties))


def chosen(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns of these names, in any case, in the order given, each once."""
    known = {column.name.casefold(): column for column in (*readable_columns(), *wire_columns())}
    columns: dict[str, Column] = {}
    for name in names:
        column = known.get(name.casefold())
        if column is None:
            listed = ", ".join(column.name for column in (*wire_columns(), *readable_columns()))
            raise ConfigError(f"no column {name!r}", hint=f"one of {listed}")
        columns[column.name] = column
    return tuple(columns.values())


def values(image: Image, columns: Sequence[Column]) -> dict[str, Any]:
    """What the columns read, by their names."""
    return {column.name: column.read(image) for column in columns}


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
