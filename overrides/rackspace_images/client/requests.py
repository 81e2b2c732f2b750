"""The request of each attempt, with the headers of its host and token prepared once."""

from __future__ import annotations

from functools import lru_cache

import httpx

from rackspace_images.errors import ConfigError
from rackspace_images.http.api_client import RequestParts
from rackspace_images.http.call import EXCHANGE, Exchange

MAX_PREPARED = 64
"""Hosts and tokens whose headers are kept."""

_NO_BODY = httpx.ByteStream(b"")

_url = lru_cache(maxsize=1024)(httpx.URL)
"""The same images are requested again and again, and to parse a URL takes as long as to parse a response."""


class _Headers(httpx.Headers):
    """Headers whose `repr` shows no token."""

    def __repr__(self) -> str:
        return "Headers(…)"


class RequestBuilder:
    """Builds the requests of one session.

    Args:
        headers: The headers of every request.
    """

    def __init__(self, headers: dict[str, str]) -> None:
        self._common = headers
        self._prepared: dict[tuple[bytes, str | None], _Headers] = {}

    def build(self, parts: RequestParts, to: str, token: str | None, exchange: Exchange) -> httpx.Request:
        """Builds the request of one attempt to a URL. Raises `ConfigError` for what HTTP cannot hold."""
        url = _url(to)
        headers = self._prepared.get((url.netloc, token)) or self._prepare(url.netloc, token)
        if parts.headers or parts.body:
            headers = _Headers([*headers.raw, *parts.headers])
            headers["Content-Length"] = str(len(parts.body))
        request = httpx.Request(
            parts.method,
            url,
            headers=headers,
            stream=httpx.ByteStream(parts.body) if parts.body else _NO_BODY,
            extensions={"timeout": exchange.phases(), EXCHANGE: exchange},
        )
        request.read()
        return request

    def _prepare(self, netloc: bytes, token: str | None) -> _Headers:
        headers = {"Host": netloc.decode("ascii"), **self._common}
        if token is not None:
            headers["X-Auth-Token"] = token
        for value in headers.values():
            if not (value.isascii() and value.isprintable()) or value != value.strip():
                raise ConfigError("the request cannot be written as HTTP; a header holds a forbidden character")
        if len(self._prepared) >= MAX_PREPARED:
            self._prepared.clear()  # most are of tokens that were replaced
        self._prepared[netloc, token] = prepared = _Headers(headers)
        return prepared
