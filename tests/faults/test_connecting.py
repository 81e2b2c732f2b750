"""Names, addresses and connections: none holds up more than its own call, and what broke is not used again."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from faulty import IMAGE_ID, Faulty, Line, Script, Serve, answering, its_image, look_up_by, token, unreachable
from proxying import Proxy, lead_to_loopback
from rackspace_images import ApiKey, AsyncImagesClient, Image, Retry, errors
from scripted import answer
from slack import SLACK

from .test_ending import check_closed, under_way
from .ways import TOKEN, Way, ids, is_a, within

LIMIT = 0.8
SOON = Retry(backoff=0.001, max_backoff=0.01)
HANGS = 30.0
"""Seconds that a resolver hangs."""


@pytest.fixture
def hanging() -> Iterator[Callable[..., Any]]:
    """A resolver that hangs until the end of the test."""
    ended = threading.Event()

    def look_up(*args: Any, **options: Any) -> Any:
        ended.wait(HANGS)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    yield look_up
    ended.set()


def test_name_that_is_looked_up_holds_up_no_thread_pool(
    way: Way, hanging: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the end of the event loop nor the program's own threads wait for it."""
    monkeypatch.setattr(socket, "getaddrinfo", hanging)

    async def many() -> None:
        images = way.made(TOKEN, endpoint="http://compute.invalid/v2/1", allow_http=True, timeout=LIMIT, retry=None)
        ask = images.get if way.is_async else lambda one: asyncio.to_thread(images.get, one)
        outcomes = await asyncio.gather(*(ask(one) for one in ids(4)), return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {errors.RequestTimeout}
        assert await asyncio.to_thread(lambda: True)
        await (images.aclose() if way.is_async else asyncio.to_thread(images.close))

    within(LIMIT, lambda: asyncio.run(many()))


@pytest.mark.parametrize("kind", ["get", "get_many", "async"])
def test_name_that_is_looked_up_holds_up_no_exit(kind: str) -> None:
    """The program ends with its last line."""
    code = f"""
import asyncio, socket, time
from rackspace_images import AsyncImagesClient, ImagesClient, StaticToken
socket.getaddrinfo = lambda *args, **options: time.sleep({HANGS})
made = {{"endpoint": "http://compute.invalid/v2/1", "timeout": {LIMIT}, "retry": None, "allow_http": True}}
async def ask():
    async with AsyncImagesClient(StaticToken("t"), **made) as images:
        return await images.get("{IMAGE_ID}")
try:
    if "{kind}" == "async":
        asyncio.run(ask())
    images = ImagesClient(StaticToken("t"), **made)
    print(*images.get_many(["{IMAGE_ID}"])) if "{kind}" == "get_many" else images.get("{IMAGE_ID}")
except Exception as error:
    print(error)
print(time.monotonic())
"""
    *said, ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.splitlines()
    assert time.monotonic() - float(ended) < HANGS / 2
    assert "no connection" in said[0]


def addresses(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """The addresses that a name has."""
    monkeypatch.setattr(socket, "getaddrinfo", look_up_by(lambda: found))


@pytest.mark.parametrize("first", ["silent", "refused", "refused twice"])
def test_address_that_takes_no_connection_leaves_time_for_the_next(
    way: Way, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is silent costs its share of the time, and the image comes within one attempt."""
    with Faulty(answering(its_image)) as server, unreachable("127.0.0.2", server.port):
        before = {"silent": ["127.0.0.2"], "refused": ["127.0.0.3"], "refused twice": ["127.0.0.3", "127.0.0.4"]}
        addresses(monkeypatch, *before[first], "127.0.0.1")
        endpoint = f"http://compute.example.com:{server.port}/v2/1"
        assert way.get(endpoint, allow_http=True, timeout=2 + SLACK).id == IMAGE_ID


def test_addresses_that_are_all_silent_share_the_time(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four of them end within the time of one attempt."""
    with unreachable("127.0.0.2") as endpoint:
        addresses(monkeypatch, *["127.0.0.2"] * 4)
        port = httpx.URL(endpoint).port
        got: list[Any] = []
        url = f"http://compute.example.com:{port}/v2/1"
        within(LIMIT, lambda: got.append(way.error(url, allow_http=True, timeout=LIMIT)))
    assert is_a(got[0], errors.RequestTimeout)
    assert got[0].message.startswith("no connection ")


def failing_over(broken: threading.Event) -> Script:
    """Answers until the failover; each connection of before is reset at its next request."""

    def script(line: Line) -> None:
        is_old = not broken.is_set()
        while (request := line.request()) is not None:
            if is_old and broken.is_set():
                line.reset()
                return
            if request.path.endswith("/tokens"):
                line.send(token(line.server.url, f"token-{len(line.server.lines)}"))
            elif broken.is_set() and request.headers["x-auth-token"] == "token-1":
                line.send(answer(401))
            else:
                together.wait() if is_old and request.path.endswith(tuple(ids(8))) else None
                line.send(its_image(request))

    together = threading.Barrier(8, timeout=SLACK)
    return script


def test_attempt_after_a_failure_opens_a_connection_of_its_own(way: Way) -> None:
    """Eight idle connections are all dead after a failover: the second attempt takes none of them."""
    broken = threading.Event()
    with Faulty(failing_over(broken)) as server, way.client(server.endpoint, retry=SOON) as images:
        assert all(isinstance(one, Image) for one in images.outcomes(ids(8), at_once=8))
        assert len(server.lines) == 8
        broken.set()
        got = images.get()
        assert got.response is not None
        assert got.response.attempts == 2
        assert len(server.lines) == 9


def test_sign_in_opens_a_connection_of_its_own(way: Way, serve: Serve) -> None:
    """It is not repeated, so that it must not meet a connection that has ended."""
    server = serve(failing_over(threading.Event()))
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, region="DFW", retry=SOON) as images:
        assert images.get()
        assert images.get()
        images.images._session.tokens._access = None
        assert images.get()
    firsts = [[request.path.endswith("/tokens") for request in line.requests] for line in server.lines]
    assert [line[0] for line in firsts] == [True] * 2
    assert not any(any(line[1:]) for line in firsts)


def test_sign_in_survives_a_failover(way: Way, serve: Serve) -> None:
    """Though every connection of before is dead, and identity is asked only once."""
    broken = threading.Event()
    server = serve(failing_over(broken))
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, region="DFW", retry=SOON) as images:
        assert images.get()
        broken.set()
        assert images.get()


def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the system allows no more, or Python ends."""
    real = threading.Thread.start

    def start(self: threading.Thread) -> None:
        if self.name.startswith("rackspace-images"):
            raise RuntimeError("can't start new thread")
        real(self)

    monkeypatch.setattr(threading.Thread, "start", start)


@pytest.mark.parametrize("kind", ["get", "get_many", "locate"])
def test_without_threads_it_connects_in_place(
    way: Way, kind: str, monkeypatch: pytest.MonkeyPatch, serve: Serve
) -> None:
    """Every call, for threads and for tasks."""

    def cloud(line: Line) -> None:
        while (request := line.request()) is not None:
            line.send(token(line.server.url) if request.path.endswith("/tokens") else its_image(request))

    async def async_many(images: Any) -> list[Any]:
        return [outcome async for outcome in images.get_many(ids(4))]

    calls: dict[str, Callable[[Any], Any]] = {
        "get": lambda images: images.get(IMAGE_ID),
        "get_many": lambda images: async_many(images) if way.is_async else list(images.get_many(ids(4))),
        "locate": lambda images: images.locate(IMAGE_ID),
    }
    no_threads(monkeypatch)
    server = serve(cloud)
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, region="DFW", retry=None) as images:
        got = images.run(calls[kind])
    if kind == "get_many":
        assert sorted(outcome.id for _, outcome in got) == ids(4)
    else:
        assert list(got.found) == ["DFW", "ORD"] if kind == "locate" else got.id == IMAGE_ID


@pytest.mark.parametrize("when", ["atexit", "after the main thread"])
@pytest.mark.parametrize("kind", ["get", "get_many", "async"])
def test_client_works_where_python_ends(kind: str, when: str, serve: Serve) -> None:
    """Python 3.12 and later start no thread there."""
    code = f"""
import asyncio, atexit, sys, threading, time
from rackspace_images import AsyncImagesClient, ImagesClient, StaticToken
async def ask():
    async with AsyncImagesClient(StaticToken("t"), endpoint=sys.argv[1]) as images:
        return await images.get("{IMAGE_ID}")
def late():
    if {when == "after the main thread"}:
        threading.main_thread().join()
    images = ImagesClient(StaticToken("t"), endpoint=sys.argv[1])
    if "{kind}" == "async":
        print(asyncio.run(ask()).id)
    else:
        print(images.get("{IMAGE_ID}").id if "{kind}" == "get" else list(images.get_many(["{IMAGE_ID}"]))[0][1].id)
atexit.register(late) if {when == "atexit"} else threading.Thread(target=late).start()
"""
    server = serve(answering(its_image))
    command = [sys.executable, "-c", code, server.endpoint]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert ended.stdout.strip() == IMAGE_ID, ended.stderr


@pytest.mark.parametrize("host", ["a..b", f"{'x' * 64}.test"], ids=["dots", "label"])
@pytest.mark.parametrize("where", ["endpoint", "auth_url", "catalog", "proxy"])
def test_host_that_is_no_name_is_an_error_of_ours(way: Way, where: str, host: str, serve: Serve) -> None:
    """Wherever it stands; it is not asked for again and again."""
    server = serve(answering(lambda _: token(f"http://{host}")))
    key = ApiKey("demo", "key", auth_url=f"http://{host if where == 'auth_url' else server.endpoint[7:]}/v2.0")
    options: dict[str, Any] = {"allow_http": True, "deadline": 3 * SLACK}
    if where in ("endpoint", "proxy"):
        options["endpoint"] = f"http://{host if where == 'endpoint' else 'compute.example.com'}/v2/1"
    if where == "proxy":
        options["proxy"] = f"http://{host}:3128"
    with (
        pytest.raises(errors.ImagesError, match=f"{host} is not the name of a host"),
        way.client(auth=TOKEN if "endpoint" in options else key, region="DFW", **options) as images,
    ):
        raise images.error()


@pytest.mark.parametrize("limit", [1e10, 1e300, sys.maxsize])
@pytest.mark.parametrize("name", ["timeout", "deadline"])
def test_limit_that_python_cannot_wait_for_is_a_config_error(way: Way, name: str, limit: float) -> None:
    """When the client is made, and when it is called."""
    with pytest.raises(errors.ConfigError, match=rf"{name}=.* is not a number of seconds"):
        way.made(TOKEN, endpoint="http://127.0.0.1:1", **{name: limit})
    with way.client("http://127.0.0.1:1") as images:
        limits: dict[str, Any] = {name: limit}
        assert is_a(images.error(**limits), errors.ConfigError)


@pytest.mark.parametrize("timeout", [30 * 86_400.0, 1e9, httpx.Timeout(1e10), httpx.Timeout(None)])
@pytest.mark.parametrize("deadline", [1e9, None])
def test_limit_of_years_is_none_in_practice(way: Way, timeout: Any, deadline: float | None, serve: Serve) -> None:
    """Though a socket takes no more than 24 days."""
    server = serve(answering(its_image))
    assert way.get(server.endpoint, timeout=timeout, deadline=deadline)


@pytest.mark.parametrize("zone", ["%lo", "%25lo"])
@pytest.mark.parametrize("where", ["endpoint", "auth_url", "proxy"])
def test_zone_of_an_ipv6_address_works_in_both_spellings(
    way: Way, where: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the shell, and as in a URL by RFC 6874."""

    def cloud(line: Line) -> None:
        while (request := line.request()) is not None:
            line.send(token(server.url) if request.path.endswith("/tokens") else its_image(request))

    looked_up = lead_to_loopback(monkeypatch, "fe80::1%lo")
    with Faulty(cloud) as server, Proxy(server.port) as proxy:
        scoped = f"http://[fe80::1{zone}]"
        if where == "endpoint":
            assert way.get(f"{scoped}:{server.port}/v2/1", allow_http=True)
        elif where == "proxy":
            with pytest.raises(errors.ImagesError):  # it is asked for TLS, and the server speaks none
                raise way.error("https://compute.example.com/v2/1", proxy=f"{scoped}:{proxy.port}")
            assert proxy.asked == ["compute.example.com:443"]
        else:
            key = ApiKey("demo", "key", auth_url=f"{scoped}:{server.port}/v2.0")
            with way.client(auth=key, region="DFW", allow_http=True) as images:
                assert images.get()
    assert "fe80::1%lo" in looked_up


def test_ipv6_address_is_an_endpoint(way: Way, serve: Serve) -> None:
    """Without a proxy and beside those of the environment."""
    try:
        listening = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6")
    server = serve(answering(its_image), listening)
    assert way.get(f"http://[::1]:{server.port}/v2/1").id == IMAGE_ID


CLOSING: dict[str, dict[str, Any]] = {
    "DNS": {"endpoint": "http://compute.invalid/v2/1"},
    "connect": {},
    "TLS handshake": {"endpoint": "https://127.0.0.1:{port}/v2/1"},
    "proxy": {"endpoint": "https://compute.example.com/v2/1", "proxy": "http://127.0.0.1:{port}"},
    "TLS handshake with a proxy": {"endpoint": "https://compute.example.com/v2/1", "proxy": "https://127.0.0.1:{port}"},
    "SOCKS proxy": {"endpoint": "http://compute.example.com/v2/1", "proxy": "socks5://127.0.0.1:{port}"},
    "permit": {"endpoint": "http://127.0.0.1:{port}/v2/1", "max_connections": 1},
}


@pytest.mark.parametrize("limits", [{}, {"timeout": None, "deadline": None}], ids=["limits", "no limits"])
@pytest.mark.parametrize("stage", CLOSING)
def test_closing_ends_a_call_before_its_request(
    way: Way, stage: str, limits: dict[str, Any], hanging: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it waits for, with and without limits of its own; its connection is closed."""
    with Faulty(Line.hold) as server, unreachable() as silent:
        options = {"endpoint": silent, "allow_http": True, "retry": None, **limits}
        for name, value in CLOSING[stage].items():
            options[name] = value.format(port=server.port) if isinstance(value, str) else value
        if stage == "DNS":
            monkeypatch.setattr(socket, "getaddrinfo", hanging)
        is_seen = (lambda: True) if stage in ("DNS", "connect") else (lambda: server.lines)
        with under_way(way, 2, is_seen, auth=TOKEN, **options) as (_, close):
            within(0, lambda: check_closed(close()))
        assert server.deserted()


def test_closing_ends_a_call_that_reads_its_certificates(
    way: Way, monkeypatch: pytest.MonkeyPatch, serve: Serve
) -> None:
    """It connects to nothing any more."""
    reading, closed = threading.Event(), threading.Event()
    made = httpx.create_ssl_context

    def slow(**options: Any) -> Any:
        reading.set()
        if not way.is_async:
            closed.wait(SLACK)
        return made(**options)

    monkeypatch.setattr(httpx, "create_ssl_context", slow)
    server = serve(Line.hold)
    endpoint = server.endpoint.replace("http:", "https:")
    with under_way(way, 1, reading.is_set, auth=TOKEN, endpoint=endpoint, retry=None) as (images, close):
        if not way.is_async:
            images._api.sender.scope.stop()
            closed.set()
        within(0, lambda: check_closed(close()))


TRAILERS = {
    "close": b"Connection: close",
    "length": b"Content-Length: 7",
    "coding": b"Transfer-Encoding: chunked",
    "two": b"X: y\r\nConnection: close",
}


@pytest.mark.parametrize("trailer", TRAILERS.values(), ids=TRAILERS)
def test_trailers_cost_the_next_request_nothing(way: Way, trailer: bytes) -> None:
    """What they say is no part of the next response, and the connection is used on."""

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            body = its_image(request).partition(b"\r\n\r\n")[2]
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            line.send(head + b"%x\r\n%s\r\n0\r\n%s\r\n\r\n" % (len(body), body, trailer))

    with Faulty(script) as server, way.client(server.endpoint, retry=None) as images:
        for one in ids(5):
            assert images.get(one).id == one


def test_trio_is_told_that_asyncio_is_needed() -> None:
    """At once, in every call; not by an error of asyncio's."""
    images = AsyncImagesClient(TOKEN, endpoint="http://127.0.0.1:1/v2/1")
    for call in (images.get(IMAGE_ID), images.regions(), images.locate(IMAGE_ID), images.aclose()):
        with pytest.raises(errors.ConfigError, match=r"asyncio.*ImagesClient"):
            call.send(None)


@pytest.mark.parametrize("raised", ["AttributeError('no such thing in ssl')", "ImportError('no such thing in ssl')"])
def test_import_that_fails_below_shows_its_cause(raised: str) -> None:
    """Not "cannot import name"."""
    code = f"""
import sys
class Broken:
    def find_spec(self, name, path=None, target=None):
        if name == "httpx":
            raise {raised}
sys.meta_path.insert(0, Broken())
from rackspace_images import ImagesClient
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ImportError: " in ended.stderr.splitlines()[-1]
    assert "no such thing in ssl" in ended.stderr.splitlines()[-1]
