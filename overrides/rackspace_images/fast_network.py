"""aiohttp's own layer below the fast engine: it tells how far a request has come, and ends it when its time is over."""

from __future__ import annotations

import asyncio
import select
import socket
import threading
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Any

from .defaults import KEEPALIVE_EXPIRY
from .engine import Stage
from .errors import ConfigError, ConnectionFailed, ImagesError
from .network import explained
from .proxies import refused
from .text import without_userinfo
from .tls import Tls
from .transport import Send

__all__ = ["FAST_TROUBLE", "ClientSession", "Progress", "checked_url", "current", "fast_explained", "opened"]

try:
    import aiohttp
    from aiohttp import ClientSession
    from aiohttp.abc import AbstractResolver, ResolveResult
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.http import HttpProcessingError
    from yarl import URL
except ModuleNotFoundError:
    raise ConfigError(
        'engine="fast" needs aiohttp, which is not installed', hint='pip install "rackspace-images[fast]"'
    ) from None

# Request headers and, of an identity with signed tokens, answers' may have lines longer than aiohttp's 8 KiB.
_LONGEST_LINE = 64 * 1024
_ADDED_BY_AIOHTTP = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")

# What aiohttp raises when no answer came.
FAST_TROUBLE = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError, RuntimeError)

_PHASES = {
    Stage.ROOM: "pool",
    Stage.CONNECTING: "connect",
    Stage.HANDSHAKE: "connect",
    Stage.SENDING: "write",
    Stage.WAITING: "read",
    Stage.HEADERS: "read",
    Stage.BODY: "read",
}


class Progress:
    """How far one request has come, and the timer that ends it; one for the whole, and for each part."""

    def __init__(self, send: Send, timer: asyncio.Timeout) -> None:
        self.timer = timer
        self.stage = Stage.ROOM
        self.over = False
        self.closed = False
        self.tunnel = False
        self.protocol: Any = None
        self.lost: BaseException | None = None
        """What the connection ended with, of which aiohttp may tell less."""
        self._send = send
        self._phases = send.phases.as_dict() if send.phases is not None else None

    def enter(self, stage: Stage) -> None:
        """Notes the next stage; one that is passed does not come back."""
        if stage > self.stage:
            self.stage = stage
        if self._phases is not None:
            self._give(self._phases[_PHASES[self.stage]])

    def heard(self) -> None:
        """Notes that something of the answer came."""
        if Stage.SENDING <= self.stage < Stage.HEADERS:
            self.enter(Stage.HEADERS)
        elif self._phases is not None:
            self.enter(self.stage)

    def connected(self) -> None:
        """Notes that there is a connection, on which TLS is next; unless it leads to a proxy that is asked first."""
        if self.tunnel:
            self.tunnel = False
        else:
            self.enter(Stage.HANDSHAKE)

    def drop(self) -> None:
        """Closes the connection, on which more may come than is wanted."""
        if self.protocol is not None:
            self.protocol.close()

    def _give(self, seconds: float | None) -> None:
        left = self._send.left()
        if seconds is None or (left is not None and left < seconds):
            seconds = left
        if not self.over and not self.timer.expired():
            self.timer.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)

    def end(self) -> None:
        """Ends the request, as the client is closed."""
        self.closed = True
        if not self.over and not self.timer.expired():
            self.timer.reschedule(asyncio.get_running_loop().time())


current: ContextVar[Progress] = ContextVar("rackspace_images_current")


class _Protocol(ResponseHandler):
    """aiohttp's side of one connection, which tells how far its request has come."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.progress: Progress | None = None

    def start_timeout(self) -> None:
        # aiohttp's word for: all of the request is written.
        if self.progress is not None:
            self.progress.enter(Stage.WAITING)
        super().start_timeout()

    def connection_lost(self, exc: BaseException | None) -> None:
        if self.progress is not None and not self.progress.over:
            self.progress.lost = exc
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.progress is not None:
            if self.progress.over:
                # Nobody asked, and it must not be the next request's answer.
                self.close()
                return
            self.progress.heard()
        super().data_received(data)


class Connector(aiohttp.TCPConnector):
    """aiohttp's pool, which hands out no connection that holds an answer nobody asked for."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # The room is counted by the engine, which can tell how long a request waited for it.
        super().__init__(limit=0, keepalive_timeout=KEEPALIVE_EXPIRY, resolver=_Resolver())

        def made() -> _Protocol:
            # Called once there is a connection, and once more for TLS in a proxy's tunnel.
            current.get().connected()
            return _Protocol(loop)

        self._factory: Any = made

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:
        progress = current.get()
        if progress.stage >= Stage.SENDING:
            # aiohttp sends again what it takes for safe to repeat; that is not for it to say.
            raise aiohttp.ServerDisconnectedError
        progress.enter(Stage.CONNECTING)
        while True:
            connection = await super().connect(req, traces, timeout)
            protocol: Any = connection.protocol
            if protocol.progress is None or not (protocol.should_close or _has_something(protocol.transport)):
                break
            connection.close()
        protocol.progress = progress
        progress.protocol = protocol
        progress.enter(Stage.SENDING)
        return connection


def _has_something(transport: asyncio.BaseTransport) -> bool:
    """Whether something came on a connection that is at rest: its end, or an answer that nobody asked for.

    The loop, which may not have run since, has not seen it yet.
    """
    number = transport.get_extra_info("socket").fileno()
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))


class _Resolver(AbstractResolver):
    """Looks a name up in a thread that can be left behind: no pool of them fills, and no exit waits for it."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found: Future[list[Any]] = Future()

        def look() -> None:
            try:
                addresses = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
            except UnicodeError:
                found.set_exception(socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
            except OSError as error:
                found.set_exception(error)
            else:
                found.set_result(addresses)

        threading.Thread(target=look, name="rackspace-images-resolve", daemon=True).start()
        # Shielded, as a future that is cancelled cannot be set.
        return [
            ResolveResult(
                hostname=host, host=address[0], port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for kind, _, proto, _, address in await asyncio.shield(asyncio.wrap_future(found))
        ]

    async def close(self) -> None:
        """There is nothing to close."""


def opened() -> ClientSession:
    """A session that does as it is told and nothing more; for the loop that is running."""
    return ClientSession(
        connector=Connector(asyncio.get_running_loop()),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=_ADDED_BY_AIOHTTP,
        max_line_size=_LONGEST_LINE,
        max_field_size=_LONGEST_LINE,
    )


def checked_url(url: str) -> URL:
    """A URL as aiohttp has it. Raises `ConfigError`."""
    try:
        made = URL(url)
    except ValueError:
        made = URL()
    if not made.raw_host or made.scheme not in ("http", "https"):
        raise ConfigError(f"not a URL that a request can go to: {without_userinfo(url)}")
    return made


def fast_explained(trouble: Exception, progress: Progress, tls: Tls) -> ImagesError:
    """What the trouble is called here. Of aiohttp's words those that may quote an answer's headers are not used."""
    stage = progress.stage
    if isinstance(progress.lost, OSError):
        return explained(progress.lost, stage, tls)
    match trouble:
        case aiohttp.ClientHttpProxyError():
            return refused(trouble.status)
        case aiohttp.ClientPayloadError():
            return ConnectionFailed("the answer's body broke off, or is not HTTP", sent=True)
        case aiohttp.ClientResponseError() | HttpProcessingError():
            return ConnectionFailed("the answer is not HTTP", sent=True)
        case aiohttp.ServerDisconnectedError():
            return ConnectionFailed("Server disconnected without sending a response.", sent=stage.sent)
        case _:
            return explained(trouble, stage, tls)
