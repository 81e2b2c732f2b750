"""HTTP/1.1 as the fast engine speaks it: a request's bytes, and what comes back, read by llhttp."""

from __future__ import annotations

import base64
import contextlib
import re
from dataclasses import dataclass

import httpx

from .engine import Options, Stage, answered, origin
from .errors import ConfigError, ConnectionFailed, ImagesError
from .network import checked_fields, fields
from .proxies import refused
from .slots import Route
from .text import without_userinfo
from .transport import Answer, Body, Fields, Send

try:
    from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
except ModuleNotFoundError:
    raise ConfigError(
        'engine="fast" needs httptools, which is not installed', hint='pip install "rackspace-images[fast]"'
    ) from None

_LONGEST_HEAD = 100 * 1024
"""Bytes that may come without any of the body: headers, of which an identity with signed tokens sends some 10,000."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port, as HTTP writes them: without the port that the scheme has anyway."""

    scheme: str
    host: bytes
    written_port: int | None
    netloc: str

    @property
    def port(self) -> int:
        """The port to connect to."""
        return self.written_port or _PORTS[self.scheme]


def parsed_origin(written: str) -> Origin:
    """What an origin's text says. Raises `ConfigError`."""
    with contextlib.suppress(httpx.InvalidURL, UnicodeError):
        url = httpx.URL(written)
        if url.raw_host and url.scheme in _PORTS:
            return Origin(url.scheme, url.raw_host, url.port, url.netloc.decode("ascii"))
    raise ConfigError(f"not a URL that a request can go to: {without_userinfo(written)}")


_PORTS = {"http": 80, "https": 443}


def target(send: Send) -> str:
    """Path and query of a request's URL, quoted."""
    path = send.url[len(origin(send)) :]
    return path if _QUOTED.fullmatch(path) else httpx.URL(send.url).raw_path.decode("ascii")


# A path without anything that httpx would write otherwise: no dot segments either.
_QUOTED = re.compile(r"(?:/[\w~-][\w.~-]*)+(?:\?[\w=&.~-]*)?", re.ASCII)


def written(method: str, target: str, fields: dict[str, str], body: bytes | None = None) -> bytes:
    """A request as it is sent."""
    head = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(head).encode("ascii") + (body or b"")


_NO_FIELDS = Fields(())


class Reader:
    """Reads the answers of one connection, one for each `begin`.

    `done`: the answer is there, or as much of it as is wanted, when `error` says what it is refused for. `surplus`:
    more came than the answer. `tunnel`: an answer ends with its headers, as a proxy's does that has made a tunnel.
    """

    def __init__(self, *, tunnel: bool = False) -> None:
        self._parser = HttpResponseParser(self)
        self._tunnel = tunnel
        self.surplus = False
        self.keep = False
        self.begin()

    def begin(self) -> None:
        """Another request was sent."""
        self.done = False
        self.status = 0
        self.fields = _NO_FIELDS
        self.body: Body | None = None
        self.error: ImagesError | None = None
        self._raw: list[tuple[bytes, bytes]] = []
        self._since_body = 0

    @property
    def stage(self) -> Stage:
        """How far the answer has come."""
        return Stage.BODY if self.body is not None else Stage.HEADERS if self._since_body else Stage.WAITING

    @property
    def rests(self) -> bool:
        """Whether the connection can take another request: it is kept, and holds nothing but the answer."""
        return self.keep and self.done and not self.surplus

    def outcome(self) -> Answer | ImagesError:
        """The answer that is done, or what it is refused for."""
        assert self.body is not None  # noqa: S101
        return answered(self.status, self.fields, self.body, self.error)

    def feed(self, data: bytes) -> None:
        """Takes what came; nothing is the end of the connection. Raises `ConnectionFailed`."""
        broken: str | None = None
        if self.done:
            self.surplus = True
        elif not data:
            broken = self._ended()
        else:
            self._since_body += len(data)
            try:
                self._parser.feed_data(data)
            except HttpParserUpgrade:
                self.surplus = True
            except HttpParserError:
                # After an answer that is whole: its surplus, which is not HTTP.
                self.surplus = self.done
                broken = None if self.done else "the answer is not HTTP"
            if not self.done and self._since_body > _LONGEST_HEAD:
                broken = "the answer's headers are too long"
        if broken is not None:
            raise ConnectionFailed(broken, sent=True)
        if self.error is not None:
            self.done, self.keep = True, False

    def _ended(self) -> str | None:
        """What is missing at the end of the connection."""
        if self.body is None and not self._since_body:
            return "Server disconnected without sending a response."
        if self.body is None:
            return "the answer's headers broke off"
        if "content-length" in self.fields or "chunked" in self.fields.get("Transfer-Encoding", "").lower():
            return "the answer's body broke off, or is not HTTP"
        self.done = True
        return None

    def on_message_begin(self) -> None:
        self.surplus = self.surplus or self.done

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.body is None:
            self._raw.append((name, value))

    def on_headers_complete(self) -> None:
        if self.done:
            return
        self.status = self._parser.get_status_code()
        if 100 <= self.status < 200 and self.status != 101:
            self._raw.clear()
            return
        self.keep = self._parser.should_keep_alive()
        self.fields = Fields(self._raw)
        self.body = Body(self.fields)
        self.error = self.body.refused()
        self.done = self._tunnel

    def on_body(self, data: bytes) -> None:
        self._since_body = 0
        if self.done:
            self.surplus = True
        elif self.body is not None and self.error is None:
            self.error = self.body.add(data)

    def on_message_complete(self) -> None:
        self.done = self.body is not None


