"""Standard output and standard error: the only place that writes to them."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

from rackspace_images.errors import ImagesError


def encoding_of(stream: TextIO | None) -> str:
    """The encoding that `stream` writes in."""
    return getattr(stream, "encoding", None) or "utf-8"


def write(text: str) -> None:
    """Writes to standard output, at once.

    Raises `BrokenPipeError` where the reader has gone, and `ImagesError` where it cannot be written for
    another reason, such as a full disk.
    """
    stream = sys.stdout
    if stream is None:  # the command was started with standard output closed
        raise ImagesError("cannot write to standard output: it is closed")
    try:
        stream.write(_encodable(text, encoding_of(stream)))
        stream.flush()
    except BrokenPipeError:
        _let_go(stream)
        raise
    except (OSError, ValueError) as error:
        _let_go(stream)
        reason = getattr(error, "strerror", None) or str(error)
        raise ImagesError(f"cannot write to standard output: {reason}") from None


def tell(line: str) -> None:
    """Writes one line to standard error. Where even that cannot be written there is nobody to tell."""
    stream = sys.stderr
    with contextlib.suppress(OSError, ValueError, AttributeError):
        stream.write(_encodable(line + "\n", encoding_of(stream)))
        stream.flush()


def _encodable(text: str, encoding: str) -> str:
    """`text`, with what `encoding` has no sign for written as an escape."""
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _let_go(stream: TextIO) -> None:
    # Python flushes what is left at exit, and would complain once more.
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
