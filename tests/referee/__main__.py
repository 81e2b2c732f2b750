"""Runs the cases and compares them with the recording.

    PYTHONPATH=tests python -m referee [--record | --record-all] [GROUP ...]

Exit codes: 0 nothing differs but what `accepted.py` lists; 1 something else does, or an entry there is stale; 2 usage.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from referee.accepted import ACCEPTED, Accepted
from referee.differences import RECORDED, compare, judge, read_group, write_group
from referee.registry import GROUPS, RunGroup

CLEARED = ("OS_", "RS_", "RACKSPACE_IMAGES_", "SSL_", "REQUESTS_CA", "CURL_CA", "XDG_", "PYTHONWARN", "COV")
CLEARED_NAMES = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "TERM", "LANG", "LC_ALL", "LC_CTYPE", "TZ")


@contextmanager
def own_environment() -> Iterator[Path]:
    """No case sees the configuration, the terminal or the proxies of the machine; yields a HOME of the run's own."""
    kept, folder = dict(os.environ), Path.cwd()
    with tempfile.TemporaryDirectory(prefix="referee-") as made:
        home = Path(made).resolve()
        for name in list(os.environ):
            if name.startswith(CLEARED) or name in CLEARED_NAMES or name.lower().endswith("_proxy"):
                del os.environ[name]
        if "PYTHONPATH" in os.environ:
            paths = os.environ["PYTHONPATH"].split(os.pathsep)
            os.environ["PYTHONPATH"] = os.pathsep.join(os.fspath(folder / path) for path in paths)
        os.environ |= {"HOME": os.fspath(home), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        time.tzset()
        os.chdir(home)
        try:
            yield home
        finally:
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(kept)
            time.tzset()


def main(
    arguments: Sequence[str] | None = None,
    *,
    groups: Mapping[str, RunGroup] = GROUPS,
    accepted: Sequence[Accepted] = ACCEPTED,
    folder: Path = RECORDED,
) -> int:
    """Runs the groups that are named, or all, and returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m referee", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--record", action="store_true", help="write cases that are not recorded yet; change no other")
    parser.add_argument("--record-all", action="store_true", help="write everything anew")
    parser.add_argument("group", nargs="*", metavar="GROUP", help=f"of {', '.join(groups)}; all when none is given")
    given = parser.parse_args(arguments)
    if unknown := sorted(set(given.group) - set(groups)):
        parser.error(f"no group {', '.join(unknown)}; there are {', '.join(groups)}")
    names = [name for name in groups if not given.group or name in given.group]
    differences = []
    with own_environment() as home:
        for name in names:
            began = time.monotonic()
            now = groups[name](home)
            print(f"{name}: {len(now)} cases, {time.monotonic() - began:.1f} s", flush=True)
            recorded: dict[str, Any] = read_group(name, folder)
            if given.record or given.record_all:
                write_group(name, now if given.record_all else {**now, **recorded}, folder)
            else:
                differences += list(compare(name, recorded, now))
    if given.record or given.record_all:
        return 0
    # An entry is stale only where all that it could match was run.
    verdict = judge(differences, accepted)
    counts = verdict.accepted.items()
    verdict.accepted = {entry: count for entry, count in counts if count or not given.group or _is_about(entry, names)}
    if report := verdict.report():
        print(report)
    print("\nno difference that is not accepted" if verdict.passes else "\nFAILED: see above")
    return 0 if verdict.passes else 1


def _is_about(entry: Accepted, names: Sequence[str]) -> bool:
    """Whether an entry is for one of these groups alone."""
    return any(entry.cases.startswith(f"{name}/") for name in names)


if __name__ == "__main__":
    sys.exit(main())
