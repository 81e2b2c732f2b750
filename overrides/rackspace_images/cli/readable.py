"""Values as a person reads them. Whatever a server sent, nothing here can move a cursor or recolour a terminal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rackspace_images.text import escape_control_characters

from .formats import json_text

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")


def plain(value: Any) -> str:
    """Text as it is, with invisible signs as escapes; everything else as JSON on one line."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return escape_control_characters(value) if value.strip() else f'"{escape_control_characters(value)}"'
    return json_text(value, indent=None)


def size(count: int) -> str:
    """A number of bytes: 5562828800 is 5.18 GiB (5562828800 bytes)."""
    exactly = f"{count} byte" if count == 1 else f"{count} bytes"
    unit, hundredths = 0, count * 100
    # 102400 hundredths are a whole next unit, and so is what would be rounded to them.
    while hundredths >= 102_399.5 and unit < len(_UNITS) - 1:
        unit += 1
        hundredths = (count * 100 + 1024**unit // 2) // 1024**unit
    if unit == 0:
        return exactly
    whole, fraction = divmod(hundredths, 100)
    figure = f"{whole}.{fraction:02d}".rstrip("0").rstrip(".")
    return f"{figure} {_UNITS[unit]} ({exactly})"


def amount(value: Any, unit: str) -> str:
    """A number with its unit; what is no number as it is."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    is_number = is_number or (isinstance(value, str) and value.isascii() and value.isdecimal())
    return f"{plain(value)} {unit}" if is_number else plain(value)


def time(value: Any) -> str:
    """A time with its zone, to the second; what is no time as it is."""
    if not isinstance(value, datetime):
        return plain(value)
    clock = value.replace(tzinfo=None).isoformat(" ", "seconds")
    offset = value.utcoffset()
    if offset is None:
        return f"{clock} (no zone given)"
    zone = "UTC" if offset == timedelta(0) else f"UTC{value.isoformat()[-6:]}"
    return f"{clock} {zone}"
