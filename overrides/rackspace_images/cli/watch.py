"""What is said of how the requests go, while they are made: pauses, and with `-v` what is asked again."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import TYPE_CHECKING

from rackspace_images.text import one_line

from . import live, output

if TYPE_CHECKING:
    from rackspace_images.http.retry import Attempt

LONG = 3.0
"""Seconds: a wait that is longer is said to a person."""


class Watch:
    """Told of every request by the client, as its `on_attempt`; any thread may tell it."""

    def __init__(self, args: Namespace) -> None:
        self._quiet: bool = args.quiet
        self._verbose: bool = args.verbose
        self.shown_elsewhere = False
        """Whether a display shows the pauses."""
        self._until = 0.0
        self._whom = ""

    def on_attempt(self, attempt: Attempt) -> None:
        """Says what there is to say of one request."""
        wait = attempt.will_wait
        if wait is None:
            return
        until = time.monotonic() + wait
        with output.lock:
            news = until > self._until + 1.0
            if news:
                self._until, self._whom = until, _whom(attempt)
        if self._verbose:
            output.tell(_in_full(attempt, wait))
        elif news and wait > LONG and not (self._quiet or self.shown_elsewhere) and live.is_possible():
            output.tell(f"{_whom(attempt)}: waiting {wait:.0f} s")

    def pause(self) -> str:
        """The wait that is under way, in words; nothing where there is none."""
        left = self._until - time.monotonic()
        return f"{self._whom}: waiting {left:.0f} s" if left > 0.5 else ""


def _whom(attempt: Attempt) -> str:
    what = "limited" if attempt.status in (413, 429) else "not available"
    return f"{one_line(attempt.region)} is {what}" if attempt.region else f"the service is {what}"


def _in_full(attempt: Attempt, wait: float) -> str:
    error = attempt.error
    parts = [
        f"attempt {attempt.attempt}: {type(error).__name__}" if error is not None else f"attempt {attempt.attempt}:",
        f"{attempt.status}" if attempt.status is not None else "",
        f"region={one_line(attempt.region)}" if attempt.region else "",
        one_line(f"{attempt.method} {attempt.url}"),
        f"request_id={one_line(attempt.request_id)}" if attempt.request_id else "",
        f"{attempt.elapsed:.2f}s; again in {wait:.1f} s",
    ]
    return " ".join(part for part in parts if part)
