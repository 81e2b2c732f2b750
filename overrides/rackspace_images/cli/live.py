"""A line at the bottom of the terminal, on standard error, that is drawn again as things change."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from . import output

_TICK = 0.5


class LiveLine:
    """Shows what `text` gives for a width, again and again while the `with` block runs, from `delay` seconds on."""

    def __init__(self, text: Callable[[int], str], *, delay: float = 0.0) -> None:
        self._text = text
        self._begins = time.monotonic() + delay
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="rackspace-images-display", daemon=True)

    def draw(self) -> None:
        """Draws it over what stands there; called by whoever holds `output.lock` as well."""
        with output.lock:
            if time.monotonic() >= self._begins and not self._over.is_set():
                width = shutil.get_terminal_size().columns
                # The last column stays free: a terminal may begin a new line after a sign in it.
                output.sketch(f"\r{self._text(width - 1)[: width - 1]}\x1b[K")

    def erase(self) -> None:
        """Leaves an empty line, with the cursor at its beginning."""
        if time.monotonic() >= self._begins:
            output.sketch("\r\x1b[K")

    def _tick(self) -> None:
        while not self._over.wait(_TICK):
            self.draw()

    def __enter__(self) -> Self:
        output.live = self
        self._thread.start()
        self.draw()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        with output.lock:
            output.live = None
            self.erase()


def is_possible() -> bool:
    """Whether there is a terminal for it."""
    return output.is_terminal(sys.stderr)


def clock(seconds: float) -> str:
    """A length of time: 0:07, 12:30, 1:00:00."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
