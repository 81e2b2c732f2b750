"""httpx's transports over our own connections. Only this file uses private names of httpx and httpcore.

httpx's `HTTPTransport.handle_request` asks its `_pool` for each response. Here that is a `Connections`, which gives
each request a connection for itself: httpx's own pool looks at every connection for each request, so that 128 tasks
make 91 requests a second with it, and thousands with this. Mocks and telemetry that put themselves in the place of
httpx's transports or of httpcore's connections see every request.

Private: `_pool` of httpx's two transports; `create_connection` of httpcore's proxies, which is not documented.
`tests/http/test_private_names.py` guards both.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NamedTuple

import httpcore
import httpx

from rackspace_images.defaults import KEEPALIVE_EXPIRY

from .call import EXCHANGE, Exchange, monotonic
from .forks import renew_after_fork
from .network import Network, NetworkState
from .proxies import Proxies
from .tls import Tls


class _Connection(NamedTuple):
    """A connection of httpcore's, and its network. Nothing refers back to it, so a dropped one closes."""

    http: Any
    network: NetworkState


class _Pool:
    """The idle connections of each origin. The newest is used first."""

    kinds: tuple[Any, Any]
    """httpcore's classes: a connection, and a pool through an HTTP proxy. SOCKS is part of our network."""

    def __init__(self, tls: Tls, proxies: Proxies, network: Callable[..., Any]) -> None:
        self._tls = tls
        self._proxies = proxies
        self._network = network
        self.forked()
        renew_after_fork(self)

    def forked(self) -> None:
        """Forgets the parent's connections in a child process; it neither uses nor closes them."""
        self._lock = threading.Lock()
        self._idle: dict[str, deque[_Connection]] = defaultdict(deque)
        self._is_closed = False

    def take(self, url: httpcore.URL, exchange: Exchange) -> _Connection:
        """Takes an idle connection, or makes a new one. Raises `ConfigError`."""
        host = url.host.decode()
        origin = f"{url.scheme.decode()}://{f'[{host}]' if ':' in host else host}:{url.origin.port}"
        with self._lock:
            idle = self._idle[origin]
            found = idle.pop() if idle and not exchange.is_fresh else None
        return found or self._open(origin, url.origin)

    def keep(self, connection: _Connection, *, is_fit: bool) -> list[_Connection]:
        """Keeps a connection that can be used again. Returns the connections to close."""
        if not (is_fit and connection.http.is_idle()):
            return [connection]
        with self._lock:
            if self._is_closed:
                return [connection]
            connection.network.used = now = monotonic()
            idle = self._idle[connection.network.origin]
            idle.append(connection)
            expired = []
            while idle[0].network.used < now - KEEPALIVE_EXPIRY:
                expired.append(idle.popleft())
        return expired

    def end(self) -> list[_Connection]:
        """Stops keeping connections. Returns the idle ones, to close."""
        with self._lock:
            self._is_closed = True
            idle = [connection for connections in self._idle.values() for connection in connections]
            self._idle.clear()
        return idle

    def _open(self, key: str, origin: httpcore.Origin) -> _Connection:
        direct, through_proxy = self.kinds
        proxy = self._proxies.of(key)
        socks = proxy if proxy is not None and proxy.url.scheme.startswith("socks") else None
        is_tls, proxy_is_tls = origin.scheme == b"https", proxy is not None and proxy.url.scheme == "https"
        network = self._network(key, is_tls + proxy_is_tls + (socks is not None), socks)
        options: dict[str, Any] = {"keepalive_expiry": KEEPALIVE_EXPIRY, "network_backend": network}
        options["ssl_context"] = self._tls.context() if is_tls else None
        if proxy is None or socks is not None:
            return _Connection(direct(origin, **options), network)
        url = httpcore.URL(scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=b"/")
        options |= {"proxy_auth": proxy.raw_auth, "proxy_headers": proxy.headers.raw}
        if proxy_is_tls:
            options["proxy_ssl_context"] = proxy.ssl_context or self._tls.context()
        return _Connection(through_proxy(url, **options).create_connection(origin), network)


class Connections(_Pool):
    """Replaces the pool of httpx's transport for threads."""

    kinds = (httpcore.HTTPConnection, httpcore.HTTPProxy)

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        """Sends a request on a connection of its own, which is kept when the response is closed."""
        exchange = request.extensions[EXCHANGE]
        connection = self.take(request.url, exchange)
        try:
            while connection.network.used and connection.http.has_expired():
                connection.http.close()
                connection = self.take(request.url, exchange)
            connection.network.begin(exchange)
            response: httpcore.Response = connection.http.handle_request(request)
            response.stream = _Stream(response.stream, self, connection)
            return response
        except BaseException:
            connection.http.close()
            raise

    def close(self) -> None:
        """Closes the idle connections. Those in use close with their responses."""
        for connection in self.end():
            connection.http.close()


class AsyncConnections(_Pool):
    """Replaces the pool of httpx's transport for tasks."""

    kinds = (httpcore.AsyncHTTPConnection, httpcore.AsyncHTTPProxy)

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """`Connections.handle_request`, awaited."""
        exchange = request.extensions[EXCHANGE]
        connection = self.take(request.url, exchange)
        try:
            while connection.network.used and connection.http.has_expired():
                await connection.http.aclose()
                connection = self.take(request.url, exchange)
            connection.network.begin(exchange)
            response: httpcore.Response = await connection.http.handle_async_request(request)
            response.stream = _Stream(response.stream, self, connection)
            return response
        except BaseException:
            await connection.http.aclose()
            raise

    async def aclose(self) -> None:
        """Closes the idle connections. Those in use close with their responses."""
        for connection in self.end():
            await connection.http.aclose()


class _Stream:
    """The body of a response, for threads or tasks. Closing it keeps or closes its connection."""

    def __init__(self, stream: Any, pool: _Pool, connection: _Connection) -> None:
        self._stream = stream
        self._pool = pool
        self._connection = connection

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def __aiter__(self) -> AsyncIterator[bytes]:
        found: AsyncIterator[bytes] = self._stream.__aiter__()
        return found

    def close(self) -> None:
        is_fit = False
        try:
            self._stream.close()
            is_fit = True  # last, so that an interruption before it closes the connection
        finally:
            for unfit in self._pool.keep(self._connection, is_fit=is_fit):
                unfit.http.close()

    async def aclose(self) -> None:
        is_fit = False
        try:
            await self._stream.aclose()
            is_fit = True
        finally:
            for unfit in self._pool.keep(self._connection, is_fit=is_fit):
                await unfit.http.aclose()


class Transport(httpx.HTTPTransport):
    """httpx's transport for threads, over `Connections`."""

    def __init__(self, tls: Tls, proxies: Proxies) -> None:
        # super().__init__() would load the CA file, which takes 17 ms and is not needed for plain http.
        self._pool: Any = Connections(tls, proxies, Network)


class AsyncTransport(httpx.AsyncHTTPTransport):
    """httpx's transport for tasks, over `AsyncConnections`; `network` is `AsyncNetwork`, which imports asyncio."""

    def __init__(self, tls: Tls, proxies: Proxies, network: Callable[..., Any]) -> None:
        self._pool: Any = AsyncConnections(tls, proxies, network)
