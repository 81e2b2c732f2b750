"""Compares what was recorded with what is so today, and reports what nobody accepted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from referee.accepted import Accepted

RECORDED = Path(__file__).parent / "recorded"

Group = Mapping[str, Any]
"""Case → what it ended in."""

LONGEST_VALUE = 400
"""Characters of a value that the report shows."""


@dataclass(frozen=True)
class Difference:
    """One value of one case that is not as it was recorded. The values are JSON, or empty where there is none."""

    case: str
    field: str
    recorded: str
    now: str

    def __str__(self) -> str:
        values = f"      recorded  {_shown(self.recorded)}\n      now       {_shown(self.now)}"
        return f"{self.case}\n    {self.field}\n{values}"


def _shown(value: str) -> str:
    if not value:
        return "(absent)"
    return value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}… ({len(value)} characters)"


def flatten(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of a structure of JSON: (path, value as JSON). An empty list or object is a leaf."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from flatten(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from flatten(item, f"{path}.{number}" if path else str(number))
    else:
        yield path, json.dumps(value, ensure_ascii=True, sort_keys=True)


def compare(group: str, recorded: Group, now: Group) -> Iterator[Difference]:
    """The differences of one group; a case that is new or gone is one difference."""
    for name in sorted({*recorded, *now}):
        case = f"{group}/{name}"
        if name not in now:
            yield Difference(case, "(case)", '"recorded"', "")
        elif name not in recorded:
            yield Difference(case, "(case)", "", '"not recorded"')
        else:
            yield from _compare_case(case, recorded[name], now[name])


def _compare_case(case: str, recorded: Any, now: Any) -> Iterator[Difference]:
    before, after = dict(flatten(recorded)), dict(flatten(now))
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path):
            yield Difference(case, path, before.get(path, ""), after.get(path, ""))


@dataclass
class Verdict:
    """What is left of the differences once the accepted kinds are taken out."""

    unaccepted: list[Difference] = field(default_factory=list)
    accepted: dict[Accepted, int] = field(default_factory=dict)
    """Entry → how many differences it accepts; 0 for an entry that is stale."""

    @property
    def stale(self) -> list[Accepted]:
        return [entry for entry, count in self.accepted.items() if count == 0]

    @property
    def passes(self) -> bool:
        return not self.unaccepted and not self.stale

    def report(self) -> str:
        """The differences in the order of the field that differs, and counts."""
        lines: list[str] = []
        by_field: dict[str, list[Difference]] = {}
        for difference in self.unaccepted:
            by_field.setdefault(_kind(difference.field), []).append(difference)
        for kind, found in sorted(by_field.items(), key=lambda pair: (len(pair[1]), pair[0])):
            lines += ["", f"=== {kind}: {len(found)} not accepted", *map(str, found)]
        if by_field:
            lines += [
                "",
                "Not accepted, by field:",
                *(f"  {len(found):5} {kind}" for kind, found in sorted(by_field.items())),
            ]
        counts: dict[str, int] = {}
        for entry, count in self.accepted.items():
            counts[entry.kind] = counts.get(entry.kind, 0) + count
        if counts:
            lines += ["", "Accepted, by kind:", *(f"  {count:5} {kind}" for kind, count in sorted(counts.items()))]
        for entry in self.stale:
            lines += ["", f"Stale entry in accepted.py, nothing differs so: {entry}"]
        return "\n".join(lines)


def _kind(path: str) -> str:
    """A path without the numbers in it."""
    return ".".join(part for part in path.split(".") if not part.isdecimal())


def judge(differences: Iterable[Difference], accepted: Sequence[Accepted]) -> Verdict:
    """Sorts differences into those that an entry accepts and the rest."""
    verdict = Verdict(accepted=dict.fromkeys(accepted, 0))
    for difference in differences:
        values = (difference.case, difference.field, difference.recorded, difference.now)
        entries = [entry for entry in accepted if entry.matches(*values)]
        for entry in entries:
            verdict.accepted[entry] += 1
        if not entries:
            verdict.unaccepted.append(difference)
    return verdict


def read_group(name: str, folder: Path = RECORDED) -> dict[str, Any]:
    """What was recorded of a group; nothing, where there is no file."""
    path = folder / f"{name}.json"
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def write_group(name: str, group: Group, folder: Path = RECORDED) -> None:
    """Writes a group's file: sorted, a value on each line."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(group, ensure_ascii=True, indent=1, sort_keys=True)
    (folder / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
