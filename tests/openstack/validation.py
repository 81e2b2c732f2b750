"""Holds every exchange with the lab against the documents, as it happens.

All that goes through httpx is seen at its transports; what goes to Nova or Keystone has to be as
`openapi/images.yaml` and `openapi/identity.yaml` say. A test that asks on purpose for what they do not
describe says so at the request: `extensions=ON_PURPOSE`. Its answer is still validated where the operation
is described.
"""

from __future__ import annotations

import copy
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing, closing, contextmanager
from typing import Any

import httpx
import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from rackspace_images.documents import DocumentName, document

ON_PURPOSE = {"on_purpose": True}
"""The httpx extension of a request that is wrong on purpose."""

_DOCUMENTS: tuple[DocumentName, ...] = ("images", "identity")
_HOST = "http://lab"
_OF_HTTP = frozenset(
    {"connection", "content-length", "content-type", "date", "location", "server", "transfer-encoding", "vary"}
)
"""Headers of HTTP itself, which no document of an API describes."""
_SECRET_HEADERS = frozenset({"x-auth-token", "x-subject-token"})
_SECRET_MEMBERS = re.compile(r'("(?:password|secret|apiKey)"\s*:\s*)"(?:[^"\\]|\\.)*"')
# Members of these are anyone's to add.
_OPEN = frozenset({"metadata"})

Operation = tuple[DocumentName, str, str, int]


class Watch:
    """What was seen of the lab, and what of it is not as the documents say.

    `hosts` are the addresses (`127.0.0.1:8774`) that count, each with the document of its service; `seen` counts
    document, method, path and status; `mismatches` tell one exchange each, without its secrets.
    """

    def __init__(self) -> None:
        self.hosts: dict[str, DocumentName] = {}
        self.seen: Counter[Operation] = Counter()
        self.mismatches: list[str] = []
        self._lock = threading.Lock()
        self._openapi = {name: OpenAPI.from_dict(_at_host(name)) for name in _DOCUMENTS}

    def exchange(self, request: httpx.Request, response: httpx.Response) -> None:
        """Validates one exchange; `response` has been read."""
        if request.url.netloc.decode() not in self.hosts:
            return
        with self._lock:
            found = self._problems(request, response)
            if found:
                self.mismatches.append("\n".join([*found, *_told(request, response)]))

    def take_mismatches(self) -> list[str]:
        """The mismatches since the last call."""
        with self._lock:
            taken, self.mismatches = self.mismatches, []
        return taken

    def _problems(self, request: httpx.Request, response: httpx.Response) -> list[str]:
        on_purpose = "on_purpose" in request.extensions
        service = self.hosts[request.url.netloc.decode()]
        operation = _operation(service, request.method, request.url.raw_path.decode().partition("?")[0])
        if operation is None:
            return [] if on_purpose else ["no document describes this request"]
        name, template, path = operation
        self.seen[name, request.method, template, response.status_code] += 1
        content_type = response.headers.get("Content-Type", "")
        asked = MockRequest(
            _HOST,
            request.method.lower(),
            path,
            headers=dict(request.headers),
            data=request.read(),
            content_type=request.headers.get("Content-Type", ""),
        )
        answered = MockResponse(response.content, response.status_code, dict(response.headers), content_type)
        openapi = self._openapi[name]
        found = [] if on_purpose else [_words(error) for error in openapi.iter_request_errors(asked)]
        found += [_words(error) for error in openapi.iter_response_errors(asked, answered)]
        return found + _undescribed(name, template, request.method, response)


@contextmanager
def watching() -> Iterator[Watch]:
    """Sees what goes through httpx's own transports, sync and async, while the block runs."""
    watch = Watch()
    send, send_async = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request

    def handle_request(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        response = send(transport, request)
        if request.url.netloc.decode() not in watch.hosts:
            return response
        assert isinstance(response.stream, httpx.SyncByteStream)
        with closing(response.stream) as stream:
            body = b"".join(stream)
        return _seen(watch, request, response, body)

    async def handle_async_request(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        response = await send_async(transport, request)
        if request.url.netloc.decode() not in watch.hosts:
            return response
        assert isinstance(response.stream, httpx.AsyncByteStream)
        async with aclosing(response.stream) as stream:
            body = b"".join([part async for part in stream])
        return _seen(watch, request, response, body)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.HTTPTransport, "handle_request", handle_request)
        patch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle_async_request)
        yield watch


