"""The client for threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from types import TracebackType
from typing import Self
from uuid import UUID

import httpx
from rackspace_images_api import Client
from rackspace_images_api.api.images import get_image

from rackspace_images.defaults import CONCURRENCY, GRACE, LOCATE_CONCURRENCY, MAX_THREADS, PAGE_SIZE, WAIT_TIMEOUT
from rackspace_images.errors import ImagesError
from rackspace_images.http.api_client import ApiClient, Handle
from rackspace_images.http.call import Limits
from rackspace_images.http.flow import drive
from rackspace_images.http.sender import Scope
from rackspace_images.image import Image, image_uuid

from .base import BaseClient, Id, image_of
from .bulk import LocateResult, checked_concurrency, locate_result, map_threads
from .listing import OnError, Query, Walk, readable
from .options import UNCHANGED, OfCall, TimeoutOfCall
from .waiting import Progress


class ImagesClient(BaseClient[ApiClient, httpx.BaseTransport]):
    """Retrieves image details; any number of threads may share one client.

    Args:
        auth: The credentials.
        region: The region's name in any case; without it the user's own, or the only one there is.
        endpoint: The compute URL, version and tenant included, instead of the catalog's.
        timeout: Seconds that one attempt may take (an `httpx.Timeout` bounds its parts instead), or None.
        deadline: Seconds that a whole call may take, sign-in, waits, retries and body included, or None.
        retry: What is sent again, or None.
        interface: Which of the catalog's URLs: `public`, `internal` or `admin`.
        verify: True, the path of a file or folder of CA certificates, an `ssl.SSLContext`, or False.
        cert: A client certificate, as httpx takes it.
        proxy: The URL of a proxy; without it the environment's, which loopback never goes through.
        allow_http: Whether a catalog may lead to plain http.
        user_agent: Text to put before our own `User-Agent`.
        transport: An `httpx.BaseTransport` to send through; it has its own certificates and proxies.
        max_connections: Requests that may be under way at once.
        token_cache: A `TokenCache` to keep tokens in between runs; without it they are kept in memory only.
        on_attempt: Called with an `Attempt` after each request, a sign-in's too.

    Raises:
        ConfigError: For a value that cannot be used.

    Works with or without `with`; `close()` gives the connections back.
    """

    def _connect(self, handle: Handle) -> ApiClient:
        return ApiClient(handle, self._options.sender(), self._session.tokens.redactor)

    def get(self, image_id: str | UUID, *, timeout: TimeoutOfCall = UNCHANGED, deadline: OfCall = UNCHANGED) -> Image:
        """Retrieves the details of one image.

        Raises `InvalidImageId` before anything is sent, the `ApiError` of the answer's status, `MalformedResponse`
        for a success that is no image, `ConnectionFailed` and `RequestTimeout`; and from signing in
        `AuthenticationFailed`, `RegionNotFound`, `ConfigError` and `InsecureUrl`.
        """
        return self._get_now(image_id, self._session.limits(timeout, deadline))

    def _get_now(self, image_id: str | UUID, limits: Limits) -> Image:
        call = self._image_call(image_id, limits)
        client = Client(base_url="").set_httpx_client(self._api.within(call=call))
        call.parsed = get_image.sync_detailed(call.check.asked, client=client).parsed
        return image_of(call)

    def regions(self) -> dict[str, str]:
        """Region → compute URL, as the catalog says."""
        return drive(self._session.regions(self._session.limits()), self._api)

    def locate(self, image_id: str | UUID, *, regions: Iterable[str] | None = None) -> LocateResult:
        """Asks all regions at once, or those named, which of them have the image.

        Raises `InvalidImageId`, `RegionNotFound` for a name that is none, and what signing in raises; what goes wrong
        in one region stands in `failed`.
        """
        return self._locate(image_uuid(image_id), regions, self._scope(0))

    def _locate(self, image_id: UUID, regions: Iterable[str] | None, scope: Scope) -> LocateResult:
        names, own = drive(self._named(regions), self._api), scope.part(None)

        def ask(name: str) -> Image | ImagesError:
            client = self.in_region(name)
            return drive(client._outcome(image_id, client._session.limits(scope=own)), client._api)

        outcomes = dict(map_threads(names, ask, len(names), own)) if names else {}
        return locate_result(((name, outcomes[name]) for name in names), self._session.shown)

    def locate_many(
        self, image_ids: Iterable[Id], *, regions: Iterable[str] | None = None, concurrency: int = LOCATE_CONCURRENCY
    ) -> Iterator[tuple[Id, LocateResult | ImagesError]]:
        """`locate` for many ids, `concurrency` at once: (id as given, result or error) as they arrive."""
        names = None if regions is None else tuple(regions)
        concurrency = checked_concurrency(concurrency, most=MAX_THREADS)
        scope = self._scope(concurrency)
        return map_threads(image_ids, lambda one: self._locate(image_uuid(one), names, scope), concurrency, scope)

    def get_many(
        self,
        image_ids: Iterable[Id],
        *,
        concurrency: int = CONCURRENCY,
        timeout: TimeoutOfCall = UNCHANGED,
        deadline: OfCall = UNCHANGED,
    ) -> Iterator[tuple[Id, Image | ImagesError]]:
        """`get` for many ids, `concurrency` at once: (id as given, image or error) as they arrive.

        `concurrency`: at most 1,000; more than `max_connections` brings its own connections for as long as it runs.
        `deadline`: seconds for each id, from when it is sent; without one a `Retry-After` is waited for, up to an hour.
        Where `timeout` is an `httpx.Timeout`, which bounds parts only, it is 60 s unless it is given; None is none.
        An id given twice is asked for twice and yielded twice. The ids may be endless; they are taken in threads, one
        at a time. Raises what signing in and the configuration raise, as that is no single id's. Leaving early asks for
        no more.
        """
        concurrency = checked_concurrency(concurrency, most=MAX_THREADS)
        scope = self._scope(concurrency)
        return map_threads(
            image_ids,
            lambda one: self._get_now(one, self._limits_of_each(timeout, deadline, scope)),
            concurrency,
            scope,
        )

    def _scope(self, concurrency: int) -> Scope:
        """What a bulk call's requests end with; with permits of its own where it wants more than the client has."""
        own = concurrency if concurrency > self._options.max_connections else None
        scope: Scope = self._api.sender.scope.part(own)
        return scope

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
        makes of them stands in `openapi/images.yaml`. `timeout` and `deadline` are for each page; the list ends with a
        page that has nothing new, so that it costs one request more than it has pages. `on_error` is called with the
        `MalformedResponse` of an image that cannot be read; without it a `RuntimeWarning` tells of it.
        Raises what `get` raises.
        """
        query = Query(server, name, status, type, changes_since, min_disk, min_ram, page_size)
        return self._pages(Walk(query, marker), timeout, deadline, on_error)

    def _pages(self, walk: Walk, timeout: TimeoutOfCall, deadline: OfCall, on_error: OnError | None) -> Iterator[Image]:
        while not walk.is_over:
            page = drive(self._page(walk, timeout, deadline), self._api)
            yield from readable(page, on_error)

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
        return drive(self._wait(image_id, timeout, grace, on_progress), self._api)

    def close(self) -> None:
        """Gives the connections back. A call after it raises `ClientClosed`; a second `close` does nothing."""
        self._api.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
