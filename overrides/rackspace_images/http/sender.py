"""The one place that sends: permits, deadlines, closing and errors, above any httpx transport."""

from __future__ import annotations

import contextlib
import threading
import weakref
from concurrent.futures import wait
from queue import Empty, SimpleQueue

import httpx

from rackspace_images.errors import ClientClosed, ConfigError, ImagesError

from .body import ApiResponse, Body
from .call import EXCHANGE, Exchange
from .failures import Stage, explain, timed_out
from .flow import Pause
from .forks import renew_after_fork
from .proxies import Proxies
from .tls import Tls
from .transport import Transport


class Permit:
    """Allows one request in progress. One that an interruption drops is replaced."""

    def __init__(self, permits: SimpleQueue[Permit]) -> None:
        self._permits = weakref.ref(permits)

    def __del__(self) -> None:
        if (permits := self._permits()) is not None:
            permits.put(Permit(permits))


class Scope:
    """Requests that end together: those of a client, or of one bulk call.

    `permits`: as many requests as may be under way at once, as a queue: a semaphore can lose one under Ctrl-C.
    """

    def __init__(self, permits: int, shared: SimpleQueue[Permit] | None = None) -> None:
        self.permits: SimpleQueue[Permit] = SimpleQueue() if shared is None else shared
        for _ in range(permits):
            self.permits.put(Permit(self.permits))
        self.busy: set[weakref.ref[Exchange]] = set()
        self.stopped = threading.Event()
        self._parts: weakref.WeakSet[Scope] = weakref.WeakSet()

    def part(self, permits: int | None) -> Scope:
        """Makes a scope that ends with this one, with its own number of permits, or with this one's."""
        part = Scope(0, self.permits) if permits is None else Scope(permits)
        self._parts.add(part)
        return part

    def stop(self) -> None:
        """Ends what is in progress; nothing more is sent."""
        self.stopped.set()
        for part in list(self._parts):
            part.stop()
        for reference in list(self.busy):
            if (exchange := reference()) is not None:
                exchange.abort()


CLOSED_MEANWHILE = "this client was closed meanwhile"


class Sender:
    """Sends requests of threads. `transport`: the user's, or None for ours.

    It returns what went wrong instead of raising it, so that nothing of a library below stays attached to an error.
    """

    def __init__(self, transport: httpx.BaseTransport | None, tls: Tls, proxies: Proxies, permits: int) -> None:
        self._transport = transport or Transport(tls, proxies)
        self._tls = None if transport is not None else tls
        self._permits = permits
        self.scope = Scope(permits)
        renew_after_fork(self)

    def forked(self) -> None:
        """Renews in a child process what only its parent can use."""
        if not self.scope.stopped.is_set():
            self.scope = Scope(self._permits)

    def check_open(self) -> None:
        """Raises `ClientClosed` after `close`."""
        if self.scope.stopped.is_set():
            raise ClientClosed("this client is closed")

    def send(self, request: httpx.Request) -> ApiResponse | ImagesError:
        """Sends a request. Returns the response, read and decoded, or the error."""
        exchange: Exchange = request.extensions[EXCHANGE]
        scope: Scope = exchange.limits.scope or self.scope
        try:
            permit = scope.permits.get(timeout=exchange.left())
        except Empty:
            return timed_out(Stage.PERMIT)
        response: httpx.Response | None = None
        busy = weakref.ref(exchange)
        try:
            exchange.stage = Stage.WAITING
            scope.busy.add(busy)
            if scope.stopped.is_set():
                return ClientClosed(CLOSED_MEANWHILE)
            response = self._transport.handle_request(request)
            return _read(response, exchange)
        except Exception as failure:
            outcome = explain(failure, exchange.stage, self._tls)
            if outcome is None:
                raise
        finally:
            scope.busy.discard(busy)
            scope.permits.put(permit)
            # The outcome is known: how the connection ends does not matter.
            with contextlib.suppress(httpx.HTTPError, OSError):
                if response is not None:
                    response.close()
        return ClientClosed(CLOSED_MEANWHILE) if scope.stopped.is_set() else outcome

    def pause(self, pause: Pause, scope: Scope | None = None) -> ImagesError | None:
        """Sleeps; `close()` ends it."""
        stopped = (scope or self.scope).stopped
        if pause.until is None:
            stopped.wait(pause.seconds)
        elif pause.leader == threading.get_ident():
            hint = "await the call of an async client, and make no call in on_attempt"
            return ConfigError("a call on the thread that is signing in would wait for itself", hint=hint)
        else:
            wait([pause.until], pause.seconds)
        return ClientClosed(CLOSED_MEANWHILE) if stopped.is_set() else None

    def close(self) -> None:
        """Ends what is in progress and closes the connections. A second call does nothing."""
        if not self.scope.stopped.is_set():
            self.scope.stop()
            self._transport.close()


def _read(response: httpx.Response, exchange: Exchange) -> ApiResponse | ImagesError:
    body, stream = Body(response, exchange), response.stream
    assert isinstance(stream, httpx.SyncByteStream)  # noqa: S101
    if body.error is None:
        for chunk in stream:
            if not body.add(chunk):
                break
    return body.response()
