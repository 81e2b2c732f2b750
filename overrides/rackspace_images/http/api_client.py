"""The httpx clients that generated code uses: each of its requests goes through one flow.

A generated operation calls `request` of the client that was set by `set_httpx_client`. Here that takes the path, the
query and the body and runs the session's flow, which signs in, sends, retries and checks; httpx builds nothing first.
What a call allows and expects travels in a client made for that call, by `within`: it costs a microsecond, and unlike
a context variable it is not kept alive by the callbacks of a connection that outlives the call.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

import httpx

from rackspace_images.errors import ImagesError

from .body import ApiResponse
from .call import Call, Timeout
from .flow import Flow, Pause, Step, drive, drive_async


@dataclass(slots=True)
class RequestParts:
    """A request as generated code makes it. The body may hold a key."""

    method: str
    path: str
    headers: list[tuple[bytes, bytes]]
    body: bytes = field(default=b"", repr=False)
    timeout: Timeout = None
    """The timeout that a direct user of the client gave for this request."""


Handle = Callable[[Call | None, RequestParts], Flow[ApiResponse]]


class _Within:
    """The base of both clients: the flow that handles a request, and the call that the request is part of."""

    handle: Handle
    sender: Any
    redactor: Any
    """Takes the session's secrets out of errors."""
    call: Call | None = None

    def within(self, **changes: Any) -> Self:
        """Copies this client for one `call`, or with the `handle` of another region."""
        bound = object.__new__(type(self))
        bound.__dict__ = self.__dict__ | changes
        return bound


class ApiClient(_Within, httpx.Client):
    """The `httpx.Client` of generated code, for threads."""

    def __init__(self, handle: Handle, sender: Any, redactor: Any) -> None:
        super().__init__(trust_env=False, transport=FlowTransport(self, None))
        self.handle, self.sender, self.redactor = handle, sender, redactor

    def request(self, method: str, url: Any, **options: Any) -> ApiResponse:
        """Runs the flow of a request of generated code. Raises `ImagesError` unless the response is a success."""
        return drive(self.handle(self.call, request_parts(method, url, **options)), self)

    def send(self, request: httpx.Request, **options: Any) -> ApiResponse:
        """Runs the flow of a request that httpx built."""
        return drive(self.handle(self.call, parts_of(request)), self)

    def perform(self, step: Step) -> Any:
        """Performs a step of a flow, and returns its outcome or its error.

        Without the frames of generated code, whose variables hold the credentials of a sign-in.
        """
        if isinstance(step, httpx.Request):
            return self.sender.send(step)
        if isinstance(step, Pause):
            return self.sender.pause(step, None if self.call is None else self.call.limits.scope)
        client = step.client(base_url="").set_httpx_client(self.within(call=step.call))
        try:
            step.call.parsed = step.sync(client=client).parsed
            return None
        except BaseException as error:  # noqa: BLE001  raised below, without its frames
            failure = error.with_traceback(None)
        return _failure(failure, step.call)

    def close(self) -> None:
        self.sender.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()


class AsyncApiClient(_Within, httpx.AsyncClient):
    """`ApiClient` for tasks."""

    def __init__(self, handle: Handle, sender: Any, redactor: Any) -> None:
        super().__init__(trust_env=False, transport=FlowTransport(None, self))
        self.handle, self.sender, self.redactor = handle, sender, redactor

    async def request(self, method: str, url: Any, **options: Any) -> ApiResponse:
        return await drive_async(self.handle(self.call, request_parts(method, url, **options)), self)

    async def send(self, request: httpx.Request, **options: Any) -> ApiResponse:
        return await drive_async(self.handle(self.call, parts_of(request)), self)

    async def perform(self, step: Step) -> Any:
        if isinstance(step, httpx.Request):
            return await self.sender.send(step)
        if isinstance(step, Pause):
            return await self.sender.pause(step)
        client = step.client(base_url="").set_async_httpx_client(self.within(call=step.call))
        try:
            step.call.parsed = (await step.asyncio(client=client)).parsed
            return None
        except BaseException as error:  # noqa: BLE001  raised below, without its frames
            failure = error.with_traceback(None)
        return _failure(failure, step.call)

    async def aclose(self) -> None:
        await self.sender.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *args: object) -> None:
        await self.aclose()


class FlowTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport that runs the flow, for httpx clients that are not ours.

    The generated `with_timeout`, `with_headers` and `with_cookies` drop the client that was set, and make one of their
    own with this transport and `BASE_URL`.
    """

    def __init__(self, client: Any, async_client: Any) -> None:
        self._client, self._async_client = client, async_client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._client.send(request)  # type: ignore[no-any-return]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._async_client.send(request)  # type: ignore[no-any-return]


BASE_URL = "https://endpoint.invalid"
"""The base URL of a generated client; the flow puts the endpoint in its place."""

_SET_BY_SESSION = b"accept accept-encoding connection content-length host user-agent x-auth-token".split()


def request_parts(method: str, url: Any, **options: Any) -> RequestParts:
    """Makes the parts of a request from generated code's arguments. Other options of httpx have no effect."""
    query = f"?{urlencode(options['params'])}" if options.get("params") else ""
    body = options.get("content") or (json.dumps(options["json"]).encode() if "json" in options else b"")
    headers = [(name.encode(), value.encode()) for name, value in (options.get("headers") or {}).items()]
    timeout = given if isinstance(given := options.get("timeout"), int | float | httpx.Timeout) else None
    return RequestParts(method.upper(), f"{url}{query}", _own(headers), body, timeout)


def parts_of(request: httpx.Request) -> RequestParts:
    """Makes the parts of a request that httpx built."""
    url, phases = request.url, request.extensions.get("timeout")
    path = url.raw_path.decode("ascii") if url.host in ("", httpx.URL(BASE_URL).host) else str(url)
    timeout = httpx.Timeout(**phases) if isinstance(phases, dict) and len(phases) == 4 else None
    return RequestParts(request.method, path, _own(request.headers.raw), request.read(), timeout)


def _own(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [field for field in headers if field[0].lower() not in (*_SET_BY_SESSION, b"cookie", b"transfer-encoding")]


def _failure(failure: BaseException, call: Call) -> ImagesError:
    if isinstance(failure, ImagesError):
        return failure
    if call.unreadable is not None and isinstance(failure, LookupError | TypeError | ValueError | AttributeError):
        call.add_context(call.unreadable)
        return call.unreadable
    raise failure
