"""Services that are stopped, and come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from rackspace_images import errors
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
    with opened(password_of(lab, lab.demo), region="DFW") as images:
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
    with opened(auth, region="DFW") as images, opened(auth, region="DFW") as late:
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
    with opened(password_of(lab, lab.demo), region="DFW") as images:
        assert images.get(lab.images["base"]).is_active
        with without("nova"):
            with pytest.raises(errors.ConnectionFailed) as caught:
                images.get(lab.images["base"])
        assert images.get(lab.images["base"]).is_active
    assert (caught.value.region, caught.value.endpoint) == ("DFW", lab.compute_url)


def test_exit_codes(
    lab: OpenStackLab, without: Without, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command says 5 where trying again can help, and 1 where a service cannot be reached."""
    for name, value in lab.environment(lab.demo).items():
        monkeypatch.setenv(name, value)
    show = ["show", lab.images["base"]]
    assert main(show) == 0
    with without("keystone"):
        assert main(show) == 5
        assert "ServiceUnavailable: 503" in capsys.readouterr().err
        assert main([*show, "--no-cache"]) == 1
        assert "ConnectionFailed" in capsys.readouterr().err
    assert main(show) == 0
