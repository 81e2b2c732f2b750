"""Sending over httpx's own transport, with a layer of ours below it that keeps the time.

A slot is a transport with one connection, used by one request at a time: what goes wrong with it ends with it, and
many at once do not slow each other down, as they do in httpx's own pool.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterable
from functools import cache
from typing import Any, Generic, TypeVar

import httpx

from .defaults import KEEPALIVE_EXPIRY, MAX_CONNECTIONS
from .engine import OneLoop, Options, Stage, Threads, answered, origin, timed_out
from .errors import ClientClosed, ConfigError, ImagesError
from .network import AsyncBackend, Backend, Clock, explained, has_leftover, request
from .transport import Answer, Body, Send

Transport = TypeVar("Transport", httpx.BaseTransport, httpx.AsyncBaseTransport)

# What httpx, and transports that users write for it, raise when no answer came.
_TROUBLE = (httpx.HTTPError, httpx.InvalidURL, OSError)


class _Slot(Clock, Generic[Transport]):
    """One connection at the most."""

    def __init__(self, key: str, transport: Transport) -> None:
        super().__init__()
        self.key = key
        self.transport: Transport = transport
        self.used = 0.0


class _Slots(Generic[Transport]):
    """The connections of one client, by origin; the one that was used last is the next to be used."""

    _closed: bool

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._idle: dict[str, deque[_Slot[Transport]]] = defaultdict(deque)
        self._busy: set[_Slot[Transport]] = set()

    def _open(self, **options: Any) -> Transport:
        raise NotImplementedError

    def _below(self, backend: Any, slot: _Slot[Transport]) -> Any:
        raise NotImplementedError

    def _take(self, send: Send) -> _Slot[Transport]:
        """A slot for a request. Raises `ConfigError`, and `ClientClosed` if it was closed meanwhile."""
        self._check_open()
        if self._options.transport is not None:
            slot: _Slot[Transport] = _Slot("", self._options.transport)
            slot.stage = Stage.WAITING  # nothing is known of the stages of a transport that is not ours
        else:
            key = origin(send)
            with self._lock:
                idle = self._idle[key]
                found = idle.pop() if idle else None
            slot = found or self._made(key)
            slot.stage = Stage.CONNECTING if slot.stream is None else Stage.SENDING
        slot.send = send
        self._busy.add(slot)
        return slot

    def _made(self, key: str) -> _Slot[Transport]:
        proxy = self._options.proxies.of(key)
        handshakes = key.startswith("https:") + (proxy is not None and proxy.url.scheme == "https")
        context = self._options.tls.context() if handshakes else _no_tls()
        if proxy is not None and proxy.url.scheme == "https" and proxy.ssl_context is None:
            proxy = httpx.Proxy(proxy.url, ssl_context=context, auth=proxy.auth, headers=proxy.headers)
        transport = self._open(
            verify=context,
            proxy=proxy,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEPALIVE_EXPIRY),
            trust_env=False,
        )
        slot: _Slot[Transport] = _Slot(key, transport)
        slot.handshakes = handshakes
        # httpx has no argument for a network backend; httpcore below it has one for every kind of its pools.
        pool: Any = transport._pool  # type: ignore[attr-defined]
        pool._network_backend = self._below(pool._network_backend, slot)
        return slot

    def _give(self, slot: _Slot[Transport]) -> list[_Slot[Transport]]:
        """Takes back a slot that is fit for another request; gives those that were idle for too long, to be closed."""
        slot.send = None
        if self._options.transport is not None:
            return []
        with self._lock:
            if self._closed:
                return [slot]
            slot.used = time.monotonic()
            idle = self._idle[slot.key]
            idle.append(slot)
            old = []
            while idle[0].used < slot.used - KEEPALIVE_EXPIRY:
                old.append(idle.popleft())
        return old

    def _check_open(self) -> None:
        if self._closed:
            raise ClientClosed("this client is closed")

    def _end(self) -> list[_Slot[Transport]]:
        """Closed from here on; gives the slots that nobody uses, to be closed."""
        with self._lock:
            self._closed = True
            idle = [slot for slots in self._idle.values() for slot in slots]
            self._idle.clear()
        return idle

    def _check_asked_for(self, slot: _Slot[Transport]) -> None:
        """An answer for which nothing was read came after the one before it, and may be somebody else's."""
        if self._options.transport is None and slot.stage is Stage.WAITING:
            raise httpx.RemoteProtocolError("the server sent an answer that nobody asked for")

    def _explained(self, trouble: Exception, slot: _Slot[Transport] | None) -> ImagesError:
        if self._closed:
            # What broke is a connection that we took away.
            return ClientClosed("this client was closed meanwhile")
        return explained(trouble, slot.stage if slot is not None else Stage.CONNECTING, self._options.tls)


