"""The ids of an audit: read once, written down one a line, and cut into partitions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rackspace_images.errors import InvalidImageId
from rackspace_images.image import image_uuid

from .rows import Row

_BUCKETS = 4096
_KEY = 16


class Seen:
    """A set of ids in some 20 bytes each, where Python's own takes 100: a million must fit beside the images."""

    def __init__(self) -> None:
        self._buckets = [b""] * _BUCKETS

    def add(self, text: str) -> bool:
        """Adds an id; whether it is new. Ids that differ in more than their spelling are two."""
        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()
        number = int.from_bytes(key[:2]) % _BUCKETS
        bucket = self._buckets[number]
        at = bucket.find(key)
        while at >= 0 and at % _KEY:
            at = bucket.find(key, at + 1)
        if at >= 0:
            return False
        self._buckets[number] = bucket + key
        return True


def canonical(text: str) -> str:
    """An id as the API writes it; what is no id as it is."""
    try:
        return str(image_uuid(text))
    except InvalidImageId:
        return text


@dataclass(slots=True)
class Ids:
    """What was given: the digest of it, how many there were, and how many of them differ."""

    digest: str
    given: int
    different: int


def written_down(lines: Iterable[str], path: Path) -> Ids:
    """Writes the ids to a file, each as it was given, and counts them."""
    digest, seen = hashlib.sha256(), Seen()
    given = different = 0
    with path.open("wb") as file:
        for text in lines:
            line = text.encode("utf-8", "backslashreplace") + b"\n"
            digest.update(line)
            file.write(line)
            given += 1
            different += seen.add(canonical(text))
    return Ids(digest.hexdigest(), given, different)


@dataclass(slots=True)
class Partition:
    """Some of the ids, each once, and the rows that there are of them."""

    number: int
    ids: list[str]
    rows: dict[str, Row] = field(default_factory=dict)
    changed: bool = False

    def add(self, row: Row) -> None:
        """Puts a row in, instead of an older one of the same id."""
        self.rows[row["id"]] = row
        self.changed = True

    def take(self, rows: Iterable[Row]) -> None:
        """Takes the rows of an earlier run that need not be asked for again."""
        self.rows = {row["id"]: row for row in rows if not row["retryable"]}

    @property
    def left(self) -> list[str]:
        """The ids that have no row yet."""
        return [one for one in self.ids if one not in self.rows]

    @property
    def complete(self) -> bool:
        """Whether every id has its row."""
        return len(self.rows) >= len(self.ids)


def partitions(path: Path, size: int) -> Iterator[Partition]:
    """The ids of a file that `written_down` wrote, always cut the same way; an id given twice is in one of them."""
    seen, number, ids = Seen(), 0, list[str]()
    with path.open(encoding="utf-8") as file:
        for line in file:
            one = canonical(line.rstrip("\n"))
            if not seen.add(one):
                continue
            ids.append(one)
            if len(ids) == size:
                yield Partition(number, ids)
                number, ids = number + 1, []
    if ids:
        yield Partition(number, ids)
