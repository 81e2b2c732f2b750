"""The arguments of a client: checked once, in one place, and what is made of them."""

from __future__ import annotations

import contextlib
import os
import pickle
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx

from rackspace_images import __version__
from rackspace_images.auth.tokens import TokenStore
from rackspace_images.defaults import ATTEMPT_TIMEOUT, CONNECTIONS_LIMIT, DEADLINE, MAX_CONNECTIONS
from rackspace_images.errors import ConfigError
from rackspace_images.http.call import Timeout, is_seconds
from rackspace_images.http.proxies import Proxies
from rackspace_images.http.retry import Attempt, Retry
from rackspace_images.http.sender import Sender
from rackspace_images.http.tls import Cert, Tls
from rackspace_images.regions import INTERFACES, ServiceFilter, checked_endpoint, checked_region
from rackspace_images.text import RedactedOptions, redacted, shown, whole_number

if TYPE_CHECKING:
    from rackspace_images.http.async_sender import AsyncSender

USER_AGENT = f"rackspace-images/{__version__}"

CA_VARIABLES = ("OS_CACERT", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""The variables that name CA certificates; the first that is set is used."""

_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")

AnyTransport = httpx.BaseTransport | httpx.AsyncBaseTransport

_KINDS: dict[str, tuple[Any, str]] = {
    "region": (str | None, "the name of a region"),
    "retry": (Retry | None, "a Retry or None"),
    "interface": (str | list | tuple, "the name of an interface"),
    "service_type": (str | None, "the type of a service"),
    "service_name": (str | None, "the name of a service"),
    "verify": (bool | str | ssl.SSLContext, "True, False, a path as a str, or an ssl.SSLContext"),
    "allow_http": (bool, "True or False"),
    "user_agent": (str | None, "a str"),
    "transport": (AnyTransport | None, "an httpx.BaseTransport or httpx.AsyncBaseTransport"),
    "token_cache": (TokenStore | None, "a TokenCache or None"),
    "on_attempt": ((Callable, type(None)), "a function or None"),
}
"""The type of an option, and its name for a person. The other options have checks of their own."""


@dataclass(frozen=True)
class ClientOptions:
    """The arguments of the clients without the credentials. `ImagesClient` says what each means.

    Raises `ConfigError` for a value that cannot be used. It pickles, unless a value in it does not.
    """

    region: str | None = None
    endpoint: str | None = None
    timeout: Timeout = ATTEMPT_TIMEOUT
    deadline: float | None = DEADLINE
    retry: Retry | None = Retry()  # noqa: RUF009  frozen
    interface: str | Sequence[str] = "public"
    service_type: str | None = None
    service_name: str | None = None
    verify: bool | str | ssl.SSLContext = True
    cert: Cert = None
    proxy: httpx.Proxy | None = None
    """As `read_proxy` returns it: its `repr` shows no password."""
    allow_http: bool = False
    user_agent: str | None = None
    transport: AnyTransport | None = None
    max_connections: int = MAX_CONNECTIONS
    token_cache: TokenStore | None = None
    on_attempt: Callable[[Attempt], object] | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> ClientOptions:
        """Makes the options of arguments, without a password in a variable that a traceback could show."""
        hidden = RedactedOptions(given, cert=redacted(given.get("cert")))
        if hidden.get("proxy") is not None:
            hidden["proxy"] = read_proxy(hidden["proxy"], "proxy=")
        return cls(**hidden)

    def __post_init__(self) -> None:
        for name, (kind, words) in _KINDS.items():
            if not isinstance(value := getattr(self, name), kind):
                raise ConfigError(f"{name}={shown(value)} is not {words}")
        number = whole_number(self.max_connections) or 0
        if not 1 <= number <= CONNECTIONS_LIMIT:
            raise ConfigError(f"max_connections={self.max_connections!r} is not a number from 1 to {CONNECTIONS_LIMIT}")
        endpoint = None if self.endpoint is None else checked_endpoint(self.endpoint)
        given = [self.interface] if isinstance(self.interface, str) else self.interface
        interfaces = tuple(str(interface).removesuffix("URL") for interface in given)
        values = {"endpoint": endpoint, "interface": interfaces, "max_connections": number}
        for name, value in {**values, "region": checked_region(self.region)}.items():
            object.__setattr__(self, name, value)
        for interface in interfaces or ("",):
            if interface not in INTERFACES:
                raise ConfigError(f"no interface {interface}", hint=f"one of {', '.join(INTERFACES)}")
        if self.user_agent is not None and not (self.user_agent.isascii() and self.user_agent.isprintable()):
            raise ConfigError("user_agent holds a character that no HTTP header may hold")
        checked_limit("timeout", self.timeout)
        checked_limit("deadline", self.deadline)
        if self.transport is not None:
            self._check_transport()

    def _check_transport(self) -> None:
        given = {"verify": self.verify is not True, "cert": self.cert is not None, "proxy": self.proxy is not None}
        for name, is_given in given.items():
            if is_given:
                hint = f"set {name} in the transport"
                raise ConfigError(f"{name}= has no effect on a transport that is given", hint=hint)

    @cached_property
    def service(self) -> ServiceFilter:
        """Which of the catalog's services and URLs to use."""
        return ServiceFilter(tuple(self.interface), self.service_type, self.service_name)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every request."""
        agent = f"{self.user_agent} {USER_AGENT}" if self.user_agent else USER_AGENT
        return {"Accept": "application/json", "User-Agent": agent}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The passwords of the proxies and of the client certificate."""
        of_proxies = (proxy.raw_auth[1].decode() for proxy in self.network[1].all if proxy.raw_auth)
        return (*of_proxies, *(self.cert[2:] if isinstance(self.cert, tuple) else ()))

    def sender(self) -> Sender:
        """Makes the sender for threads."""
        return Sender(self._transport_of(httpx.BaseTransport), *self.network, self.max_connections)

    def async_sender(self) -> AsyncSender:
        """Makes the sender for tasks."""
        from rackspace_images.http.async_sender import AsyncSender

        return AsyncSender(self._transport_of(httpx.AsyncBaseTransport), *self.network, self.max_connections)

    def _transport_of(self, kind: type[Any]) -> Any:
        """Returns the given transport. Raises `ConfigError` where it is of the other kind."""
        if self.transport is None or isinstance(self.transport, kind):
            return self.transport
        hint = f"httpx.{kind.__name__.replace('Base', 'HTTP')}(), or its like"
        raise ConfigError(f"transport= is not an httpx.{kind.__name__}", hint=hint)

    @cached_property
    def network(self) -> tuple[Tls, Proxies]:
        """Certificates and proxies. Those of the environment are for our own transport only."""
        if self.transport is not None:
            return Tls(), Proxies(None)
        named = next((name for name in CA_VARIABLES if os.environ.get(name)), None) if self.verify is True else None
        if named is None:
            return Tls(self.verify, self.cert), proxies_for(self.proxy)
        path = os.path.expanduser(os.environ[named])  # noqa: PTH111  it leaves an unknown `~` as it is
        return Tls(path, self.cert, trusted=f"{named}={path}"), proxies_for(self.proxy)

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, ({f.name: _picklable(f.name, getattr(self, f.name)) for f in fields(self)},)


def _made(values: dict[str, Any]) -> ClientOptions:
    return ClientOptions(**values)


def _picklable(name: str, value: Any) -> Any:
    try:
        pickle.dumps(value)
    except Exception as error:  # noqa: BLE001  an object may raise what it likes
        reason = type(error).__name__
    else:
        return value
    raise ConfigError(f"{name}= cannot be pickled ({reason})", hint=f"make the client without {name}= in each process")


def proxies_for(proxy: httpx.Proxy | None) -> Proxies:
    """Returns the given proxy, or the environment's. One that cannot be used is an error when it would be used."""
    if proxy is not None:
        return Proxies(proxy)
    from urllib.request import getproxies

    env = RedactedOptions(getproxies())
    found = {scheme: _of_environment(scheme if env.get(scheme) else "all", env) for scheme in ("http", "https")}
    return Proxies(None, {scheme: proxy for scheme, proxy in found.items() if proxy is not None}, env.get("no", ""))


def _of_environment(name: str, env: RedactedOptions) -> httpx.Proxy | ConfigError | None:
    try:
        return read_proxy(env[name], f"{name.upper()}_PROXY") if env.get(name) else None
    except ConfigError as error:
        return error.with_traceback(None)


def read_proxy(proxy: str | httpx.Proxy, where: str) -> httpx.Proxy:
    """Returns `proxy` as an `httpx.Proxy`; `http://` may be left out. Raises `ConfigError` without quoting it."""
    made: httpx.Proxy | None = None
    # httpx reads a name of other letters only when it is asked for.
    with contextlib.suppress(ValueError, TypeError, httpx.InvalidURL):
        found = proxy if isinstance(proxy, httpx.Proxy) else httpx.Proxy(proxy if "://" in proxy else f"http://{proxy}")
        made = found if found.url.host else None
    del proxy  # a traceback may show the variables of this frame
    if made is None or made.url.scheme not in _PROXY_SCHEMES:
        raise ConfigError(f"{where} is not the URL of a proxy", hint=f"a URL with one of {', '.join(_PROXY_SCHEMES)}")
    return made


class Unchanged:
    """The type of `UNCHANGED`: an argument that is not given, where None has a meaning of its own."""

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED = Unchanged()
OfCall = float | Unchanged | None
TimeoutOfCall = float | httpx.Timeout | Unchanged | None


def checked_limit(name: str, value: Any) -> Any:
    """Returns `value`. Raises `ConfigError` for what cannot be a `timeout=` or a `deadline=`."""
    is_phases = name == "timeout" and isinstance(value, httpx.Timeout)
    if not (value is None or is_phases or (is_seconds(value) and value != 0)):
        hint = f"seconds above 0, or {'an httpx.Timeout' if name == 'timeout' else 'None'}"
        raise ConfigError(f"{name}={value!r} is not a number of seconds", hint=hint)
    return value
