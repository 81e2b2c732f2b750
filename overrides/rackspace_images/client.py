"""The clients: one question, asked over one connection pool."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from .bulk import LocateResult, checked_concurrency, each, each_async, each_in_loop, is_everyones, located
from .client_base import BaseClient, Id, OfCall, TimeoutOfCall
from .defaults import CONCURRENCY, GRACE, LOCATE_CONCURRENCY, PAGE_SIZE, WAIT_TIMEOUT
from .engine import Options
from .errors import ImagesError
from .httpx_engine import AsyncHttpxEngine, HttpxEngine
from .image import Image, image_uuid
from .listing import OnError, Query
from .transport import UNCHANGED, AsyncEngine, Engine, run, run_async
from .waiting import Progress

if TYPE_CHECKING:
    import asyncio
else:
    from .later import asyncio


class ImagesClient(BaseClient[Engine]):
    """Retrieves image details; any number of threads may share one client.

    `auth`: who asks. `region`: its name in any case; without it the user's own, or the only one there is.
    `endpoint`: the compute URL, version and tenant included, instead of the catalog's. `timeout`: seconds that one
    attempt may take (an `httpx.Timeout` bounds its parts instead); `deadline`: seconds that a whole call may take,
    sign-in, waits, retries and body included; each may be None for no limit. `retry`: what is sent again, or None.
    `interface`: which of the catalog's URLs, `public`, `internal` or `admin`. `verify`: True, the path of a file or
    folder of CA certificates, an `ssl.SSLContext`, or False; `cert`: a client certificate, as httpx takes it.
    `proxy`: the URL of a proxy; without it the environment's, which loopback never goes through. `allow_http`: let
    a catalog lead to plain http. `user_agent`: put before our own. `transport`: an `httpx.BaseTransport` to send
    through. `token_cache`: a `TokenCache` to keep tokens in between runs; without it they are kept in memory only.
    `engine`: what sends, `httpx`, or `fast` (over llhttp; the extra `fast`). `on_attempt`: called with an
    `Attempt` after each request, that is a sign-in too.

    Works with or without `with`; `close()` gives the connections back.
    """

    def _open(self, name: str, options: Options) -> Engine:
        if name == "fast":
            from .fast_engine import FastEngine

            return FastEngine(options)
        return HttpxEngine(options)

    def get(self, image_id: str | UUID, *, timeout: TimeoutOfCall = UNCHANGED, deadline: OfCall = UNCHANGED) -> Image:
        """Retrieves the details of one image.

        Raises `InvalidImageId` before anything is sent, the `ApiError` of the answer's status, `MalformedResponse`
        for a success that is no image, `ConnectionFailed` and `RequestTimeout`; and from signing in
        `AuthenticationFailed`, `RegionNotFound`, `ConfigError` and `InsecureUrl`.
        """
        return run(self._get(image_id, self._policy.call(timeout, deadline)), self._engine)

    def regions(self) -> dict[str, str]:
        """Region → compute URL, as the catalog says."""
        return run(self._session.regions(self._policy.call()), self._engine)

    def locate(self, image_id: str | UUID, *, regions: Iterable[str] | None = None) -> LocateResult:
        """Asks all regions at once, or those named, which of them have the image.

        Raises `InvalidImageId`, `RegionNotFound` for a name that is none, and what signing in raises; what goes wrong
        in one region stands in `failed`.
        """
        asked_for = image_uuid(image_id)
        names = run(self._session.named(regions, self._policy.call()), self._engine)
        if not names:
            return LocateResult()
        clients = [self.in_region(name) for name in names]
        with ThreadPoolExecutor(len(names), thread_name_prefix="rackspace-images") as pool:
            outcomes = list(pool.map(lambda client: client._outcome(asked_for), clients))
        return located(zip(names, outcomes, strict=True))

    def _outcome(self, image_id: UUID) -> Image | ImagesError:
        try:
            return self.get(image_id)
        except ImagesError as error:
            if is_everyones(error):
                raise
            return error

    def locate_many(
        self, image_ids: Iterable[Id], *, regions: Iterable[str] | None = None, concurrency: int = LOCATE_CONCURRENCY
    ) -> Iterator[tuple[Id, LocateResult | ImagesError]]:
        """`locate` for many ids, `concurrency` at once: (id as given, result or error) as they arrive."""
        names = None if regions is None else tuple(regions)
        return each(image_ids, lambda image_id: self.locate(image_id, regions=names), checked_concurrency(concurrency))

    def get_many(
        self,
        image_ids: Iterable[Id],
        *,
        concurrency: int = CONCURRENCY,
        timeout: TimeoutOfCall = UNCHANGED,
        deadline: OfCall = None,
    ) -> Iterator[tuple[Id, Image | ImagesError]]:
        """`get` for many ids, `concurrency` at once: (id as given, image or error) as they arrive.

        `deadline`: seconds for each id, from when it is sent; without one a `Retry-After` is waited for, up to an hour.
        An id given twice is asked for twice and yielded twice. The ids may be endless; they are taken in threads, one
        at a time. Raises what signing in and the configuration raise, as that is no single id's. Leaving early asks for
        no more.
        """

        def ask(image_id: Id) -> Image:
            return self.get(image_id, timeout=timeout, deadline=deadline)

        def ask_in_loop(image_id: Id, engine: AsyncEngine) -> Coroutine[Any, Any, Image]:
            return run_async(self._get(image_id, self._policy.call(timeout, deadline)), engine)

        concurrency = checked_concurrency(concurrency)
        if self._engine.tasks is not None:
            return each_in_loop(image_ids, ask_in_loop, concurrency, self._engine.tasks)
        return each(image_ids, ask, concurrency)

    def list(
        self,
        *,
        server: str | UUID | None = None,
        name: str | None = None,
        status: str | None = None,
        type: str | None = None,  # noqa: A002  the API's word
        changes_since: datetime | None = None,
        min_disk: int | None = None,
        min_ram: int | None = None,
        marker: str | UUID | None = None,
        page_size: int = PAGE_SIZE,
        timeout: TimeoutOfCall = UNCHANGED,
        deadline: OfCall = UNCHANGED,
        on_error: OnError | None = None,
    ) -> Iterator[Image]:
        """The images of the region, newest first, asked for page by page as they are wanted.

        `server`: the id or URL of the server that snapshots were made from; `name`, `status`, `type` (`base` or
        `snapshot`), `min_disk` (GB) and `min_ram` (MiB): exactly so, and a value that no image has is no error;
        `changes_since`: changed at this time or later; `marker`: the id of the image to begin after. What else a server
        makes of them stands in `openapi/images.yaml`. `timeout` and `deadline` are for each page. `on_error` is called
        with the `MalformedResponse` of an image that cannot be read; without it a `RuntimeWarning` tells of it.
        Raises what `get` raises.
        """
        query = Query(server, name, status, type, changes_since, min_disk, min_ram, page_size)
        return self._pages(query, marker, timeout, deadline, on_error)

    def _pages(
        self,
        query: Query,
        marker: str | UUID | None,
        timeout: TimeoutOfCall,
        deadline: OfCall,
        on_error: OnError | None,
    ) -> Iterator[Image]:
        while True:
            page = run(self._page(query, marker, timeout, deadline), self._engine)
            yield from page.readable(on_error)
            if (marker := page.marker) is None:
                return

    def wait_until_active(
        self,
        image_id: str | UUID,
        *,
        timeout: float | None = WAIT_TIMEOUT,
        grace: float = GRACE,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Image:
        """Looks at an image until it is ACTIVE, and gives it.

        `timeout`: seconds in all, or None; 0 looks once. `grace`: seconds for which a 404 means "not yet".
        `on_progress` is called with a `Progress` after each look. Failures that may pass, a limit and a token that ends
        do not end it, nor does any status but these: raises `ImageBuildFailed` for ERROR, `ImageVanished` for DELETED
        or an image that was there and is gone, `WaitTimeout` (each with the last `image`), `ImageNotFound` for one that
        never was there, and what else `get` raises.
        """
        return run(self._wait(image_id, timeout, grace, on_progress), self._engine)

    def close(self) -> None:
        """Gives the connections back. A call after it raises `ClientClosed`; a second `close` does nothing."""
        self._session.closed = True
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncImagesClient(BaseClient[AsyncEngine]):
    """`ImagesClient` for asyncio: the same constructor, and the same methods, awaited."""

    def _open(self, name: str, options: Options) -> AsyncEngine:
        if name == "fast":
            from .fast_tasks import AsyncFastEngine

            return AsyncFastEngine(options)
        return AsyncHttpxEngine(options)

    async def get(
        self, image_id: str | UUID, *, timeout: TimeoutOfCall = UNCHANGED, deadline: OfCall = UNCHANGED
    ) -> Image:
        """`ImagesClient.get`, awaited."""
        return await run_async(self._get(image_id, self._policy.call(timeout, deadline)), self._engine)

    async def regions(self) -> dict[str, str]:
        """`ImagesClient.regions`, awaited."""
        return await run_async(self._session.regions(self._policy.call()), self._engine)

    async def locate(self, image_id: str | UUID, *, regions: Iterable[str] | None = None) -> LocateResult:
        """`ImagesClient.locate`, awaited."""
        asked_for = image_uuid(image_id)
        names = await run_async(self._session.named(regions, self._policy.call()), self._engine)
        clients = [self.in_region(name) for name in names]
        outcomes = await asyncio.gather(*(client._outcome(asked_for) for client in clients))
        return located(zip(names, outcomes, strict=True))

    async def _outcome(self, image_id: UUID) -> Image | ImagesError:
        try:
            return await self.get(image_id)
        except ImagesError as error:
            if is_everyones(error):
                raise
            return error

    def locate_many(
        self,
        image_ids: Iterable[Id] | AsyncIterable[Id],
        *,
        regions: Iterable[str] | None = None,
        concurrency: int = LOCATE_CONCURRENCY,
    ) -> AsyncIterator[tuple[Id, LocateResult | ImagesError]]:
        """`ImagesClient.locate_many`, to be iterated with `async for`."""
        names = None if regions is None else tuple(regions)
        return each_async(
            image_ids, lambda image_id: self.locate(image_id, regions=names), checked_concurrency(concurrency)
        )

    def get_many(
        self,
        image_ids: Iterable[Id] | AsyncIterable[Id],
        *,
        concurrency: int = CONCURRENCY,
        timeout: TimeoutOfCall = UNCHANGED,
        deadline: OfCall = None,
    ) -> AsyncIterator[tuple[Id, Image | ImagesError]]:
        """`ImagesClient.get_many`, to be iterated with `async for`; the ids may come from an async iterable too.

        Who leaves early closes it with `contextlib.aclosing`, as any async generator; what is under way is cancelled.
        """

        def ask(image_id: Id) -> Coroutine[Any, Any, Image]:
            return self.get(image_id, timeout=timeout, deadline=deadline)

        return each_async(image_ids, ask, checked_concurrency(concurrency))

    def list(
        self,
        *,
        server: str | UUID | None = None,
        name: str | None = None,
        status: str | None = None,
        type: str | None = None,  # noqa: A002  the API's word
        changes_since: datetime | None = None,
        min_disk: int | None = None,
        min_ram: int | None = None,
        marker: str | UUID | None = None,
        page_size: int = PAGE_SIZE,
        timeout: TimeoutOfCall = UNCHANGED,
        deadline: OfCall = UNCHANGED,
        on_error: OnError | None = None,
    ) -> AsyncIterator[Image]:
        """`ImagesClient.list`, to be iterated with `async for`."""
        query = Query(server, name, status, type, changes_since, min_disk, min_ram, page_size)
        return self._pages(query, marker, timeout, deadline, on_error)

    async def _pages(
        self,
        query: Query,
        marker: str | UUID | None,
        timeout: TimeoutOfCall,
        deadline: OfCall,
        on_error: OnError | None,
    ) -> AsyncIterator[Image]:
        while True:
            page = await run_async(self._page(query, marker, timeout, deadline), self._engine)
            for image in page.readable(on_error):
                yield image
            if (marker := page.marker) is None:
                return

    async def wait_until_active(
        self,
        image_id: str | UUID,
        *,
        timeout: float | None = WAIT_TIMEOUT,
        grace: float = GRACE,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Image:
        """`ImagesClient.wait_until_active`, awaited."""
        return await run_async(self._wait(image_id, timeout, grace, on_progress), self._engine)

    async def aclose(self) -> None:
        """`ImagesClient.close`, awaited."""
        self._session.closed = True
        await self._engine.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
