"""What an audit has come to, counted from its files: what they do not hold was not done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from .folder import IDS, Folder
from .formats import places_of
from .given import Ids, partitions
from .rows import OUTCOMES, Row

SUMMARY = "summary.json"
REMAINING = "remaining.txt"


@dataclass(slots=True)
class Summary:
    """The rows of all files, counted."""

    rows: int = 0
    remaining: int = 0
    """Ids that have no row."""
    retryable: int = 0
    """Rows of what failed and is asked for again by the next run."""
    outcomes: Counter[str] = field(default_factory=Counter)
    places: dict[str, Counter[str]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row) -> None:
        """Counts a row."""
        self.rows += 1
        self.retryable += bool(row["retryable"])
        self.outcomes[row["outcome"]] += 1
        if row["error"]:
            self.errors[row["error"]] += 1
        for place, outcome in places_of(row).items():
            self.places.setdefault(place, Counter())[outcome] += 1

    def add_all(self, rows: Iterable[Row]) -> None:
        """Counts many."""
        for row in rows:
            self.add(row)

    def table(self) -> Iterator[dict[str, Any]]:
        """A row for each place, and one for the ids in all where there are several places."""
        for place in sorted(self.places):
            yield {"place": place, **{name: self.places[place][name] for name in OUTCOMES}}
        if len(self.places) != 1 or next(iter(self.places.values())) != self.outcomes:
            yield {"place": "in all", **{name: self.outcomes[name] for name in OUTCOMES}}

    def facts(self, ids: Ids | None) -> dict[str, Any]:
        """The summary as JSON holds it."""
        return {
            "complete": not self.remaining,
            "given": ids.given if ids is not None else None,
            "duplicates": ids.given - ids.different if ids is not None else None,
            "rows": self.rows,
            "remaining": self.remaining,
            "retryable": self.retryable,
            "outcomes": {name: self.outcomes[name] for name in OUTCOMES},
            "places": {place: {name: self.places[place][name] for name in OUTCOMES} for place in sorted(self.places)},
            "errors": dict(sorted(self.errors.items())),
        }


def surveyed(folder: Folder, ids: Ids | None) -> Summary:
    """The summary of a folder. The ids without a row are written to `remaining.txt`, which is there only then."""
    summary = Summary()
    with _Remaining(folder.path / REMAINING) as remaining:
        if ids is None:
            for number in folder.numbers():
                summary.add_all(folder.read(number))
        else:
            for partition in partitions(folder.path / IDS, folder.plan.partition):
                rows = {row["id"]: row for row in folder.read(partition.number)}
                summary.add_all(rows.values())
                remaining.add([one for one in partition.ids if one not in rows])
        summary.remaining = remaining.count
    return summary


class _Remaining:
    """The file of ids without a row; on a full disk it cannot be written, and they are counted all the same."""

    def __init__(self, path: Path) -> None:
        self.count = 0
        self._path = path
        self._stack = ExitStack()
        self._file: BinaryIO | None = None
        path.unlink(missing_ok=True)

    def add(self, ids: list[str]) -> None:
        self.count += len(ids)
        if ids:
            with suppress(OSError):
                self._file = self._file or self._stack.enter_context(self._path.open("wb", buffering=0))
                self._file.write("".join(f"{one}\n" for one in ids).encode("utf-8", "backslashreplace"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
