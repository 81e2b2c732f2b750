"""What `http/transport.py` uses of httpx and httpcore beside their public interface: a release may change it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

import httpcore
import httpx
import pytest

TRANSPORTS = [httpx.HTTPTransport, httpx.AsyncHTTPTransport]
PROXIES = [httpcore.HTTPProxy, httpcore.AsyncHTTPProxy]
CONNECTIONS = [httpcore.HTTPConnection, httpcore.AsyncHTTPConnection]


def attributes(method: Any) -> Iterator[str]:
    """What a method uses of `self`, with one level below it: `_pool.close`."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            if name.startswith("self.") and name.count(".") <= 2:
                yield name.removeprefix("self.")


def names(kind: type[Any]) -> set[str]:
    """What the methods of a class but its constructor use of `self`."""
    methods = [method for name, method in vars(kind).items() if inspect.isfunction(method) and name != "__init__"]
    return {name for method in methods for name in attributes(method)} - {"_pool"}


def test_httpx_transport_uses_nothing_but_its_pool() -> None:
    """So that a subclass with another `_pool` needs no constructor of httpx's, which loads the CA file."""
    used = {"handle_request", "close", "__enter__", "__exit__"}
    assert names(httpx.HTTPTransport) == {f"_pool.{name}" for name in used}
    used = {"handle_async_request", "aclose", "__aenter__", "__aexit__"}
    assert names(httpx.AsyncHTTPTransport) == {f"_pool.{name}" for name in used}


@pytest.mark.parametrize("kind", TRANSPORTS)
def test_httpx_transport_makes_its_pool_in_its_constructor(kind: Any) -> None:
    """Where it is `_pool`, a pool of httpcore's."""
    assert isinstance(kind()._pool, httpcore.ConnectionPool | httpcore.AsyncConnectionPool)


@pytest.mark.parametrize("kind", PROXIES)
def test_httpcore_proxy_makes_a_connection_for_an_origin(kind: Any) -> None:
    """`create_connection` takes the origin alone, connects to nothing, and returns a connection."""
    assert list(inspect.signature(kind.create_connection).parameters) == ["self", "origin"]
    proxy = kind(httpcore.URL("http://127.0.0.1:1"), network_backend=object())
    for scheme in (b"http", b"https"):
        made = proxy.create_connection(httpcore.Origin(scheme, b"compute.example.com", 443))
        assert isinstance(made, httpcore.ConnectionInterface | httpcore.AsyncConnectionInterface)
        assert not made.has_expired()


@pytest.mark.parametrize("kind", [*PROXIES, *CONNECTIONS])
def test_httpcore_takes_the_options_that_are_given(kind: Any) -> None:
    """A network and a TLS context of ours, and the time for which an idle connection is kept."""
    wanted = {"ssl_context", "keepalive_expiry", "network_backend"}
    if "Proxy" in kind.__name__:
        wanted |= {"proxy_auth"}
    if "HTTPProxy" in kind.__name__:
        wanted |= {"proxy_headers", "proxy_ssl_context"}
    assert wanted <= set(inspect.signature(kind).parameters)


@pytest.mark.parametrize("kind", CONNECTIONS)
def test_httpcore_connection_can_be_asked_for_its_state(kind: Any) -> None:
    """Whether it is idle, and whether it has expired, without a request."""
    made = kind(httpcore.Origin(b"http", b"compute.example.com", 80))
    assert (made.is_idle(), made.has_expired()) == (False, False)