class FastRoute:
    """How the requests for an origin are written, and which steps lead to where they are sent."""

    def __init__(self, route: Route) -> None:
        self.key = route.key
        self.handshakes = route.handshakes
        self.origin = parsed_origin(route.key)
        self.tls = route.tls
        self.is_tls = self.origin.scheme == "https"
        self.first = self.origin
        self.proxy_tls = route.tls
        self.proxy_is_tls = False
        self._told: dict[str, str] = {}
        if (proxy := route.proxy) is not None:
            if proxy.url.scheme.startswith("socks"):
                raise ConfigError("the fast engine knows no SOCKS proxy", hint='engine="httpx"')
            self.first = parsed_origin(f"{proxy.url.scheme}://{proxy.url.netloc.decode('ascii')}")
            self.proxy_is_tls = proxy.url.scheme == "https"
            self.proxy_tls = proxy.ssl_context or route.tls
            self._told = _told(proxy)
        self.tunnels = route.proxy is not None and self.is_tls
        self._forwards = route.proxy is not None and not self.is_tls

    def request(self, send: Send) -> bytes:
        """A request as it is sent. Raises `ConfigError`."""
        found, path = fields(send, self.origin.netloc), target(send)
        if self._forwards:
            found, path = found | self._told, f"http://{self.origin.netloc}{path}"
        return written(send.method, path, found, send.body)

    def connect(self) -> bytes:
        """What asks a proxy for a tunnel."""
        host = self.origin.host.decode("ascii")
        there = f"[{host}]:{self.origin.port}" if ":" in host else f"{host}:{self.origin.port}"
        return written("CONNECT", there, {"Host": there, "Accept": "*/*", **self._told})


def _told(proxy: httpx.Proxy) -> dict[str, str]:
    """The headers that a proxy is told."""
    told = dict(proxy.headers)
    if proxy.raw_auth is not None:
        told["Proxy-Authorization"] = "Basic " + base64.b64encode(b":".join(proxy.raw_auth)).decode()
    return checked_fields(told)


def check_tunnel(reader: Reader) -> None:
    """Raises `ConnectionFailed` where a proxy makes none."""
    if not 200 <= reader.status < 300:
        raise refused(reader.status or None)
    if reader.surplus:
        raise refused(None)


def check_no_transport(options: Options) -> None:
    """Raises `ConfigError` where a transport was given to an engine that sends by itself."""
    if options.transport is not None:
        raise ConfigError('transport= is for engine="httpx"; the fast engine sends by itself')
