"""How far an audit has come: a line that changes on a terminal, else a line a minute for the log."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rackspace_images.audit import Summary

from . import live, output
from .live import LiveLine, clock
from .watch import Watch

EVERY = 60.0
"""Seconds between two lines where there is no terminal."""


class AuditProgress:
    """Shows a summary. `total`: the ids in all, or None if unknown; `now` is a clock in seconds."""

    def __init__(
        self, args: Namespace, watch: Watch, total: int | None, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.summary = Summary()
        self._quiet: bool = args.quiet
        self._watch = watch
        self._total = total
        self._now = now
        self._began = self._told = now()
        self._line = LiveLine(self.text) if not args.quiet and live.is_possible() else None

    def show(self, summary: Summary) -> None:
        """Takes the summary so far."""
        self.summary = summary
        if self._line is None and not self._quiet and self._now() - self._told >= EVERY:
            self._told = self._now()
            output.tell(self.text())

    def text(self, width: int = 0) -> str:
        """`812 of 2000  40 a second  0:29 left  3 failed`."""
        done, new = self.summary.rows + self.summary.unsaved, self.summary.retrieved + self.summary.unsaved
        seconds = self._now() - self._began
        rate = new / seconds if seconds > 0 else 0.0
        parts = [f"{done}" if self._total is None else f"{done} of {self._total}"]
        if rate:
            parts.append(f"{rate:.0f} a second" if rate >= 10 else f"{rate:.1f} a second")
            if self._total is not None:
                parts.append(f"{clock((self._total - done) / rate)} left")
        counts = self.summary.outcomes
        parts += [f"{counts[name]} {name}" for name in ("absent", "failed", "invalid") if counts[name]]
        pause = self._watch.pause()
        return "  ".join([*parts, *([pause] if pause else [])])

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
