"""What all tests share: an environment of their own, the sandbox, and both clients behind one call."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Protocol

import pytest
from faults.ways import WAYS, Way
from faulty import Faulty, Serve
from hypothesis import settings
from rackspace_images import AsyncImagesClient, Image, ImagesClient, StaticToken
from rackspace_images.testing.sandbox import Sandbox

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As in a job that a shell script runs in the background; commands that are started would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("project", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=25)
settings.register_profile("fuzz", deadline=None, max_examples=2000)
settings.load_profile("project")

SOURCE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"


# Variables of the shell that started the tests: our credentials and options, certificates, its terminal and locale.
OF_THE_SHELL = (
    *("OS_", "RS_", "RACKSPACE_IMAGES_"),
    *("SSL_CERT_", "REQUESTS_CA_", "CURL_CA_", "REQUEST_METHOD"),
    *("COLUMNS", "LINES", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "PY_COLORS", "TTY_"),
    *("LC_", "LANG", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONUNBUFFERED", "PYTHONWARNINGS"),
)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Gives each test a home of its own, and hides the machine's credentials, tokens, proxies, terminal and locale."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(OF_THE_SHELL) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def serve(_own_environment: None) -> Iterator[Serve]:
    """Starts servers that run a script for each connection, and stops them after the test."""
    with ExitStack() as servers:
        yield lambda *script, **options: servers.enter_context(Faulty(*script, **options))


class Get(Protocol):
    """One client, one `get`, with the options of the constructor; what it meets it meets once, without `retry=`."""

    def __call__(self, endpoint: str, image_id: Any = SOURCE_ID, *, token: str = "token", **options: Any) -> Image: ...


def _get(endpoint: str, image_id: Any = SOURCE_ID, *, token: str = "token", **options: Any) -> Image:
    with ImagesClient(StaticToken(token), endpoint=endpoint, **{"retry": None, **options}) as images:
        return images.get(image_id)


def _get_async(endpoint: str, image_id: Any = SOURCE_ID, *, token: str = "token", **options: Any) -> Image:
    async def ask() -> Image:
        async with AsyncImagesClient(StaticToken(token), endpoint=endpoint, **{"retry": None, **options}) as images:
            return await images.get(image_id)

    return asyncio.run(ask())


@pytest.fixture(params=[_get, _get_async], ids=["sync", "async"], scope="session")
def get(request: pytest.FixtureRequest) -> Get:
    """`get` of either client: every rule holds for both."""
    chosen: Get = request.param
    return chosen


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    """A client, with all of its methods: every rule holds for both."""
    chosen: Way = request.param
    return chosen
