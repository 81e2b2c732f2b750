"""The pytest plugin: its fixtures. It imports nothing of this package until one of them is used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rackspace_images import AsyncImagesClient, ImagesClient
    from rackspace_images.testing.sandbox import Sandbox

_OURS = ("OS_", "RS_", "RACKSPACE_IMAGES_", "SSL_CERT_", "REQUESTS_CA_")


@pytest.fixture(scope="session")
def images_sandbox_factory() -> type[Sandbox]:
    """Makes sandboxes for fixtures of any scope: `with images_sandbox_factory() as sandbox`."""
    # Imported here, it has read the documents before a fake file system hides them.
    from rackspace_images.testing.sandbox import Sandbox

    return Sandbox


@pytest.fixture
def images_sandbox(images_sandbox_factory: type[Sandbox]) -> Iterator[Sandbox]:
    """A cloud on loopback, a new one for each test: `add` an image, `fail` a response, read its `requests`."""
    with images_sandbox_factory() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def _images_home(tmp_path_factory: pytest.TempPathFactory) -> str:
    # Nothing is made there: a fake file system would not have it.
    return f"{tmp_path_factory.getbasetemp()}/rackspace-images"


@pytest.fixture
def images_environment(images_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, _images_home: str) -> dict[str, str]:
    """Points `from_config()` at the sandbox: gives the variables that it has set.

    Nothing else of the machine's is seen: no `OS_*` or `RS_*`, no proxy, no certificates, no kept token.
    """
    for name in list(os.environ):
        if name.startswith(_OURS) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    home = f"{_images_home}/{images_sandbox.port}"
    variables = images_sandbox.environment()
    for name, value in {**variables, "XDG_CACHE_HOME": f"{home}/cache", "XDG_CONFIG_HOME": f"{home}/config"}.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def images_client_options() -> dict[str, Any]:
    """The options of `images_client` and `async_images_client`. Define a fixture of this name to change them.

    There are no retries, so that a fault that a test asks for is seen at once, and not sent again.
    """
    return {"retry": None}


@pytest.fixture
def images_client(images_environment: dict[str, str], images_client_options: dict[str, Any]) -> Iterator[ImagesClient]:
    """An `ImagesClient` of the sandbox's user, in region DFW."""
    from rackspace_images import ImagesClient

    with ImagesClient.from_config(**images_client_options) as images:
        yield images


@pytest.fixture
def async_images_client(images_environment: dict[str, str], images_client_options: dict[str, Any]) -> AsyncImagesClient:
    """An `AsyncImagesClient` of the sandbox's user, in region DFW; the test opens it with `async with`."""
    from rackspace_images import AsyncImagesClient

    return AsyncImagesClient.from_config(**images_client_options)
