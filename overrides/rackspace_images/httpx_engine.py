"""Sending over httpx's own transport, with a layer of ours below it that keeps the time.

Whatever puts itself in the place of that transport, a mock or telemetry, sees every request. Left out are httpx's
client above it and the pool below it: what they do for each call is more than a connection needs that serves one
request at a time.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from .engine import Stage, answered
from .errors import ImagesError
from .network import AsyncBackend, Backend, fields, phases
from .slots import AsyncSlot, AsyncSlotsEngine, Route, Slot, SlotsEngine
from .transport import Answer, Body, Fields, Send

if TYPE_CHECKING:
    import asyncio
else:
    from .later import asyncio

Transport = TypeVar("Transport", httpx.HTTPTransport, httpx.AsyncHTTPTransport)


def _transport(made: type[Transport], route: Route) -> tuple[Transport, Any]:
    """A transport of httpx's for a route, and its pool."""
    proxy, context = route.proxy, route.tls
    if proxy is not None and proxy.url.scheme == "https" and proxy.ssl_context is None:
        proxy = httpx.Proxy(proxy.url, ssl_context=context, auth=proxy.auth, headers=proxy.headers)
    transport = made(verify=context, proxy=proxy, trust_env=False)
    return transport, transport._pool


_url = lru_cache(maxsize=1024)(httpx.URL)
"""The same images are asked for again and again, and to read a URL takes as long as to read an answer's JSON."""


def _request(send: Send) -> httpx.Request:
    url = _url(send.url)
    head = [(name.encode(), value.encode()) for name, value in fields(send, url.netloc.decode("ascii")).items()]
    body = httpx.ByteStream(send.body or b"")
    request = httpx.Request(send.method, url, headers=head, stream=body, extensions={"timeout": phases(send)})
    request.read()
    return request


class _Connected:
    """What is known of the connection of a slot, for threads and for tasks."""

    _connection: Any = None

    def is_fit(self) -> bool:
        """Whether it is at rest, and no more came on it than the answer: a part of another, perhaps."""
        connection = self._connection
        if connection is None or not connection.is_idle():
            return False
        while (below := getattr(connection, "_connection", None)) is not None:
            connection = below
        return not connection._h11_state.trailing_data[0]

    def is_good(self) -> bool:
        """Whether it has not ended meanwhile, or is not made yet."""
        return self._connection is None or not self._connection.has_expired()


def _check_asked_for(slot: Slot | AsyncSlot) -> None:
    """An answer for which nothing was read came after the one before it, and may be somebody else's."""
    if slot.stage is Stage.WAITING:
        raise httpx.RemoteProtocolError("the server sent an answer that nobody asked for")


def _read(slot: Slot, response: httpx.Response) -> Answer | ImagesError:
    slot.stage = Stage.BODY
    received, stream = Fields(response.headers.raw), response.stream
    assert isinstance(stream, httpx.SyncByteStream)  # noqa: S101
    body = Body(received)
    try:
        if (error := body.refused()) is None:
            for chunk in stream:
                if (error := body.add(chunk)) is not None:
                    break
    finally:
        stream.close()
    return answered(response.status_code, received, body, error)


async def _read_async(slot: AsyncSlot, response: httpx.Response) -> Answer | ImagesError:
    slot.stage = Stage.BODY
    received, stream = Fields(response.headers.raw), response.stream
    assert isinstance(stream, httpx.AsyncByteStream)  # noqa: S101
    body = Body(received)
    try:
        if (error := body.refused()) is None:
            async for chunk in stream:
                if (error := body.add(chunk)) is not None:
                    break
    finally:
        await stream.aclose()
    return answered(response.status_code, received, body, error)