@cache
def _no_tls() -> ssl.SSLContext:
    """For plain http, for which httpx would read its certificates for nothing. It trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class HttpxEngine(_Slots[httpx.BaseTransport], Threads):
    """Sends for `ImagesClient`: any number of threads at once."""

    tasks = None

    def __init__(self, options: Options) -> None:
        _Slots.__init__(self, options)
        Threads.__init__(self)

    def _anew(self) -> None:
        """In a child process the connections of its parent are neither to be used nor to be closed."""
        super()._anew()
        self._room = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._lock = threading.Lock()
        self._idle.clear()
        self._busy.clear()

    def _open(self, **options: Any) -> httpx.BaseTransport:
        return httpx.HTTPTransport(**options)

    def _below(self, backend: Any, slot: _Slot[httpx.BaseTransport]) -> Any:
        return Backend(backend, slot)

    def send(self, send: Send) -> Answer | ImagesError:
        if not self._room.acquire(timeout=send.left()):
            return timed_out(Stage.ROOM)
        slot, fit = None, False
        try:
            slot = self._take(send)
            outcome = self._exchange(slot, request(send))
            fit = self._options.transport is not None or not has_leftover(slot.transport)
        except (ClientClosed, ConfigError) as error:
            outcome = error
        except _TROUBLE as trouble:
            outcome = self._explained(trouble, slot)
        finally:
            self._room.release()
            if slot is not None:
                self._busy.discard(slot)
                self._close_all(self._give(slot) if fit else [slot])
        return outcome

    def _exchange(self, slot: _Slot[httpx.BaseTransport], request: httpx.Request) -> Answer | ImagesError:
        response = slot.transport.handle_request(request)
        self._check_asked_for(slot)
        stream: Any = response.stream
        try:
            slot.stage = Stage.BODY
            body = Body(response.headers)
            if (error := body.refused()) is None:
                for chunk in stream:
                    if (error := body.add(chunk)) is not None:
                        break
        finally:
            stream.close()
        return answered(response.status_code, response.headers, body, error)

    def _close_all(self, slots: Iterable[_Slot[httpx.BaseTransport]]) -> None:
        if self._options.transport is None:
            for slot in slots:
                slot.transport.close()

    def close(self) -> None:
        if self._closed:
            return
        if self._pid != os.getpid():
            self._anew()
        idle = self._end()
        self._over.set()
        if self._options.transport is not None:
            self._options.transport.close()
        self._close_all(idle)
        for slot in list(self._busy):
            slot.interrupt()


class AsyncHttpxEngine(_Slots[httpx.AsyncBaseTransport], OneLoop):
    """Sends for `AsyncImagesClient`: any number of tasks of one event loop."""

    def __init__(self, options: Options) -> None:
        _Slots.__init__(self, options)
        OneLoop.__init__(self)
        self._room = asyncio.BoundedSemaphore(MAX_CONNECTIONS)

    def _open(self, **options: Any) -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(**options)

    def _below(self, backend: Any, slot: _Slot[httpx.AsyncBaseTransport]) -> Any:
        return AsyncBackend(backend, slot)

    async def send(self, send: Send) -> Answer | ImagesError:
        try:
            async with asyncio.timeout(send.left() if self._room.locked() else None):
                await self._room.acquire()
        except TimeoutError:
            return timed_out(Stage.ROOM)
        slot, fit = None, False
        try:
            slot = self._take(send)
            # Our own transports keep the time below; of others only this is known to end.
            async with asyncio.timeout(send.left() if self._options.transport is not None else None) as slot.cut:
                outcome = await self._exchange(slot, request(send))
            fit = self._options.transport is not None or not has_leftover(slot.transport)
        except (ClientClosed, ConfigError) as error:
            outcome = error
        except _TROUBLE as trouble:
            outcome = self._explained(trouble, slot)
        finally:
            self._room.release()
            if slot is not None:
                self._busy.discard(slot)
                await self._close_all(self._give(slot) if fit else [slot])
        return outcome

    async def _exchange(self, slot: _Slot[httpx.AsyncBaseTransport], request: httpx.Request) -> Answer | ImagesError:
        response = await slot.transport.handle_async_request(request)
        self._check_asked_for(slot)
        stream: Any = response.stream
        try:
            slot.stage = Stage.BODY
            body = Body(response.headers)
            if (error := body.refused()) is None:
                async for chunk in stream:
                    if (error := body.add(chunk)) is not None:
                        break
        finally:
            await stream.aclose()
        return answered(response.status_code, response.headers, body, error)

    async def _close_all(self, slots: Iterable[_Slot[httpx.AsyncBaseTransport]]) -> None:
        if self._options.transport is None:
            for slot in slots:
                await slot.transport.aclose()

    async def aclose(self) -> None:
        if self._closed:
            return
        idle = self._end()
        if self._options.transport is not None:
            await self._options.transport.aclose()
        if self._loop is not asyncio.get_running_loop():
            return  # the connections ended with the loop that they belonged to
        self._over.set()
        for slot in self._busy:
            if slot.cut is not None:
                slot.cut.reschedule(0)
        await self._close_all(idle)
