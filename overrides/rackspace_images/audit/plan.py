"""What an audit is of, and the partitions that it is cut into."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from rackspace_images.errors import InvalidImageId
from rackspace_images.image import image_uuid

PARTITION_SIZE = 1000
"""Ids of a partition."""


@dataclass(frozen=True, slots=True)
class Options:
    """How images are retrieved. It holds no secret, as it is sent to the workers of a cluster.

    Attributes:
        regions: The names of the regions that each id is looked for in, in any case; () for the client's own, None for
            all of the catalog.
        concurrency: Ids that are retrieved at once, or None for the default of `get_many` or `locate_many`.
        deadline: Seconds for each id, or None.
        refresh: Whether to retrieve again what was retrieved before.
    """

    regions: tuple[str, ...] | None = ()
    concurrency: int | None = None
    deadline: float | None = None
    refresh: bool = False


@dataclass(frozen=True, slots=True)
class Partition:
    """What is retrieved together and kept in one file: some ids, or without ids the list of a region.

    `region` is None for the client's own.
    """

    path: Path
    ids: tuple[str, ...] = ()
    region: str | None = None


@dataclass(frozen=True)
class Plan:
    """What an audit is of. Two runs share a folder if their ids, regions, label and partition size are the same.

    Args:
        folder: Where the files are; made if it is absent.
        ids: The ids, good or not. None for the images that the lists of the regions have.
        label: What else tells it from an audit of the same ids, such as the name of the cloud.
        partition_size: Ids of a partition.
        options: How the images are retrieved.
    """

    folder: Path
    ids: Sequence[str] | None
    label: str = ""
    partition_size: int = PARTITION_SIZE
    options: Options = field(default_factory=Options)

    def digest(self) -> str:
        """What tells the files of this audit from those of another, in their names."""
        regions = self.options.regions and sorted(name.casefold() for name in self.options.regions)
        parts = json.dumps([self.label, regions, self.partition_size, self.ids is None])
        digest = hashlib.sha256(parts.encode())
        for one in self.ids or ():
            digest.update(f"{one}\n".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()[:12]

    def partitions(self, catalog: Callable[[], Iterable[str]]) -> Iterator[Partition]:
        """All partitions, cut in the same way in every run. `catalog` returns its regions; it is called if needed."""
        name = f"part-%s-{self.digest()}.jsonl"
        folder, size = self.folder.absolute(), self.partition_size
        if self.ids is not None:
            for number, start in enumerate(range(0, len(self.ids), size)):
                yield Partition(folder / (name % f"{number:06}"), tuple(self.ids[start : start + size]))
        elif self.options.regions == ():
            yield Partition(folder / (name % "list"))
        else:
            for region in self.options.regions or sorted(catalog()):
                yield Partition(folder / (name % quote(region, safe="")), region=region)


def distinct_ids(lines: Iterable[str]) -> list[str]:
    """The ids as the API writes them, each once, however it is spelled; what is not an id as it is."""
    return list(dict.fromkeys(map(_canonical, lines)))


def _canonical(text: str) -> str:
    try:
        return str(image_uuid(text))
    except InvalidImageId:
        return text
