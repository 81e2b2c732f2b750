"""The clients: one question, asked over one connection pool."""

from __future__ import annotations

import asyncio
import copy
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

import httpx
from rackspace_images_api.api.images import get_image

from .auth import GrantStore, TokenSource
from .bulk import LocateResult, each, each_async, is_everyones, located
from .credentials import Credentials, StaticToken
from .defaults import ATTEMPT_TIMEOUT, LOCATE_CONCURRENCY
from .errors import ConfigError, ImagesError
from .image import Image, ImageResponse, image_from_answer, image_uuid
from .regions import INTERFACES, checked_endpoint, checked_region
from .session import Place, Session
from .transport import NEVER_PROXIED, UNCHANGED, Steps, Timeout, run, run_async, sending_options_checked, tls_context
from .version import USER_AGENT

HttpxClient = TypeVar("HttpxClient", httpx.Client, httpx.AsyncClient)
Id = TypeVar("Id", bound=str | UUID)


class _Images(Generic[HttpxClient]):
    """Everything that both clients decide; the twins below only send and wait."""

    _http: HttpxClient

    def __init__(
        self,
        auth: Credentials,
        *,
        region: str | None = None,
        endpoint: str | None = None,
        timeout: float | httpx.Timeout = ATTEMPT_TIMEOUT,
        interface: str = "public",
        verify: bool | str | ssl.SSLContext = True,
        cert: str | tuple[str, str] | tuple[str, str, str] | None = None,
        proxy: str | httpx.Proxy | None = None,
        allow_http: bool = False,
        user_agent: str | None = None,
        transport: Any = None,
        token_cache: GrantStore | None = None,
    ) -> None:
        self._place = Place(checked_region(region), None if endpoint is None else checked_endpoint(endpoint))
        if endpoint is None and isinstance(auth, StaticToken) and auth.auth_url is None:
            raise ConfigError(
                "a StaticToken needs to be told where to go", hint="endpoint='https://…/v2/TENANT', or its auth_url="
            )
        interface = interface.removesuffix("URL")
        if interface not in INTERFACES:
            raise ConfigError(f"no interface {interface}", hint=f"one of {', '.join(INTERFACES)}")
        if user_agent is not None and not (user_agent.isascii() and user_agent.isprintable()):
            raise ConfigError("user_agent holds a character that no HTTP header may hold")
        headers = {
            "Accept": "application/json",
            "User-Agent": f"{user_agent} {USER_AGENT}" if user_agent else USER_AGENT,
        }
        tokens = TokenSource(auth, headers=headers, store=token_cache)
        self._session = Session(tokens, headers, interface, allow_http)
        with sending_options_checked():
            self._http = self._open(
                timeout=timeout,
                verify=tls_context(verify, cert),
                proxy=proxy,
                transport=transport,
                mounts=NEVER_PROXIED,
            )

    def _open(self, **options: Any) -> HttpxClient:
        raise NotImplementedError

    @classmethod
    def from_config(
        cls,
        cloud: str | None = None,
        region: str | None = None,
        *,
        ask: Callable[[str], str] | None = None,
        **options: Any,
    ) -> Self:
        """A client with the credentials of one source, taken whole: the first of these that is there.

        The cloud of clouds.yaml that `cloud` or `OS_CLOUD` names; the environment's `OS_*`, when `OS_AUTH_URL`, or
        `OS_TOKEN` with `OS_ENDPOINT_OVERRIDE`, is set; `RS_*`; the only cloud of clouds.yaml. `region` and `options`
        (those of the constructor) are set on top. `ask` is called with a prompt where only the password is missing.
        Raises `ConfigError`, which says what is missing and where it looked.
        """
        from .config import load

        config = load(cloud, region=region, ask=ask)
        found = {
            "endpoint": config.endpoint,
            "interface": config.interface,
            "verify": config.verify,
            "cert": config.cert,
        }
        chosen = {name: value for name, value in found.items() if value is not None} | options
        client = cls(config.credentials, region=region or config.region, **chosen)
        client._session.tokens.source = config.source
        client._session.only = config.regions
        return client

    @property
    def source(self) -> str | None:
        """Where `from_config` found the credentials, in words; None for a client made otherwise."""
        return self._session.tokens.source

    @property
    def region(self) -> str | None:
        """The region that is asked, known after the first call. Reading it starts no request."""
        return self._place.region

    @property
    def endpoint(self) -> str | None:
        """The compute URL that is asked, known after the first call. Reading it starts no request."""
        return self._place.endpoint

    def in_region(self, region: str) -> Self:
        """The same client for another region: it shares the sign-in and the connections, and closes with this one."""
        if (
            isinstance(self._session.tokens.credentials, StaticToken)
            and self._session.tokens.credentials.auth_url is None
        ):
            raise ConfigError(
                "this client knows one endpoint and no catalog", hint="StaticToken(…, auth_url='https://…/v3')"
            )
        other = copy.copy(self)
        other._place = Place(checked_region(region))
        return other

    def __repr__(self) -> str:
        endpoint = self.endpoint or self._place.given
        return f"<{type(self).__name__} region={self.region or self._place.wanted!r} endpoint={endpoint!r}>"

    def _get(self, image_id: str | UUID, timeout: Timeout) -> Steps[Image]:
        asked_for = image_uuid(image_id)
        try:
            asked = yield from self._session.ask(self._place, get_image._get_kwargs(image_id=asked_for), timeout)
            try:
                image = image_from_answer(asked.answer, asked_for)
            except ImagesError as error:
                error.place(method=asked.method, url=asked.url, region=asked.region, endpoint=asked.endpoint)
                error.place(attempts=asked.attempts, elapsed=asked.elapsed)
                raise
        except ImagesError as error:
            error.place(image_id=str(asked_for))
            raise
        image.response = ImageResponse(
            asked.answer.status_code,
            asked.answer.request_id,
            asked.region,
            asked.endpoint,
            asked.attempts,
            asked.elapsed,
        )
        return image


