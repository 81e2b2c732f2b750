"""Generates a client in each language from the documents, asks a sandbox for every vector with it, prints a table.

    PYTHONPATH=tests python -m polyglot [--build FOLDER] [LANGUAGE ...]

Exits with 1 when a language could not be generated, compiled or run, when a vector failed, or when a vector that
`not-expressible.json` explains passes after all.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rackspace_images.testing.sandbox import Sandbox

from .judge import judge, read, tells_null_from_absent
from .languages import LANGUAGES, Language

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOCUMENTS = ROOT / "openapi"
VECTORS = DOCUMENTS / "vectors" / "images.json"
EXAMPLE = "voweb1-firstimage ACTIVE 5562828800"
"""What every runner says of the source's example first, by typed members."""
STEP_SECONDS = 900
AT_ONCE = 2
CACHES = ("node_modules", "target")
WORDS_LINES = 15
MAVENS_ADVICE = re.compile(r"\[ERROR\] *($|-> \[Help|\[Help|To see the full|Re-run Maven|For more information)")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Broken(Exception):
    """A step of a language that went wrong, in its own words."""


@dataclass
class Row:
    """What became of one language."""

    language: Language
    broken: str = ""
    passed: dict[str, list[str]] = field(default_factory=dict)
    """Level → vectors."""
    explained: dict[str, str] = field(default_factory=dict)
    """Vector → why it cannot be expressed in what this generator makes."""
    wrong: dict[str, list[str]] = field(default_factory=dict)
    tells_null: bool = False
    """From absent."""
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return not self.broken and not self.wrong


def try_language(language: Language, build: Path) -> Row:
    row = Row(language)
    start = time.monotonic()
    try:
        compare(row, described(), _reports(language, build / language.folder))
    except Broken as broken:
        row.broken = str(broken)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        row.broken = f"its reports are not as README.md asks for: {error!r}"
    row.seconds = time.monotonic() - start
    return row


def described() -> dict[str, Any]:
    """The vectors, as they are read by everyone: a runner reads them by itself."""
    vectors: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
    return vectors


def _reports(language: Language, folder: Path) -> list[dict[str, Any]]:
    missing = sorted({tool for command, tool in language.needs.items() if shutil.which(command) is None})
    if missing:
        raise Broken(f"{' and '.join(missing)} not found: install it to run this language")
    _lay_out(language, folder)
    for label, command in language.steps:
        _run(label, command, folder)
    with Sandbox() as sandbox:
        said = _run("run", (*language.run, sandbox.url, os.fspath(VECTORS)), folder)
    first, *lines = said.splitlines()
    if first != EXAMPLE:
        raise Broken(f"the example says {first!r}, not {EXAMPLE!r}")
    return [read(line) for line in lines]


def _lay_out(language: Language, folder: Path) -> None:
    """A fresh copy of what is committed, in a folder that keeps what compilers and package managers have cached."""
    folder.mkdir(parents=True, exist_ok=True)
    stale = [path for path in folder.iterdir() if path.name not in CACHES]
    for path in stale + [folder / generated for generated in language.generated]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    shutil.copytree(HERE / language.folder, folder, dirs_exist_ok=True)
    # With the time of now: build tools that compare times are to see that it may be another one.
    unneeded = shutil.ignore_patterns("node_modules", "__pycache__")
    shutil.copytree(DOCUMENTS, folder / "openapi", ignore=unneeded, copy_function=shutil.copy)


def _run(label: str, command: tuple[str, ...], folder: Path) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=STEP_SECONDS, check=False, env=_environment()
        )
    except subprocess.TimeoutExpired:
        raise Broken(f"could not {label}: no end after {STEP_SECONDS} s: {' '.join(command)}") from None
    if done.returncode != 0:
        said = COLOUR.sub("", done.stdout + done.stderr).splitlines()
        words = [line for line in said if line.strip() and not MAVENS_ADVICE.match(line)]
        raise Broken("\n".join([f"could not {label}: {' '.join(command)}", *words[-WORDS_LINES:]]))
    return done.stdout


def _environment() -> dict[str, str]:
    # A toolchain that the machine does not have is to be said, not to be fetched on the way.
    return {
        **os.environ,
        "GOTOOLCHAIN": "local",
        "NO_COLOR": "1",
        "RUST_BACKTRACE": "0",
        "npm_config_update_notifier": "false",
    }


def compare(row: Row, vectors: dict[str, Any], reports: list[dict[str, Any]]) -> None:
    levels = {vector["name"]: vector["level"] for vector in vectors["vectors"] + vectors["lists"]}
    reasons = json.loads((HERE / row.language.folder / "not-expressible.json").read_text(encoding="utf-8"))
    explained = {name: reason for reason, names in reasons.items() for name in names}
    row.tells_null = tells_null_from_absent(vectors, reports)
    for name, wrong in judge(vectors, reports).items():
        if not wrong:
            row.passed.setdefault(levels[name], []).append(name)
            if name in explained:
                row.wrong[name] = [f"passes, though not-expressible.json says: {explained[name]}"]
        elif name in explained and levels[name] == "tolerance":
            row.explained[name] = explained[name]
        else:
            row.wrong[name] = wrong
    for name in explained.keys() - levels.keys():
        row.wrong[name] = ["is no vector, though not-expressible.json explains it"]


def table(rows: list[Row], vectors: dict[str, Any]) -> str:
    """The table, and under it what it cannot hold: reasons and failures."""
    levels = [vector["level"] for vector in vectors["vectors"] + vectors["lists"]]
    heads = ["", *(f"{level} ({levels.count(level)})" for level in ("contract", "tolerance"))]
    cells = [[*heads, "not expressible", "failed", "tells null from absent", "seconds"]]
    for row in rows:
        counts = [str(len(row.passed.get(level, []))) for level in ("contract", "tolerance")]
        found = [*counts, str(len(row.explained)), str(len(row.wrong)), "yes" if row.tells_null else "no"]
        rest = ["-"] * len(found) if row.broken else found
        cells.append([row.language.name, *rest, f"{row.seconds:.0f}"])
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = []
    for name, *numbers in cells:
        aligned = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True)]
        lines.append("  ".join([name.ljust(widths[0]), *aligned]))
    for row in rows:
        by_reason: dict[str, list[str]] = {}
        for name, reason in row.explained.items():
            by_reason.setdefault(reason, []).append(name)
        if by_reason:
            lines += ["", f"{row.language.name} ({row.language.generator}) cannot express:"]
            lines += [f"  {reason}\n    {', '.join(names)}" for reason, names in by_reason.items()]
    for row in rows:
        if row.broken:
            lines += ["", f"{row.language.name} FAILED: {row.broken}"]
        for name, wrong in row.wrong.items():
            lines += ["", f"{row.language.name} FAILED {name}:", *(f"  {line}" for line in wrong)]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "polyglot")
    names = [language.folder for language in LANGUAGES]
    parser.add_argument("language", nargs="*", help=f"of {', '.join(names)}; all when none is given")
    given = parser.parse_args(arguments)
    unknown = set(given.language) - set(names)
    if unknown:
        parser.error(f"no language: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    wanted = [language for language in LANGUAGES if not given.language or language.folder in given.language]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tried = [pool.submit(try_language, language, given.build) for language in wanted]
        rows = [one.result() for one in tried]
    print(table(rows, described()))
    return 0 if all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
