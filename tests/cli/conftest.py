"""A sandbox for a module, and the command as a function."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rackspace_images.cli.main import main
from rackspace_images.testing.sandbox import Sandbox

from .running import Ended, Run


@pytest.fixture(autouse=True)
def _asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test meets it meets once, and does not wait for."""
    monkeypatch.setattr("rackspace_images.http.retry.Retry.wait_after", lambda *_, **__: None)


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The module's sandbox, its sequences begun anew, and named by the environment."""
    running.reset()
    monkeypatch.setenv("OS_TOKEN", running.token)
    monkeypatch.setenv("OS_ENDPOINT_OVERRIDE", running.compute_url)
    monkeypatch.setenv("OS_REGION_NAME", "DFW")
    return running


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command, in this process."""

    def run(*words: str) -> Ended:
        capsys.readouterr()
        code = main(words)
        out, err = capsys.readouterr()
        return Ended(code, out, err)

    return run
