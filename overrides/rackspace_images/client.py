"""The clients: one question, asked over one connection pool."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self
from uuid import UUID

from .bulk import LocateResult, each, each_async, is_everyones, located
from .client_base import BaseClient, Id, OfCall, TimeoutOfCall
from .defaults import LOCATE_CONCURRENCY
from .engine import Options
from .errors import ImagesError
from .httpx_engine import AsyncHttpxEngine, HttpxEngine
from .image import Image, image_uuid
from .transport import UNCHANGED, AsyncEngine, Engine, run, run_async


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
    `engine`: what sends, `httpx` or, with the extra of this name, `fast`. `on_attempt`: called with an `Attempt`
    after each request, that is a sign-in too.

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
        names = None if regions is None else list(regions)
        return each(image_ids, lambda image_id: self.locate(image_id, regions=names), concurrency)

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
            from .fast_engine import AsyncFastEngine

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
        self, image_ids: Iterable[Id], *, regions: Iterable[str] | None = None, concurrency: int = LOCATE_CONCURRENCY
    ) -> AsyncIterator[tuple[Id, LocateResult | ImagesError]]:
        """`ImagesClient.locate_many`, to be iterated with `async for`."""
        names = None if regions is None else list(regions)
        return each_async(image_ids, lambda image_id: self.locate(image_id, regions=names), concurrency)

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
