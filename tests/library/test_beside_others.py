"""What others put in the place of httpx's transport, mocks and telemetry, sees the plain install's requests."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import respx
from faulty import IMAGE_ID
from pytest_httpx import HTTPXMock
from rackspace_images import AsyncImagesClient, ImagesClient, StaticToken

ENDPOINT = "https://iad.servers.example.com/v2/820712"
URL = f"{ENDPOINT}/images/{IMAGE_ID}"
ANSWER = {"image": {"id": IMAGE_ID, "name": "mocked"}}


def names() -> list[str | None]:
    """What each client says that the image is called."""

    async def asked() -> str | None:
        async with AsyncImagesClient(StaticToken("t"), endpoint=ENDPOINT, retry=None) as images:
            return (await images.get(IMAGE_ID)).name

    with ImagesClient(StaticToken("t"), endpoint=ENDPOINT, retry=None) as images:
        return [images.get(IMAGE_ID).name, asyncio.run(asked())]


@respx.mock
def test_respx() -> None:
    """Which takes the place of httpcore's connections."""
    route = respx.get(URL, headers={"X-Auth-Token": "t"}).respond(json=ANSWER)
    assert names() == ["mocked"] * 2
    assert route.call_count == 2


def test_pytest_httpx(httpx_mock: HTTPXMock) -> None:
    """Which takes the place of `httpx.HTTPTransport.handle_request`."""
    httpx_mock.add_response(url=URL, match_headers={"X-Auth-Token": "t"}, json=ANSWER, is_reusable=True)
    assert names() == ["mocked"] * 2


def test_telemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenTelemetry's instrumentation of httpx wraps the same method."""
    seen: list[str] = []

    def wrapped(self: Any, request: httpx.Request) -> httpx.Response:
        seen.append(f"{request.method} {request.url}")
        return httpx.Response(200, json=ANSWER)

    async def wrapped_async(self: Any, request: httpx.Request) -> httpx.Response:
        return wrapped(self, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", wrapped)
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", wrapped_async)
    assert names() == ["mocked"] * 2
    assert seen == [f"GET {URL}"] * 2
