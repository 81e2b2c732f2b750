"""The network below a connection, for threads: no step takes longer than its request has left.

httpcore's public interface for networks, over its own backend. Each connection has a network of its own, which knows
the request that is under way.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

from rackspace_images.defaults import MAX_BYTES_BESIDE_BODY

from .call import MIN_LEFT, Exchange
from .failures import Stage, too_much_beside_body

_BLANK_LINE = re.compile(rb"\n\r?\n")
"""The end of a response's headers, as h11 has it."""
MAX_READ = 16 * 1024
"""Bytes of one read: between two the clock is looked at, and other tasks have their turn. A TLS record has as many."""


def is_whole(data: bytes) -> bool:
    """Whether the first bytes of a response are all of it, and nothing more: then no byte need be held back.

    Most are. What is not HTTP counts as whole, as there is no response to follow it.
    """
    if not data.startswith(b"HTTP/1.1 200 "):
        return not data.startswith(b"HTTP/")
    head, *body = _BLANK_LINE.split(data.lower(), 1)
    _, _, after = head.partition(b"\ncontent-length:")
    is_plain = b"\ncontent-length:" not in after and b"transfer-encoding" not in head
    return is_plain and body != [] and after.partition(b"\n")[0].strip() == b"%d" % len(body[0])


class NetworkState:
    """One connection, and the request that is under way on it, for threads and for tasks.

    `handshakes`: the TLS handshakes before a request is sent; what is written until then is for a proxy.
    `holds_back`: whether each read holds back its last byte, see `split`.
    """

    http: Any
    """The connection of httpcore's that stands on this network."""
    exchange: Exchange
    used = 0.0
    """When its last response ended; 0 for a new one."""

    def __init__(self, origin: str, handshakes: int, *, holds_back: bool) -> None:
        self.origin = origin
        self.handshakes = handshakes
        self.holds_back = holds_back

    def begin(self, exchange: Exchange) -> None:
        """Takes up a request. Raises `ConnectionAbortedError` where its client was closed meanwhile."""
        self.exchange = exchange
        exchange.stage = Stage.SENDING if self.used else Stage.CONNECTING
        self.check_aborted()

    def check_aborted(self) -> None:
        """Raises `ConnectionAbortedError` where the client was closed meanwhile."""
        if self.exchange.is_aborted:
            raise ConnectionAbortedError("the client was closed meanwhile")

    def left(self, timeout: float | None) -> float | None:
        """Seconds for the next step: its own, or what is left of the request's time. Raises `TimeoutError`."""
        left = self.exchange.left(timeout)
        if left is not None and left <= MIN_LEFT and self.exchange.has_ended():
            raise TimeoutError
        return left

    def allow_read(self, timeout: float | None) -> float | None:
        """`left`, for a read. Raises `ResponseTooLarge` where too much was read that is not the body.

        Every read of a response, of a proxy's too, comes by here, so no flood outlasts it, whatever it consists of.
        """
        if self.exchange.received - self.exchange.body_received > MAX_BYTES_BESIDE_BODY:
            raise too_much_beside_body(self.exchange.stage)
        return self.left(timeout)

    def writing(self, handshakes: int, *, is_done: bool) -> None:
        """Notes that a request is being written, or is written; before the last handshake it is a proxy's."""
        self.exchange.stage = Stage.CONNECTING if handshakes else Stage.WAITING if is_done else Stage.SENDING

    def split(self, data: bytes) -> tuple[bytes, bytes]:
        """What a read returns of what arrived, and the last byte, which the next read returns.

        A byte that is still held back when the response is complete belongs to a response that was not asked for.
        `is_readable` then says so, and httpcore does not use the connection again.
        """
        holds_back = self.holds_back and len(data) > 1
        if self.exchange.stage is Stage.WAITING:
            self.exchange.stage = Stage.HEADERS
            holds_back = holds_back and not is_whole(data)
        returned, held = (data[:-1], data[-1:]) if holds_back else (data, b"")
        self.exchange.received += len(returned)
        return returned, held


class Network(NetworkState, httpcore.NetworkBackend):
    """The network of one connection, for threads."""

    opened: SimpleQueue[Any] | None = None
    """Where the outcome of connecting is waited for."""
    sockets: tuple[socket.socket, ...] = ()
    """What to shut down to end the connection at once."""

    def begin(self, exchange: Exchange) -> None:
        exchange.wake = self.interrupt
        super().begin(exchange)

    def interrupt(self) -> None:
        """Wakes a thread that waits for a connection, or on its socket, which closing it would not."""
        if (opened := self.opened) is not None:
            opened.put(None)
        for found in self.sockets:
            with contextlib.suppress(OSError):
                # Of an SSLSocket too the plain shutdown: its own takes away what the other thread reads through.
                socket.socket.shutdown(found, socket.SHUT_RDWR)

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *_: Any, **options: Any) -> Stream:
        """A connection to the first of the host's addresses that takes one.

        The resolver heeds no timeout, so it runs in a thread that can be left behind.
        """
        opened: SimpleQueue[Any] = SimpleQueue()
        left, is_left = self.left(timeout), threading.Event()

        def connect() -> None:
            try:
                opened.put(httpcore.SyncBackend().connect_tcp(host, port, left))
            except Exception as error:  # noqa: BLE001  raised where it is waited for
                opened.put(error)
            if is_left.is_set():
                _close_all(opened)

        self.opened = opened
        try:
            self.check_aborted()
            threading.Thread(target=connect, name="rackspace-images-connect", daemon=True).start()
            outcome = opened.get(timeout=left)
            if not isinstance(outcome, httpcore.NetworkStream):
                raise outcome or ConnectionAbortedError("the client was closed meanwhile")
            return Stream(outcome, self, self.handshakes)
        except Empty:
            raise TimeoutError from None
        finally:
            self.opened = None
            is_left.set()
            _close_all(opened)


def _close_all(opened: SimpleQueue[Any]) -> None:
    """Closes the connections that nothing waits for any more."""
    while not opened.empty():
        with contextlib.suppress(Empty):
            if isinstance(late := opened.get_nowait(), httpcore.NetworkStream):
                late.close()


class Stream(httpcore.NetworkStream):
    """httpcore's stream, which gives no step more time than its request has left."""

    def __init__(self, stream: httpcore.NetworkStream, network: Network, handshakes: int) -> None:
        self._stream = stream
        self._network = network
        self._handshakes = handshakes
        self._held = b""
        network.sockets = (stream.get_extra_info("socket"),)
        if network.exchange.is_aborted:
            stream.close()
            network.check_aborted()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._network.allow_read(timeout)
        data, self._held = self._network.split(self._held or self._stream.read(min(max_bytes, MAX_READ), left))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        self._network.writing(self._handshakes, is_done=False)
        self._stream.write(buffer, self._network.left(timeout))
        self._network.writing(self._handshakes, is_done=True)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        network = self._network
        network.exchange.stage = Stage.HANDSHAKE
        below = self._stream.get_extra_info("socket")
        # The handshake detaches the socket, which then cannot be shut down; a copy can.
        copy = below if isinstance(below, ssl.SSLSocket) else below.dup()
        network.sockets = (copy,)
        try:
            network.check_aborted()
            stream = self._stream.start_tls(ssl_context, server_hostname, network.left(timeout))
            return Stream(stream, network, self._handshakes - 1)
        except BaseException:
            # httpcore forgets the socket of a handshake that did not end.
            network.interrupt()
            self.close()
            raise
        finally:
            if copy is not below:
                copy.close()

    def close(self) -> None:
        self._network.sockets = ()
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return True if info == "is_readable" and self._held else self._stream.get_extra_info(info)
