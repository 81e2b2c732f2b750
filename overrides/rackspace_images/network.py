"""The layer below httpx's transport: it notes how far a request has come, and gives no step more time than is left."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import socket
import ssl
import threading
from concurrent.futures import Future
from typing import Any

import httpx

from .engine import Stage, timed_out
from .errors import ConfigError, ConnectionFailed, ImagesError, MalformedResponse
from .text import without_userinfo
from .tls import Tls
from .transport import Send


class Clock:
    """The request that is under way on one connection, and how far it has come."""

    def __init__(self) -> None:
        self.send: Send | None = None
        self.stage = Stage.CONNECTING
        self.stream: Any = None

    def left(self, timeout: float | None) -> float | None:
        """Seconds for the next step: its own, or what is left of the request's time."""
        left = self.send.left() if self.send is not None else None
        return left if timeout is None or (left is not None and left < timeout) else timeout


class Stream:
    """httpcore's stream, which gives no step of a request more time than the request has left."""

    def __init__(self, inner: Any, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock
        clock.stream = self

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._inner.read(max_bytes, self._clock.left(timeout))
        if self._clock.stage is Stage.WAITING:
            self._clock.stage = Stage.HEADERS
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._clock.stage = Stage.SENDING
        self._inner.write(buffer, self._clock.left(timeout))
        self._clock.stage = Stage.WAITING

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> Stream:
        self._clock.stage = Stage.HANDSHAKE
        return Stream(self._inner.start_tls(ssl_context, server_hostname, self._clock.left(timeout)), self._clock)

    def close(self) -> None:
        self._clock.stream = None
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def interrupt(self) -> None:
        """Wakes a thread that waits on the socket, which closing it would not."""
        with contextlib.suppress(OSError, AttributeError):
            self._inner.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


class AsyncStream:
    """`Stream`, awaited."""

    def __init__(self, inner: Any, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock
        clock.stream = self

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = await self._inner.read(max_bytes, self._clock.left(timeout))
        if self._clock.stage is Stage.WAITING:
            self._clock.stage = Stage.HEADERS
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._clock.stage = Stage.SENDING
        await self._inner.write(buffer, self._clock.left(timeout))
        self._clock.stage = Stage.WAITING

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> AsyncStream:
        self._clock.stage = Stage.HANDSHAKE
        inner = await self._inner.start_tls(ssl_context, server_hostname, self._clock.left(timeout))
        return AsyncStream(inner, self._clock)

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
            return Stream(found.result(left), self._clock)
        finally:
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
        return AsyncStream(stream, self._clock)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def explained(trouble: Exception, stage: Stage, tls: Tls) -> ImagesError:
    """What the trouble is called here. Its words hold nothing of what was sent."""
    match trouble:
        case httpx.ConnectTimeout() if stage is Stage.WAITING:
            return timed_out(Stage.CONNECTING)
        case httpx.TimeoutException() | TimeoutError():
            return timed_out(stage)
        case httpx.DecodingError():
            return MalformedResponse("the body is not in the encoding that its Content-Encoding names")
        case httpx.LocalProtocolError():
            # Its words quote the header that it found wrong, which may be the token.
            return ConfigError("the request cannot be written as HTTP; a header holds a forbidden character")
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return ConfigError(f"not a URL that a request can go to: {_said(trouble)}")
        case _:
            if isinstance(_innermost(trouble), ssl.SSLCertVerificationError):
                return tls.refused(_said(trouble))
            sent = stage.sent and not isinstance(trouble, httpx.ConnectError | httpx.ProxyError)
            return ConnectionFailed(_said(trouble), sent=sent)


def _innermost(trouble: BaseException) -> BaseException:
    """The reason below: httpx over asyncio says only "All connection attempts failed" of a refused one."""
    while (cause := trouble.__cause__ or trouble.__context__) is not None and str(cause):
        trouble = cause
    return trouble


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
