"""The network backend for threads: no read or write takes longer than its request has left.

httpcore's public interface for networks, over its own backend. Each connection has a network of its own, which knows
the request that is under way.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
import weakref
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import Any

import httpcore
import httpx

from rackspace_images.defaults import MAX_BYTES_BESIDE_BODY

from .call import MIN_LEFT, Exchange
from .failures import Stage, too_much_beside_body
from .proxies import socks_handshake

_BLANK_LINE = re.compile(rb"\n\r?\n")
"""The end of a response's headers, as h11 parses it."""
MAX_READ = 16 * 1024
"""Bytes of one read, those of a TLS record. Between two reads the clock is checked and other tasks run."""


def is_whole(data: bytes) -> bool:
    """Whether the first bytes of a response are exactly the response, so that no byte must be held back.

    Most are. What is not HTTP counts as whole, as there is no response to follow it.
    """
    if not data.startswith(b"HTTP/1.1 200 "):
        return not data.startswith(b"HTTP/")
    head, *body = _BLANK_LINE.split(data.lower(), 1)
    _, _, after = head.partition(b"\ncontent-length:")
    is_plain = b"\ncontent-length:" not in after and b"transfer-encoding" not in head
    return is_plain and body != [] and after.partition(b"\n")[0].strip() == b"%d" % len(body[0])


def addresses_of(host: str, port: int) -> list[str]:
    """Resolves a host. The resolver has no timeout, so this runs in a daemon thread.

    The zone of an IPv6 address may be written as in a URL, `%25lo`.
    """
    found: list[Any] | None = None
    with contextlib.suppress(UnicodeError):
        found = socket.getaddrinfo(host.replace("%25", "%"), port, type=socket.SOCK_STREAM)
    if found is None:
        raise httpx.InvalidURL(f"{host[:80]} is not the name of a host")
    return [f"{at[0]}%{at[3]}" if len(at) > 2 and at[3] else str(at[0]) for *_, at in found]


def start_thread(target: Callable[[], object], name: str) -> bool:
    """Starts a daemon thread. Returns False where none can be started.

    The system may allow no more of them, and Python starts none once it ends.
    """
    try:
        threading.Thread(target=target, name=name, daemon=True).start()
    except RuntimeError as error:
        if error.__context__ is not None:  # an interruption, see `flow.drive`
            raise
        return False
    return True


class NetworkState:
    """The state of one connection and of the request that uses it, for threads and tasks.

    `handshakes`: those before a request is sent; what is written until then is for a proxy.
    `socks`: the SOCKS proxy that it goes through.
    """

    exchange: Exchange
    used = 0.0
    """When its last response ended; 0 for a new connection."""

    def __init__(self, origin: str, handshakes: int, socks: httpx.Proxy | None = None) -> None:
        self.origin = origin
        self.handshakes = handshakes
        self.socks = socks

    def begin(self, exchange: Exchange) -> None:
        """Begins a request. Raises `ConnectionAbortedError` where the client was closed meanwhile."""
        self.exchange = exchange
        exchange.stage = Stage.SENDING if self.used else Stage.CONNECTING
        self.check_aborted()

    def check_aborted(self) -> None:
        """Raises `ConnectionAbortedError` where the client was closed meanwhile."""
        if self.exchange.is_aborted:
            raise ConnectionAbortedError("the client was closed meanwhile")

    def left(self, timeout: float | None) -> float | None:
        """Returns the seconds for the next step. Raises `TimeoutError` where none are left."""
        left = self.exchange.left(timeout)
        if left is not None and left <= MIN_LEFT and self.exchange.has_ended():
            raise TimeoutError
        return left

    def allow_read(self, timeout: float | None) -> float | None:
        """`left`, for a read. Raises `ResponseTooLarge` after too many bytes beside the body.

        Every read of a response, of a proxy's too, comes by here, so no flood outlasts it, whatever it consists of.
        """
        if self.exchange.received - self.exchange.body_received > MAX_BYTES_BESIDE_BODY:
            raise too_much_beside_body(self.exchange.stage)
        return self.left(timeout)

    def next_hop(self, host: str, port: int) -> tuple[str, int]:
        """Returns the host and port to connect to: the SOCKS proxy's, or the server's."""
        return (host, port) if self.socks is None else (self.socks.url.host, self.socks.url.port or 1080)

    def pass_socks(self, host: str, port: int, received: bytearray) -> Iterator[tuple[bytes, int]]:
        """Yields the steps of the handshake with the SOCKS proxy, if there is one. See `socks_handshake`."""
        if self.socks is not None:
            yield from socks_handshake(self.socks, host, port, received)
            self.handshakes -= 1

    def shares(self, addresses: list[str], timeout: float | None) -> Iterator[tuple[str, float | None]]:
        """Yields each address with its share of the time left, so that a silent one leaves time for the next."""
        for number, address in enumerate(addresses):
            left = self.left(timeout)
            yield address, None if left is None else left / (len(addresses) - number)

    def writing(self, *, is_done: bool) -> None:
        """Sets the stage of writing. What is written before the last handshake is for a proxy."""
        self.exchange.stage = Stage.CONNECTING if self.handshakes else Stage.WAITING if is_done else Stage.SENDING

    def split(self, data: bytes) -> tuple[bytes, bytes]:
        """Splits received bytes: what this read returns, and the last byte, which the next read returns.

        A byte that is still held back when the response is complete belongs to a response that was not asked for.
        `is_readable` then says so, and httpcore does not use the connection again.
        """
        holds_back = len(data) > 1
        if self.exchange.stage is Stage.WAITING:
            self.exchange.stage = Stage.HEADERS
            holds_back = holds_back and not is_whole(data)
        returned, held = (data[:-1], data[-1:]) if holds_back else (data, b"")
        self.exchange.received += len(returned)
        return returned, held


