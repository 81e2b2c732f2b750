"""Which proxy a request goes through."""

from __future__ import annotations

import http.client
import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from rackspace_images.errors import ConnectionFailed

_LOOPBACK = ("localhost", "127.0.0.0/8", "::1")


class Proxies:
    """The proxy that was given, for all; or those of each scheme but for the hosts that `no` names.

    `no`, as `NO_PROXY`, names hosts, suffixes, addresses and address ranges, each with or without a port. Loopback is
    this machine, and is never reached through a proxy.
    """

    def __init__(self, given: httpx.Proxy | None, of_scheme: Mapping[str, httpx.Proxy] = {}, no: str = "") -> None:
        self._given = given
        self._of_scheme = of_scheme
        self._no_proxy = [entry.strip().lower() for entry in no.split(",")]

    def of(self, url: str) -> httpx.Proxy | None:
        """The proxy for a URL; None where it is asked directly."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        found = self._given or self._of_scheme.get(parts.scheme)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        direct = _LOOPBACK if self._given is not None else (*_LOOPBACK, *self._no_proxy)
        return None if any(_matches(entry, host, port) for entry in direct) else found


def refused_by_proxy(status: int | None) -> ConnectionFailed:
    """The error of a proxy that makes no way to the server. Its own words may quote the password it was given."""
    said = f"{status} {http.client.responses.get(status, '')}".rstrip() if status else "something that is not HTTP"
    error = ConnectionFailed(f"the proxy answered {said}", sent=False, hint="check the proxy, its user and password")
    error.retryable = status is None or status >= 500 or status in (408, 429)
    return error


def _matches(entry: str, host: str, port: int | None) -> bool:
    """Whether one entry of `NO_PROXY` names a host: `*`, a name, a suffix, an address, a range of addresses."""
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
