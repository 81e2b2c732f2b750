"""What is sent and what comes back, and the two loops that do it.

Decisions are made elsewhere, by generators that yield what is to be done (`Send`, `Wait`, `Join`) and are given
what came of it. `run` and `run_async` drive the same generator over an engine; they differ in how they wait and in
nothing else.
"""

from __future__ import annotations

import copy
import time
import zlib
from collections.abc import Generator, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import httpx

from .defaults import LARGEST_BODY
from .errors import ImagesError, MalformedResponse, RequestTimeout, ResponseTooLarge
from .text import one_line

if TYPE_CHECKING:
    import asyncio
else:
    from .later import asyncio

T = TypeVar("T")


class Unchanged:
    """The type of `UNCHANGED`: an argument that was not given, where None has a meaning of its own."""

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED = Unchanged()


@dataclass(slots=True)
class Send:
    """A request to send. Its token, and its body, which may hold a key, are not shown.

    `ends`: when it must be over, by `time.monotonic`. `phases`: what each part of it may take, beside that.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    token: str | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)
    ends: float | None = None
    phases: httpx.Timeout | None = None

    def left(self) -> float | None:
        """Seconds until it must be over; never nothing, which sockets take for "do not wait"."""
        return None if self.ends is None else max(self.ends - time.monotonic(), 0.001)

    def all_headers(self) -> dict[str, str]:
        """The headers with the token among them."""
        return {**self.headers, "X-Auth-Token": self.token} if self.token is not None else dict(self.headers)


@dataclass(frozen=True, slots=True)
class Wait:
    """Doing nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Join:
    """Waiting for a sign-in that another call leads, until `ends`; raises its error."""

    flight: Future[ImagesError | None]
    ends: float | None = None

    def left(self) -> float | None:
        """Seconds until the wait must be over."""
        return None if self.ends is None else max(self.ends - time.monotonic(), 0.0)


class Fields(dict[str, str]):
    """The header fields of an answer, by names in any case; several of one name are joined, as HTTP has it."""

    def __init__(self, received: Iterable[tuple[bytes, bytes]]) -> None:
        super().__init__()
        for raw_name, raw in received:
            name = raw_name.lower().decode("latin-1")
            value = raw.strip().decode("latin-1")
            super().__setitem__(name, f"{self[name]}, {value}" if name in self else value)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a field, or `default`."""
        return super().get(name.lower(), default)

    def __setitem__(self, name: str, value: str) -> None:
        super().__setitem__(name.lower(), value)


Headers = Fields | httpx.Headers


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever it is."""

    status_code: int
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """The server's name for the request."""
        found: str | None = next(filter(None, map(self.headers.get, _REQUEST_IDS)), None)
        return found and one_line(found)

    def hide(self, token: str | None) -> None:
        """Takes a token that the server quotes out of what is logged of the answer."""
        for name in _REQUEST_IDS if token else ():
            if token and token in (found := self.headers.get(name, "")):
                self.headers[name] = found.replace(token, "***")


_REQUEST_IDS = ("X-Compute-Request-Id", "X-Openstack-Request-Id")

Steps = Generator[Send | Wait | Join, Any, T]


class Tasks(Protocol):
    """An event loop in a thread, and the engine that sends for its tasks."""

    @property
    def engine(self) -> AsyncEngine: ...

    def running(self) -> asyncio.AbstractEventLoop:
        """The loop, started if it is not. Raises `ClientClosed`."""
        ...


class Engine(Protocol):
    """What sends. It never raises what went wrong, it gives it: nothing of a library below is left attached."""

    @property
    def tasks(self) -> Tasks | None:
        """Where many at once are better asked than in threads, if there is such a place."""

    def begin(self) -> None:
        """Called before each call. Raises `ClientClosed` once it is closed."""

    def send(self, send: Send) -> Answer | ImagesError: ...

    def wait(self, seconds: float) -> None:
        """Waits, but not beyond `close`."""

    def close(self) -> None: ...


class AsyncEngine(Protocol):
    """`Engine`, awaited."""

    def begin(self) -> None: ...
    async def send(self, send: Send) -> Answer | ImagesError: ...
    async def wait(self, seconds: float) -> None: ...
    async def aclose(self) -> None: ...


