"""One sandbox for a module, and two plain HTTP clients of it: one without a token, one signed in."""

from collections.abc import Iterator

import httpx
import pytest
from rackspace_images.testing.sandbox import Sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """The module's sandbox, its sequences begun anew."""
    running.reset()
    return running


@pytest.fixture(scope="module")
def _connections(running: Sandbox) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    token = {"X-Auth-Token": running.token}
    # Making one costs httpx tens of milliseconds, so a module's tests share them.
    with (
        httpx.Client(base_url=running.url, trust_env=False) as anonymous,
        httpx.Client(base_url=running.url, trust_env=False, headers=token) as signed_in,
    ):
        yield anonymous, signed_in


@pytest.fixture
def anonymous(_connections: tuple[httpx.Client, httpx.Client], sandbox: Sandbox) -> httpx.Client:
    """A client without a token."""
    return _connections[0]


@pytest.fixture
def signed_in(_connections: tuple[httpx.Client, httpx.Client], sandbox: Sandbox) -> httpx.Client:
    """A client with the sandbox's token."""
    return _connections[1]
