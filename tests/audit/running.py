"""Ways to run an audit, and to read what it left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from faulty import Faulty, Line, asked_for, image
from rackspace_images.cli.main import main
from scripted import answer

MISSING = answer(404, {"itemNotFound": {"code": 404, "message": "Image not found."}})
FORBIDDEN = answer(403, {"forbidden": {"code": 403, "message": "Not yours."}})
FAILING = answer(500, {"computeFault": {"code": 500, "message": "Oops."}})


def ids(number: int, first: int = 0) -> list[str]:
    """So many ids."""
    return [f"00000000-0000-4000-8000-{one:012d}" for one in range(first, first + number)]


def written(path: Path, lines: list[str]) -> str:
    """A file of ids."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", errors="surrogateescape")
    return str(path)


class Ended(NamedTuple):
    """What a run of the command left on the terminal."""

    code: int
    out: str
    err: str


class Auditing:
    """The command, in this process, and a folder for it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.out = folder / "out"
        self._folder = folder
        self._capsys = capsys

    def __call__(self, lines: list[str] | None, *words: str) -> Ended:
        """Audits those ids, or whatever the list finds."""
        return self.of_file(None if lines is None else written(self._folder / "ids.txt", lines), *words)

    def of_file(self, path: str | None, *words: str) -> Ended:
        """Audits the ids of a file."""
        given = [] if path is None else [path]
        self._capsys.readouterr()
        code = main(["audit", *given, "--out", str(self.out), "--no-cache", *words])
        out, err = self._capsys.readouterr()
        return Ended(code, out, err)

    def rows(self) -> list[dict[str, Any]]:
        """All rows, of all files."""
        return rows(self.out)


def rows(out: Path) -> list[dict[str, Any]]:
    """All rows, of all files of a folder; a file that is not whole cannot be read."""
    found: list[dict[str, Any]] = []
    for path in sorted(out.glob("part-*")):
        text = path.read_text(encoding="ascii")
        assert text.endswith("\n")
        found += map(json.loads, text.splitlines())
    return found


def undated(out: Path) -> list[dict[str, Any]]:
    """All rows, without the times at which they were retrieved."""
    return [{**row, "retrieved": None} for row in rows(out)]


class Images(Faulty):
    """Answers every id with its image, or what `answers` has for it: bytes that are sent, or None for silence."""

    def __init__(self, answers: Mapping[str, bytes | None] | None = None) -> None:
        super().__init__(self._answer)
        self.answers: Mapping[str, bytes | None] = answers or {}

    def _answer(self, line: Line) -> None:
        while (request := line.request()) is not None:
            said = self.answers.get(asked_for(request), image(asked_for(request), name="web-1"))
            if said is None:
                line.hold()
                return
            line.send(said)

    @property
    def asked(self) -> list[str]:
        """The ids that were asked for, as often as they were."""
        return [asked_for(request) for request in list(self.requests) if "/images/" in request.path]