def summary(watch: Watch) -> Iterator[str]:
    """Lines that say which operations were seen, with which statuses and how often."""
    by_operation: dict[tuple[DocumentName, str, str], list[str]] = {}
    for (name, method, template, status), count in sorted(watch.seen.items()):
        by_operation.setdefault((name, method, template), []).append(f"{status} ×{count}")
    for (described, method, template), statuses in by_operation.items():
        yield f"{described}.yaml {method} {template}: {', '.join(statuses)}"


def _seen(watch: Watch, request: httpx.Request, response: httpx.Response, body: bytes) -> httpx.Response:
    """Validates a copy and gives the caller an answer whose body is still to be read."""
    described = httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(body))
    described.read()
    watch.exchange(request, described)
    return httpx.Response(
        response.status_code,
        headers=response.headers,
        stream=httpx.ByteStream(body),
        extensions=response.extensions,
    )


def _at_host(name: DocumentName) -> Any:
    """A document whose only server is the one that all requests are mapped to: base paths differ by cloud."""
    return copy.deepcopy(document(name)) | {"servers": [{"url": _HOST}]}


def _operation(service: DocumentName, method: str, path: str) -> tuple[DocumentName, str, str] | None:
    """The document and path that describe a request, and the path without what stands before it.

    The path counts, whatever the service, as a wrong catalog may send a client anywhere. Only the root belongs
    to compute alone.
    """
    for name in _DOCUMENTS:
        # Those without parameters first, as OpenAPI says; then the longest, as `/tokens` ends `/auth/tokens` too.
        for template in sorted(document(name)["paths"], key=lambda path: ("{" in path, -len(path))):
            if method.lower() not in document(name)["paths"][template]:
                continue
            own = re.sub(r"\{[^}]*\}", "[^/]+", template)
            if template == "/" and path == "/" and service == name:
                return name, template, path
            if template != "/" and (found := re.fullmatch(f".*?({own})", path)):
                return name, template, found[1]
    return None


def _words(error: Exception) -> str:
    words = [f"{type(error).__name__}: {error}"]
    cause = error.__cause__
    while cause is not None:
        words += [f"{part.json_path}: {part.message}" for part in getattr(cause, "schema_errors", ())] or [str(cause)]
        cause = cause.__cause__
    return "; ".join(words)


def _undescribed(name: DocumentName, template: str, method: str, response: httpx.Response) -> list[str]:
    """Headers, and members of the objects of images.yaml, that the documents do not know.

    They are allowed, and no schema finds them: what servers really send is to be described. identity.yaml
    describes only what is needed.
    """
    responses = document(name)["paths"][template][method.lower()]["responses"]
    described = _followed(name, responses.get(str(response.status_code), responses["default"]))
    known = {header.lower() for header in described.get("headers", {})} | _OF_HTTP
    found = [f"header {header} is not described" for header in response.headers if header.lower() not in known]
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    if (
        name == "images"
        and media_type == "application/json"
        and media_type in described["content"]
        and response.content
    ):
        schema = described["content"][media_type]["schema"]
        found += [f"member {path} is not described" for path in _unknown(name, schema, response.json(), "")]
    return found


def _unknown(name: DocumentName, schema: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    schema = _followed(name, schema)
    if isinstance(value, list) and "items" in schema:
        for item in value:
            yield from _unknown(name, schema["items"], item, f"{path}[]")
    properties = schema.get("properties")
    if isinstance(value, dict) and properties and path.rpartition(".")[2] not in _OPEN:
        for key, member in value.items():
            if key in properties:
                yield from _unknown(name, properties[key], member, f"{path}.{key}")
            else:
                yield f"{path}.{key}"


def _followed(name: DocumentName, part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        kind, key = part["$ref"].removeprefix("#/components/").split("/")
        part = document(name)["components"][kind][key]
    return part


def _told(request: httpx.Request, response: httpx.Response) -> Iterator[str]:
    """The exchange as it went over the wire, without tokens, passwords and secrets."""
    yield f"> {request.method} {request.url}"
    yield from _message("> ", request.headers, request.read())
    yield f"< {response.status_code}"
    yield from _message("< ", response.headers, response.content)


def _message(mark: str, headers: httpx.Headers, body: bytes) -> Iterator[str]:
    for key, value in headers.items():
        yield f"{mark}{key}: {'(masked)' if key.lower() in _SECRET_HEADERS else value}"
    if body:
        yield mark + _masked(body.decode(errors="replace"))[:2000]


def _masked(text: str) -> str:
    masked = _SECRET_MEMBERS.sub(r'\1"(masked)"', text)
    try:
        token = json.loads(text)["access"]["token"]["id"]
    except (ValueError, LookupError, TypeError):
        return masked
    return masked.replace(token, "(masked)")
