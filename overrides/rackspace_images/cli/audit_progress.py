"""How far an audit has come: a line that changes on a terminal, else a line now and then for whoever reads the log."""

from __future__ import annotations

import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

from . import live, output
from .live import LiveLine, clock
from .watch import Watch

EVERY = 60.0
"""Seconds between two lines where there is no terminal."""


class AuditProgress:
    """Counts the rows. `total`: the ids in all, where that is known; `now` is a clock in seconds."""

    def __init__(
        self, args: Namespace, watch: Watch, total: int | None, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._quiet: bool = args.quiet
        self._watch = watch
        self._total = total
        self._now = now
        self._began = self._told = now()
        self._before = 0
        self._outcomes: Counter[str] = Counter()
        self._line = LiveLine(self.text) if not args.quiet and live.is_possible() else None

    @property
    def asked(self) -> int:
        """Rows of this run."""
        return self._outcomes.total()

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return self._now() - self._began

    def count(self, outcome: str | None, number: int) -> None:
        """Counts rows: by their outcome, or None for those of an earlier run."""
        if outcome is None:
            self._before += number
            return
        self._outcomes[outcome] += number
        if self._line is None and not self._quiet and self._now() - self._told >= EVERY:
            self._told = self._now()
            output.tell(self.text())

    def text(self, width: int = 0) -> str:
        """`812 of 2000  40 a second  0:29 left  3 failed`."""
        done = self._before + self.asked
        rate = self.asked / self.seconds if self.seconds > 0 else 0.0
        parts = [f"{done}" if self._total is None else f"{done} of {self._total}"]
        if self.asked:
            parts.append(f"{rate:.0f} a second" if rate >= 10 else f"{rate:.1f} a second")
            if self._total is not None:
                parts.append(f"{clock((self._total - done) / rate)} left")
        parts += [f"{self._outcomes[name]} {name}" for name in ("missing", "refused", "failed") if self._outcomes[name]]
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