class _HttpxSlot(_Connected, Slot):
    """Stands below httpx's transport in the place of its pool, whose connection it asks."""

    def __init__(self, route: Route) -> None:
        super().__init__(route.key, route.handshakes)
        self._transport, self._pool = _transport(httpx.HTTPTransport, route)
        # httpx has no arguments for either; httpcore below it has one for the network of every kind of its pools.
        self._pool._network_backend = Backend(self._pool._network_backend, self)
        self._transport._pool = self  # type: ignore[assignment]

    def exchange(self, send: Send) -> Answer | ImagesError:
        response = self._transport.handle_request(_request(send))
        _check_asked_for(self)
        return _read(self, response)

    def handle_request(self, request: Any) -> Any:
        """What httpx's transport asks of a pool."""
        if self._connection is None:
            self._connection = self._pool.create_connection(request.url.origin)
        return self._connection.handle_request(request)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


class _AsyncHttpxSlot(_Connected, AsyncSlot):
    """`_HttpxSlot`, awaited."""

    def __init__(self, route: Route) -> None:
        super().__init__(route.key, route.handshakes)
        self._transport, self._pool = _transport(httpx.AsyncHTTPTransport, route)
        self._pool._network_backend = AsyncBackend(self._pool._network_backend, self)
        self._transport._pool = self  # type: ignore[assignment]

    async def exchange(self, send: Send) -> Answer | ImagesError:
        # Without an end of its own: the layer below keeps the time.
        async with asyncio.timeout(None) as self.cut:
            response = await self._transport.handle_async_request(_request(send))
            _check_asked_for(self)
            return await _read_async(self, response)

    async def handle_async_request(self, request: Any) -> Any:
        """What httpx's transport asks of a pool."""
        if self._connection is None:
            self._connection = self._pool.create_connection(request.url.origin)
        return await self._connection.handle_async_request(request)

    async def aclose(self) -> None:
        if self._connection is not None:
            await self._connection.aclose()


class _GivenSlot(Slot):
    """A transport of the user's, of which no more is known than that it answers; it is shared, and closed once."""

    def __init__(self, key: str, transport: httpx.BaseTransport) -> None:
        super().__init__(key)
        self._transport = transport

    def exchange(self, send: Send) -> Answer | ImagesError:
        self.stage = Stage.WAITING
        response = self._transport.handle_request(_request(send))
        return _read(self, response)

    def is_fit(self) -> bool:
        return True

    def is_good(self) -> bool:
        return True

    def close(self) -> None:
        """Others may be using it."""


class _AsyncGivenSlot(AsyncSlot):
    """`_GivenSlot`, awaited."""

    def __init__(self, key: str, transport: httpx.AsyncBaseTransport) -> None:
        super().__init__(key)
        self._transport = transport

    async def exchange(self, send: Send) -> Answer | ImagesError:
        self.stage = Stage.WAITING
        async with asyncio.timeout(send.left()) as self.cut:
            response = await self._transport.handle_async_request(_request(send))
            return await _read_async(self, response)

    def is_fit(self) -> bool:
        return True

    def is_good(self) -> bool:
        return True

    async def aclose(self) -> None:
        """Others may be using it."""


class HttpxEngine(SlotsEngine):
    """Sends for `ImagesClient`, the usual way."""

    def _made(self, key: str) -> Slot:
        given = self._options.transport
        return _HttpxSlot(self._route(key)) if given is None else _GivenSlot(key, given)

    def _twin(self) -> AsyncSlotsEngine:
        return AsyncHttpxEngine(self._options)

    def close(self) -> None:
        was_closed = self._closed
        super().close()
        if self._options.transport is not None and not was_closed:
            self._options.transport.close()


class AsyncHttpxEngine(AsyncSlotsEngine):
    """Sends for `AsyncImagesClient`, the usual way."""

    def _made(self, key: str) -> AsyncSlot:
        given = self._options.transport
        return _AsyncHttpxSlot(self._route(key)) if given is None else _AsyncGivenSlot(key, given)

    async def aclose(self) -> None:
        was_closed = self._closed
        await super().aclose()
        if self._options.transport is not None and not was_closed:
            await self._options.transport.aclose()
