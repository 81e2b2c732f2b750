"""How far a long list of ids has come, on the terminal."""

from __future__ import annotations

import time
from argparse import Namespace
from types import TracebackType
from typing import Self

from . import live
from .ids import STDIN
from .live import LiveLine, clock
from .watch import Watch

_LONG_LIST = 50
_DELAY = 1.0
"""Seconds after which a list of unknown length counts as long."""
_BAR = 20


class Bar:
    """A bar on standard error, where there is a terminal and the list is long, or not known to be short."""

    def __init__(self, args: Namespace, watch: Watch, known: int | None) -> None:
        self._watch = watch
        self._known = known
        self._done = self._failed = 0
        self._began = time.monotonic()
        # Where a person types the ids, nothing is drawn over what is being typed.
        typed = STDIN in args.image_ids and _is_typed()
        wanted = not args.quiet and not typed and (known is None or known > _LONG_LIST) and live.is_possible()
        self._line = LiveLine(self._text, delay=_DELAY if known is None else 0.0) if wanted else None

    def count(self, *, failed: bool) -> None:
        """Counts one that is done."""
        self._done += 1
        self._failed += failed

    def _text(self, width: int) -> str:
        if self._known is None:
            parts = [f"{self._done} done"]
        else:
            full = _BAR * self._done // self._known
            parts = [f"{self._done} of {self._known}"]
            if width >= 60:
                parts.insert(0, f"[{'#' * full}{'.' * (_BAR - full)}]")
        parts += [f"{self._failed} failed"] if self._failed else []
        pause = self._watch.pause()
        return "  ".join([*parts, clock(time.monotonic() - self._began), *([pause] if pause else [])])

    def __enter__(self) -> Self:
        if self._line is not None:
            self._watch.shown_elsewhere = True
            self._line.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line is not None:
            self._line.__exit__(kind, error, trace)


def _is_typed() -> bool:
    import sys

    return sys.stdin is not None and sys.stdin.isatty()
