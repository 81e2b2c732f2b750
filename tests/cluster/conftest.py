"""A cluster, a cloud, and the command, which has no credentials of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from audit.running import Auditing

from .lab import Lab, Watched


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A scheduler without workers."""
    with Lab(tmp_path) as running:
        yield running


@pytest.fixture
def cloud() -> Iterator[Watched]:
    """Where the workers ask."""
    with Watched() as running:
        yield running


@pytest.fixture
def audit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Auditing:
    """The command, with a folder of its own."""
    return Auditing(tmp_path, capsys)
