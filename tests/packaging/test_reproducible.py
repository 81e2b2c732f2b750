"""Whoever builds it from the same files gets the same bytes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("generated", "openapi", "overrides", "tests", "benchmarks", "docs")
NOT_OURS = shutil.ignore_patterns("__pycache__", "node_modules", ".*_cache", ".hypothesis", "*.egg-info")


def built(place: Path, umask: int) -> dict[str, str]:
    """The digests of a wheel and an sdist, built from a copy of the sources of another age, at another place."""
    for name in SOURCES:
        shutil.copytree(ROOT / name, place / name, ignore=NOT_OURS)
    for path in [path for path in ROOT.iterdir() if path.is_file() and not path.name.startswith(".coverage")]:
        shutil.copy(path, place)
    for path in place.rglob("*"):
        os.utime(path, (time.time() - umask * 1000, time.time() - umask * 1000))
    command = [sys.executable, "-m", "build", "--outdir", "dist"]
    subprocess.run(
        command,
        cwd=place,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "PYTHONHASHSEED": str(umask)},
        check=True,
        capture_output=True,
        umask=umask,
    )
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (place / "dist").iterdir()}


def test_two_builds_are_the_same(tmp_path: Path) -> None:
    """Wheel and sdist, byte for byte, whatever the time, the folder, the umask and the seed of hashes."""
    first, second = (built(tmp_path / str(umask), umask) for umask in (0o022, 0o077))
    assert len(first) == 2
    assert first == second
