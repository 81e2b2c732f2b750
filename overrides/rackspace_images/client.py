"""The clients: one question, asked over one connection pool."""

from __future__ import annotations

import ssl
import time
from types import TracebackType
from typing import Any, Generic, Self, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from rackspace_images_api.api.images import get_image

from .credentials import StaticToken
from .defaults import ATTEMPT_TIMEOUT
from .errors import ClientClosed, ConfigError, ImagesError
from .faults import api_error
from .image import Image, ImageResponse, image_from_answer, image_uuid
from .transport import NEVER_PROXIED, Send, Steps, run, run_async, tls_context
from .version import USER_AGENT


class Unchanged:
    """The type of `UNCHANGED`: an argument that was not given, where None has a meaning of its own."""

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED = Unchanged()
Timeout = float | httpx.Timeout | None | Unchanged
HttpxClient = TypeVar("HttpxClient", httpx.Client, httpx.AsyncClient)


class _Images(Generic[HttpxClient]):
    """What both clients are; the twins below only send."""

    _http: HttpxClient

    def __init__(
        self,
        auth: StaticToken,
        *,
        region: str | None = None,
        endpoint: str | None = None,
        timeout: float | httpx.Timeout = ATTEMPT_TIMEOUT,
        verify: bool | str | ssl.SSLContext = True,
        cert: str | tuple[str, str] | tuple[str, str, str] | None = None,
        proxy: str | httpx.Proxy | None = None,
        user_agent: str | None = None,
        transport: Any = None,
    ) -> None:
        if endpoint is None:
            raise ConfigError("a StaticToken needs to be told where to go", hint="endpoint='https://…/v2/TENANT'")
        self._auth = auth
        self._region = region
        self._endpoint = _checked_endpoint(endpoint)
        self._headers = {
            "Accept": "application/json",
            "User-Agent": f"{user_agent} {USER_AGENT}" if user_agent else USER_AGENT,
        }
        self._closed = False
        self._http = self._open(
            timeout=timeout,
            verify=tls_context(verify, cert),
            proxy=proxy,
            transport=transport,
            mounts=NEVER_PROXIED,
        )

    def _open(self, **options: Any) -> HttpxClient:
        raise NotImplementedError

    @property
    def region(self) -> str | None:
        """The region that is asked, where it is known."""
        return self._region

    @property
    def endpoint(self) -> str | None:
        """The compute URL that is asked, where it is known."""
        return self._endpoint

    def __repr__(self) -> str:
        return f"<{type(self).__name__} region={self._region!r} endpoint={self._endpoint!r}>"

    def _get(self, image_id: str | UUID, timeout: Timeout) -> Steps[Image]:
        asked = image_uuid(image_id)
        if self._closed:
            raise ClientClosed(f"this {type(self).__name__} is closed")
        request = get_image._get_kwargs(image_id=asked)
        url = self._endpoint + request["url"]
        method = request["method"].upper()
        started = time.perf_counter()
        try:
            answer = yield Send(
                method,
                url,
                {**self._headers, "X-Auth-Token": self._auth.token},
                timeout=self._http.timeout if isinstance(timeout, Unchanged) else timeout,
            )
            if answer.status_code not in (200, 203):
                raise api_error(answer)
            image = image_from_answer(answer, asked)
        except ImagesError as error:
            error.place(
                method=method,
                url=url,
                image_id=str(asked),
                region=self._region,
                endpoint=self._endpoint,
                attempts=1,
                elapsed=time.perf_counter() - started,
            )
            raise
        image.response = ImageResponse(
            answer.status_code,
            answer.request_id,
            self._region,
            self._endpoint,
            1,
            time.perf_counter() - started,
        )
        return image


class ImagesClient(_Images[httpx.Client]):
    """Retrieves image details; any number of threads may share one client.

    `auth`: who asks, a `StaticToken`. `endpoint`: the compute URL, version and tenant included. `region`: its name,
    for errors and answers. `timeout`: seconds (or an `httpx.Timeout`) that one attempt may wait for a connection and
    for each next part of the answer. `verify`: True, the path of a file or folder of CA certificates, an
    `ssl.SSLContext`, or False; `cert`: a client certificate, as httpx takes it. `proxy`: the URL of a proxy; without
    it the environment's, which loopback never goes through. `user_agent`: put before our own. `transport`: an
    `httpx.BaseTransport` to send through.

    Works with or without `with`; `close()` gives the connections back.
    """

    def _open(self, **options: Any) -> httpx.Client:
        return httpx.Client(**options)

    def get(self, image_id: str | UUID, *, timeout: Timeout = UNCHANGED) -> Image:
        """Retrieves the details of one image.

        Raises `InvalidImageId` before anything is sent, the `ApiError` of the answer's status, `MalformedResponse`
        for a success that is no image, `ConnectionFailed` and `RequestTimeout`.
        """
        return run(self._get(image_id, timeout), self._http)

    def close(self) -> None:
        """Gives the connections back. A call after it raises `ClientClosed`; a second `close` does nothing."""
        self._closed = True
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncImagesClient(_Images[httpx.AsyncClient]):
    """`ImagesClient` for asyncio: the same constructor and methods, awaited."""

    def _open(self, **options: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(**options)

    async def get(self, image_id: str | UUID, *, timeout: Timeout = UNCHANGED) -> Image:
        """`ImagesClient.get`, awaited."""
        return await run_async(self._get(image_id, timeout), self._http)

    async def aclose(self) -> None:
        """`ImagesClient.close`, awaited."""
        self._closed = True
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _checked_endpoint(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        good = parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment
    except ValueError:
        good = False
    if not good:
        raise ConfigError("endpoint is not the URL of a compute service", hint="endpoint='https://…/v2/TENANT'")
    return endpoint.rstrip("/")
