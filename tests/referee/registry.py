"""The groups by name, and how each is run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from referee.cases import Case, run_case
from referee.commands import run_all
from referee.groups import bulk, command_line, configuration, faults, images, lists, sandbox, sign_in, vectors, waits

RunGroup = Callable[[Path], Mapping[str, Any]]
"""Runs a group, with a folder for its files, and returns what each case ended in."""

AT_ONCE = 8
"""Cases that run side by side: most of them wait."""


def in_threads(cases: Callable[[], Iterable[Case]]) -> RunGroup:
    """A group of cases that share nothing."""

    def run(home: Path) -> dict[str, Any]:
        found = list(cases())
        names = [case.name for case in found]
        assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip(names, pool.map(run_case, found), strict=True))

    return run


GROUPS: dict[str, RunGroup] = {
    "vectors": in_threads(vectors.cases),
    "images": in_threads(images.cases),
    "faults": in_threads(faults.cases),
    "sign-in": in_threads(sign_in.cases),
    "lists": in_threads(lists.cases),
    "bulk": in_threads(bulk.cases),
    "waits": in_threads(waits.cases),
    "configuration": configuration.run,
    "sandbox": sandbox.run,
    "command-line": run_all(command_line.commands),
}
