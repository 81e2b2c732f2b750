"""Compares the documents with the last released ones (`nox -s compat`).

    python openapi/compat/compat.py

Released is what the last tag has. A document that no tag has starts at 1.0.0, and may change freely until it is
released. Fails on a change whose version is not raised as far as the change asks for, and on a version that
`openapi/CHANGELOG.md` does not mention.
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
CHANGELOG = "openapi/CHANGELOG.md"
FIRST = "1.0.0"
"""The version that a document is first released with."""
BUMPS = ("none", "patch", "minor", "major")
Version = tuple[int, int, int]


def main(project: Path) -> int:
    wrong = [words for name in (*DOCUMENTS, VECTORS) for words in check(project, name)]
    for words in wrong:
        print(words, file=sys.stderr)
    return 1 if wrong else 0


def check(project: Path, name: str) -> Iterator[str]:
    """What is wrong with the version of one document."""
    tag = last_tag(project)
    released = git(project, "show", f"{tag}:{name}") if tag else None
    now = (project / name).read_text(encoding="utf-8")
    version = version_of(name, now)
    if released is None:
        print(f"{name}: {version}, not released yet")
        if version != FIRST:
            yield f"{name}: the version is {version}; until the first release it is {FIRST}"
    elif released == now:
        print(f"{name}: as in {tag}")
    else:
        yield from check_change(name, released, now, tag)
    written = f"`{name.removeprefix('openapi/')}` {version}"
    if written not in (project / CHANGELOG).read_text(encoding="utf-8"):
        yield f"{name}: {CHANGELOG} does not mention its version; add a line with {written}"


def check_change(name: str, released: str, now: str, tag: str | None) -> Iterator[str]:
    """What is wrong with the version of a document that differs from the released one."""
    old, new = numbers(version_of(name, released)), numbers(version_of(name, now))
    changes = [("patch", "other vectors")] if name == VECTORS else compare(released, now)
    need = max((impact for impact, _ in changes), key=BUMPS.index, default="patch")
    print(f"{name}: {dotted(old)} in {tag}, now {dotted(new)}; {len(changes)} changes, a {need} version at least")
    if new < least(old, need):
        told = "".join(f"\n  {impact}: {words}" for impact, words in changes if impact == need)
        words = dotted(least(old, need))
        yield f"{name}: the version is {dotted(new)}, and has to be {words} or later, as the changes ask for:{told}"


def version_of(name: str, text: str) -> str:
    version = json.loads(text)["version"] if name == VECTORS else yaml.safe_load(text)["info"]["version"]
    return str(version)


def last_tag(project: Path) -> str | None:
    """The name of the last release; None before the first."""
    if git(project, "rev-parse", "HEAD") is None:
        sys.exit("there is no git history here, so nothing to compare the documents with")
    tag = git(project, "describe", "--tags", "--abbrev=0")
    if tag is None and (git(project, "rev-parse", "--is-shallow-repository") or "").strip() == "true":
        sys.exit("the history is cut off before the last release: run `git fetch --unshallow --tags`")
    return tag.strip() if tag else None


def git(project: Path, *arguments: str) -> str | None:
    """What git says, or None where it says no."""
    run = subprocess.run(["git", "-C", project, *arguments], capture_output=True, text=True, check=False)
    return run.stdout if run.returncode == 0 else None


def compare(released: str, now: str) -> list[tuple[str, str]]:
    """Each change as (impact, words)."""
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
    return changes + list(words_that_changed(yaml.safe_load(released), yaml.safe_load(now)))


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
        sys.exit(f"{version} is not a version of three numbers")
    major, minor, patch = map(int, found.groups())
    return major, minor, patch


def dotted(version: Version) -> str:
    return ".".join(map(str, version))


def least(old: Version, need: str) -> Version:
    major, minor, patch = old
    return {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0)}.get(need, (major, minor, patch + 1))


if __name__ == "__main__":
    sys.exit(main(ROOT))
