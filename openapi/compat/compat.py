"""Compares the documents with the last released ones (`nox -s compat`).

    python openapi/compat/compat.py

Released is what the last tag has; before the first tag, what was there before the last change of each document. Fails
on a change without a version that is raised as far as the change asks for, and without a line in the CHANGELOG.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
LINTER = ROOT / "openapi" / "lint" / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"
CONFIGURATION = Path(__file__).with_name("redocly.yaml")
DOCUMENTS = ("openapi/images.yaml", "openapi/identity.yaml")
VECTORS = "openapi/vectors/images.json"
BUMPS = ("none", "patch", "minor", "major")
Version = tuple[int, int, int]


def main(project: Path) -> int:
    wrong = [words for name in (*DOCUMENTS, VECTORS) for words in check(project, name)]
    for words in wrong:
        print(words, file=sys.stderr)
    return 1 if wrong else 0


def check(project: Path, name: str) -> Iterator[str]:
    base = base_of(project, name)
    released = git(project, "show", f"{base}:{name}") if base else None
    if released is None:
        print(f"{name}: not released before")
        return
    now = (project / name).read_text(encoding="utf-8")
    if released == now:
        print(f"{name}: as in {base}")
        return
    if name == VECTORS:
        versions, changes = (json.loads(released)["version"], json.loads(now)["version"]), [("patch", "other vectors")]
    else:
        versions, changes = compare(released, now)
    need = max((impact for impact, _ in changes), key=BUMPS.index, default="patch")
    old, new = map(numbers, versions)
    print(f"{name}: {versions[0]} in {base}, now {versions[1]}; {len(changes)} changes, a {need} version at least")
    if new < least(old, need):
        told = "".join(f"\n  {impact}: {words}" for impact, words in changes if impact == need)
        words = ".".join(map(str, least(old, need)))
        yield f"{name}: the version is {versions[1]}, and has to be {words} or later, as the changes ask for:{told}"
    written = f"`{'openapi/vectors/' if name == VECTORS else name}` {versions[1]}"
    if written not in (project / "CHANGELOG.md").read_text(encoding="utf-8"):
        yield f"{name}: CHANGELOG.md says nothing of it; a line with {written} is wanted"


def base_of(project: Path, name: str) -> str | None:
    """The commit with the released document, if any."""
    if git(project, "rev-parse", "HEAD") is None:
        sys.exit("there is no git history here, so nothing to compare the documents with")
    tag = git(project, "describe", "--tags", "--abbrev=0")
    if tag:
        return tag.strip()
    if git(project, "diff", "--quiet", "HEAD", "--", name) is None:
        return "HEAD"
    changed = (git(project, "log", "-1", "--format=%h", "--", name) or "").strip()
    if git(project, "rev-parse", "--verify", "--quiet", f"{changed}^") is None:
        if (git(project, "rev-parse", "--is-shallow-repository") or "").strip() == "true":
            sys.exit(f"the history is cut off before the last change of {name}: run `git fetch --unshallow`")
        return None
    return f"{changed}^"


def git(project: Path, *arguments: str) -> str | None:
    """What git says, or None where it says no."""
    run = subprocess.run(["git", "-C", project, *arguments], capture_output=True, text=True, check=False)
    return run.stdout if run.returncode == 0 else None


def compare(released: str, now: str) -> tuple[tuple[str, str], list[tuple[str, str]]]:
    """The versions, and each change as (impact, words)."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("released.yaml", "now.yaml")]
        for file, text in zip(files, (released, now), strict=True):
            file.write_text(text, encoding="utf-8")
        run = subprocess.run(
            ["node", LINTER, "diff", *files, "--config", CONFIGURATION, "--format", "json", "--fail-on", "none"],
            env={**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"},
            capture_output=True,
            text=True,
            check=False,
        )
    if run.returncode != 0:
        sys.exit(f"redocly diff says:\n{run.stdout}{run.stderr}")
    report = json.loads(run.stdout)
    changes = [
        (change["impact"], "; ".join(verdict["message"] for verdict in change["verdicts"]) or described(change))
        for change in report["changes"]
    ]
    changes += words_that_changed(yaml.safe_load(released), yaml.safe_load(now))
    return (report["infoVersions"]["base"], report["infoVersions"]["revision"]), changes


def described(change: dict[str, Any]) -> str:
    return f"{change['path']} {change['kind']}"


def words_that_changed(released: Any, now: Any) -> Iterator[tuple[str, str]]:
    """Known words that came and went, which the linter knows nothing of: a reader that had a name for one loses it."""
    known, before = dict(known_words(now)), dict(known_words(released))
    for path in before.keys() & known.keys():
        yield from (("major", f"{path} no longer knows {word}") for word in before[path] if word not in known[path])
        yield from (("minor", f"{path} knows {word}") for word in known[path] if word not in before[path])
    yield from (("major", f"{path} knows no words any more") for path in before.keys() - known.keys())


def known_words(node: Any, path: str = "#") -> Iterator[tuple[str, list[str]]]:
    if isinstance(node, dict):
        if "x-extensible-enum" in node:
            yield path, node["x-extensible-enum"]
        for key, value in node.items():
            yield from known_words(value, f"{path}/{key}")


def numbers(version: str) -> Version:
    found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
    if found is None:
        sys.exit(f"{version} is no version of three numbers")
    major, minor, patch = map(int, found.groups())
    return major, minor, patch


def least(old: Version, need: str) -> Version:
    major, minor, patch = old
    return {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0)}.get(need, (major, minor, patch + 1))


if __name__ == "__main__":
    sys.exit(main(ROOT))
