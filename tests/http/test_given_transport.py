"""A transport that the user gives: everything above it holds, and nothing of what it raises is shown."""

from __future__ import annotations

import asyncio
import pickle
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import trustme
from faults.ways import Way, check
from faulty import IMAGE_ID, Serve, answering, image, its_image, once, token
from httpx_aiohttp import AiohttpTransport
from over_tls import context, over_tls
from rackspace_images import (
    ApiKey,
    AsyncImagesClient,
    Image,
    ImagesClient,
    Retry,
    StaticToken,
    client_auth,
    errors,
    generated_client,
)
from scripted import Request, answer
from telling import everything

TOKEN = StaticToken("geheim-4711")
ENDPOINT = "https://compute.example.com/v2/820712"
IMAGE = {"image": {"id": IMAGE_ID}}


class Given(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport for threads and for tasks, which does what a test says."""

    def __init__(self, handle: Callable[[httpx.Request], httpx.Response]) -> None:
        self.handle = handle
        self.requests: list[httpx.Request] = []
        self.closed = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.handle(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.close()


class Broken(Exception):
    """What no library knows."""


def raising(error: BaseException) -> Given:
    def handle(request: httpx.Request) -> httpx.Response:
        raise error from ValueError(dict(request.headers))

    return Given(handle)


class Failing(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks after its first part."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.closed = 0

    def __iter__(self) -> Any:
        yield b"{"
        raise self.error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"{"
        raise self.error

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.close()


FAILED = [
    Broken("geheim-4711"),
    ValueError("geheim-4711"),
    KeyError("geheim-4711"),
    AttributeError("geheim-4711"),
    RuntimeError("geheim-4711"),
    AssertionError("geheim-4711"),
    RecursionError("geheim-4711"),
    OSError(111, "geheim-4711"),
    ConnectionResetError("geheim-4711"),
    ssl.SSLError(1, "geheim-4711"),
    UnicodeEncodeError("ascii", "geheim-4711", 0, 1, "geheim-4711"),
    ExceptionGroup("geheim-4711", [ValueError("geheim-4711")]),
    httpx.ConnectError("geheim-4711"),
    httpx.ProxyError("geheim-4711"),
    httpx.LocalProtocolError("geheim-4711"),
    httpx.RemoteProtocolError("geheim-4711"),
    httpx.InvalidURL("geheim-4711"),
    httpx.UnsupportedProtocol("geheim-4711"),
    httpx.DecodingError("geheim-4711"),
    httpx.CloseError("geheim-4711"),
]
LATE = [
    TimeoutError("geheim-4711"),
    httpx.ConnectTimeout("geheim-4711"),
    httpx.ReadTimeout("geheim-4711"),
    httpx.PoolTimeout("geheim-4711"),
]


def name_of(error: BaseException) -> str:
    return type(error).__name__


def check_shows_the_name_alone(error: Any, raised: BaseException) -> None:
    check(error)
    assert (error.__cause__, error.__context__) == (None, None)
    assert name_of(raised) in error.message
    assert "geheim-4711" not in everything(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize("raised", FAILED, ids=name_of)
def test_exception_of_a_transport_is_a_failed_connection(way: Way, raised: Exception) -> None:
    """Of its text nothing is shown: it may quote the token. The call can be made again."""
    error = way.error(ENDPOINT, transport=raising(raised))
    assert type(error) is errors.ConnectionFailed
    assert error.message == f"the transport raised {name_of(raised)}"
    assert error.retryable
    check_shows_the_name_alone(error, raised)


@pytest.mark.parametrize("raised", LATE, ids=name_of)
def test_timeout_of_a_transport_is_a_request_timeout(way: Way, raised: Exception) -> None:
    """Also a `TimeoutError` of Python."""
    error = way.error(ENDPOINT, transport=raising(raised))
    assert type(error) is errors.RequestTimeout
    assert error.sent is not isinstance(raised, httpx.ConnectTimeout)
    check_shows_the_name_alone(error, raised)


@pytest.mark.parametrize("raised", [*FAILED[:4], *LATE[:1]], ids=name_of)
def test_exception_within_the_body_is_the_same_error(way: Way, raised: Exception) -> None:
    """And the response is closed."""
    body = Failing(raised)
    error = way.error(ENDPOINT, transport=Given(lambda _: httpx.Response(200, stream=body)))
    assert type(error) is (errors.RequestTimeout if raised in LATE else errors.ConnectionFailed)
    check_shows_the_name_alone(error, raised)
    assert body.closed == 1


@pytest.mark.parametrize("raised", [MemoryError(), KeyboardInterrupt(), SystemExit(3)], ids=name_of)
def test_what_is_no_failure_to_connect_is_raised(way: Way, raised: BaseException) -> None:
    """Memory that is not there, and an interruption."""
    with pytest.raises(type(raised)):
        way.error(ENDPOINT, transport=raising(raised))


def test_exception_of_a_transport_at_sign_in_shows_no_key(way: Way) -> None:
    """Whose body holds it."""
    key = ApiKey("demo", "geheim-4711", auth_url="https://identity.example.com/v2.0")
    raised = Broken("geheim-4711")
    with way.client(auth=key, transport=raising(raised), retry=None) as images:
        error = images.error()
    assert type(error) is errors.ConnectionFailed
    assert error._signing_in
    check_shows_the_name_alone(error, raised)


def test_exception_of_a_transport_is_tried_again(way: Way) -> None:
    """As a connection that fails."""
    broken = [Broken(), Broken()]

    def handle(request: httpx.Request) -> httpx.Response:
        if broken:
            raise broken.pop()
        return httpx.Response(200, json=IMAGE)

    given = Given(handle)
    assert way.get(ENDPOINT, transport=given, retry=Retry(backoff=0.001)).response.attempts == 3  # type: ignore[union-attr]
    assert len(given.requests) == 3


def test_transport_gets_one_request_for_each_attempt(way: Way) -> None:
    """Whole: its URL, its headers, its empty body, and the timeouts that httpx's own transports read."""
    given = Given(lambda _: httpx.Response(200, json=IMAGE))
    way.get(ENDPOINT, transport=given, timeout=3.0)
    (request,) = given.requests
    assert (request.method, str(request.url)) == ("GET", f"{ENDPOINT}/images/{IMAGE_ID}")
    assert request.content == b""
    assert request.headers["Host"] == "compute.example.com"
    assert request.headers["X-Auth-Token"] == TOKEN.token
    assert set(request.extensions["timeout"]) == {"connect", "read", "write", "pool"}
    assert all(0 < seconds <= 3.0 for seconds in request.extensions["timeout"].values())


def test_body_of_a_transport_is_bounded(way: Way) -> None:
    """As one of ours: no more is taken than one part beyond 1 MiB."""
    taken = 0

    class Endless(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Any:
            nonlocal taken
            while True:
                taken += 1
                yield b" " * 2**20

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for part in self:
                yield part

    error = way.error(ENDPOINT, transport=Given(lambda _: httpx.Response(200, stream=Endless())))
    assert type(error) is errors.ResponseTooLarge
    assert taken == 2


def test_mock_transport_of_httpx_serves_both_clients(way: Way) -> None:
    """It is a transport for threads and for tasks."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=IMAGE))
    assert way.get(ENDPOINT, transport=transport).id == IMAGE_ID


def test_transport_is_closed_with_its_client(way: Way) -> None:
    """Once, as httpx does."""
    given = Given(lambda _: httpx.Response(200, json=IMAGE))
    with way.client(ENDPOINT, transport=given) as images:
        images.get()
        images.close()
        images.close()
    assert given.closed == 1


def test_closing_ends_a_call_in_a_transport_for_tasks() -> None:
    """It waits for nothing more."""

    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    async def ask() -> None:
        images = AsyncImagesClient(TOKEN, endpoint=ENDPOINT, transport=Silent())
        asking = asyncio.create_task(images.get(IMAGE_ID))
        await asyncio.sleep(0.05)
        await images.aclose()
        with pytest.raises(errors.ClientClosed):
            await asking

    asyncio.run(ask())


def test_deadline_holds_for_a_transport_for_tasks() -> None:
    """Whatever it awaits."""

    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    async def ask() -> None:
        async with AsyncImagesClient(TOKEN, endpoint=ENDPOINT, transport=Silent()) as images:
            with pytest.raises(errors.RequestTimeout, match="deadline=") as caught:
                await images.get(IMAGE_ID, deadline=0.2)
            assert caught.value._at_deadline

    asyncio.run(ask())


# What a transport has to be told itself.


@pytest.fixture
def given() -> Given:
    return Given(lambda _: httpx.Response(200, json=IMAGE))


OF_THE_TRANSPORT: dict[str, list[Any]] = {
    "verify": [False, "/ca.pem", ssl.create_default_context()],
    "cert": ["/c.pem", ("/c.pem", "/k.pem"), ("/c.pem", "/k.pem", "geheim-4711")],
    "proxy": ["http://proxy.example.com:3128", httpx.Proxy("http://demo:geheim-4711@proxy.example.com")],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, found in OF_THE_TRANSPORT.items() for value in found]
)
def test_option_of_connections_beside_a_transport_is_refused(way: Way, given: Given, name: str, value: Any) -> None:
    """It would have no effect: the message says where it belongs."""
    options: dict[str, Any] = {"transport": given, name: value}
    for make in (way.made, client_auth, generated_client):
        with pytest.raises(errors.ConfigError, match=f"{name}=.*transport.*set {name} in the transport") as caught:
            make(TOKEN, endpoint=ENDPOINT, **options)
        assert "geheim-4711" not in everything(caught.value)
    assert given.requests == []


def test_option_of_connections_that_is_the_default_may_be_given(way: Way, given: Given) -> None:
    """`verify=True` and None say nothing."""
    images = way.made(TOKEN, endpoint=ENDPOINT, transport=given, verify=True, cert=None, proxy=None)
    assert isinstance(images, ImagesClient | AsyncImagesClient)


CLOUDS = """
clouds:
  mine:
    auth: {auth_url: https://keystone.example.com/v3, username: me, password: secret, project_name: p}
    {line}
"""
LINES = ["cacert: /ca.pem", "verify: false", "insecure: true", "cert: /c.pem"]


@pytest.mark.parametrize("line", LINES)
def test_option_of_connections_in_clouds_yaml_beside_a_transport_is_refused(
    way: Way, given: Given, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str
) -> None:
    """It was written for a reason, and would have no effect."""
    path = tmp_path / "clouds.yaml"
    path.write_text(CLOUDS.replace("{line}", line))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    kind = AsyncImagesClient if way.is_async else ImagesClient
    with pytest.raises(errors.ConfigError, match=r"set (verify|cert) in the transport"):
        kind.from_config("mine", transport=given)


@pytest.mark.parametrize("source", ["OS_CACERT", "OS_INSECURE", "OS_CERT"])
@pytest.mark.parametrize("credentials", ["OS_TOKEN", "OS_AUTH_URL"])
def test_option_of_connections_in_the_environment_beside_a_transport_is_refused(
    way: Way, given: Given, monkeypatch: pytest.MonkeyPatch, source: str, credentials: str
) -> None:
    """Whatever else the environment says."""
    environments = {
        "OS_TOKEN": {"OS_TOKEN": "t", "OS_ENDPOINT_OVERRIDE": ENDPOINT},
        "OS_AUTH_URL": {
            "OS_AUTH_URL": "https://k.example.com/v3",
            "OS_USERNAME": "me",
            "OS_PASSWORD": "p",
            "OS_PROJECT_NAME": "p",
        },
    }
    for name, value in environments[credentials].items():
        monkeypatch.setenv(name, value)
    kind = AsyncImagesClient if way.is_async else ImagesClient
    kind.from_config(transport=given)
    monkeypatch.setenv(source, "true" if source == "OS_INSECURE" else "/ca.pem")
    with pytest.raises(errors.ConfigError, match=r"set (verify|cert) in the transport"):
        kind.from_config(transport=given)


def test_certificates_and_proxies_of_the_environment_are_the_transports_own_matter(
    way: Way, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only our own transport would read is not read for another: not even a mistake in it."""
    monkeypatch.setenv("SSL_CERT_FILE", "/there/is/no/such/file.pem")
    monkeypatch.setenv("HTTPS_PROXY", "ftp://nonsense")
    assert way.get(ENDPOINT, transport=given).id == IMAGE_ID


@pytest.mark.parametrize("transport", [httpx.AsyncHTTPTransport(), object(), httpx.HTTPTransport, "httpx"])
def test_client_for_threads_refuses_another_kind_of_transport(transport: Any) -> None:
    """When it is made."""
    with pytest.raises(errors.ConfigError, match=r"httpx\.BaseTransport"):
        ImagesClient(TOKEN, endpoint=ENDPOINT, transport=transport)


@pytest.mark.parametrize("transport", [httpx.HTTPTransport(), object(), AiohttpTransport, "httpx"])
def test_client_for_tasks_refuses_another_kind_of_transport(transport: Any) -> None:
    """When it is made."""
    with pytest.raises(errors.ConfigError, match=r"httpx\.AsyncBaseTransport"):
        AsyncImagesClient(TOKEN, endpoint=ENDPOINT, transport=transport)


# httpx_aiohttp, as the documentation shows it.


async def with_aiohttp(ask: Callable[[AsyncImagesClient], Any], auth: Any = TOKEN, **options: Any) -> Any:
    """What `ask` returns of a client over aiohttp, with a session that keeps no cookies."""
    session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
    transport = AiohttpTransport(client=session)
    async with AsyncImagesClient(auth, transport=transport, **options) as images:
        found = await ask(images)
    assert session.closed
    return found


def test_aiohttp_gets_an_image_and_signs_in(serve: Serve) -> None:
    """Connections are kept, and no cookie is sent back."""

    def respond(request: Request) -> bytes:
        found = token(server.url) if request.path.endswith("/tokens") else its_image(request)
        return found.replace(b"\r\nContent-Length", b"\r\nSet-Cookie: session=1\r\nContent-Length", 1)

    async def ask(images: AsyncImagesClient) -> list[Image]:
        return [await images.get(IMAGE_ID) for _ in range(3)]

    server = serve(answering(respond))
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    found = asyncio.run(with_aiohttp(ask, key, region="DFW"))
    assert {one.id for one in found} == {IMAGE_ID}
    assert len(server.lines) == 1
    assert not [request for request in server.requests if "cookie" in request.headers]
    headers = server.requests[-1].headers
    assert (headers["accept"], headers["x-auth-token"]) == ("application/json", "token-1")
    assert headers["user-agent"].startswith("rackspace-images/")


def test_aiohttp_gets_many(serve: Serve) -> None:
    """Every id has its own outcome."""

    def respond(request: Request) -> bytes:
        return answer(404, {"itemNotFound": {"code": 404}}) if request.path.endswith("7") else its_image(request)

    async def ask(images: AsyncImagesClient) -> dict[str, Any]:
        ids = [f"00000000-0000-4000-8000-{number:012d}" for number in range(100)]
        return {one: outcome async for one, outcome in images.get_many(ids)}

    server = serve(answering(respond))
    found = asyncio.run(with_aiohttp(ask, endpoint=server.endpoint))
    assert len(found) == 100
    for one, outcome in found.items():
        assert type(outcome) is (errors.ImageNotFound if one.endswith("7") else Image)


AIOHTTP_FAILURES: dict[str, tuple[Any, type[errors.ImagesError]]] = {
    "a fault": (answering(answer(404, {"itemNotFound": {"code": 404}})), errors.ImageNotFound),
    "HTML": (answering(answer(200, b"<html>")), errors.MalformedResponse),
    "not HTTP": (once(b"220 mail.example.com ESMTP ready\r\n\r\n"), errors.ConnectionFailed),
    "a broken header": (once(b"HTTP/1.1 200 OK\r\nX\0: 1\r\n\r\n"), errors.ConnectionFailed),
    "an end": (once(), errors.ImagesError),
    "a reset": (once(reset=True), errors.ImagesError),
    "half a body": (once(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), errors.ConnectionFailed),
    "too large": (once(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"), errors.ResponseTooLarge),
    "too late": (lambda line: line.hold(), errors.RequestTimeout),
}


@pytest.mark.parametrize(("script", "kind"), AIOHTTP_FAILURES.values(), ids=AIOHTTP_FAILURES)
def test_aiohttp_fails_with_the_same_errors(script: Any, kind: type[errors.ImagesError], serve: Serve) -> None:
    """None holds the token: an error of aiohttp's about a server that is not HTTP has it in its `repr`."""

    async def ask(images: AsyncImagesClient) -> errors.ImagesError:
        with pytest.raises(errors.ImagesError) as caught:
            await images.get(IMAGE_ID)
        return caught.value

    server = serve(script)
    error = asyncio.run(with_aiohttp(ask, endpoint=server.endpoint, retry=None, timeout=0.5))
    assert isinstance(error, kind)
    check(error)
    assert TOKEN.token not in everything(error)
    assert (error.__cause__, error.__context__) == (None, None)


def test_aiohttp_checks_certificates_as_the_transport_is_told(serve: Serve) -> None:
    """`verify` of the transport, not of the client."""
    ca = trustme.CA()

    async def ask(endpoint: str, verify: ssl.SSLContext | bool) -> Any:
        async with AsyncImagesClient(
            TOKEN, endpoint=endpoint, retry=None, transport=AiohttpTransport(verify=verify)
        ) as images:
            try:
                return await images.get(IMAGE_ID)
            except errors.ImagesError as error:
                return error

    trusting = ssl.create_default_context()
    ca.configure_trust(trusting)
    server = serve(over_tls(context(ca.issue_cert("127.0.0.1")), answering(image())))
    endpoint = server.endpoint.replace("http:", "https:")
    assert isinstance(asyncio.run(ask(endpoint, trusting)), Image)
    refused = asyncio.run(ask(endpoint, True))
    # httpx_aiohttp calls every connection that fails a `ConnectTimeout`.
    assert isinstance(refused, errors.ConnectionFailed | errors.RequestTimeout)
    assert not refused.sent


def test_threads_share_a_given_transport(serve: Serve) -> None:
    """`httpx.HTTPTransport` serves any number of them."""
    server = serve(answering(its_image))
    with ImagesClient(TOKEN, endpoint=server.endpoint, transport=httpx.HTTPTransport()) as images:
        found: list[str] = []
        ids = [f"00000000-0000-4000-8000-{number:012d}" for number in range(20)]
        threads = [threading.Thread(target=lambda one=one: found.append(images.get(one).id)) for one in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found) == ids
        assert len([one for one, outcome in images.get_many(ids) if isinstance(outcome, Image)]) == 20
