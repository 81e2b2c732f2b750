"""Connections of our own to send through, and the two shells around them that every engine is.

A slot is one connection, used by one request at a time: what goes wrong with it ends with it, and many at once do not
slow each other down, as they do in httpx's own pool.
"""

from __future__ import annotations

import os
import ssl
import threading
import time
from abc import abstractmethod
from collections import defaultdict, deque
from collections.abc import Iterable
from functools import cache
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

import httpcore
import httpx

from .defaults import KEEPALIVE_EXPIRY, MAX_CONNECTIONS
from .engine import OneLoop, Options, Stage, Threads, origin, timed_out
from .errors import ClientClosed, ImagesError
from .loop_thread import LoopThread
from .network import Clock, explained
from .transport import Answer, AsyncEngine, Send, Tasks

if TYPE_CHECKING:
    import asyncio
else:
    from .later import asyncio

# What the libraries below, and transports that users write for httpx, raise when no answer came.
_TROUBLE = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    OSError,
)


class Route:
    """How an origin is reached: through which proxy, if any, and with which certificates."""

    def __init__(self, key: str, options: Options) -> None:
        self.key = key
        self.proxy: httpx.Proxy | None = options.proxies.of(key)
        self.handshakes = key.startswith("https:") + (self.proxy is not None and self.proxy.url.scheme == "https")
        self.tls: ssl.SSLContext = options.tls.context() if self.handshakes else _no_tls()


