"""`Sender` for tasks of one event loop."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial

import httpx

from rackspace_images.errors import ClientClosed, ConfigError, ImagesError

from .async_network import AsyncNetwork
from .body import ApiResponse, Body
from .call import EXCHANGE, Exchange
from .failures import Stage, explain
from .flow import Pause
from .proxies import Proxies
from .sender import CLOSED_MEANWHILE
from .tls import Tls
from .transport import AsyncTransport


class AsyncSender:
    """Sends requests of tasks. `transport`: the user's, or None for ours."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None, tls: Tls, proxies: Proxies, permits: int) -> None:
        self._transport = transport or AsyncTransport(tls, proxies, AsyncNetwork)
        self._tls = None if transport is not None else tls
        self._busy: set[Exchange] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = asyncio.Event()
        self._permits = asyncio.Semaphore(permits)

    def check_open(self) -> None:
        """Raises `ClientClosed` after `aclose`, and `ConfigError` in another loop than that of the first call."""
        if self._stopped.is_set():
            raise ClientClosed("this client is closed")
        loop = _running_loop()
        if (self._loop or loop) is not loop:
            hint = "an AsyncImagesClient for each event loop, made where it runs"
            raise ConfigError("this client belongs to the event loop of its first call, and this is another", hint=hint)
        self._loop = loop

    async def send(self, request: httpx.Request) -> ApiResponse | ImagesError:
        """Sends a request. Returns the response, read and decoded, or the error."""
        exchange: Exchange = request.extensions[EXCHANGE]
        self._busy.add(exchange)
        try:
            async with asyncio.timeout(exchange.left()) as limit:
                exchange.wake = partial(limit.reschedule, 0)
                async with exchange.limits.scope or self._permits:
                    if self._stopped.is_set():
                        return ClientClosed(CLOSED_MEANWHILE)
                    exchange.stage = Stage.WAITING
                    return await self._exchange(request, exchange)
        except Exception as failure:
            outcome = explain(failure, exchange.stage, self._tls)
            if outcome is None:
                raise
        finally:
            self._busy.discard(exchange)
        return ClientClosed(CLOSED_MEANWHILE) if self._stopped.is_set() else outcome

    async def _exchange(self, request: httpx.Request, exchange: Exchange) -> ApiResponse | ImagesError:
        response = await self._transport.handle_async_request(request)
        try:
            body, stream = Body(response, exchange), response.stream
            assert isinstance(stream, httpx.AsyncByteStream)  # noqa: S101
            if body.error is None:
                async for chunk in stream:
                    if not body.add(chunk):
                        break
            return body.response()
        finally:
            with contextlib.suppress(httpx.HTTPError, OSError):
                await response.aclose()

    async def pause(self, pause: Pause) -> ImagesError | None:
        """Sleeps; `aclose()` ends it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause.seconds):
                await (self._stopped.wait() if pause.until is None else asyncio.wrap_future(pause.until))
        return ClientClosed(CLOSED_MEANWHILE) if self._stopped.is_set() else None

    async def aclose(self) -> None:
        """Ends what is in progress and closes the connections. A second call does nothing."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        if (self._loop or _running_loop()) is not _running_loop():
            return  # the connections ended with the loop that they belonged to
        for exchange in list(self._busy):
            exchange.abort()
        await self._transport.aclose()
        while self._busy:  # noqa: ASYNC110  it takes a turn or two of the loop
            await asyncio.sleep(0)


def _running_loop() -> asyncio.AbstractEventLoop:
    with contextlib.suppress(RuntimeError):
        return asyncio.get_running_loop()
    hint = "asyncio.run(…); in trio and its like, an ImagesClient in a thread"
    raise ConfigError("an AsyncImagesClient needs asyncio, whose event loop is not running here", hint=hint)
