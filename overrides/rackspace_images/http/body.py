"""The body of a response: read and decoded within bounds."""

from __future__ import annotations

import contextlib
import zlib
from typing import Any

import httpx

from rackspace_images.errors import ImagesError, MalformedResponse, ResponseTooLarge
from rackspace_images.text import one_line

from .call import Exchange
from .failures import Stage, timed_out

_MISENCODED = "the body is not in the encoding that its Content-Encoding names"
_REQUEST_IDS = ("X-Compute-Request-Id", "X-Openstack-Request-Id")
# Headers of the body as it was sent, and cookies.
_NOT_KEPT = (b"content-encoding", b"content-length", b"transfer-encoding", b"set-cookie")


class ApiResponse(httpx.Response):
    """A response with its decoded body. `parsed`: what the operation's check returned."""

    body = b""
    parsed: Any = None
    request_id: str | None = None
    """The server's name for the request."""
    sent_to: tuple[str, str] = ("GET", "")
    """The method and URL of its request."""

    def json(self, **kwargs: Any) -> Any:
        """Returns what the operation's check returned, for generated code to parse."""
        return self.parsed

    @property
    def content(self) -> bytes:
        """The body."""
        return self.body

    @property
    def request(self) -> httpx.Request:
        """The request, without its headers and body, which hold the token or the credentials."""
        return httpx.Request(*self.sent_to)

    @request.setter
    def request(self, value: object) -> None:
        """Ignores the request that httpx's client sets: its headers hold the token."""


class Body:
    """Reads a body. It is bounded as sent and as decoded, which stops gzip bombs.

    `error`: why the rest is not worth reading.
    """

    error: ImagesError | None = None

    def __init__(self, received: httpx.Response, exchange: Exchange) -> None:
        exchange.stage = Stage.BODY
        self._received = received
        self._exchange = exchange
        self._decoded = bytearray()
        fields = {name.lower(): value for name, value in received.headers.raw}
        encoding = received.headers["Content-Encoding"].strip().lower() if b"content-encoding" in fields else ""
        self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding in ("gzip", "deflate") else None
        self._unknown = "" if self._unpack is not None or encoding == "identity" else encoding
        # It is used where the body is not UTF-8: many servers declare a charset that their body does not have.
        self._charset = received.charset_encoding if b"charset" in fields.get(b"content-type", b"").lower() else None
        length = fields.get(b"content-length", b"")
        if length.isdigit() and len(length) < 20 and int(length) > self._exchange.max_body:
            self.error = self._too_large()

    def add(self, chunk: bytes) -> bool:
        """Adds the next part. Returns whether to read on."""
        self._exchange.body_received += len(chunk)
        try:
            self._decode(chunk)
        except zlib.error:
            self.error = MalformedResponse(_MISENCODED)
        if self._exchange.has_ended():
            self.error = timed_out(Stage.BODY)
        elif max(len(self._decoded), self._exchange.body_received) > self._exchange.max_body:
            self.error = self._too_large()
        return self.error is None

    def _decode(self, data: bytes) -> None:
        if self._unpack is None:
            self._decoded += data
            return
        # One byte more than is allowed, so that the rest is never decompressed.
        self._decoded += self._unpack.decompress(data, self._exchange.max_body + 1 - len(self._decoded))
        if self._unpack.unused_data:
            raise zlib.error("something follows the end; members without content could go on without end")

    def response(self) -> ApiResponse | ImagesError:
        """Returns the response with the decoded body, or the error."""
        error = self.error
        if error is None and self._unpack is not None and self._exchange.body_received and not self._unpack.eof:
            error = MalformedResponse(_MISENCODED)
        content = bytes(self._decoded)
        if error is None and self._unknown and not content.lstrip().startswith(b"{"):
            error = MalformedResponse(f"the body's Content-Encoding is {self._unknown}, which was not asked for")
        for charset in ("utf-8", self._charset) if self._charset else ():
            with contextlib.suppress(LookupError, ValueError):
                content = content.decode(charset).encode()
                break
        headers = [field for field in self._received.headers.raw if field[0].lower() not in _NOT_KEPT]
        response = ApiResponse(self._received.status_code, headers=headers, stream=httpx.ByteStream(content))
        response.body = content
        response.headers.encoding = "latin-1"
        if found := next(filter(None, map(response.headers.get, _REQUEST_IDS)), None):
            response.request_id = one_line(found)
        if error is not None:
            error._add_context(status_code=response.status_code, request_id=response.request_id)
        return error or response

    def _too_large(self) -> ResponseTooLarge:
        return ResponseTooLarge(f"the body has more than {self._exchange.max_body} bytes")