def run(steps: Steps[T], engine: Engine) -> T:
    """Drives `steps` to their result."""
    try:
        engine.begin()
        step = next(steps)
        while True:
            outcome: Answer | ImagesError | None = _closed(engine)
            if outcome is not None:
                pass
            elif isinstance(step, Send):
                outcome = engine.send(step)
            elif isinstance(step, Wait):
                engine.wait(step.seconds)
            else:
                try:
                    outcome = copy.copy(step.flight.result(step.left()))
                except TimeoutError:
                    outcome = _waited_in_vain()
            step = steps.throw(outcome) if isinstance(outcome, ImagesError) else steps.send(outcome)
    except StopIteration as stop:
        result: T = stop.value
    finally:
        steps.close()
    return result


async def run_async(steps: Steps[T], engine: AsyncEngine) -> T:
    """`run`, awaited."""
    try:
        engine.begin()
        step = next(steps)
        while True:
            outcome: Answer | ImagesError | None = _closed(engine)
            if outcome is not None:
                pass
            elif isinstance(step, Send):
                outcome = await engine.send(step)
            elif isinstance(step, Wait):
                await engine.wait(step.seconds)
            else:
                try:
                    # Shielded: who stops waiting must not stop the sign-in of the others.
                    flight = asyncio.shield(asyncio.wrap_future(step.flight))
                    outcome = copy.copy(await asyncio.wait_for(flight, step.left()))
                except TimeoutError:
                    outcome = _waited_in_vain()
            step = steps.throw(outcome) if isinstance(outcome, ImagesError) else steps.send(outcome)
    except StopIteration as stop:
        result: T = stop.value
    finally:
        steps.close()
    return result


def _closed(engine: Engine | AsyncEngine) -> ImagesError | None:
    """`ClientClosed`, where it was closed since the call began: then nothing is sent or waited for any more."""
    try:
        engine.begin()
    except ImagesError as error:
        return error
    return None


def _waited_in_vain() -> RequestTimeout:
    return RequestTimeout("the sign-in that another call leads was not done", sent=False)


class Body:
    """An answer's body while it is read: bounded as sent and as decoded, so that no gzip bomb unfolds."""

    def __init__(self, headers: Headers, limit: int = LARGEST_BODY) -> None:
        self._limit = limit
        self._sent = 0
        self._whole = bytearray()
        self._encoding = headers.get("Content-Encoding", "").strip().lower()
        self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if self._encoding in ("gzip", "deflate") else None
        length = headers.get("Content-Length", "")
        self._announced = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0

    def refused(self) -> ImagesError | None:
        """Why it is not worth reading, if so."""
        if self._announced > self._limit:
            return self._too_large()
        if self._unpack is None and self._encoding not in ("", "identity"):
            return MalformedResponse(f"the body's Content-Encoding is {self._encoding}, which was not asked for")
        return None

    def add(self, chunk: bytes) -> ImagesError | None:
        """Takes the next part; gives an error once that is enough."""
        self._sent += len(chunk)
        try:
            self._take(chunk)
        except zlib.error:
            return self._misencoded()
        return self._too_large() if max(len(self._whole), self._sent) > self._limit else None

    def _take(self, data: bytes) -> None:
        if self._unpack is None:
            self._whole += data
            return
        while data and len(self._whole) <= self._limit:
            if self._unpack.eof:
                self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
            self._whole += self._unpack.decompress(data, self._limit + 1 - len(self._whole))
            data = self._unpack.unconsumed_tail or self._unpack.unused_data

    def whole(self) -> bytes | ImagesError:
        """All of it, decoded."""
        if self._unpack is not None and self._sent and not self._unpack.eof:
            return self._misencoded()
        return bytes(self._whole)

    def _misencoded(self) -> MalformedResponse:
        return MalformedResponse("the body is not in the encoding that its Content-Encoding names")

    def _too_large(self) -> ResponseTooLarge:
        return ResponseTooLarge(f"the body has more than {self._limit} bytes")
