"""A server, and the command pointed at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .running import Auditing, Images


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A `Retry-After` is waited for; nothing else is retried within a run."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("rackspace_images.http.retry.Retry.attempts", 1, raising=False)


@pytest.fixture
def images(monkeypatch: pytest.MonkeyPatch) -> Iterator[Images]:
    """The server, named by the environment."""
    with Images() as running:
        monkeypatch.setenv("OS_TOKEN", "token")
        monkeypatch.setenv("OS_ENDPOINT_OVERRIDE", running.endpoint)
        monkeypatch.setenv("OS_REGION_NAME", "DFW")
        yield running


@pytest.fixture
def audit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Auditing:
    """The command, with a folder of its own."""
    return Auditing(tmp_path, capsys)
