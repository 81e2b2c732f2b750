"""What is not imported before it is needed, as it takes a tenth, or a quarter, of the time to a first image."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


class _Later:
    def __getattr__(self, name: str) -> Any:
        found = getattr(import_module("asyncio"), name)
        setattr(self, name, found)
        return found


asyncio = _Later()
"""Imported when it is first used: a command and a synchronous program do without."""


def import_httpx() -> None:
    """Imports httpx without its command line, which it imports wherever click, rich and pygments are there.

    Nobody but the `httpx` command, which does not come by here, calls what is left out.
    """
    if "httpx" not in sys.modules:
        sys.modules["httpx._main"] = None  # type: ignore[assignment]
        try:
            import_module("httpx")
        finally:
            del sys.modules["httpx._main"]
