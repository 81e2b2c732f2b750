"""The layer below httpx's transport: it notes how far a request has come, and gives no step more time than is left."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import socket
import ssl
import threading
from concurrent.futures import CancelledError, Future
from typing import Any

import httpcore
import httpx

from .engine import Stage, timed_out
from .errors import ConfigError, ConnectionFailed, ImagesError, MalformedResponse
from .proxies import refused
from .text import without_userinfo
from .tls import Tls
from .transport import Send


class Clock:
    """The request that is under way on one connection, and how far it has come."""

    def __init__(self, handshakes: int = 0) -> None:
        self.send: Send | None = None
        self.stage = Stage.CONNECTING
        self.stream: Any = None
        self.handshakes = handshakes
        """TLS handshakes before the request: what is written until then is for a proxy."""
        self.connecting: Future[Any] | None = None
        """A connection that is being made, in another thread."""

    def left(self, timeout: float | None) -> float | None:
        """Seconds for the next step: its own, or what is left of the request's time."""
        left = self.send.left() if self.send is not None else None
        return left if timeout is None or (left is not None and left < timeout) else timeout

    def interrupt(self) -> None:
        """Wakes a thread that waits for a connection or on its socket, which closing it would not."""
        if (connecting := self.connecting) is not None:
            connecting.cancel()
        if (stream := self.stream) is not None:
            with contextlib.suppress(OSError, AttributeError):
                stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