@cache
def _no_tls() -> ssl.SSLContext:
    """For plain http, for which httpx would read its certificates for nothing. It trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _AnySlot(Clock):
    """One connection at the most."""

    def __init__(self, key: str, handshakes: int = 0) -> None:
        super().__init__(handshakes)
        self.key = key
        self.used = 0.0

    @abstractmethod
    def is_fit(self) -> bool:
        """Whether it can be kept after an answer."""

    @abstractmethod
    def is_good(self) -> bool:
        """Whether it can be sent through: it has not ended meanwhile, nor did anything come that nobody asked for."""


class Slot(_AnySlot):
    """One connection at the most, for threads."""

    @abstractmethod
    def exchange(self, send: Send) -> Answer | ImagesError:
        """Sends a request and reads its answer. Raises whatever went wrong."""

    @abstractmethod
    def close(self) -> None: ...


class AsyncSlot(_AnySlot):
    """One connection at the most, for tasks. `cut`: what ends its request at once, if anything."""

    cut: asyncio.Timeout | None = None

    def interrupt(self) -> None:
        """Wakes the task that waits for it."""
        if self.cut is not None:
            self.cut.reschedule(0)

    @abstractmethod
    async def exchange(self, send: Send) -> Answer | ImagesError:
        """Sends a request and reads its answer. Raises whatever went wrong."""

    @abstractmethod
    async def aclose(self) -> None: ...


AnySlot = TypeVar("AnySlot", Slot, AsyncSlot)


class _Slots(Generic[AnySlot]):
    """The connections of one client, by origin; the one that was used last is the next to be used."""

    _closed: bool

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._idle: dict[str, deque[AnySlot]] = defaultdict(deque)
        self._busy: set[AnySlot] = set()
        self._routes: dict[str, Route] = {}

    @abstractmethod
    def _made(self, key: str) -> AnySlot:
        """A new slot for an origin. Raises `ConfigError`."""

    def _take(self, send: Send) -> AnySlot:
        """A slot for a request. Raises `ConfigError`, and `ClientClosed` if it was closed meanwhile."""
        if self._closed:
            raise ClientClosed("this client is closed")
        key = origin(send)
        with self._lock:
            idle = self._idle[key]
            found = idle.pop() if idle else None
        slot = found if found is not None else self._made(key)
        slot.send = send
        slot.stage = Stage.CONNECTING if slot.stream is None else Stage.SENDING
        self._busy.add(slot)
        return slot

    def _route(self, key: str) -> Route:
        if key not in self._routes:
            self._routes[key] = Route(key, self._options)
        return self._routes[key]

    def _give(self, slot: AnySlot, *, fit: bool) -> list[AnySlot]:
        """Takes a slot back; gives those that are to be closed: itself, or what was idle for too long."""
        self._busy.discard(slot)
        slot.send = None
        if not fit:
            return [slot]
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

    def _end(self) -> list[AnySlot]:
        """Closed from here on; gives the slots that nobody uses, to be closed."""
        with self._lock:
            self._closed = True
            idle = [slot for slots in self._idle.values() for slot in slots]
            self._idle.clear()
        return idle

    def _explained(self, trouble: Exception, slot: AnySlot | None) -> ImagesError:
        if self._closed:
            # What broke is a connection that we took away.
            return ClientClosed("this client was closed meanwhile")
        return explained(trouble, slot.stage if slot is not None else Stage.CONNECTING, self._options.tls)


class SlotsEngine(_Slots[Slot], Threads):
    """Sends for `ImagesClient`: any number of threads at once."""

    def __init__(self, options: Options) -> None:
        _Slots.__init__(self, options)
        self._loop_thread: LoopThread | None = None
        self._left_behind: list[LoopThread] = []
        Threads.__init__(self)

    @abstractmethod
    def _twin(self) -> AsyncEngine:
        """The same engine for tasks."""

    @property
    def tasks(self) -> Tasks | None:
        """Where many at once are asked; but for a transport that was given, which knows threads only."""
        return self if self._options.transport is None else None

    @property
    def engine(self) -> AsyncEngine:
        """What sends for tasks of the loop."""
        return self._thread().engine

    def running(self) -> asyncio.AbstractEventLoop:
        """The loop. Raises `ClientClosed`."""
        self.begin()
        return self._thread().loop

    def _thread(self) -> LoopThread:
        with self._lock:
            if self._loop_thread is None:
                self._loop_thread = LoopThread(self._twin())
            return self._loop_thread

    def _anew(self) -> None:
        """In a child process the connections of its parent are neither to be used nor to be closed."""
        super()._anew()
        # A permit for each connection: what a semaphore does, at a tenth of its time.
        self._room: SimpleQueue[None] = SimpleQueue()
        for _ in range(MAX_CONNECTIONS):
            self._room.put(None)
        self._lock = threading.Lock()
        self._idle.clear()
        self._busy.clear()
        if self._loop_thread is not None:
            # To collect it in a child process would touch what its parent has open.
            self._left_behind.append(self._loop_thread)
            self._loop_thread = None

    def send(self, send: Send) -> Answer | ImagesError:
        try:
            self._room.get(timeout=send.left())
        except Empty:
            return timed_out(Stage.ROOM)
        slot, fit = None, False
        outcome: Answer | ImagesError
        try:
            slot = self._good(send)
            outcome = slot.exchange(send)
            fit = slot.is_fit()
        except ImagesError as error:
            outcome = error.with_traceback(None)
        except _TROUBLE as trouble:
            outcome = self._explained(trouble, slot)
        finally:
            self._room.put(None)
            if slot is not None:
                self._close_all(self._give(slot, fit=fit))
        return outcome

    def _good(self, send: Send) -> Slot:
        while not (slot := self._take(send)).is_good():
            self._close_all(self._give(slot, fit=False))
        return slot

    def _close_all(self, slots: Iterable[Slot]) -> None:
        for slot in slots:
            slot.close()

    def close(self) -> None:
        if self._closed:
            return
        if self._pid != os.getpid():
            self._anew()
        idle = self._end()
        self._over.set()
        self._close_all(idle)
        for slot in list(self._busy):
            slot.interrupt()
        if self._loop_thread is not None:
            self._loop_thread.close()


class AsyncSlotsEngine(_Slots[AsyncSlot], OneLoop):
    """Sends for `AsyncImagesClient`: any number of tasks of one event loop."""

    def __init__(self, options: Options) -> None:
        _Slots.__init__(self, options)
        OneLoop.__init__(self)
        self._room = asyncio.BoundedSemaphore(MAX_CONNECTIONS)

    async def send(self, send: Send) -> Answer | ImagesError:
        if self._room.locked():
            try:
                async with asyncio.timeout(send.left()):
                    await self._room.acquire()
            except TimeoutError:
                return timed_out(Stage.ROOM)
        else:
            await self._room.acquire()
        slot, fit = None, False
        outcome: Answer | ImagesError
        try:
            slot = await self._good(send)
            outcome = await slot.exchange(send)
            fit = slot.is_fit()
        except ImagesError as error:
            outcome = error.with_traceback(None)
        except _TROUBLE as trouble:
            outcome = self._explained(trouble, slot)
        finally:
            self._room.release()
            if slot is not None:
                await self._close_all(self._give(slot, fit=fit))
        return outcome

    async def _good(self, send: Send) -> AsyncSlot:
        while not (slot := self._take(send)).is_good():
            await self._close_all(self._give(slot, fit=False))
        return slot

    async def _close_all(self, slots: Iterable[AsyncSlot]) -> None:
        for slot in slots:
            await slot.aclose()

    async def aclose(self) -> None:
        if self._closed:
            return
        idle = self._end()
        if self._loop is not asyncio.get_running_loop():
            return  # the connections ended with the loop that they belonged to
        self._over.set()
        for slot in self._busy:
            slot.interrupt()
        await self._close_all(idle)
        while self._busy:
            await asyncio.sleep(0)
