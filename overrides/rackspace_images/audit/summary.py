"""What an audit has come to, counted from its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .rows import Row


@dataclass(slots=True)
class Summary:
    """The rows of some files, counted.

    Attributes:
        rows: Rows that are in the files.
        retrieved: How many of them this run retrieved.
        unsaved: Rows that have come for the partition under way, whose file is not written yet.
        retryable: Rows that the next run retrieves again.
        outcomes: Outcome → rows.
        regions: Region → outcome → rows.
        errors: Name of the error's class → rows.
        oldest: When the oldest row was retrieved (ISO 8601, UTC), or None without rows.
        newest: When the newest was.
    """

    rows: int = 0
    retrieved: int = 0
    unsaved: int = 0
    retryable: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    regions: dict[str, Counter[str]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    oldest: str | None = None
    newest: str | None = None

    def count(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Counts rows while they are iterated."""
        for row in rows:
            self.rows += 1
            self.retryable += bool(row["retryable"])
            self.outcomes[row["outcome"]] += 1
            if row["error"] is not None:
                self.errors[row["error"]] += 1
            for region, outcome in row["regions"].items():
                self.regions.setdefault(region, Counter())[outcome] += 1
            self._date(row["retrieved"], row["retrieved"])
            yield row

    def add(self, other: Summary) -> None:
        """Adds what was counted of other files."""
        for name in ("rows", "retrieved", "unsaved", "retryable"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.outcomes += other.outcomes
        self.errors += other.errors
        for region, outcomes in other.regions.items():
            self.regions.setdefault(region, Counter()).update(outcomes)
        if other.oldest is not None and other.newest is not None:
            self._date(other.oldest, other.newest)

    def _date(self, oldest: str, newest: str) -> None:
        self.oldest = min(self.oldest or oldest, oldest)
        self.newest = max(self.newest or newest, newest)
