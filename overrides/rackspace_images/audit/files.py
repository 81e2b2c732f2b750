"""The files of an audit's folder, which others may be able to write to: opened carefully, written in one step."""

from __future__ import annotations

import errno
import json
import os
import stat
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from rackspace_images.defaults import MAX_IMAGE_BYTES
from rackspace_images.errors import ConfigError, ImagesError

from .rows import Row, json_line

LOCK = ".lock"
MAX_ROW_BYTES = 4 * MAX_IMAGE_BYTES
"""Bytes of a row: the largest image, and what JSON escapes in it."""
MAX_FILE_BYTES = 1000 * MAX_ROW_BYTES
"""Bytes of a file that is read."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FileError(ImagesError):
    """A file of the audit cannot be read or written. Files that were written before are whole."""


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file, one at a time.

    Raises:
        FileNotFoundError: It is absent.
        FileError: It is not a regular file, cannot be opened, or is too large.
        ValueError: It was changed since it was written.
    """
    with _open(path, os.O_RDONLY) as file:
        while line := file.readline(MAX_ROW_BYTES):
            if not line.endswith(b"\n"):
                raise ValueError("a line is not whole, or too long")
            row: Row = json.loads(line)
            yield row


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Writes a file in one step: all rows or none, and then the file of before is there still."""
    new = path.with_name(f".{path.name}.{uuid.uuid4().hex}.new")
    try:
        with new.open("xb") as file:
            file.writelines(map(json_line, rows))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except ImagesError:  # some of them are an OSError too
        raise
    except OSError as error:
        raise _file_error(path, error) from None
    finally:
        with suppress(OSError):
            new.unlink()


@contextmanager
def open_folder(folder: Path, digest: str) -> Iterator[None]:
    """Makes a folder, and keeps it for the audit of this digest and for this process alone, while the block runs.

    Raises:
        ConfigError: The folder has files of another audit, another process works in it, or it cannot be locked.
        FileError: It cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _file_error(folder, error) from None
    with _open(folder / LOCK, os.O_RDWR | os.O_CREAT) as file:
        _lock(file, folder)
        if any(not path.name.endswith(f"-{digest}.jsonl") for path in folder.glob("part-*.jsonl")):
            raise ConfigError(
                f"{folder} holds another audit: of other ids, regions or another cloud, or in other partitions",
                hint="the same as before to continue it, or a new folder for --out",
            )
        for leftover in folder.glob(".part-*.new"):
            with suppress(OSError):
                leftover.unlink()
        yield


def _lock(file: BinaryIO, folder: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ConfigError(f"another process works in {folder}", hint="wait for it, or another --out") from None
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(
            f"the file system of {folder} cannot lock files (flock): {reason}", hint="--out on another file system"
        ) from None


def _open(path: Path, flags: int) -> BinaryIO:
    """A file of a folder that others can write to: no link is followed, and no pipe or device is waited for."""
    careful = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        file = os.fdopen(os.open(path, flags | careful, 0o666), "r+b" if flags & os.O_RDWR else "rb")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _file_error(path, error) from None
    found = os.fstat(file.fileno())
    if stat.S_ISREG(found.st_mode) and found.st_size <= MAX_FILE_BYTES:
        return file
    file.close()
    what = f"has more than {MAX_FILE_BYTES} bytes" if stat.S_ISREG(found.st_mode) else "is not a regular file"
    raise FileError(f"{path} {what}", hint="delete it, and run the same command again")


def _file_error(path: Path, error: OSError) -> FileError:
    if error.errno in _FULL:
        hint = "make room, and run the same command again: it continues"
    else:
        hint = "look at who owns the folder, and what is at this path"
    reason = "it is a link" if error.errno == errno.ELOOP else error.strerror or error
    return FileError(f"cannot use {path}: {reason}", hint=hint)
