"""Which images are meant: ids given as arguments, or read from standard input while they come in."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence

from rackspace_images.errors import ConfigError, InvalidImageId

from . import output

STDIN = "-"
_LONGEST_LINE = 4096
_LONGEST_NAME = 200


class Given(str):
    """An id as it was given. `line`: where it stood on standard input, None for an argument."""

    __slots__ = ("line",)
    line: int | None

    def __new__(cls, text: str, line: int | None = None) -> Given:
        given = super().__new__(cls, text)
        given.line = line
        return given


def are_many(words: Sequence[str]) -> bool:
    """Whether an answer for each is wanted, and not just the one."""
    return len(words) > 1 or STDIN in words


def given(words: Sequence[str], *, quiet: bool = False) -> Iterator[Given]:
    """Each id that the words name, good or not; `-` stands for the lines of standard input, as they come in."""
    if list(words).count(STDIN) > 1:
        raise ConfigError("standard input can be read once", hint="a single -")
    if STDIN in words and sys.stdin is None:
        raise ConfigError("standard input is closed", hint="ids as arguments")
    return _given(words, quiet)


def _given(words: Sequence[str], quiet: bool) -> Iterator[Given]:
    for word in words:
        if word != STDIN:
            yield Given(word)
            continue
        if not quiet and sys.stdin.isatty():
            output.tell("reading ids, one a line; Ctrl-D ends")
        for number, line in enumerate(_lines(), 1):
            if text := _id_of(line):
                yield Given(text, number)


def of_lines(lines: Iterable[bytes]) -> Iterator[str]:
    """The ids in the lines of a file."""
    return (text for line in lines if (text := _id_of(_text(line))))


def _id_of(line: str) -> str:
    return line.partition("#")[0].strip().removeprefix("\ufeff")


def checked(text: str) -> None:
    """Raises `InvalidImageId` with a hint for who gave a name."""
    from rackspace_images.image import image_uuid

    try:
        image_uuid(text)
    except InvalidImageId:
        raise refused(Given(text)) from None


def refused(given: Given) -> InvalidImageId:
    """Why an id is none, where it stood, and how to find the id of an image by its name."""
    from rackspace_images.image import image_uuid

    try:
        image_uuid(str(given))
    except InvalidImageId as error:
        where = f"line {given.line}: " if given.line is not None else ""
        return InvalidImageId(f"{where}{error.message}", hint=_hint(given))
    raise AssertionError(given)


def _hint(text: str) -> str | None:
    is_name = text.isprintable() and text.strip("0123456789abcdefABCDEF-") and len(text) <= _LONGEST_NAME
    if not is_name or not any(sign.isalnum() for sign in text):
        return None
    return f"rackspace-images list --name {shlex.quote(text)}, if that is its name; an id is a UUID"


def _lines() -> Iterator[str]:
    """The lines of standard input, each as soon as it is there."""
    try:
        number = sys.stdin.fileno()
    except (OSError, ValueError):  # it is no file, as in a test
        yield from sys.stdin
        return
    # Read past Python's own buffer: that holds lines back, and its lock would hold up the end of the process.
    rest = b""
    while chunk := os.read(number, 65536):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(_text, lines)
        rest = rest[: _LONGEST_LINE + 1]
    if rest:
        yield _text(rest)


def _text(line: bytes) -> str:
    return line[: _LONGEST_LINE + 1].decode("utf-8", "backslashreplace")
