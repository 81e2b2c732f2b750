"""Both clients behind one call, and the lab's users as credentials."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol
from uuid import UUID

import pytest
from rackspace_images import ApplicationCredential, AsyncImagesClient, Image, ImagesClient, KeystonePassword, errors
from rackspace_images import LocateResult as Located

from .lab import Credentials, OpenStackLab

NOBODYS_ID = "00000000-0000-4000-8000-000000000000"


class Asking(Protocol):
    """What both clients do, not awaited."""

    @property
    def region(self) -> str | None: ...
    @property
    def endpoint(self) -> str | None: ...
    def get(self, image_id: str | UUID, /) -> Image: ...
    def regions(self) -> dict[str, str]: ...
    def locate(self, image_id: str | UUID, /, *, regions: Iterable[str] | None = None) -> Located: ...
    def in_region(self, region: str, /) -> Asking: ...
    @property
    def list(self) -> Callable[..., Iterable[Image]]: ...
    def get_many(self, ids: Iterable[str], /) -> Iterable[tuple[str, Image | errors.ImagesError]]: ...
    @property
    def wait_until_active(self) -> Callable[..., Image]: ...


class Opened(Protocol):
    """One of the clients, open for as long as a block runs, with the options of the constructor."""

    def __call__(self, auth: Any, **options: Any) -> AbstractContextManager[Asking]: ...


class _Awaited:
    """The asynchronous client, each call of it awaited in one event loop."""

    def __init__(self, images: AsyncImagesClient, runner: asyncio.Runner) -> None:
        self._images = images
        self._runner = runner

    @property
    def region(self) -> str | None:
        return self._images.region

    @property
    def endpoint(self) -> str | None:
        return self._images.endpoint

    def get(self, image_id: str | UUID, /) -> Image:
        return self._runner.run(self._images.get(image_id))

    def regions(self) -> dict[str, str]:
        return self._runner.run(self._images.regions())

    def locate(self, image_id: str | UUID, /, *, regions: Iterable[str] | None = None) -> Located:
        return self._runner.run(self._images.locate(image_id, regions=regions))

    def in_region(self, region: str, /) -> Asking:
        return _Awaited(self._images.in_region(region), self._runner)

    def list(self, **options: Any) -> Iterable[Image]:
        async def collected() -> Any:
            return [image async for image in self._images.list(**options)]

        found: Iterable[Image] = self._runner.run(collected())
        return found

    def get_many(self, ids: Iterable[str], /) -> Iterable[tuple[str, Image | errors.ImagesError]]:
        async def collected() -> Any:
            return [outcome async for outcome in self._images.get_many(ids)]

        found: Iterable[tuple[str, Image | errors.ImagesError]] = self._runner.run(collected())
        return found

    def wait_until_active(self, image_id: str, /, **options: Any) -> Image:
        return self._runner.run(self._images.wait_until_active(image_id, **options))


@contextmanager
def _opened(auth: Any, **options: Any) -> Iterator[Asking]:
    with ImagesClient(auth, **options) as images:
        yield images


@contextmanager
def _opened_async(auth: Any, **options: Any) -> Iterator[Asking]:
    with asyncio.Runner() as runner:

        async def made() -> AsyncImagesClient:
            return AsyncImagesClient(auth, **options)

        images = runner.run(made())
        try:
            yield _Awaited(images, runner)
        finally:
            runner.run(images.aclose())


both: Callable[[Callable[..., None]], Callable[..., None]] = pytest.mark.parametrize(
    "opened", [_opened, _opened_async], ids=["sync", "async"]
)
"""Runs a test with `opened: Opened` over each client."""


def password_of(lab: OpenStackLab, who: Credentials, **changes: Any) -> KeystonePassword:
    """A user with a password; a change to None leaves that out."""
    usual = {
        "auth_url": lab.auth_url,
        "username": who.username,
        "password": who.password,
        "user_domain_name": who.domain_name,
        "project_name": who.project_name,
    }
    given = {name: value for name, value in (usual | changes).items() if value is not None}
    return KeystonePassword(**given)


def application_credential_of(lab: OpenStackLab, who: Credentials, **changes: str) -> ApplicationCredential:
    usual = {"id": who.application_credential_id, "secret": who.application_credential_secret}
    return ApplicationCredential(**{"auth_url": lab.auth_url, **usual, **changes})
