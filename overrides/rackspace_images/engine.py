"""What every engine shares: what it is told, where a request stands, and what the trouble with it is called."""

from __future__ import annotations

import contextlib
import enum
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import ClientClosed, ConfigError, ImagesError, RequestTimeout
from .proxies import Proxies
from .tls import Tls
from .transport import Answer, Body, Headers, Send

if TYPE_CHECKING:
    import asyncio
else:
    from .later import asyncio

ENGINES = ("httpx", "fast")


@dataclass(slots=True)
class Options:
    """How to reach servers. `transport`: one of the user's, which the httpx engine sends through instead of its own."""

    tls: Tls
    proxies: Proxies
    transport: Any = None


class Stage(enum.IntEnum):
    """How far a request has come."""

    ROOM = 0
    CONNECTING = 1
    HANDSHAKE = 2
    SENDING = 3
    WAITING = 4
    HEADERS = 5
    BODY = 6

    @property
    def sent(self) -> bool:
        """Whether the server may have got the request."""
        return self >= Stage.SENDING


_NOT_DONE = {
    Stage.ROOM: "no free connection",
    Stage.CONNECTING: "no connection",
    Stage.HANDSHAKE: "the TLS handshake was not done",
    Stage.SENDING: "the request could not be sent",
    Stage.WAITING: "no answer",
    Stage.HEADERS: "the answer's headers did not end",
    Stage.BODY: "the answer's body did not end",
}


def timed_out(stage: Stage) -> RequestTimeout:
    """The error of a request whose time ran out at a stage."""
    return RequestTimeout(_NOT_DONE[stage], sent=stage.sent)


def answered(status_code: int, headers: Headers, body: Body, error: ImagesError | None) -> Answer | ImagesError:
    """What a response is, once its body is read as far as it is wanted."""
    outcome = error or body.whole()
    if isinstance(outcome, bytes):
        return Answer(status_code, headers, outcome)
    outcome.place(status_code=status_code, request_id=Answer(status_code, headers, b"").request_id)
    return outcome


def origin(send: Send) -> str:
    """Scheme, host and port of a request's URL, as they are written in it."""
    end = send.url.find("/", 8)
    return send.url if end < 0 else send.url[:end]


class Threads:
    """What the engines for threads share: their state, made anew in a child process."""

    def __init__(self) -> None:
        self._closed = False
        self._anew()

    def _anew(self) -> None:
        self._pid = os.getpid()
        self._over = threading.Event()

    def begin(self) -> None:
        """Called before each call. Raises `ClientClosed`."""
        if self._closed:
            raise ClientClosed("this client is closed")
        if self._pid != os.getpid():
            self._anew()

    def wait(self, seconds: float) -> None:
        """Waits, but not beyond `close`."""
        self._over.wait(seconds)


class OneLoop:
    """What the engines for tasks share: the event loop that they belong to."""

    def __init__(self) -> None:
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = asyncio.Event()

    def begin(self) -> None:
        """Called before each call. Raises `ClientClosed`, and `ConfigError` in another loop than that of the first."""
        if self._closed:
            raise ClientClosed("this client is closed")
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            raise ConfigError(
                "this client belongs to the event loop of its first call, and this is another",
                hint="an AsyncImagesClient for each event loop, made where it runs",
            )

    async def wait(self, seconds: float) -> None:
        """Waits, but not beyond `aclose`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()
