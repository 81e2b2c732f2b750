"""Standard output and standard error: the only place that writes to them."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console

live: Console | None = None
"""The console of the progress display while it is shown: lines for people are printed above it."""
lock = threading.RLock()
"""Held while something is written: several threads may have something to report."""
last_written = time.monotonic()
"""When something was written last; a job that writes nothing for long is taken for dead."""


def is_tty(stream: TextIO | None) -> bool:
    """Whether `stream` is a terminal of any kind."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it is closed
        return False


def is_terminal(stream: TextIO | None) -> bool:
    """Whether `stream` is a terminal that understands escape sequences."""
    # A Windows terminal has no TERM.
    return is_tty(stream) and os.environ.get("TERM", "dumb" if os.name == "posix" else "") not in ("dumb", "unknown")


def has_colour(stream: TextIO | None) -> bool:
    """Whether `stream` gets colours: a terminal, or wherever FORCE_COLOR is set; nothing where NO_COLOR is."""
    return not os.environ.get("NO_COLOR") and (is_terminal(stream) or bool(os.environ.get("FORCE_COLOR")))


def write(text: str, *, for_programs: bool = False) -> None:
    """Writes to standard output, at once: in its own encoding, or in UTF-8 for programs.

    Raises `BrokenPipeError` where the reader has gone, and `ImagesError` where it cannot be written for
    another reason, such as a full disk.
    """
    global last_written
    stream: Any = sys.stdout
    reason = "it is closed"  # as the command was started with
    try:
        if stream is not None:
            with lock:
                last_written = time.monotonic()
                if hasattr(stream, "reconfigure"):
                    stream.reconfigure(encoding="utf-8" if for_programs else None, errors="backslashreplace")
                stream.write(text)
                stream.flush()
            return
    except BrokenPipeError:
        _let_go(stream)
        raise
    except (OSError, ValueError) as error:
        _let_go(stream)
        reason = getattr(error, "strerror", None) or str(error)
    from rackspace_images.errors import ImagesError

    raise ImagesError(f"cannot write to standard output: {reason}")


def tell(text: str) -> None:
    """Writes lines to standard error. Where even that cannot be written there is nobody to tell."""
    global last_written
    stream = sys.stderr
    try:
        with lock:
            last_written = time.monotonic()
            if live is not None:
                from rich.text import Text

                live.print(Text.from_ansi(text), soft_wrap=True)
            elif stream is not None:
                stream.write(text + "\n")
                stream.flush()
    except (OSError, ValueError):
        _let_go(stream)


def _let_go(stream: Any) -> None:
    # Python flushes what is left at exit, and would complain once more.
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
