"""Sending over aiohttp, for many images at once: the extra `fast`.

The asynchronous engine does it all. The synchronous one runs it on an event loop in a thread of its own, which sees
a server hang up between two calls, and which Ctrl-C, landing in the caller's thread, does not disturb.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import threading
import weakref
from concurrent.futures import CancelledError
from typing import Any

import httpx

from .defaults import MAX_CONNECTIONS
from .engine import OneLoop, Options, Stage, Threads, answered, origin, timed_out
from .errors import ClientClosed, ConfigError, ImagesError
from .fast_network import FAST_TROUBLE, ClientSession, Progress, checked_url, current, fast_explained, opened
from .transport import Answer, Body, Send, Tasks


class AsyncFastEngine(OneLoop):
    """Sends for `AsyncImagesClient`: any number of tasks of one event loop."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        if options.transport is not None:
            raise ConfigError('transport= is for engine="httpx"; the fast engine sends by itself')
        self._options = options
        self._room = asyncio.BoundedSemaphore(MAX_CONNECTIONS)
        self._session: ClientSession | None = None
        self._ways: dict[str, tuple[dict[str, Any], dict[str, str]]] = {}
        self._busy: set[Progress] = set()

    async def send(self, send: Send) -> Answer | ImagesError:
        if self._closed:
            return ClientClosed("this client is closed")
        timer = asyncio.timeout(send.left())
        progress = Progress(send, timer)
        reset = current.set(progress)
        self._busy.add(progress)
        outcome: Answer | ImagesError
        try:
            async with timer:
                progress.enter(Stage.ROOM)
                async with self._room:
                    outcome = await self._exchange(send, progress)
        except ConfigError as error:
            outcome = error.with_traceback(None)
        except FAST_TROUBLE as trouble:
            if not timer.expired():
                outcome = fast_explained(trouble, progress, self._options.tls)
            elif progress.closed:
                outcome = ClientClosed("this client was closed meanwhile")
            else:
                outcome = timed_out(progress.stage)
        finally:
            progress.over = True
            self._busy.discard(progress)
            current.reset(reset)
        return outcome

    async def _exchange(self, send: Send, progress: Progress) -> Answer | ImagesError:
        key = origin(send)
        way, more = self._ways.get(key) or self._way(key)
        headers = {**send.all_headers(), **more}
        for value in headers.values():
            if not (value.isascii() and value.isprintable()) or value != value.strip():
                raise ConfigError("the request cannot be written as HTTP; a header holds a forbidden character")
        progress.tunnel = "proxy_headers" in way and way["proxy"].scheme == "http"
        response = await self._opened().request(
            send.method, checked_url(send.url), headers=headers, data=send.body, allow_redirects=False, **way
        )
        try:
            progress.enter(Stage.BODY)
            received = httpx.Headers(list(response.raw_headers))
            body = Body(received)
            if (error := body.refused()) is None:
                async for chunk in response.content.iter_any():
                    if (error := body.add(chunk)) is not None:
                        break
        finally:
            response.close()
        if error is not None:
            progress.drop()
        return answered(response.status, received, body, error)

    def _way(self, key: str) -> tuple[dict[str, Any], dict[str, str]]:
        """How an origin is reached, for aiohttp, and the headers that this adds. Raises `ConfigError`."""
        proxy = self._options.proxies.of(key)
        tls = key.startswith("https:")
        way: dict[str, Any] = {}
        more: dict[str, str] = {}
        if proxy is not None:
            if proxy.url.scheme.startswith("socks") or proxy.ssl_context is not None:
                raise ConfigError(
                    "the fast engine knows no SOCKS proxy, and none with TLS settings of its own", hint='engine="httpx"'
                )
            way["proxy"] = checked_url(str(proxy.url))
            told = dict(proxy.headers)
            if proxy.raw_auth is not None:
                told["Proxy-Authorization"] = "Basic " + base64.b64encode(b":".join(proxy.raw_auth)).decode()
            if tls:
                way["proxy_headers"] = told
            else:
                more = told
        if tls or (proxy is not None and proxy.url.scheme == "https"):
            way["ssl"] = self._options.tls.context()
        self._ways[key] = way, more
        return way, more

    def _opened(self) -> ClientSession:
        if self._session is None:
            self._session = opened()
            weakref.finalize(self, _dropped, self._session, asyncio.get_running_loop(), os.getpid())
        return self._session

    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._loop is not asyncio.get_running_loop():
            return  # the connections ended with the loop that they belonged to
        self._over.set()
        for progress in self._busy:
            progress.end()
        while self._busy:  # noqa: ASYNC110  for a few turns of the loop
            await asyncio.sleep(0)
        if self._session is not None:
            await self._session.close()


class FastEngine(Threads):
    """Sends for `ImagesClient`: any number of threads at once."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._inner = AsyncFastEngine(options)
        self._left_behind: list[AsyncFastEngine] = []
        self._running: asyncio.AbstractEventLoop | None = None
        super().__init__()

    def _anew(self) -> None:
        super()._anew()
        self._lock = threading.Lock()
        if self._running is not None:
            # To collect them in a child process would touch what its parent has open.
            self._left_behind.append(self._inner)
            self._inner, self._running = AsyncFastEngine(self._options), None

    def send(self, send: Send) -> Answer | ImagesError:
        with self._lock:
            if self._closed:
                return ClientClosed("this client is closed")
            future = asyncio.run_coroutine_threadsafe(self._inner.send(send), self._running or self._start())
        try:
            return future.result()
        except CancelledError:
            return ClientClosed("this client was closed meanwhile")
        finally:
            future.cancel()

    @property
    def tasks(self) -> Tasks:
        return self

    @property
    def engine(self) -> AsyncFastEngine:
        """What sends for tasks of the loop."""
        return self._inner

    def running(self) -> asyncio.AbstractEventLoop:
        """The loop. Raises `ClientClosed`."""
        self.begin()
        with self._lock:
            return self._running or self._start()

    def _start(self) -> asyncio.AbstractEventLoop:
        self._running = asyncio.new_event_loop()
        self._running.call_soon(self._inner.begin)
        thread = threading.Thread(target=_run, args=(self._running,), name="rackspace-images", daemon=True)
        thread.start()
        self._end = weakref.finalize(self, _stop, self._inner, self._running, thread, os.getpid())
        return self._running

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._over.set()
        if self._running is not None:
            self._end()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


def _stop(engine: AsyncFastEngine, loop: asyncio.AbstractEventLoop, thread: threading.Thread, pid: int) -> None:
    """Ends a loop thread: when its client is closed, when nobody has it any more, when the interpreter ends."""

    async def stop() -> None:
        try:
            await engine.aclose()
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        finally:
            loop.stop()

    if pid == os.getpid() and thread.is_alive():
        asyncio.run_coroutine_threadsafe(stop(), loop)
        if threading.current_thread() is not thread:
            thread.join(1.0)


def _dropped(session: ClientSession, loop: asyncio.AbstractEventLoop, pid: int) -> None:
    """Closes the session of a client that was not closed, about which aiohttp would complain."""
    if session.closed or pid != os.getpid():
        return
    with contextlib.suppress(RuntimeError):
        if loop.is_closed():
            with contextlib.suppress(StopIteration):
                session.close().send(None)
        else:
            loop.call_soon_threadsafe(lambda: loop.create_task(session.close()))
