"""The folder of an audit: what it is of, its files, and who works in it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from rackspace_images.errors import ConfigError, ImagesError

from .formats import Format, format_named
from .given import Ids, Partition, partitions, written_down
from .plan import Plan
from .rows import Row

MANIFEST = "manifest.json"
IDS = "ids.txt"
_WHAT = "rackspace-images audit"
_VERSION = 1


class CannotWrite(ImagesError):
    """The disk is full, or is not there. What was written before is whole."""

    retryable = True

    @classmethod
    def at(cls, path: Path, error: OSError) -> CannotWrite:
        """The error of a path that cannot be written."""
        return cls(
            f"cannot write {path}: {error.strerror or error}", hint="make room, and run the same again: it goes on"
        )


class Folder:
    """The files of one audit."""

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path = path
        self.plan = plan
        self.format: Format = format_named(plan.format)

    def file(self, number: int) -> Path:
        """Where the rows of a partition are."""
        return self.path / f"part-{number:06}.{self.plan.format}"

    def numbers(self) -> list[int]:
        """The partitions of which there are rows, in order."""
        name = re.compile(rf"part-(\d{{6,}})\.{self.plan.format}")
        return sorted(int(found[1]) for path in self.path.iterdir() if (found := name.fullmatch(path.name)))

    def read(self, number: int) -> list[Row]:
        """The rows of a partition; none where there is no file yet."""
        path = self.file(number)
        try:
            return self.format.read(path.read_bytes())
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, OSError) as error:
            raise ConfigError(f"cannot read {path}: {error}", hint="delete it, and run the same again") from None

    def write(self, number: int, rows: Iterable[Row]) -> None:
        """Writes the rows of a partition, instead of those that were there: all of them or none."""
        replaced(self.file(number), self.format.write(list(rows)))

    def save(self, partition: Partition) -> None:
        """Writes what has come of a partition to what its file has already, in the order of its ids."""
        if partition.rows:
            # Read anew, not kept: with one id left in each of many partitions their rows would fill the memory.
            rows = {row["id"]: row for row in self.read(partition.number)} | partition.rows
            self.write(partition.number, [rows[one] for one in partition.ids if one in rows])
            partition.rows = {}

    def partitions(self) -> Iterator[Partition]:
        """All partitions, each with the ids that have no row yet, or one of a failure that may pass."""
        for partition in partitions(self.path / IDS, self.plan.partition):
            partition.take(self.read(partition.number))
            yield partition


def replaced(path: Path, content: bytes) -> None:
    """Writes a file as a whole. Raises `CannotWrite`, and then what was there before is there still."""
    new = path.with_name(f".{path.name}.{uuid.uuid4().hex}.new")
    try:
        try:
            with new.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                new.unlink()
            raise
    except OSError as error:
        raise CannotWrite.at(path, error) from None


def replaced_json(path: Path, value: Any) -> None:
    """`replaced`, with a value as JSON."""
    replaced(path, (json.dumps(value, indent=2) + "\n").encode())


@contextmanager
def opened(path: Path, plan: Plan, lines: Iterable[str] | None) -> Iterator[tuple[Folder, Ids | None]]:
    """The folder of an audit, new or begun already, for this process alone.

    `lines`: the ids, read to their end first. Raises `ConfigError` where the folder is not this audit's.
    """
    before = _begun(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite.at(path, error) from None
    with _alone(path):
        for leftover in path.glob(".*.new"):
            leftover.unlink(missing_ok=True)
        spooled = path / f".{IDS}.{uuid.uuid4().hex}.new"
        ids: Ids | None = None
        try:
            if lines is not None:
                try:
                    ids = written_down(lines, spooled)
                except OSError as error:
                    raise CannotWrite.at(spooled, error) from None
            plan = replace(plan, ids=ids.digest if ids is not None else None)
            folder = Folder(path, plan)
            if before is not None:
                _check(path, plan, before)
            else:
                if ids is not None:
                    spooled.replace(path / IDS)
                replaced_json(path / MANIFEST, {"what": _WHAT, "version": _VERSION, **plan.facts()})
        finally:
            spooled.unlink(missing_ok=True)
        yield folder, ids


def _begun(path: Path) -> dict[str, Any] | None:
    """What the manifest says; None where the folder is new."""
    try:
        found = json.loads((path / MANIFEST).read_bytes())
    except FileNotFoundError:
        ours = (MANIFEST, IDS, ".lock")
        if path.is_dir() and any(one.name not in ours and not one.name.endswith(".new") for one in path.iterdir()):
            raise ConfigError(f"{path} is not empty, and holds no audit", hint="a new folder for --out") from None
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot read {path / MANIFEST}: {error}", hint="a new folder for --out") from None
    if not isinstance(found, dict) or found.get("what") != _WHAT or found.get("version") != _VERSION:
        raise ConfigError(f"{path / MANIFEST} is no manifest of this version's", hint="a new folder for --out")
    return found


def check_shared(folder: Folder) -> None:
    """Raises `ConfigError` where the folder that another machine named is not the same folder here."""
    before = _begun(folder.path) if folder.path.is_dir() else None
    if before is None:
        raise ConfigError(
            f"there is no audit in {folder.path} on {socket.gethostname()}",
            hint="for --out a folder that all workers share, by its full path",
        )
    _check(folder.path, folder.plan, before)


def _check(path: Path, plan: Plan, before: dict[str, Any]) -> None:
    differs = plan.differs(before)
    if differs:
        raise ConfigError(
            f"{path} holds another audit: its {', '.join(differs)} differ",
            hint="the same command as before to go on with it, or a new folder for --out",
        )


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    try:
        # In a folder that others can write to, a link here would have another file emptied.
        file = os.fdopen(os.open(path / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666), "r+b")
    except OSError as error:
        raise CannotWrite.at(path / ".lock", error) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(f"another process works in {path}", hint="wait for it, or another --out") from None
        yield
