"""Sending by ourselves, for the extra `fast`: sockets below, llhttp to read what comes, and nothing between."""

from __future__ import annotations

import contextlib
from typing import Any

import httpcore

from .engine import Options, Stage
from .errors import ConnectionFailed, ImagesError
from .http1 import FastRoute, Reader, check_no_transport, check_tunnel
from .network import Backend, phases
from .slots import Slot, SlotsEngine
from .transport import Answer, AsyncEngine, Send

_AT_ONCE = 256 * 1024


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
        return reader.outcome()

    def _read(self, stream: Any, reader: Reader, limit: float | None) -> None:
        while not reader.done:
            if self.stage >= Stage.SENDING:
                self.stage = max(self.stage, reader.stage)
            reader.feed(stream.read(_AT_ONCE, limit))

    def _connect(self, limits: dict[str, float | None]) -> Any:
        route, limit = self._route, limits["connect"]
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
            check_tunnel(reader)
        if route.is_tls:
            stream = _over_tls(stream, route.tls, route.origin.host.decode("ascii"), limit)
        return stream

    def is_fit(self) -> bool:
        return self._reader.rests

    def is_good(self) -> bool:
        return self.stream is None or not self.stream.get_extra_info("is_readable")

    def close(self) -> None:
        if self.stream is not None:
            self.stream.close()


def _over_tls(stream: Any, context: Any, host: str, limit: float | None) -> Any:
    context.set_alpn_protocols(["http/1.1"])
    return stream.start_tls(context, host, limit)


class FastEngine(SlotsEngine):
    """Sends for `ImagesClient`: any number of threads at once."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        check_no_transport(options)

    def _made(self, key: str) -> Slot:
        return _FastSlot(FastRoute(self._route(key)))

    def _twin(self) -> AsyncEngine:
        from .fast_tasks import AsyncFastEngine

        return AsyncFastEngine(self._options)
