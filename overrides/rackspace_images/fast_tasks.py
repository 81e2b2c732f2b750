"""The fast engine for tasks: what comes on a connection is read as the event loop hears it."""

from __future__ import annotations

import asyncio
import select
import socket
import threading
from concurrent.futures import Future
from typing import Any

from .engine import Options, Stage
from .errors import ClientClosed, ConnectionFailed, ImagesError
from .http1 import FastRoute, Reader, check_no_transport, check_tunnel
from .network import phases
from .slots import AsyncSlot, AsyncSlotsEngine
from .transport import Answer, Send

_HEAD_START = 0.25
"""Seconds that an address has before the next is tried beside it, as RFC 8305 has it."""


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
        return self._reader.outcome()

    async def _ask(self, send: Send, request: bytes) -> None:
        self._answer = answer = asyncio.get_running_loop().create_future()
        limits = phases(send)
        self._reading = None if send.phases is None else limits["read"]
        self._give(limits["write"])
        try:
            self.stream.write(request)
            if not self.stream.get_write_buffer_size():
                self.resume_writing()
            await answer
        finally:
            self._answer = None
            self._give(None)
            if answer.done() and not answer.cancelled():
                answer.exception()  # or asyncio complains of one that a cancelled task did not fetch

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
                check_tunnel(self._reader)
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
        return self._reader.rests and not self.stream.is_closing()

    def is_good(self) -> bool:
        return self.stream is None or not (self._reader.surplus or _has_something(self.stream))

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
        check_no_transport(options)

    def _made(self, key: str) -> AsyncSlot:
        return _AsyncFastSlot(FastRoute(self._route(key)))


async def connected(protocol: asyncio.Protocol, host: str, port: int) -> asyncio.Transport:
    """A connection to the first of a host's addresses that takes one. Raises `OSError`."""
    left = await _addresses(host, port)
    tasks: list[asyncio.Task[socket.socket]] = []
    failed = OSError("the name has no address")
    try:
        while True:
            if left:
                tasks.append(asyncio.create_task(_socket(*left.pop(0))))
            trying = [task for task in tasks if not task.done()]
            if trying:
                limit = _HEAD_START if left else None
                await asyncio.wait(trying, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in tasks if task.done()]:
                tasks.remove(task)
                error = task.exception()
                if error is None:
                    loop = asyncio.get_running_loop()
                    return (await loop.create_connection(lambda: protocol, sock=task.result()))[0]
                if not isinstance(error, OSError):
                    raise error
                failed = error
            if not (tasks or left):
                raise failed
    finally:
        for task in tasks:
            task.cancel()
            task.add_done_callback(_forgotten)


async def _socket(family: int, address: Any) -> socket.socket:
    """A socket that is connected to an address."""
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(made, address)
    except BaseException:
        made.close()
        raise
    return made


def _forgotten(task: asyncio.Task[socket.socket]) -> None:
    """Closes a connection that came too late."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()


async def _addresses(host: str, port: int) -> list[tuple[int, Any]]:
    """A name's addresses, looked up in a thread that can be left behind: no pool fills, and no exit waits for it."""
    found: Future[list[Any]] = Future()

    def look() -> None:
        try:
            addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError:
            found.set_exception(socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
        except OSError as error:
            found.set_exception(error)
        else:
            found.set_result(addresses)

    threading.Thread(target=look, name="rackspace-images-resolve", daemon=True).start()
    # Shielded, as a future that is cancelled cannot be set.
    return [(family, address) for family, _, _, _, address in await asyncio.shield(asyncio.wrap_future(found))]


def _has_something(transport: asyncio.BaseTransport) -> bool:
    """Whether something came on a connection that is at rest: its end, or an answer that nobody asked for.

    The loop, which may not have run since, has not seen it yet.
    """
    number = transport.get_extra_info("socket").fileno()
    if number < 0:
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
