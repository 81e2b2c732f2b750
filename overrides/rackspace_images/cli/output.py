"""Standard output and standard error: the only place that writes to them."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from typing import Protocol, TextIO

from rackspace_images.errors import ImagesError


class Live(Protocol):
    """What stands at the bottom of the terminal for the time being, and must not be written into."""

    def draw(self) -> None: ...
    def erase(self) -> None: ...


live: Live | None = None
lock = threading.RLock()
"""Held by whoever writes: several threads may have something to tell."""


def encoding_of(stream: TextIO | None) -> str:
    """The encoding that `stream` writes in."""
    return getattr(stream, "encoding", None) or "utf-8"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether `stream` is a terminal that understands escape sequences."""
    try:
        if stream is None or not stream.isatty():
            return False
    except ValueError:  # it is closed
        return False
    # A Windows terminal has no TERM.
    return os.environ.get("TERM", "dumb" if os.name == "posix" else "") not in ("dumb", "unknown")


def write(text: str) -> None:
    """Writes to standard output, at once.

    Raises `BrokenPipeError` where the reader has gone, and `ImagesError` where it cannot be written for
    another reason, such as a full disk.
    """
    stream = sys.stdout
    with _writing(stream):
        stream.write(_encodable(text, encoding_of(stream)))
        stream.flush()


def write_bytes(content: bytes) -> None:
    """`write`, byte for byte."""
    stream = sys.stdout
    with _writing(stream):
        stream.flush()
        stream.buffer.write(content)
        stream.buffer.flush()


@contextlib.contextmanager
def _writing(stream: TextIO | None) -> Iterator[None]:
    if stream is None:  # the command was started with standard output closed
        raise ImagesError("cannot write to standard output: it is closed")
    try:
        with _apart():
            yield
    except BrokenPipeError:
        _let_go(stream)
        raise
    except (OSError, ValueError) as error:
        _let_go(stream)
        reason = getattr(error, "strerror", None) or str(error)
        raise ImagesError(f"cannot write to standard output: {reason}") from None


def tell(line: str) -> None:
    """Writes one line to standard error. Where even that cannot be written there is nobody to tell."""
    with _apart():
        sketch(line + "\n")


def sketch(text: str) -> None:
    """Writes to standard error without a line's end, as a display does that is drawn again and again."""
    stream = sys.stderr
    if stream is None:
        return
    try:
        stream.write(_encodable(text, encoding_of(stream)))
        stream.flush()
    except (OSError, ValueError):
        _let_go(stream)


@contextlib.contextmanager
def _apart() -> Iterator[None]:
    """Takes what stands at the bottom of the terminal out of the way."""
    with lock:
        shown = live
        if shown is not None:
            shown.erase()
        yield
        if shown is not None:
            shown.draw()


def _encodable(text: str, encoding: str) -> str:
    """`text`, with what `encoding` has no sign for written as an escape."""
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _let_go(stream: TextIO) -> None:
    # Python flushes what is left at exit, and would complain once more.
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
