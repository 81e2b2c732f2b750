"""Services that are stopped, and come back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from rackspace_images import Attempt, Retry, errors
from rackspace_images.cli.main import main

from .clients import Opened, both, password_of
from .lab import OpenStackLab

Without = Callable[[str], AbstractContextManager[None]]


@pytest.fixture
def without(lab: OpenStackLab) -> Iterator[Without]:
    """Stops a service for as long as a block runs; whatever happens, all run again after the test."""

    @contextmanager
    def stopped(name: str) -> Iterator[None]:
        lab.stop_service(name)
        try:
            yield
        finally:
            lab.start_service(name)

    yield stopped
    for name in {"keystone", "glance", "nova"} - lab.processes().keys():
        lab.start_service(name)


@both
def test_glance(lab: OpenStackLab, opened: Opened, without: Without) -> None:
    """Without Glance Nova answers 500, which is worth another try; the same client has it once Glance is back."""
    with opened(password_of(lab, lab.demo), region="DFW", retry=None) as images:
        with without("glance"):
            with pytest.raises(errors.ApiFault, match="GlanceConnectionFailed") as caught:
                images.get(lab.images["base"])
        assert images.get(lab.images["base"]).is_active
    error = caught.value
    assert (error.status_code, error.fault, error.retryable, error.attempts) == (500, "computeFault", True, 1)
    assert (error.request_id or "").startswith("req-")


@both
def test_keystone(lab: OpenStackLab, opened: Opened, without: Without) -> None:
    """Without Keystone a token that is there is a 503 of Nova's, and a sign-in has nobody to go to."""
    auth = password_of(lab, lab.demo)
    with opened(auth, region="DFW", retry=None) as images, opened(auth, region="DFW", retry=None) as late:
        assert images.get(lab.images["base"]).is_active
        with without("keystone"):
            with pytest.raises(errors.ServiceUnavailable) as unavailable:
                images.get(lab.images["base"])
            with pytest.raises(errors.ConnectionFailed, match="refused") as failed:
                late.get(lab.images["base"])
        assert images.get(lab.images["base"]).is_active
        assert late.get(lab.images["base"]).is_active
    error = unavailable.value
    assert (error.status_code, error.retryable, error.retry_after, error.attempts) == (503, True, None, 1)
    assert "currently unavailable" in (error.message or "")
    assert failed.value.url == f"{lab.auth_url}/auth/tokens"
    assert failed.value.retryable


@both
def test_nova(lab: OpenStackLab, opened: Opened, without: Without) -> None:
    """Without Nova nobody answers at the compute URL, which the error names; the same client has it once it is back."""
    with opened(password_of(lab, lab.demo), region="DFW", retry=None) as images:
        assert images.get(lab.images["base"]).is_active
        with without("nova"):
            with pytest.raises(errors.ConnectionFailed) as caught:
                images.get(lab.images["base"])
        assert images.get(lab.images["base"]).is_active
    assert (caught.value.region, caught.value.endpoint) == ("DFW", lab.compute_url)


# Longer than a restart takes on a busy machine.
PATIENT: dict[str, Any] = {"retry": Retry(attempts=1000, backoff=0.25, max_backoff=0.5), "deadline": 100}


@pytest.mark.parametrize("name", ["glance", "keystone", "nova"])
@both
def test_calls_outlast_a_restart(lab: OpenStackLab, opened: Opened, without: Without, name: str) -> None:
    """A service that is stopped and started again costs a call time, and nothing else; so it does a sign-in."""
    auth = password_of(lab, lab.demo)
    told: list[Attempt] = []
    with (
        opened(auth, region="DFW", on_attempt=told.append, **PATIENT) as images,
        opened(auth, region="DFW", **PATIENT) as late,
        ThreadPoolExecutor(2) as pool,
    ):
        assert images.get(lab.images["base"]).is_active
        told.clear()
        with without(name):
            asked = [pool.submit(client.get, lab.images["base"]) for client in (images, late)]
            while len(told) < 2 and not asked[0].done():
                time.sleep(0.05)
        found = [future.result() for future in asked]
    assert all(image.is_active for image in found)
    assert found[0].response is not None
    assert found[0].response.attempts == len(told) > 2
    assert {attempt.will_wait is None for attempt in told[:-1]} == {False}
    assert (told[-1].status, told[-1].error) == (200, None)


def test_exit_codes(
    lab: OpenStackLab, without: Without, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command says 5 where trying again can help, and 1 where a service cannot be reached."""
    for name, value in lab.environment(lab.demo).items():
        monkeypatch.setenv(name, value)
    show = ["show", lab.images["base"]]
    assert main(show) == 0
    monkeypatch.setattr("rackspace_images.http.retry.Retry.wait_after", lambda *_, **__: None)
    with without("keystone"):
        assert main(show) == 5
        assert "ServiceUnavailable: 503" in capsys.readouterr().err
        assert main([*show, "--no-cache"]) == 1
        assert "ConnectionFailed" in capsys.readouterr().err
    assert main(show) == 0