class Stream:
    """httpcore's stream, which gives no step of a request more time than the request has left."""

    def __init__(self, inner: Any, clock: Clock, handshakes: int) -> None:
        self._inner = inner
        self._clock = clock
        self._left = handshakes
        clock.stream = self

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._inner.read(max_bytes, self._clock.left(timeout))
        if self._clock.stage is Stage.WAITING:
            self._clock.stage = Stage.HEADERS
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        is_request = not self._left
        self._clock.stage = Stage.SENDING if is_request else Stage.CONNECTING
        self._inner.write(buffer, self._clock.left(timeout))
        self._clock.stage = Stage.WAITING if is_request else Stage.CONNECTING

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> Stream:
        self._clock.stage = Stage.HANDSHAKE
        try:
            inner = self._inner.start_tls(ssl_context, server_hostname, self._clock.left(timeout))
        except BaseException:
            # httpcore forgets the connection of a handshake that is given up: Ctrl-C, a cancelled task.
            self.close()
            raise
        return Stream(inner, self._clock, self._left - 1)

    def close(self) -> None:
        self._clock.stream = None
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class AsyncStream:
    """`Stream`, awaited."""

    def __init__(self, inner: Any, clock: Clock, handshakes: int) -> None:
        self._inner = inner
        self._clock = clock
        self._left = handshakes
        clock.stream = self

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = await self._inner.read(max_bytes, self._clock.left(timeout))
        if self._clock.stage is Stage.WAITING:
            self._clock.stage = Stage.HEADERS
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        is_request = not self._left
        self._clock.stage = Stage.SENDING if is_request else Stage.CONNECTING
        await self._inner.write(buffer, self._clock.left(timeout))
        self._clock.stage = Stage.WAITING if is_request else Stage.CONNECTING

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> AsyncStream:
        self._clock.stage = Stage.HANDSHAKE
        try:
            inner = await self._inner.start_tls(ssl_context, server_hostname, self._clock.left(timeout))
        except BaseException:
            await self.aclose()
            raise
        return AsyncStream(inner, self._clock, self._left - 1)

    async def aclose(self) -> None:
        self._clock.stream = None
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Backend:
    """httpcore's way to the network, with an end to looking for a name and to trying address after address."""

    def __init__(self, inner: Any, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> Stream:
        self._clock.stage = Stage.CONNECTING
        left = self._clock.left(timeout)
        found: Future[Any] = Future()
        self._clock.connecting = found

        def connect() -> None:
            try:
                stream = self._inner.connect_tcp(host, port, left, **options)
            except Exception as error:  # noqa: BLE001  raised where it is waited for
                if found.set_running_or_notify_cancel():
                    found.set_exception(error)
                return
            if found.set_running_or_notify_cancel():
                found.set_result(stream)
            else:
                stream.close()

        # The resolver heeds no timeout, so it is given a thread that can be left behind.
        threading.Thread(target=connect, name="rackspace-images-connect", daemon=True).start()
        try:
            return Stream(found.result(left), self._clock, self._clock.handshakes)
        except CancelledError:
            raise ConnectionAbortedError("the client was closed meanwhile") from None
        finally:
            self._clock.connecting = None
            found.cancel()

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class AsyncBackend:
    """`Backend`, awaited; asyncio's resolver can be left behind by itself."""

    def __init__(self, inner: Any, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    async def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> AsyncStream:
        self._clock.stage = Stage.CONNECTING
        stream = await self._inner.connect_tcp(host, port, self._clock.left(timeout), **options)
        return AsyncStream(stream, self._clock, self._clock.handshakes)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def fields(send: Send, netloc: str) -> dict[str, str]:
    """The header fields of a request, `Host` first. Raises `ConfigError`."""
    found = {"Host": netloc, **send.all_headers()}
    if send.body is not None:
        found["Content-Length"] = str(len(send.body))
    return checked_fields(found)


def checked_fields(found: dict[str, str]) -> dict[str, str]:
    """Header fields, if HTTP can hold them. Raises `ConfigError`, which quotes none of them."""
    for value in found.values():
        if not (value.isascii() and value.isprintable()) or value != value.strip():
            raise ConfigError("the request cannot be written as HTTP; a header holds a forbidden character")
    return found


def phases(send: Send) -> dict[str, float | None]:
    """What each part of a request may take: connect, read, write and pool; none of them more than what is left."""
    left = send.left()
    found: dict[str, float | None] = dict.fromkeys(("connect", "read", "write", "pool"), left)
    if send.phases is not None:
        for name, own in send.phases.as_dict().items():
            found[name] = own if left is None or (own is not None and own < left) else left
    return found


def explained(trouble: Exception, stage: Stage, tls: Tls) -> ImagesError:
    """What the trouble is called here. Its words hold nothing of what was sent."""
    match trouble:
        case httpx.ConnectTimeout() if stage is Stage.WAITING:
            return timed_out(Stage.CONNECTING)
        case httpx.TimeoutException() | httpcore.TimeoutException() | TimeoutError():
            return timed_out(stage)
        case httpx.DecodingError():
            return MalformedResponse("the body is not in the encoding that its Content-Encoding names")
        case httpx.LocalProtocolError() | httpcore.LocalProtocolError():
            # Its words quote the header that it found wrong, which may be the token.
            return ConfigError("the request cannot be written as HTTP; a header holds a forbidden character")
        case httpx.ProxyError() | httpcore.ProxyError():
            # Of a CONNECT its words begin with the status; of SOCKS there is none.
            status = str(trouble)[:3]
            return refused(int(status) if status.isascii() and status.isdigit() else None)
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return ConfigError(f"not a URL that a request can go to: {_said(trouble)}")
        case _:
            if isinstance(_innermost(trouble), ssl.SSLCertVerificationError):
                return tls.refused(_said(trouble))
            sent = stage.sent and not isinstance(trouble, httpx.ConnectError | httpcore.ConnectError)
            return ConnectionFailed(_said(trouble), sent=sent)


def _innermost(trouble: BaseException) -> BaseException:
    """The lowest reason with words: httpx over asyncio says nothing, or little, of a connection that broke."""
    found, below = trouble, trouble.__cause__ or trouble.__context__
    while below is not None:
        found = below if str(below) else found
        below = below.__cause__ or below.__context__
    return found


def _said(trouble: BaseException) -> str:
    trouble = _innermost(trouble)
    if isinstance(trouble, OSError) and not isinstance(trouble, ssl.SSLError) and (trouble.errno or 0) > 0:
        # The system's own words: asyncio's differ from those of a plain socket.
        return os.strerror(trouble.errno or 0)
    return without_userinfo(str(trouble)) or type(trouble).__name__


class _NoTokens(logging.Filter):
    """httpcore writes the headers of every answer at DEBUG, and Keystone's answer has the token in one."""

    _TOKEN = re.compile(r"""(b'x-(?:subject|auth)-token', )b(?:'[^']*'|"[^"]*")""", re.IGNORECASE)

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, str):
            record.msg = self._TOKEN.sub(r"\1***", record.msg)
        return True


for _name in ("httpcore.http11", "httpcore.http2"):
    logging.getLogger(_name).addFilter(_NoTokens())
