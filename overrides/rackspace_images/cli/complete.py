"""What a shell's completion offers as values. It signs in nowhere, and prints no error into the line being typed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Complete = Callable[..., list[Any]]

_RACKSPACE_REGIONS = ("DFW", "HKG", "IAD", "LON", "ORD", "SYD")


def offered(known: Callable[[], Iterable[str]]) -> Complete:
    """Offers the words of `known` that fit, also after a comma."""

    def complete(ctx: object, param: object, typed: str) -> list[Any]:
        before, comma, last = typed.rpartition(",")
        with contextlib.suppress(Exception):
            return [before + comma + name for name in known() if name.casefold().startswith(last.casefold())]
        return []

    return complete


def words(*known: str) -> Complete:
    """Offers words that are known beforehand."""
    return offered(lambda: known)


@offered
def image_columns() -> Iterable[str]:
    """The columns of an image; bash would break a name at its colon."""
    from .columns import image_columns

    return [column.name for column in image_columns() if ":" not in column.name]


@offered
def clouds() -> Iterable[str]:
    """The clouds of `clouds.yaml`."""
    from rackspace_images.config import files
    from rackspace_images.config.variables import Environment

    path = files.find("clouds", Environment(os.environ))
    found = files.section(path, "clouds") if path is not None else None
    return found.entries if found is not None else ()


@offered
def regions() -> Iterable[str]:
    """The regions of the catalogs that earlier commands kept, or Rackspace's."""
    import json

    from rackspace_images.auth.token_cache import default_folder

    folder = default_folder() or Path("/nowhere")
    kept = [json.loads(path.read_bytes())["endpoints"] for path in folder.glob("*.json")]
    return sorted({one for found in kept for _, kind, one, *_ in found if kind == "compute"} or _RACKSPACE_REGIONS)