class ImagesClient(_Images[httpx.Client]):
    """Retrieves image details; any number of threads may share one client.

    `auth`: who asks. `region`: its name in any case; without it the user's own, or the only one there is. `endpoint`:
    the compute URL, version and tenant included, instead of the catalog's. `timeout`: seconds (or an `httpx.Timeout`)
    that one attempt may wait for a connection and for each next part of the answer. `interface`: which of the
    catalog's URLs, `public`, `internal` or `admin`. `verify`: True, the path of a file or folder of CA certificates,
    an `ssl.SSLContext`, or False; `cert`: a client certificate, as httpx takes it. `proxy`: the URL of a proxy; without
    it the environment's, which loopback never goes through. `allow_http`: let a catalog lead to plain http.
    `user_agent`: put before our own. `transport`: an `httpx.BaseTransport` to send through. `token_cache`: a
    `TokenCache` to keep tokens in between runs; without it they are kept in memory only.

    Works with or without `with`; `close()` gives the connections back.
    """

    def _open(self, **options: Any) -> httpx.Client:
        return httpx.Client(**options)

    def get(self, image_id: str | UUID, *, timeout: Timeout = UNCHANGED) -> Image:
        """Retrieves the details of one image.

        Raises `InvalidImageId` before anything is sent, the `ApiError` of the answer's status, `MalformedResponse`
        for a success that is no image, `ConnectionFailed` and `RequestTimeout`; and from signing in
        `AuthenticationFailed`, `RegionNotFound`, `ConfigError` and `InsecureUrl`.
        """
        return run(self._get(image_id, timeout), self._http)

    def regions(self) -> dict[str, str]:
        """Region → compute URL, as the catalog says."""
        return run(self._session.regions(), self._http)

    def locate(self, image_id: str | UUID, *, regions: Iterable[str] | None = None) -> LocateResult:
        """Asks all regions at once, or those named, which of them have the image.

        Raises `InvalidImageId`, `RegionNotFound` for a name that is none, and what signing in raises; what goes wrong
        in one region stands in `failed`.
        """
        asked_for = image_uuid(image_id)
        names = run(self._session.named(regions), self._http)
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
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncImagesClient(_Images[httpx.AsyncClient]):
    """`ImagesClient` for asyncio: the same constructor, and the same methods, awaited."""

    def _open(self, **options: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(**options)

    async def get(self, image_id: str | UUID, *, timeout: Timeout = UNCHANGED) -> Image:
        """`ImagesClient.get`, awaited."""
        return await run_async(self._get(image_id, timeout), self._http)

    async def regions(self) -> dict[str, str]:
        """`ImagesClient.regions`, awaited."""
        return await run_async(self._session.regions(), self._http)

    async def locate(self, image_id: str | UUID, *, regions: Iterable[str] | None = None) -> LocateResult:
        """`ImagesClient.locate`, awaited."""
        asked_for = image_uuid(image_id)
        names = await run_async(self._session.named(regions), self._http)
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
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
