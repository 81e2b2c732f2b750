"""The proxy of a request, and the SOCKS handshake."""

from __future__ import annotations

import http.client
import ipaddress
from collections.abc import Generator, Iterator, Mapping
from functools import partial
from urllib.parse import urlsplit

import httpx

from rackspace_images.errors import ConfigError, ConnectionFailed

_Proxy = httpx.Proxy | ConfigError
_LOOPBACK = ("localhost", "127.0.0.0/8", "::1")


class Proxies:
    """The given proxy for all hosts; or one for each scheme, except for the hosts in `no`.

    `no`, as `NO_PROXY`, names hosts, suffixes, addresses and address ranges, each with or without a port. Loopback is
    this machine, and is never reached through a proxy.
    """

    def __init__(self, given: httpx.Proxy | None, of_scheme: Mapping[str, _Proxy] = {}, no: str = "") -> None:
        self._given = given
        self._of_scheme = of_scheme
        self.all = [proxy for proxy in (given, *of_scheme.values()) if isinstance(proxy, httpx.Proxy)]
        self._no_proxy = [entry.strip().lower() for entry in no.split(",")]

    def of(self, url: str) -> httpx.Proxy | None:
        """Returns the proxy for a URL; None for a direct connection. Raises the error of one that cannot be used."""
        parts = urlsplit(url)
        found = self._given or self._of_scheme.get(parts.scheme)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        direct = _LOOPBACK if self._given is not None else (*_LOOPBACK, *self._no_proxy)
        if any(_matches(entry, parts.hostname or "", port) for entry in direct):
            return None
        if isinstance(found, ConfigError):
            raise found
        return found


def proxy_error(status: int) -> ConnectionFailed:
    """Makes the error of a proxy's refusal, by its status alone: its text may quote the password."""
    said = f"{status} {http.client.responses.get(status, '')}".rstrip()
    return _rejection(f"the proxy answered {said}", retryable=status >= 500 or status in (408, 429))


def _rejection(message: str, *, retryable: bool) -> ConnectionFailed:
    error = ConnectionFailed(message, sent=False, hint="check the proxy, its user and password")
    error.retryable = retryable
    return error


def socks_handshake(proxy: httpx.Proxy, host: str, port: int, received: bytearray) -> Iterator[tuple[bytes, int]]:
    """Yields the messages by which a SOCKS5 proxy connects to a host (RFC 1928, 1929). Raises its refusal.

    It yields what to send, and how many bytes may be read then, which are added to `received`.
    """
    auth, reply_to = proxy.raw_auth, partial(_reply_to, received)
    method = 0 if auth is None else 2
    if (yield from reply_to(bytes([5, 1, method]), 2)) != bytes([5, method]):
        raise _rejection("the proxy does not speak SOCKS5, or wants another sign-in", retryable=False)
    if auth is not None and (yield from reply_to(b"\x01" + _sized(auth[0]) + _sized(auth[1]), 2))[1]:
        raise _rejection("the proxy refused the user and password", retryable=False)
    request = b"\x05\x01\x00" + _packed(host) + port.to_bytes(2, "big")
    version, status, _, kind, first = yield from reply_to(request, 5)
    if version != 5 or status or kind not in (1, 3, 4):
        reason = _SOCKS_REPLIES.get(status, f"its reply is {status}")
        raise _rejection(f"the proxy made no connection: {reason}", retryable=status not in (2, 7, 8))
    yield from reply_to(b"", {1: 5, 3: first + 2, 4: 17}[kind])


_SOCKS_REPLIES = {2: "its rules forbid it", 3: "no network", 4: "no way to the host", 5: "the connection was refused"}


def _reply_to(received: bytearray, request: bytes, size: int) -> Generator[tuple[bytes, int], None, bytes]:
    """Reads a whole reply, in any number of parts."""
    received.clear()
    while (left := size - len(received)) > 0:
        yield request, left
        if size - len(received) == left:
            raise _rejection("the proxy closed the connection", retryable=True)
        request = b""
    return bytes(received)


def _packed(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host).packed
    except ValueError:
        return b"\x03" + _sized(host.encode("ascii"))
    return bytes([len(address) // 4]) + address


def _sized(value: bytes) -> bytes:
    if len(value) > 255:
        raise ConfigError("SOCKS has no room for a host, user or password of more than 255 bytes")
    return bytes([len(value)]) + value


def _matches(entry: str, host: str, port: int | None) -> bool:
    """Whether an entry of `NO_PROXY` matches a host: `*`, a name, a suffix, an address or an address range."""
    if not entry or entry == "*":
        return entry == "*"
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass
    name, _, wanted = entry.rpartition(":") if entry.rpartition(":")[2].isdigit() else (entry, "", "")
    if wanted and int(wanted) != port:
        return False
    name = name.strip("[]").removeprefix("*").removeprefix(".")
    return host == name or host.endswith("." + name)
