"""What SECURITY.md says of tests and dependencies is so."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
LINES = [
    line for line in TEXT.splitlines() if line.startswith("| ") and "---" not in line and "| attempt |" not in line
]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENTS: list[str] = [
    *PROJECT["dependencies"],
    *(line for extra in PROJECT["optional-dependencies"].values() for line in extra if PROJECT["name"] not in line),
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split("|")[1].strip()[:40])
def test_every_threat_has_its_tests(line: str) -> None:
    """Each line names at least one test, and each test that it names is there."""
    named = re.findall(r"`((?:[a-z]+/)+test_\w+\.py)(?:::(test_\w+))?`", line.split("|")[3])
    assert named
    for path, name in named:
        file = ROOT / "tests" / path
        assert file.is_file(), path
        tests = [node.name for node in ast.parse(file.read_text(encoding="utf-8")).body if hasattr(node, "name")]
        assert [one for one in tests if (one == name if name else one.startswith("test_"))], f"{path}::{name}"


def test_there_are_threats() -> None:
    """The table is found as it is written."""
    assert len(LINES) > 30


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_every_dependency_is_listed(requirement: str) -> None:
    """With its licence, in docs/licences.md, which a command writes."""
    name = re.split(r"[<>=~!\[; ]", requirement, maxsplit=1)[0].lower()
    (line,) = re.findall(rf"^\| {re.escape(name)} \|.*$", (ROOT / "docs/licences.md").read_text("utf-8"), re.MULTILINE)
    assert line.split("|")[2].strip() != ""


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_every_dependency_has_a_lower_bound(requirement: str) -> None:
    """Which `nox -s lowest` installs; an upper bound needs a reason: the generated code's own, and private names."""
    assert ">=" in requirement
    assert ("<" in requirement) is requirement.startswith(("httpx", "httpcore"))
