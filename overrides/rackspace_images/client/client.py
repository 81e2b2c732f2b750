"""The client for threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
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
from .bulk import LocateResult, checked_concurrency, checked_ids, locate_result, map_threads
from .listing import OnError, Walk, checked_filters, readable
from .options import UNCHANGED, OfCall, TimeoutOfCall
from .waiting import Progress


class ImagesClient(BaseClient[ApiClient, httpx.BaseTransport]):
    """Retrieves image details, for threads. Any number of threads may share one client.

    It works with or without `with`; `close()` closes its connections.

        with ImagesClient(ApiKey("user", "key"), region="DFW") as images:
            image = images.get("e3d37ab2-8dc0-4000-b773-b15aad79ad0a")

    Args:
        auth: The credentials.
        region: The region's name, in any case. Default: the user's own region, or the only one there is.
        endpoint: The compute URL, with its version and tenant, in place of the service catalog's.
        timeout: Seconds that one attempt may take, or None. An `httpx.Timeout` bounds its parts instead.
        deadline: Seconds that a whole call may take, or None: sign-in, waits, retries and body.
        retry: Which requests are sent again, and when; None for none.
        interface: Which of the catalog's URLs to use: `public`, `internal` or `admin`; or several, of which the first
            that a region has is used.
        service_type: The type of the compute service in the catalog. Default: `compute`.
        service_name: The name of the compute service, where the catalog has several of its type.
        verify: True, the path of a file or folder of CA certificates, an `ssl.SSLContext`, or False.
        cert: A client certificate, as httpx takes it.
        proxy: The URL of a proxy. Default: the environment's. Loopback never goes through a proxy.
        allow_http: Whether the catalog of an https sign-in may lead to a plain http endpoint.
        user_agent: Text to put before this library's own `User-Agent`.
        transport: An `httpx.BaseTransport` to send through. Its certificates and proxies are its own.
        max_connections: Requests that may be in progress at once, 1 to 10,000.
        token_cache: Where tokens are kept between runs. Default: in memory only.
        on_attempt: Is called with an `Attempt` after each request, also of a sign-in.

    Raises:
        ConfigError: An argument cannot be used.
    """

    def _connect(self, handle: Handle) -> ApiClient:
        return ApiClient(handle, self._options.sender(), self._session.tokens.redactor)

    def get(self, image_id: str | UUID, *, timeout: TimeoutOfCall = UNCHANGED, deadline: OfCall = UNCHANGED) -> Image:
        """Retrieves the details of one image.

        Args:
            image_id: The image's UUID.
            timeout: Seconds that one attempt of this call may take. Default: the client's.
            deadline: Seconds that this whole call may take. Default: the client's.

        Returns:
            The image, with what the server sent in `to_dict()` and the response's facts in `response`.

        Raises:
            InvalidImageId: The id is not a UUID. Nothing was sent.
            ImageNotFound: The region has no such image.
            ApiError: Any other error response, by the class of its status.
            MalformedResponse: A success response that does not hold this image.
            ConnectionFailed: No response: DNS, connection or TLS.
            RequestTimeout: No response in time.
            AuthenticationFailed: The identity service refused the credentials.
            RegionNotFound: The catalog has no compute endpoint in this region.
        """
        return self._get_now(image_id, self._session.limits(timeout, deadline))

    def _get_now(self, image_id: str | UUID, limits: Limits) -> Image:
        call = self._image_call(image_id, limits)
        client = Client(base_url="").set_httpx_client(self._api.within(call=call))
        call.parsed = get_image.sync_detailed(call.check.asked, client=client).parsed
        return image_of(call)

    def regions(self) -> dict[str, str]:
        """Retrieves the compute endpoint of each region from the service catalog.

        Returns:
            Region → compute URL.
        """
        return drive(self._session.regions(self._session.limits()), self._api)

    def locate(self, image_id: str | UUID, *, regions: Iterable[str] | None = None) -> LocateResult:
        """Finds the regions that have an image. It asks all of them at once.

        Args:
            image_id: The image's UUID.
            regions: The regions to ask. Default: all of the catalog's.

        Returns:
            The images by region, the regions that have none, and the errors by region.

        Raises:
            InvalidImageId: The id is not a UUID.
            RegionNotFound: A name in `regions` is not a region of the catalog.
            AuthenticationFailed: The identity service refused the credentials.
        """
        return self._locate(image_uuid(image_id), regions, self._scope(0), UNCHANGED)

    def _locate(self, image_id: UUID, regions: Iterable[str] | None, scope: Scope, deadline: OfCall) -> LocateResult:
        names, own = drive(self._named(regions), self._api), scope.part(None)

        def ask(name: str) -> Image | ImagesError:
            client = self.in_region(name)
            return drive(client._outcome(image_id, client._session.limits(deadline=deadline, scope=own)), client._api)

        outcomes = dict(map_threads(names, ask, len(names), own)) if names else {}
        return locate_result(((name, outcomes[name]) for name in names), self._session.shown)

    def locate_many(
        self,
        image_ids: Iterable[Id],
        *,
        regions: Iterable[str] | None = None,
        concurrency: int = LOCATE_CONCURRENCY,
        deadline: OfCall = UNCHANGED,
    ) -> Iterator[tuple[Id, LocateResult | ImagesError]]:
        """Calls `locate` for many ids at once.

        Args:
            image_ids: The ids, also of an endless iterable.
            regions: The regions to ask for each id. Default: all of the catalog's.
            concurrency: How many ids are looked up at once, 1 to 1,000; each in all regions.
            deadline: Seconds for each id in each region, or None for no limit. Default: the client's.

        Returns:
            Yields each id as it was given, with its result or its error, in the order in which they arrive.
        """
        names = None if regions is None else tuple(regions)
        concurrency = checked_concurrency(concurrency, most=MAX_THREADS)
        scope = self._scope(concurrency)
        return map_threads(
            checked_ids(image_ids),
            lambda one: self._locate(image_uuid(one), names, scope, deadline),
            concurrency,
            scope,
        )

    def get_many(
        self,
        image_ids: Iterable[Id],
        *,
        concurrency: int = CONCURRENCY,
        timeout: TimeoutOfCall = UNCHANGED,
        deadline: OfCall = UNCHANGED,
    ) -> Iterator[tuple[Id, Image | ImagesError]]:
        """Retrieves many images at once, each with its own outcome.

        One bad id does not lose the others. Leave the loop early, and nothing more is sent.

            for image_id, outcome in images.get_many(ids):
                if isinstance(outcome, errors.ImagesError): ...

        Args:
            image_ids: The ids, also of an endless iterable. They are taken in threads, one at a time. An id that is
                given twice is retrieved and yielded twice.
            concurrency: How many requests are in progress at once, 1 to 1,000. With more than the client's
                `max_connections`, the call has connections of its own for as long as it runs.
            timeout: Seconds that one attempt may take. Default: the client's.
            deadline: Seconds for each id, from when it is first sent. Default: None, so that a `Retry-After` of up to
                an hour is waited for; 60 where `timeout` is an `httpx.Timeout`, which bounds parts only.

        Returns:
            Yields each id as it was given, with its image or its error, in the order in which they arrive.

        Raises:
            AuthenticationFailed: The identity service refused the credentials, which is not the error of one id. So
                are `ConfigError`, `RegionNotFound`, `InsecureUrl`, `ClientClosed` and other errors of the sign-in.
        """
        concurrency = checked_concurrency(concurrency, most=MAX_THREADS)
        scope = self._scope(concurrency)
        return map_threads(
            checked_ids(image_ids),
            lambda one: self._get_now(one, self._limits_of_each(timeout, deadline, scope)),
            concurrency,
            scope,
        )

    def _scope(self, concurrency: int) -> Scope:
        """Makes what ends a bulk call's requests, with permits of its own where the client has too few."""
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
        changes_since: datetime | date | str | None = None,
        min_disk: int | None = None,
        min_ram: int | None = None,
        marker: str | UUID | None = None,
        page_size: int = PAGE_SIZE,
        limit: int | None = None,
        timeout: TimeoutOfCall = UNCHANGED,
        deadline: OfCall = UNCHANGED,
        on_error: OnError | None = None,
    ) -> Iterator[Image]:
        """Lists the images of the region, newest first. It requests a page when its first image is wanted.

        The filters match exactly, and a value that no image has gives an empty list. The list ends with a page that
        has nothing new, so it costs one request more than it has pages, unless `limit` ends it. It raises what `get`
        raises.

        Args:
            server: The id or URL of the server that snapshots were made from.
            name: The image's name.
            status: The image's status, such as `ACTIVE`.
            type: `base` or `snapshot`.
            changes_since: Only images that changed at this time or later: a `datetime` with a time zone, or a date or
                text in ISO 8601 (`2026-01-31T12:00:00Z`), in UTC where it has no offset.
            min_disk: The image's minDisk in GB.
            min_ram: The image's minRam in MiB.
            marker: The id of the image to begin after.
            page_size: Images to request at once, at least 1.
            limit: Images in total, at least 1. Default: all.
            timeout: Seconds that one attempt may take. Default: the client's.
            deadline: Seconds for each page. Default: the client's.
            on_error: Is called with the `MalformedResponse` of each image that cannot be read. Default: a
                `RuntimeWarning`.

        Returns:
            Yields the images.

        Raises:
            ConfigError: A filter or a number cannot be used. Nothing was sent.

        Example:
            >>> newest = next(images.list(type="snapshot", status="ACTIVE", limit=1), None)
        """
        filters = checked_filters(server, changes_since, min_disk, min_ram, name=name, status=status, type_=type)
        return self._pages(Walk(filters, page_size, limit, marker), timeout, deadline, on_error)

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
        """Polls an image until it is ACTIVE.

        Errors that may pass, rate limits and an expired token do not end the wait.

        Args:
            image_id: The image's UUID.
            timeout: Seconds to wait in all, or None; 0 asks once.
            grace: Seconds for which a 404 means that the image is not there yet.
            on_progress: Is called with a `Progress` after each poll.

        Returns:
            The image.

        Raises:
            ImageBuildFailed: Its status is ERROR.
            ImageVanished: Its status is DELETED, or it is gone after it was seen.
            WaitTimeout: It is not ACTIVE in time. All three have the last `image`.
            ImageNotFound: It was never there.
        """
        return drive(self._wait(image_id, timeout, grace, on_progress), self._api)

    def close(self) -> None:
        """Closes the connections and ends what is in progress. A later call raises `ClientClosed`."""
        self._api.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
