"""The client for tasks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from datetime import date, datetime
from types import TracebackType
from typing import Self
from uuid import UUID

import httpx
from rackspace_images_api import Client
from rackspace_images_api.api.images import get_image

from rackspace_images.defaults import CONCURRENCY, GRACE, LOCATE_CONCURRENCY, PAGE_SIZE, WAIT_TIMEOUT
from rackspace_images.errors import ImagesError
from rackspace_images.http.api_client import AsyncApiClient, Handle
from rackspace_images.http.call import Limits
from rackspace_images.http.flow import drive_async
from rackspace_images.image import Image, image_uuid

from .async_bulk import map_tasks
from .base import BaseClient, Id, image_of
from .bulk import LocateResult, checked_concurrency, checked_ids, locate_result
from .listing import OnError, Walk, checked_filters, readable
from .options import UNCHANGED, OfCall, TimeoutOfCall
from .waiting import Progress


class AsyncImagesClient(BaseClient[AsyncApiClient, httpx.AsyncBaseTransport]):
    """`ImagesClient` for asyncio: the same constructor and the same methods, awaited.

    It belongs to the event loop of its first call.

        async with AsyncImagesClient(ApiKey("user", "key"), region="DFW") as images:
            image = await images.get("e3d37ab2-8dc0-4000-b773-b15aad79ad0a")
    """

    def _connect(self, handle: Handle) -> AsyncApiClient:
        return AsyncApiClient(handle, self._options.async_sender(), self._session.tokens.redactor)

    async def get(
        self, image_id: str | UUID, *, timeout: TimeoutOfCall = UNCHANGED, deadline: OfCall = UNCHANGED
    ) -> Image:
        """Retrieves the details of one image. See `ImagesClient.get`."""
        return await self._get_now(image_id, self._session.limits(timeout, deadline))

    async def _get_now(self, image_id: str | UUID, limits: Limits) -> Image:
        call = self._image_call(image_id, limits)
        client = Client(base_url="").set_async_httpx_client(self._api.within(call=call))
        call.parsed = (await get_image.asyncio_detailed(call.check.asked, client=client)).parsed
        return image_of(call)

    async def regions(self) -> dict[str, str]:
        """Retrieves the compute endpoint of each region. See `ImagesClient.regions`."""
        return await drive_async(self._session.regions(self._session.limits()), self._api)

    async def locate(self, image_id: str | UUID, *, regions: Iterable[str] | None = None) -> LocateResult:
        """Finds the regions that have an image. See `ImagesClient.locate`."""
        return await self._locate(image_uuid(image_id), regions, None, UNCHANGED)

    async def _locate(
        self, image_id: UUID, regions: Iterable[str] | None, scope: asyncio.Semaphore | None, deadline: OfCall
    ) -> LocateResult:
        names = await drive_async(self._named(regions), self._api)
        clients = [self.in_region(name) for name in names]
        limits = [client._session.limits(deadline=deadline, scope=scope) for client in clients]
        outcomes = await asyncio.gather(
            *(drive_async(one._outcome(image_id, own), one._api) for one, own in zip(clients, limits, strict=True))
        )
        return locate_result(zip(names, outcomes, strict=True), self._session.shown)

    def locate_many(
        self,
        image_ids: Iterable[Id] | AsyncIterable[Id],
        *,
        regions: Iterable[str] | None = None,
        concurrency: int = LOCATE_CONCURRENCY,
        deadline: OfCall = UNCHANGED,
    ) -> AsyncIterator[tuple[Id, LocateResult | ImagesError]]:
        """Calls `locate` for many ids at once, for `async for`. See `ImagesClient.locate_many`."""
        names = None if regions is None else tuple(regions)
        concurrency = checked_concurrency(concurrency)
        scope = self._scope(concurrency)
        return map_tasks(
            checked_ids(image_ids), lambda one: self._locate(image_uuid(one), names, scope, deadline), concurrency
        )

    def get_many(
        self,
        image_ids: Iterable[Id] | AsyncIterable[Id],
        *,
        concurrency: int = CONCURRENCY,
        timeout: TimeoutOfCall = UNCHANGED,
        deadline: OfCall = UNCHANGED,
    ) -> AsyncIterator[tuple[Id, Image | ImagesError]]:
        """Retrieves many images at once, for `async for`. See `ImagesClient.get_many`.

        The ids may also come from an async iterable. If you leave the loop early, close the iterator with
        `contextlib.aclosing`; that cancels what is in progress.
        """

        concurrency = checked_concurrency(concurrency)
        scope = self._scope(concurrency)
        return map_tasks(
            checked_ids(image_ids),
            lambda one: self._get_now(one, self._limits_of_each(timeout, deadline, scope)),
            concurrency,
        )

    def _scope(self, concurrency: int) -> asyncio.Semaphore | None:
        """Makes the permits of a bulk call where the client has too few."""
        return asyncio.Semaphore(concurrency) if concurrency > self._options.max_connections else None

    def list(
        self,
        *,
        server: str | UUID | None = None,
        name: str | None = None,
        status: str | None = None,
        type: str | None = None,  # noqa: A002  the API's word
        changes_since: datetime | date | str | None = None,
        min_disk: int | None = None,
        min_ram: int | None = None,
        marker: str | UUID | None = None,
        page_size: int = PAGE_SIZE,
        limit: int | None = None,
        timeout: TimeoutOfCall = UNCHANGED,
        deadline: OfCall = UNCHANGED,
        on_error: OnError | None = None,
    ) -> AsyncIterator[Image]:
        """Lists the images of the region, for `async for`. See `ImagesClient.list`."""
        filters = checked_filters(server, changes_since, min_disk, min_ram, name=name, status=status, type_=type)
        return self._pages(Walk(filters, page_size, limit, marker), timeout, deadline, on_error)

    async def _pages(
        self, walk: Walk, timeout: TimeoutOfCall, deadline: OfCall, on_error: OnError | None
    ) -> AsyncIterator[Image]:
        while not walk.is_over:
            page = await drive_async(self._page(walk, timeout, deadline), self._api)
            for image in readable(page, on_error):
                yield image

    async def wait_until_active(
        self,
        image_id: str | UUID,
        *,
        timeout: float | None = WAIT_TIMEOUT,
        grace: float = GRACE,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Image:
        """Polls an image until it is ACTIVE. See `ImagesClient.wait_until_active`."""
        return await drive_async(self._wait(image_id, timeout, grace, on_progress), self._api)

    async def aclose(self) -> None:
        """Closes the connections and ends what is in progress. See `ImagesClient.close`."""
        await self._api.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
