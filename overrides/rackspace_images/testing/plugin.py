"""The pytest plugin: four fixtures. It imports nothing of this package until one of them is used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rackspace_images import AsyncImagesClient, ImagesClient

    from .sandbox import TestingSandbox

_OURS = ("OS_", "RS_", "RACKSPACE_IMAGES_", "SSL_CERT_", "REQUESTS_CA_")


@pytest.fixture(scope="session")
def _rackspace_images_sandbox() -> Iterator[TestingSandbox]:
    try:
        from .sandbox import TestingSandbox
    except ImportError as error:
        raise pytest.UsageError(
            f'no module {error.name}: pip install "rackspace-images[testing]" for these fixtures'
        ) from None
    with TestingSandbox() as running:
        yield running


@pytest.fixture
def images_sandbox(_rackspace_images_sandbox: TestingSandbox) -> Iterator[TestingSandbox]:
    """A cloud on loopback, as new for each test: `add` an image, `fail` an answer, read its `requests`."""
    _rackspace_images_sandbox.reset()
    yield _rackspace_images_sandbox
    _rackspace_images_sandbox.reset()


@pytest.fixture
def images_environment(
    images_sandbox: TestingSandbox, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Points `from_config()` at the sandbox: gives the variables that it has set.

    Nothing else of the machine's is seen: no `OS_*` or `RS_*`, no proxy, no certificates, no kept token.
    """
    for name in list(os.environ):
        if name.startswith(_OURS) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("rackspace-images")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    variables = images_sandbox.environment()
    for name, value in variables.items():
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
