"""What others put in the place of httpx's transports and httpcore's connections, mocks and telemetry, sees ours."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import respx
from cloud import Cloud
from faulty import IMAGE_ID, Faulty, answering, image
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pytest_httpx import HTTPXMock
from rackspace_images import ApiKey, AsyncImagesClient, ImagesClient, StaticToken, errors
from scripted import answer

ENDPOINT = "https://iad.servers.example.com/v2/820712"
URL = f"{ENDPOINT}/images/{IMAGE_ID}"
ANSWER = {"image": {"id": IMAGE_ID, "name": "mocked"}}
AUTH_URL = "https://identity.example.com/v2.0"
PLACES = [{"region": "IAD", "publicURL": ENDPOINT}]
CATALOG = [{"name": "cloudServersOpenStack", "type": "compute", "endpoints": PLACES}]
SIGNED_IN = {"access": {"token": {"id": "token-1"}, "serviceCatalog": CATALOG}}
MISSING = {"itemNotFound": {"code": 404, "message": "No."}}


def names(auth: StaticToken | ApiKey = StaticToken("t"), endpoint: str | None = ENDPOINT) -> list[str | None]:  # noqa: B008
    """What each client says that the image is called; the class of the error where there is none."""

    async def ask() -> str | None:
        async with AsyncImagesClient(auth, endpoint=endpoint, retry=None) as images:
            try:
                return (await images.get(IMAGE_ID)).name
            except errors.ImagesError as error:
                return type(error).__name__

    with ImagesClient(auth, endpoint=endpoint, retry=None) as images:
        try:
            found = images.get(IMAGE_ID).name
        except errors.ImagesError as error:
            found = type(error).__name__
    return [found, asyncio.run(ask())]


@respx.mock
def test_respx_answers_image_and_sign_in() -> None:
    """By its default it takes the place of httpcore's connections."""
    login = respx.post(f"{AUTH_URL}/tokens").respond(json=SIGNED_IN)
    route = respx.get(URL, headers={"X-Auth-Token": "token-1"}).respond(json=ANSWER)
    assert names(ApiKey("demo", "key", auth_url=AUTH_URL), None) == ["mocked"] * 2
    assert (login.call_count, route.call_count) == (2, 2)
    route.respond(404, json=MISSING)
    assert names(ApiKey("demo", "key", auth_url=AUTH_URL), None) == ["ImageNotFound"] * 2


@respx.mock
def test_respx_that_knows_no_route_fails_the_test() -> None:
    """A request that nobody expected is not sent, and is no error of ours."""
    with pytest.raises(AssertionError, match="not mocked"):
        names()


def test_pytest_httpx_answers_image_and_sign_in(httpx_mock: HTTPXMock) -> None:
    """It takes the place of `httpx.HTTPTransport.handle_request`."""
    httpx_mock.add_response(url=f"{AUTH_URL}/tokens", method="POST", json=SIGNED_IN, is_reusable=True)
    headers = {"X-Auth-Token": "token-1"}
    httpx_mock.add_response(url=URL, match_headers=headers, json=ANSWER, is_reusable=True)
    assert names(ApiKey("demo", "key", auth_url=AUTH_URL), None) == ["mocked"] * 2
    assert len(httpx_mock.get_requests()) == 4


def test_pytest_httpx_answers_with_faults(httpx_mock: HTTPXMock) -> None:
    """Which become the errors that they are."""
    httpx_mock.add_response(url=URL, status_code=404, json=MISSING, is_reusable=True)
    assert names() == ["ImageNotFound"] * 2


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """The spans of OpenTelemetry's own instrumentation of httpx."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    HTTPXClientInstrumentor().instrument(tracer_provider=provider)
    yield exporter
    HTTPXClientInstrumentor().uninstrument()
    provider.shutdown()


def test_opentelemetry_has_a_span_for_each_request(spans: InMemorySpanExporter) -> None:
    """With its method, URL and status; and servers get the header that joins their traces to it."""
    with Faulty(answering(image(name="mocked"), answer(404, MISSING))) as server:
        assert names(endpoint=server.endpoint) == ["mocked", "ImageNotFound"]
        assert all("traceparent" in request.headers for request in server.requests)
        url = f"{server.endpoint}/images/{IMAGE_ID}"
    seen = [(span.name, dict(span.attributes or {})) for span in spans.get_finished_spans()]
    assert [(name, told.get("http.url"), told.get("http.status_code")) for name, told in seen] == [
        ("GET", url, 200),
        ("GET", url, 404),
    ]


def test_opentelemetry_has_a_span_for_each_attempt(spans: InMemorySpanExporter) -> None:
    """A retry is a request of its own, and a sign-in too."""

    async def ask(key: ApiKey) -> None:
        async with AsyncImagesClient(key) as images:
            await images.get(IMAGE_ID)

    busy = answer(429, {"overLimit": {"retryAfter": 0}}, Retry_After="0")
    with Faulty(answering(b"")) as server:
        places = [{"region": "IAD", "publicURL": server.endpoint}]
        catalog = [{"name": "cloudServersOpenStack", "type": "compute", "endpoints": places}]
        signed = answer(200, {"access": {"token": {"id": "token-1"}, "serviceCatalog": catalog}})
        server.script = answering(signed, busy, image(), signed, busy, image())
        key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
        with ImagesClient(key) as images:
            images.get(IMAGE_ID)
        asyncio.run(ask(key))
    assert [span.name for span in spans.get_finished_spans()] == ["POST", "GET", "GET"] * 2


@pytest.mark.parametrize("method", ["get_many", "locate_many", "locate"])
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_opentelemetry_spans_of_a_bulk_call_are_children_of_the_callers(
    method: str, is_async: bool, spans: InMemorySpanExporter
) -> None:
    """In threads as in tasks, the sign-in among them: one trace, with no orphan."""
    numbered = [f"00000000-0000-4000-8000-{number:012d}" for number in range(6)]

    def call(images: ImagesClient | AsyncImagesClient) -> Any:
        return images.locate(numbered[0]) if method == "locate" else getattr(images, method)(numbered, concurrency=3)

    async def ask(key: ApiKey) -> None:
        async with AsyncImagesClient(key, region="DFW") as images:
            if method == "locate":
                await call(images)
            else:
                assert len([one async for one in call(images)]) == 6

    with Cloud() as cloud, TracerProvider().get_tracer("caller").start_as_current_span("batch") as batch:
        if is_async:
            asyncio.run(ask(cloud.api_key()))
        else:
            with ImagesClient(cloud.api_key(), region="DFW") as images:
                list(call(images).found if method == "locate" else call(images))
    requests = spans.get_finished_spans()
    assert len(requests) == {"get_many": 6, "locate_many": 12, "locate": 2}[method] + 1
    assert {one.parent.span_id if one.parent else None for one in requests} == {batch.get_span_context().span_id}
    assert {one.context.trace_id for one in requests if one.context} == {batch.get_span_context().trace_id}