class Network(NetworkState, httpcore.NetworkBackend):
    """The network of one connection, for threads."""

    opened: SimpleQueue[Any] | None = None
    """The queue that receives the new connection or its error."""
    socket: Callable[..., socket.socket | None] = lambda *_: None
    """A weak reference to the socket, which `interrupt` shuts down."""

    def begin(self, exchange: Exchange) -> None:
        exchange.wake = self.interrupt
        super().begin(exchange)

    def interrupt(self) -> None:
        """Wakes a thread that waits in connect() or recv(). close() alone would not."""
        if (opened := self.opened) is not None:
            opened.put(None)
        if (found := self.socket()) is not None:
            with contextlib.suppress(OSError):
                # The plain shutdown also for an SSLSocket: its own would remove the object that the other thread uses.
                socket.socket.shutdown(found, socket.SHUT_RDWR)

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *_: Any, **options: Any) -> Stream:
        """Connects to the first of the host's addresses that accepts.

        It is made in a thread that can be left behind, as the resolver heeds no timeout; or in this one, where none can
        be started.
        """
        opened: SimpleQueue[Any] = SimpleQueue()
        left, is_left = self.left(timeout), threading.Event()

        def connect() -> None:
            try:
                opened.put(self._first_of(*self.next_hop(host, port), timeout))
            except Exception as error:  # noqa: BLE001  raised where it is waited for
                opened.put(error)
            if is_left.is_set():
                _close_all(opened)

        self.opened = opened
        try:
            self.check_aborted()
            if not start_thread(connect, "rackspace-images-connect"):
                connect()
            outcome = opened.get(timeout=left)
            if not isinstance(outcome, httpcore.NetworkStream):
                raise outcome or ConnectionAbortedError("the client was closed meanwhile")
            stream, received = Stream(outcome, self), bytearray()
            try:
                for request, size in self.pass_socks(host, port, received):
                    stream.write(request, timeout)
                    received += stream.read(size, timeout)
            except BaseException:
                stream.close()
                raise
            return stream
        except Empty:
            raise TimeoutError from None
        finally:
            self.opened = None
            is_left.set()
            _close_all(opened)

    def _first_of(self, host: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
        failure: Exception = OSError("the name has no address")
        for address, share in self.shares(addresses_of(host, port), timeout):
            try:
                return httpcore.SyncBackend().connect_tcp(address, port, share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def _close_all(opened: SimpleQueue[Any]) -> None:
    """Closes connections that came too late."""
    while not opened.empty():
        with contextlib.suppress(Empty):
            if isinstance(late := opened.get_nowait(), httpcore.NetworkStream):
                late.close()


class Stream(httpcore.NetworkStream):
    """httpcore's stream, bounded by the time that the request has left."""

    def __init__(self, stream: httpcore.NetworkStream, network: Network) -> None:
        self._stream = stream
        self._network = network
        self._held = b""
        network.socket = weakref.ref(stream.get_extra_info("socket"))
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
        self._network.writing(is_done=False)
        self._stream.write(buffer, self._network.left(timeout))
        self._network.writing(is_done=True)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        network = self._network
        network.exchange.stage = Stage.HANDSHAKE
        below = self._stream.get_extra_info("socket")
        # The handshake detaches the socket, which then cannot be shut down; a copy can.
        copy = below if isinstance(below, ssl.SSLSocket) else below.dup()
        network.socket = weakref.ref(copy)
        try:
            network.check_aborted()
            stream = self._stream.start_tls(ssl_context, server_hostname, network.left(timeout))
            network.handshakes -= 1
            return Stream(stream, network)
        finally:
            if copy is not below:
                copy.close()

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return True if info == "is_readable" and self._held else self._stream.get_extra_info(info)
