"""Sending by ourselves, for the extra `fast`: sockets below, llhttp to read what comes, and nothing between."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from typing import Any

import httpcore
import httpx

from .engine import Options, Stage, answered
from .errors import ClientClosed, ConfigError, ConnectionFailed, ImagesError
from .fast_network import connected, has_something
from .http1 import Reader, parsed_origin, target, written
from .network import Backend, checked_fields, fields, phases
from .proxies import refused
from .slots import AsyncSlot, AsyncSlotsEngine, Route, Slot, SlotsEngine
from .transport import Answer, Send

_AT_ONCE = 256 * 1024


class FastRoute:
    """How the requests for an origin are written, and which steps lead to where they are sent."""

    def __init__(self, route: Route) -> None:
        self.key = route.key
        self.handshakes = route.handshakes
        self.origin = parsed_origin(route.key)
        self.tls = route.tls
        self.is_tls = self.origin.scheme == "https"
        self.first = self.origin
        self.proxy_tls = route.tls
        self.proxy_is_tls = False
        self._told: dict[str, str] = {}
        if (proxy := route.proxy) is not None:
            if proxy.url.scheme.startswith("socks"):
                raise ConfigError("the fast engine knows no SOCKS proxy", hint='engine="httpx"')
            self.first = parsed_origin(f"{proxy.url.scheme}://{proxy.url.netloc.decode('ascii')}")
            self.proxy_is_tls = proxy.url.scheme == "https"
            self.proxy_tls = proxy.ssl_context or route.tls
            self._told = _told(proxy)
        self.tunnels = route.proxy is not None and self.is_tls
        self._forwards = route.proxy is not None and not self.is_tls

    def request(self, send: Send) -> bytes:
        """A request as it is sent. Raises `ConfigError`."""
        found, path = fields(send, self.origin.netloc), target(send)
        if self._forwards:
            found, path = found | self._told, f"http://{self.origin.netloc}{path}"
        return written(send.method, path, found, send.body)

    def connect(self) -> bytes:
        """What asks a proxy for a tunnel."""
        there = f"{self.origin.host.decode('ascii')}:{self.origin.port}"
        return written("CONNECT", there, {"Host": there, "Accept": "*/*", **self._told})


def _told(proxy: httpx.Proxy) -> dict[str, str]:
    """The headers that a proxy is told."""
    told = dict(proxy.headers)
    if proxy.raw_auth is not None:
        told["Proxy-Authorization"] = "Basic " + base64.b64encode(b":".join(proxy.raw_auth)).decode()
    return checked_fields(told)


def _check_tunnel(reader: Reader) -> None:
    """Raises `ConnectionFailed` where a proxy makes none."""
    if not 200 <= reader.status < 300:
        raise refused(reader.status or None)
    if reader.surplus:
        raise refused(None)


class _FastSlot(Slot):
    """A connection for threads, which waits in the socket."""

    def __init__(self, route: FastRoute) -> None:
        super().__init__(route.key, route.handshakes)
        self._route = route
        self._reader = Reader()

    def exchange(self, send: Send) -> Answer | ImagesError:
        request, limits = self._route.request(send), phases(send)
        stream = self.stream or self._connect(limits)
        reader = self._reader
        reader.begin()
        # A server that hangs up on a request may have answered it.
        with contextlib.suppress(httpcore.WriteError):
            stream.write(request, limits["write"])
        self._read(stream, reader, limits["read"])
        assert reader.body is not None  # noqa: S101
        return answered(reader.status, reader.fields, reader.body, reader.error)

    def _read(self, stream: Any, reader: Reader, limit: float | None) -> None:
        while not reader.done:
            if self.stage >= Stage.SENDING:
                self.stage = max(self.stage, reader.stage)
            reader.feed(stream.read(_AT_ONCE, limit))

    def _connect(self, limits: dict[str, float | None]) -> Any:
        route, limit = self._route, limits["connect"]
        self._reader = Reader()
        host = route.first.host.decode("ascii")
        stream = Backend(httpcore.SyncBackend(), self).connect_tcp(host, route.first.port, limit)
        if route.proxy_is_tls:
            stream = _over_tls(stream, route.proxy_tls, host, limit)
        if route.tunnels:
            stream.write(route.connect(), limits["write"])
            reader = Reader(tunnel=True)
            try:
                self._read(stream, reader, limits["read"])
            except ConnectionFailed:
                reader.surplus = True
            _check_tunnel(reader)
        if route.is_tls:
            stream = _over_tls(stream, route.tls, route.origin.host.decode("ascii"), limit)
        return stream

    def is_fit(self) -> bool:
        return self._reader.keep and self._reader.done and not self._reader.surplus

    def is_good(self) -> bool:
        return self.stream is None or not self.stream.get_extra_info("is_readable")

    def close(self) -> None:
        if self.stream is not None:
            self.stream.close()


def _over_tls(stream: Any, context: Any, host: str, limit: float | None) -> Any:
    context.set_alpn_protocols(["http/1.1"])
    return stream.start_tls(context, host, limit)


class _AsyncFastSlot(AsyncSlot, asyncio.Protocol):
    """A connection for tasks: what comes is read as the loop hears it."""

    def __init__(self, route: FastRoute) -> None:
        super().__init__(route.key, route.handshakes)
        self._route = route
        self._reader = Reader()
        self._answer: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._reading: float | None = None
        """What each part of an answer may take, where that is bounded beside the whole."""

    async def exchange(self, send: Send) -> Answer | ImagesError:
        request = self._route.request(send)
        if self.stream is None:
            await self._connect(send)
        self._reader.begin()
        self.stage = Stage.SENDING
        await self._ask(send, request)
        reader = self._reader
        assert reader.body is not None  # noqa: S101
        return answered(reader.status, reader.fields, reader.body, reader.error)

    async def _ask(self, send: Send, request: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        self._reading = None if send.phases is None else phases(send)["read"]
        self._give(send.left() if send.phases is None else phases(send)["write"])
        try:
            self.stream.write(request)
            if not self.stream.get_write_buffer_size():
                self.resume_writing()
            await self._answer
        finally:
            self._answer = None
            self._give(None)

    def _give(self, seconds: float | None) -> None:
        """So long may the next part take."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._end, TimeoutError())

    def _end(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            if error is None:
                self._answer.set_result(None)
            else:
                self._answer.set_exception(error)

    async def _connect(self, send: Send) -> None:
        route = self._route
        self._reader = Reader()
        async with asyncio.timeout(phases(send)["connect"]) as self.cut:
            self.stage = Stage.CONNECTING
            host = route.first.host.decode("ascii")
            self.stream = await connected(self, host, route.first.port)
            if route.proxy_is_tls:
                await self._over_tls(route.proxy_tls, host)
            if route.tunnels:
                self._reader = Reader(tunnel=True)
                self.stage = Stage.CONNECTING
                try:
                    await self._ask(send, route.connect())
                except ConnectionFailed:
                    self._reader.surplus = True
                _check_tunnel(self._reader)
                self._reader = Reader()
            if route.is_tls:
                await self._over_tls(route.tls, route.origin.host.decode("ascii"))
        self.cut = None
        # So that it says when all of a request is written.
        self.stream.set_write_buffer_limits(high=0)

    async def _over_tls(self, context: Any, host: str) -> None:
        self.stage = Stage.HANDSHAKE
        context.set_alpn_protocols(["http/1.1"])
        loop = asyncio.get_running_loop()
        self.stream = await loop.start_tls(self.stream, self, context, server_hostname=host)

    def resume_writing(self) -> None:
        """asyncio's word for: all of the request is written."""
        if self.stage is Stage.SENDING:
            self.stage = Stage.WAITING
            if self._reading is not None:
                self._give(self.left(self._reading))

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            # Nobody asked, and it must not be the next request's answer.
            self._reader.surplus = True
            return
        self._feed(data)

    def _feed(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
        except ConnectionFailed as error:
            self._end(error.with_traceback(None))
            return
        if self._reader.done:
            self._end(None)
            return
        if self.stage >= Stage.SENDING:
            self.stage = max(self.stage, self._reader.stage)
        if self._reading is not None:
            self._give(self.left(self._reading))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is None or self._answer.done():
            self._reader.surplus = True
        elif exc is not None:
            self._end(exc)
        else:
            self._feed(b"")

    def is_fit(self) -> bool:
        reader = self._reader
        return reader.keep and reader.done and not reader.surplus and not self.stream.is_closing()

    def is_good(self) -> bool:
        return self.stream is None or not (self._reader.surplus or has_something(self.stream))

    def interrupt(self) -> None:
        self._end(ClientClosed("this client was closed meanwhile"))
        super().interrupt()

    async def aclose(self) -> None:
        if self.stream is not None:
            self.stream.abort()
            self.stream = None
            await asyncio.sleep(0)  # in which the loop closes the socket


class AsyncFastEngine(AsyncSlotsEngine):
    """Sends for `AsyncImagesClient`: any number of tasks of one event loop."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        _no_transport(options)

    def _made(self, key: str) -> AsyncSlot:
        return _AsyncFastSlot(FastRoute(self._route(key)))


class FastEngine(SlotsEngine):
    """Sends for `ImagesClient`: any number of threads at once."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        _no_transport(options)

    def _made(self, key: str) -> Slot:
        return _FastSlot(FastRoute(self._route(key)))

    def _twin(self) -> AsyncFastEngine:
        return AsyncFastEngine(self._options)


def _no_transport(options: Options) -> None:
    if options.transport is not None:
        raise ConfigError('transport= is for engine="httpx"; the fast engine sends by itself')
