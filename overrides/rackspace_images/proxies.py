"""Which proxy a request goes through, for every engine alike."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
from importlib.util import find_spec
from urllib.parse import urlsplit

import httpx

from .errors import ConfigError, ConnectionFailed

_SCHEMES = ("http", "https", "socks5", "socks5h")


class Proxies:
    """The proxy that was given, for all; or those of the environment, as it is when this is made.

    `NO_PROXY` names hosts, suffixes, addresses and address ranges, each with or without a port. Loopback is this
    machine, and is never asked through a proxy.
    """

    def __init__(self, proxy: httpx.Proxy | None, *, trust_env: bool = True) -> None:
        self._given = proxy
        self._env: dict[str, str] = {}
        if self._given is None and trust_env:
            from urllib.request import getproxies

            self._env = getproxies()
        self._of_scheme = {
            scheme: found for scheme, outcome in _of_environment(self._env).items() if (found := usable(outcome))
        }

    def of(self, url: str) -> httpx.Proxy | None:
        """The proxy for a URL; None where it is asked directly."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        found = self._given or self._of_scheme.get(parts.scheme)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        if found is None or is_loopback(host) or (self._given is None and self._bypassed(host, port)):
            return None
        return found

    def _bypassed(self, host: str, port: int | None) -> bool:
        return any(_matches(entry.strip().lower(), host, port) for entry in self._env.get("no", "").split(","))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_proxy(proxy: str | httpx.Proxy, where: str) -> httpx.Proxy | ConfigError:
    """`proxy` as httpx has it, which does not show its password; or what is wrong with it.

    Its locals hold the password, so it does not raise.
    """
    made: httpx.Proxy | None = None
    host = ""
    # httpx reads a name of other letters only when it is asked for.
    with contextlib.suppress(ValueError, TypeError, httpx.InvalidURL):
        # Many write a host and a port alone.
        text = "" if isinstance(proxy, httpx.Proxy) else proxy if "://" in proxy else f"http://{proxy}"
        made = proxy if isinstance(proxy, httpx.Proxy) else httpx.Proxy(text)
        host = made.url.host
    if made is None or not host or made.url.scheme not in _SCHEMES:
        return ConfigError(f"{where} is not the URL of a proxy", hint=f"a URL with one of {', '.join(_SCHEMES)}")
    if made.url.scheme.startswith("socks") and find_spec("socksio") is None:
        return ConfigError(f"{where} asks for SOCKS, and its package is missing", hint='pip install "httpx[socks]"')
    return made


def usable(proxy: httpx.Proxy | ConfigError | None) -> httpx.Proxy | None:
    """What `read_proxy` gave, if it is a proxy. Raises the error that it is otherwise."""
    if isinstance(proxy, ConfigError):
        raise proxy
    return proxy


def refused(status: int | None) -> ConnectionFailed:
    """The error of a proxy that makes no way to the server. Its own words may quote the password it was given."""
    said = f"{status} {http.client.responses.get(status, '')}".rstrip() if status else "something that is not HTTP"
    error = ConnectionFailed(f"the proxy answered {said}", sent=False, hint="check the proxy, its user and password")
    error.retryable = status is None or status >= 500 or status in (408, 429)
    return error


def _of_environment(env: dict[str, str]) -> dict[str, httpx.Proxy | ConfigError]:
    return {
        scheme: read_proxy(url, f"{scheme.upper()}_PROXY")
        for scheme in ("http", "https")
        if (url := env.get(scheme) or env.get("all"))
    }


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
