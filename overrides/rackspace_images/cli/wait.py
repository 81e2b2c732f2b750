"""`show --wait`: how each image comes along, on a terminal in one line that moves, else in a line for each change."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rackspace_images.defaults import GRACE, WAIT_TIMEOUT

from . import ids, live, output
from .live import LiveLine, clock
from .watch import Watch

if TYPE_CHECKING:
    from rackspace_images.client.client import ImagesClient
    from rackspace_images.client.waiting import Progress
    from rackspace_images.image import Image

_UNSEEN = "not there yet"
_BAR = 20
_DISPLAY = 60
"""Columns that a bar needs to stand beside the words."""


class Waiting:
    """Waits for images, in any number of threads, and shows how it goes while its `with` block runs."""

    def __init__(self, args: Namespace, watch: Watch) -> None:
        self._args = args
        self._watch = watch
        self._many = ids.are_many(args.image_ids)
        self._began = time.monotonic()
        self._under_way: dict[int, tuple[str, Progress | None]] = {}
        self._active = self._failed = self._numbers = 0
        self._line = LiveLine(self._text) if not args.quiet and live.is_possible() else None

    def wait(self, images: ImagesClient, image_id: str) -> Image:
        """Waits until one is ACTIVE, and gives it. Raises as `ImagesClient.wait_until_active` does."""
        with output.lock:
            self._numbers += 1
            number = self._numbers
            self._under_way[number] = image_id, None
        last: tuple[Any, ...] = ()

        def on_progress(progress: Progress) -> None:
            nonlocal last
            with output.lock:
                self._under_way[number] = image_id, progress
            if self._line is not None:
                self._line.draw()
            elif not self._args.quiet and (now := _state(progress)) != last:
                last = now
                self._tell(image_id, progress)

        timeout = WAIT_TIMEOUT if self._args.timeout is None else self._args.timeout
        grace = GRACE if self._args.grace is None else self._args.grace
        try:
            return images.wait_until_active(image_id, timeout=timeout, grace=grace, on_progress=on_progress)
        finally:
            with output.lock:
                del self._under_way[number]

    def count(self, *, failed: bool) -> None:
        """Counts one that is done with."""
        self._failed += failed
        self._active += not failed

    def _tell(self, image_id: str, progress: Progress) -> None:
        if self._args.format not in ("json", "jsonl"):
            output.tell(f"{image_id} {_words(progress)} after {clock(progress.elapsed)}")
            return
        from .formats import json_text

        error = progress.error
        facts = {
            "image_id": image_id,
            "status": progress.status,
            "progress": progress.percent,
            "elapsed": round(progress.elapsed, 3),
            "trouble": type(error).__name__ if error is not None else None,
        }
        output.tell(json_text(facts, output.encoding_of(sys.stderr), indent=None))

    def _text(self, width: int) -> str:
        with output.lock:
            under_way = list(self._under_way.values())
        elapsed = clock(time.monotonic() - self._began)
        pause = self._watch.pause()
        if self._many:
            states = Counter(_words(progress) for _, progress in under_way)
            parts = [f"{self._active} ACTIVE"] + ([f"{self._failed} failed"] if self._failed else [])
            parts += [f"{count} {words}" for words, count in states.items()]
            return "  ".join([elapsed, ", ".join(parts), pause])
        image_id, progress = under_way[0] if under_way else ("", None)
        parts = [_words(progress), elapsed]
        if width >= _DISPLAY and progress is not None and (percent := _percent(progress)) is not None:
            full = _BAR * percent // 100
            parts.insert(0, f"[{'#' * full}{'.' * (_BAR - full)}]")
        return "  ".join([*parts, pause or image_id])

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


def _words(progress: Progress | None) -> str:
    """How an image stands: `SAVING 25 %`, and what was in the way of the last look."""
    from .readable import amount, plain

    if progress is None:
        return "asking"
    image, error = progress.image, progress.error
    if image is None:
        words = _UNSEEN
    else:
        percent = f" {amount(progress.percent, '%')}" if progress.percent is not None else ""
        words = plain(progress.status) + percent
    is_trouble = error is not None and not (image is None and type(error).__name__ == "ImageNotFound")
    return f"{words} ({type(error).__name__})" if is_trouble else words


def _state(progress: Progress) -> tuple[Any, ...]:
    return progress.status, progress.percent, type(progress.error)


def _percent(progress: Progress) -> int | None:
    percent = progress.percent
    return percent if isinstance(percent, int) and 0 <= percent <= 100 else None
