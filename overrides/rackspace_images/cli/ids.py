"""Which images are meant: ids given as arguments, or read from standard input while they come in."""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import click

from rackspace_images.errors import ImagesError, InvalidImageId

from . import output

STDIN = "-"
_MAX_LINE = 1024 * 1024
_UUID = re.compile(
    r"(?<![0-9a-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32})(?![0-9a-z])", re.IGNORECASE | re.ASCII
)
_DOCUMENT = re.compile(r"\s*[\[{]|---\s*$|- [\w.:-]+: |[\w.:-]+: ")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_NAMES = ("id", "image")
"""The columns, members and headings that hold an id in what our own commands print."""


def are_many(words: Sequence[str]) -> bool:
    """Whether an answer for each is wanted, and not just the one."""
    return len(words) > 1 or STDIN in words


def given(words: Sequence[str], *, quiet: bool = False) -> Iterator[str]:
    """Each id that the words name, good or not; `-` stands for those of standard input, as they come in."""
    if list(words).count(STDIN) > 1:
        raise click.UsageError("standard input can be read once")
    if STDIN in words and sys.stdin is None:
        raise click.UsageError("standard input is closed")
    return (one for word in words for one in (_read_stdin(quiet) if word == STDIN else [word]))


def _read_stdin(quiet: bool) -> Iterator[str]:
    if not quiet and output.is_tty(sys.stdin):
        output.tell("reading ids, one a line; Ctrl-D ends")
    found = read(sys.stdin.buffer)
    first = next(found, None)
    if first is not None:
        yield first
        yield from found
    elif not quiet:
        output.tell("no ids on standard input")


def read(file: BinaryIO) -> Iterator[str]:
    """The ids in a list of any kind, which is closed: one a line, or what our own commands print in any format."""
    lines = (line for line in _lines(file) if _COMMENT.sub("", line).strip())
    first = next(lines, "")
    if _DOCUMENT.match(first):
        yield from _of_documents(first, lines)
        return
    headings = [cell.strip().casefold() for cell in _cells(first)]
    column = next((headings.index(name) for name in _NAMES if name in headings), None)
    if first and column is None and not set(_NAMES) & set(first.casefold().split()):
        yield _id_of(first)
    for line in lines:
        cells = _cells(line) if column is not None else []
        yield cells[column].strip() if column is not None and column < len(cells) else _id_of(line)


def _lines(file: BinaryIO) -> Iterator[str]:
    """Lines of UTF-8, or of UTF-16 where a byte order mark says so; a very long one is cut."""
    assert isinstance(file, io.BufferedReader)  # noqa: S101
    is_utf_16 = file.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    with io.TextIOWrapper(file, "utf-16" if is_utf_16 else "utf-8-sig", "backslashreplace") as text:
        while line := text.readline(_MAX_LINE):
            yield line.rstrip("\n")


def _cells(line: str) -> list[str]:
    import csv

    return next(csv.reader([line]), [])


def _id_of(line: str) -> str:
    """The first id in a line, or else the whole line without its comment."""
    text = _COMMENT.sub("", line).strip()
    return next((word for word in re.split(r"[\s,;\"']+", text) if _UUID.fullmatch(word)), text)


def _of_documents(line: str, rest: Iterator[str]) -> Iterator[str]:
    """The ids in JSON or YAML: an object a line as they come, or the whole text."""
    while isinstance(item := _parsed(line), dict):
        yield _id_in(item)
        line = next(rest, "")
    text = "\n".join([line, *rest])
    document = _parsed(text) or _parsed_yaml(text) if text.strip() else []
    for item in document if isinstance(document, list) else [document]:
        yield _id_in(item)


def _parsed(text: str) -> Any:
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(text)


def _parsed_yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  of texts only
    except (yaml.YAMLError, RecursionError):
        raise click.UsageError("standard input begins as JSON or YAML, and is neither") from None


def _id_in(item: Any) -> str:
    found = next((item[name] for name in _NAMES if name in item), None) if isinstance(item, dict) else item
    return found if isinstance(found, str) else json.dumps(found)


def check(given: str) -> None:
    """Raises `InvalidImageId` for what is not an id, with what was probably meant."""
    from rackspace_images.image import image_uuid

    try:
        image_uuid(given)
    except InvalidImageId as error:
        raise explained(given, error) from None


def explained(given: str, error: ImagesError) -> ImagesError:
    """`error`, or the one that says more of an id that is not one."""
    if not isinstance(error, InvalidImageId):
        return error
    hint = "rackspace-images show --help"
    if found := _UUID.search(given):
        hint = f"rackspace-images show {found[0]}"
    elif given.isprintable() and len(given) <= 200 and any(sign.isalnum() for sign in given):
        hint = f"rackspace-images show --name {shlex.quote(given)}"
    return InvalidImageId(f"{error.message}: an id is a UUID, and --name takes a name", hint=hint)
