"""Many images, each a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .columns import REGION, Column, chosen, values
from .rows import writer

if TYPE_CHECKING:
    from rackspace_images.image import Image

_USUAL = ("id", "status", "name")
_WHOLE = ("json", "jsonl", "yaml")


class ImageRows:
    """Writes images as they come: the columns asked for, or in JSON and YAML the whole image, else the usual ones.

    `region`: whether each row begins with the region, where no columns were asked for. `apart`: as for `rows.writer`.
    """

    def __init__(self, name: str, columns: tuple[Column, ...], *, apart: bool = False, region: bool = False) -> None:
        self._name = name
        self._writer = writer(name, apart=apart)
        self._whole = not columns and name in _WHOLE
        first = (REGION,) if region else ()
        self._columns = columns or (first if self._whole else (*first, *chosen(_USUAL)))

    def add(self, image: Image) -> None:
        """Writes one image, or keeps it for the table."""
        self._writer.add(self._row(image))

    def end(self) -> None:
        """Writes what is left to write."""
        self._writer.end()

    def _row(self, image: Image) -> dict[str, Any]:
        if self._name == "table":
            from .table import cell

            return {column.name: cell(image, column) for column in self._columns}
        row = values(image, self._columns)
        return row | image.to_dict() if self._whole else row
