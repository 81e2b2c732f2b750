"""What can be asked of an image, by name.

The names are the generated model's and `Image`'s own, so that a field which is added to the document is a column
too, with nothing to change here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
        if attribute != wire
    ]
    properties = [name for name, member in vars(Image).items() if isinstance(member, property)]
    return (*attributes, *(Column(name, partial(_property, name)) for name in properties))


def chosen(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns of an image of these names, in any case, in the order given, each once."""
    columns = {column.name: column for column in (*wire_columns(), *readable_columns())}
    return tuple(columns[name] for name in chosen_names(names, columns))


def chosen_names(names: Sequence[str], known: Iterable[str]) -> list[str]:
    """The names of columns that are meant, as they are known, in the order given, each once."""
    # Where two differ in nothing but case, the first is meant.
    listed = list(known)
    by_folded = {name.casefold(): name for name in reversed(listed)}
    for name in names:
        if name.casefold() not in by_folded:
            raise ConfigError(f"no column {name!r}", hint=f"one of {', '.join(listed)}")
    return list(dict.fromkeys(by_folded[name.casefold()] for name in names))


REGION = Column("region", lambda image: image.response.region if image.response is not None else None)
"""Where an image was found: no field of it, but a column where several regions are asked."""


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
