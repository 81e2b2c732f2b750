"""What is said while a command runs: how far it is, and waits for the service. Any thread may say something."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rackspace_images.text import one_line

from . import output

if TYPE_CHECKING:
    from rackspace_images import Image, ImagesClient, Progress
    from rackspace_images.http.retry import Attempt

    from .options import Settings

WORTH_SAYING = 1.0
"""Seconds: a wait for a retry that is longer is reported."""
MINUTE = 60.0
"""Seconds without a line after which one is printed where there is no terminal: CI systems end a silent job."""


class Watch:
    """Told of every request by the client, as its `on_attempt`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.is_shown = False
        """Whether a display shows the waits."""
        self._until: dict[str, float] = {}

    def on_attempt(self, attempt: Attempt) -> None:
        """Reports a wait once for each region, however many ids wait."""
        if (wait := attempt.will_wait) is None:
            return
        where = one_line(attempt.region or "the service")
        where += " is limited" if attempt.status in (413, 429) else " is not available"
        with output.lock:
            is_news = time.monotonic() + wait > self._until.get(where, 0.0) + 1.0
            if is_news:
                self._until[where] = time.monotonic() + wait
        # With -v the library's log says it.
        is_silent = self._settings.quiet or self._settings.verbose or self.is_shown
        if is_news and wait > WORTH_SAYING and not is_silent:
            facts = {"region": attempt.region, "status_code": attempt.status, "waiting": round(wait, 1)}
            say(self._settings, f"{where}: waiting {wait:.0f} s", **facts)

    def pause(self) -> str:
        """The longest wait that is under way, in words; nothing where there is none."""
        where, until = max(self._until.items(), key=lambda item: item[1], default=("", 0.0))
        left = until - time.monotonic()
        return f"{where}: waiting {left:.0f} s" if left > 0.5 else ""


def say(settings: Settings, message: str, **facts: Any) -> None:
    """Says something on the way: a line, or JSON where errors are JSON too."""
    if settings.as_json:
        from .errors import tell_json

        tell_json(facts or {"message": message})
    else:
        output.tell(message)


class Tracker:
    """Counts what a command does, in any number of threads, and says how far it is.

    `total`: how many there are, or None; `draws`: whether a display is drawn, where there is a terminal for it.
    """

    def __init__(self, settings: Settings, total: int | None, *, draws: bool = True) -> None:
        self.watch = Watch(settings)
        self._draws = self.watch.is_shown = draws and not settings.quiet and output.is_terminal(sys.stderr)
        self._settings, self._total = settings, total
        self._began, self._percent = time.monotonic(), 0.0
        self.done: Counter[str] = Counter()
        """How many are done with, by the word for what became of them, where it is worth one."""
        self._states: dict[object, str] = {}

    def count(self, word: str = "", number: int = 1) -> None:
        """Counts what is done with; `word`: what became of it, where that is worth a word."""
        self.done[word] += number

    def wait(self, images: ImagesClient, image_id: str, **limits: float) -> Image:
        """Waits until an image is ACTIVE, and gives it. Raises as `ImagesClient.wait_until_active` does."""
        me = object()

        def on_progress(progress: Progress) -> None:
            before, self._states[me] = self._states.get(me), _words(progress)
            self._percent = progress.percent if isinstance(progress.percent, int) else 0
            if self._states[me] != before and not (self._draws or self._settings.quiet):
                facts = {"image_id": image_id, "status": progress.status, "progress": progress.percent}
                trouble = type(progress.error).__name__ if progress.error is not None else None
                facts |= {"elapsed": round(progress.elapsed, 3), "trouble": trouble}
                say(self._settings, f"{image_id} {self._states[me]} after {clock(progress.elapsed)}", **facts)

        try:
            return images.wait_until_active(image_id, on_progress=on_progress, **limits)
        finally:
            self._states.pop(me, None)

    @contextmanager
    def display(self) -> Iterator[None]:
        """Shows how far it is while the block runs, with a bar where that is known.

        Where it is not drawn, it is a line after each minute in which nothing else was printed.
        """
        over = threading.Event()
        if not self._draws and not self._settings.quiet:
            threading.Thread(target=self._say_each_minute, args=[over], daemon=True).start()
        try:
            with self._bar() if self._draws else nullcontext():
                yield
        finally:
            over.set()

    def text(self) -> str:
        """`SAVING 25 %  0:00:07` of one; `12 of 60, 1 failed, 3 SAVING 25 %  0:00:07` of many."""
        parts = list(self._states.values())
        if self._total != 1:
            done = self.done.total()
            words = self.done + Counter(parts)
            parts = [f"{done} done" if self._total is None else f"{done} of {self._total}"]
            parts += [f"{count} {word}" for word, count in words.items() if word]
        return "  ".join(filter(None, (", ".join(parts), clock(time.monotonic() - self._began), self.watch.pause())))

    def _share(self) -> float | None:
        """How much is done, from 0 to 1, where that is known."""
        if self._total == 1:
            return self._percent / 100
        return self.done.total() / self._total if self._total else None

    def _say_each_minute(self, over: threading.Event) -> None:
        while not over.wait(max(MINUTE + output.last_written - time.monotonic(), 0.05)):
            if time.monotonic() - output.last_written >= MINUTE:
                say(self._settings, self.text())

    @contextmanager
    def _bar(self) -> Iterator[None]:
        """A line at the bottom of the terminal that is erased at the end."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, ProgressColumn, Task
        from rich.text import Text

        tracker = self

        class Words(ProgressColumn):
            def render(self, task: Task) -> Text:
                task.completed = tracker._share() or 0.0
                return Text(tracker.text(), no_wrap=True, overflow="ellipsis")

        console = Console(file=sys.stderr, force_terminal=True, no_color=not output.has_colour(sys.stderr))
        columns = [Words()] if console.width < 60 or self._share() is None else [BarColumn(20), Words()]
        options: dict[str, Any] = {"transient": True, "redirect_stdout": False, "redirect_stderr": False}
        with Progress(*columns, console=console, refresh_per_second=5, **options) as progress:
            progress.add_task("", total=1.0)
            output.live = console
            try:
                yield
            finally:
                output.live = None


def _words(progress: Progress) -> str:
    """How an image stands: `SAVING 25 %`, and what was in the way of the last look."""
    words, trouble = "not there yet", type(progress.error).__name__
    if progress.image is not None:
        percent = "" if progress.percent is None else f" {progress.percent} %"
        words = one_line(f"{progress.status or '-'}{percent}")
    is_usual = progress.error is None or (progress.image is None and trouble == "ImageNotFound")
    return words if is_usual else f"{words} ({trouble})"


def clock(seconds: float) -> str:
    """A length of time: 0:00:07."""
    return str(timedelta(seconds=int(seconds)))
