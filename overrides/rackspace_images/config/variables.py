"""The environment, held so that no traceback shows it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class Environment:
    """Environment variables. Its `repr` shows none of them."""

    __slots__ = ("_environ",)

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __repr__(self) -> str:
        return "<environment variables>"

    def get(self, name: str) -> str | None:
        """Its value without blanks around it; an empty one is not set, as in an openrc that unsets what is empty."""
        return (self._environ.get(name) or "").strip() or None

    def exactly(self, name: str) -> str | None:
        """Its value with all its characters, as a password needs; an empty one is not set."""
        return self._environ.get(name) or None

    def expanded(self, path: str) -> str:
        """`path` with a `~` at its beginning replaced by the home folder."""
        home = self.get("HOME")
        if home and (path == "~" or path.startswith("~/")):
            return home + path[1:]
        try:
            return str(Path(path).expanduser())
        except RuntimeError:
            return path
