"""What each command prints, kept in `expected/commands`: one file for each, with what it ended with.

`UPDATE_EXPECTED=1 pytest tests/cli/test_expected.py` writes them anew; look at the difference before you commit it.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import pytest
from pauses import skip_pauses
from rackspace_images import __version__
from rackspace_images.testing.sandbox import Sandbox

from .running import Run

EXPECTED = Path(__file__).parent / "expected" / "commands"
SOURCE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"
BASE = "00000000-0000-4000-8000-000000200001"
BUILDING = "00000000-0000-4000-8000-000000200003"
FAILS = "00000000-0000-4000-8000-000000200017"
VANISHES = "00000000-0000-4000-8000-000000200018"
MISSING = "00000000-0000-4000-8000-000000404001"

COMMANDS = {
    "help": "--help",
    "no-command": "",
    "version": "--version",
    **{
        f"help-{name}": f"{name} --help"
        for name in ["show", "list", "locate", "regions", "audit", "spec", "sandbox", "logout", "completion"]
    },
    "show": f"show {SOURCE_ID}",
    **{f"show-{name}": f"show {SOURCE_ID} -f {name}" for name in ["json", "jsonl", "yaml", "csv", "value", "shell"]},
    "show-columns": f"show {SOURCE_ID} -c name -c size -c minDisk -c created",
    "show-verbose": f"show {SOURCE_ID} -v -f value -c id",
    "show-missing": f"show {MISSING}",
    "show-missing-json": f"show {MISSING} -f json",
    "show-limited": "show 00000000-0000-4000-8000-000000413001",
    "show-forbidden": "show 00000000-0000-4000-8000-000000403001",
    "show-a-name": "show 'web 1'",
    "show-unknown-column": f"show {SOURCE_ID} -c colour",
    "show-wrong-region": f"show {SOURCE_ID} --region LON",
    "show-secret": f"show {SOURCE_ID} --os-password geheim",
    **{f"show-stdin-{name}": f"show - -f {name}" for name in ["table", "json", "yaml", "csv", "value"]},
    "show-many-narrow": f"show {BASE} {BASE}",
    "show-wait": f"show {BUILDING} --wait -c status",
    "show-wait-json": f"show {BUILDING} --wait -f json -c status",
    "show-wait-failed": f"show {FAILS} --wait",
    "show-wait-vanished": f"show {VANISHES} --wait",
    "show-wait-too-long": f"show {BUILDING} --wait --timeout 0",
    "list": "list",
    "list-narrow": "list --limit 2",
    **{f"list-{name}": f"list -f {name} --limit 2" for name in ["json", "jsonl", "yaml", "csv", "value"]},
    "list-columns": "list --type snapshot -c name -c status -c server_id",
    "list-none": "list --name nothing",
    "list-odd": "list --server 00000000-0000-4000-8001-000000200051 -f value",
    "list-all-regions": "list --all-regions --type snapshot",
    "locate": f"locate {SOURCE_ID}",
    "locate-json": f"locate {SOURCE_ID} -f json",
    "locate-narrow": f"locate {SOURCE_ID}",
    "locate-missing": f"locate {MISSING} -f value",
    "regions": "regions",
    "regions-json": "regions -f json",
    "logout": "logout",
}
STDIN = f"# ids\n\n{SOURCE_ID}\nweb 1\n"

PLACEHOLDERS = (
    (r"req-[0-9a-f-]{36}", "<request>"),
    (r"127\.0\.0\.1:\d+", "<host>"),
    (r"\b\d+\.\d\d\d?s\b", "<time>"),
    (r"after \d:\d\d", "after <time>"),
    (r'("elapsed": )\d+\.\d+', r"\1<time>"),
    (r"( in ).*rackspace-images\b", r"\1<folder>"),
    (re.escape(__version__), "<version>"),
    (r"\b\d+ (minute|hour|day|month|year)s? ago {0,3}", "<age> "),
    (r"Created {3,}", "Created "),
)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_output_is_as_expected(
    name: str, run: Run, running: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Standard output, standard error and exit code, with placeholders for what differs each time."""
    running.reset()
    username, api_key = running.api_key
    given = {"USERNAME": username, "API_KEY": api_key, "REGION_NAME": "DFW", "AUTH_URL": running.auth_url}
    for variable, value in given.items():
        monkeypatch.setenv(f"RS_{variable}", value)
    monkeypatch.setenv("COLUMNS", "20" if name.endswith("narrow") else "80")
    skip_pauses(monkeypatch)
    stdin = tmp_path / "stdin"
    stdin.write_text(STDIN, encoding="utf-8")
    with stdin.open(encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdin", file)
        ended = run(*shlex.split(COMMANDS[name]))
    written = f"$ rackspace-images {COMMANDS[name]}".rstrip() + f"\n{ended.out}"
    written += f"--- standard error\n{ended.err}" if ended.err else ""
    written += f"--- exit code {ended.code}\n"
    for pattern, placeholder in PLACEHOLDERS:
        if not name.startswith("help"):
            written = re.sub(pattern, placeholder, written)
    path = EXPECTED / f"{name}.txt"
    if os.environ.get("UPDATE_EXPECTED"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")


def test_nothing_is_kept_that_no_command_prints() -> None:
    """A file for each, and no other."""
    assert {path.stem for path in EXPECTED.iterdir()} == set(COMMANDS)
