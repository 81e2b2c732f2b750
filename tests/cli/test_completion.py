"""Completion, as a shell's function of argcomplete asks for it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from .running import COMMAND, environment


def completed(line: str, tmp_path: Path, **changes: str | None) -> tuple[int, set[str]]:
    """The exit code, and what fits at the end of `line`."""
    pytest.importorskip("argcomplete")
    found = tmp_path / "found"
    asked = {"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_IFS": "\n"}
    asked["_ARGCOMPLETE_STDOUT_FILENAME"] = os.fspath(found)
    ended = subprocess.run(COMMAND, env=environment({**asked, **changes}), capture_output=True)
    assert (ended.stdout, ended.stderr) == (b"", b"")
    return ended.returncode, set(found.read_text().split()) if found.exists() else set()


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("rackspace-images ", {"show", "list", "locate", "regions", "spec", "sandbox", "logout"}),
        ("rackspace-images lo", {"locate", "logout"}),
        ("rackspace-images show --wa", {"--wait"}),
        ("rackspace-images list --all", {"--all-regions"}),
        ("rackspace-images show x -f js", {"json", "jsonl"}),
    ],
)
def test_what_fits(line: str, fits: set[str], tmp_path: Path) -> None:
    """Commands, switches and formats."""
    code, found = completed(line, tmp_path)
    assert code == 0
    assert fits <= found
    assert line.endswith(" ") or found == fits


def test_without_argcomplete_nothing_fits(tmp_path: Path) -> None:
    """And nothing is printed into the line that is being typed."""
    (tmp_path / "argcomplete.py").write_text("raise ImportError")
    assert completed("rackspace-images ", tmp_path, PYTHONPATH=os.fspath(tmp_path)) == (1, set())
