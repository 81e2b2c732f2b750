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
    """Some of the ids, each once. `left`: those to ask for; `rows`: what has come and is not in the file yet."""

    number: int
    ids: list[str]
    left: list[str] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    waiting: int = 0

    def take(self, rows: Iterable[Row]) -> None:
        """Leaves out what rows of an earlier run say; of what failed and may pass they say nothing."""
        done = {row["id"] for row in rows if not row["retryable"]}
        self.left = [one for one in self.ids if one not in done]
        self.waiting = len(self.left)

    def add(self, row: Row) -> None:
        """Takes the row of an id that was left."""
        self.rows[row["id"]] = row
        self.waiting -= 1

    @property
    def done(self) -> int:
        """How many ids need not be asked for."""
        return len(self.ids) - len(self.left)


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
