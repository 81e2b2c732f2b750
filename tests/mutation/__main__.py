"""Makes a sample of the changes in copies of the project, runs the tests that should notice, prints who survived."""

from __future__ import annotations

import argparse
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from .changes import changed

ROOT = Path(__file__).parents[2]
PACKAGE = Path("overrides/rackspace_images")

GROUPS: dict[str, tuple[list[str], list[str]]] = {
    "retry": (
        ["retry.py"],
        ["tests/faults/test_retries.py", "tests/library/test_many.py", "tests/faults/test_time.py"],
    ),
    "sign-in": (["auth.py", "identity.py"], ["tests/auth"]),
    "errors": (
        ["errors.py", "faults.py"],
        ["tests/library", "tests/cli/test_failures.py", "tests/faults/test_retries.py"],
    ),
    "configuration": (
        [f"config/{path.name}" for path in sorted((ROOT / PACKAGE / "config").glob("*.py"))],
        ["tests/config"],
    ),
}
"""Which modules are changed, and which tests should notice, the quick ones first."""


@dataclass(frozen=True)
class Change:
    group: str
    module: str
    line: int
    what: str
    source: str


def sampled(group: str, size: int) -> list[Change]:
    """The same sample each time."""
    found = [
        Change(group, module, line, what, source)
        for module in GROUPS[group][0]
        for line, what, source in changed((ROOT / PACKAGE / module).read_text(encoding="utf-8"))
    ]
    print(f"{group}: {len(found)} changes, {min(size, len(found))} of them made", flush=True)
    return sorted(random.Random(7).sample(found, min(size, len(found))), key=lambda one: (one.module, one.line))


def survives(copy: Path, change: Change) -> bool:
    """Whether all tests pass in spite of a change."""
    path = copy / PACKAGE / change.module
    original = path.read_text(encoding="utf-8")
    path.write_text(change.source, encoding="utf-8")
    try:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *GROUPS[change.group][1]]
        paths = os.pathsep.join(str(copy / folder) for folder in ("overrides", "generated"))
        ended = subprocess.run(
            command,
            cwd=copy,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_text(original, encoding="utf-8")
    return ended.returncode == 0


def main() -> int:
    """The whole run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("groups", nargs="*", default=list(GROUPS))
    parser.add_argument("--sample", type=int, default=60, help="changes of each group")
    parser.add_argument("--at-once", type=int, default=2)
    args = parser.parse_args()
    work: queue.SimpleQueue[Change] = queue.SimpleQueue()
    for group in args.groups:
        for change in sampled(group, args.sample):
            work.put(change)
    survivors: list[Change] = []
    made: dict[str, int] = dict.fromkeys(args.groups, 0)

    def run(copy: Path) -> None:
        while not work.empty():
            change = work.get()
            alive = survives(copy, change)
            made[change.group] += 1
            if alive:
                survivors.append(change)
                print(f"SURVIVED {change.module}:{change.line}: {change.what}", flush=True)

    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        ignored = shutil.ignore_patterns(".git", ".nox", "node_modules", "__pycache__", ".*_cache", ".hypothesis")
        copies = [
            Path(shutil.copytree(ROOT, Path(folder) / str(number), ignore=ignored)) for number in range(args.at_once)
        ]
        workers = [threading.Thread(target=run, args=(copy,)) for copy in copies]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    for group, number in made.items():
        alive = sum(one.group == group for one in survivors)
        print(f"{group}: {number} changes, {number - alive} noticed, {alive} survived")
    print(f"{time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
