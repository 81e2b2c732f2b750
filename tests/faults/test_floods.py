"""Floods: what a server sends without end beside a body, always ready to be read, on every way to the client."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import ssl
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import trustme
from faulty import IMAGE_ID, Faulty, Line, Script, Serve, answering, chunked, image, its_image, token
from over_tls import context, over_tls
from proxying import Proxy
from rackspace_images import ApiKey, AsyncImagesClient, Image, errors
from rackspace_images.defaults import MAX_BYTES_BESIDE_BODY
from rackspace_images.http.network import MAX_READ
from slack import SLACK

from .ways import TOKEN, Way, is_a

LIMIT = 0.8
HOST = "api.example.test"
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
HEADERS = "the response headers did not end"
BODY = "the response body did not end"

# What comes first, what is repeated without end, and which part of the answer it is.
FLOODS: dict[str, tuple[bytes, bytes, str]] = {
    "100 Continue": (b"", INTERIM, HEADERS),
    "103 with headers": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", HEADERS),
    "headers": (HEAD, b"X-Header: value\r\n", HEADERS),
    "one header": (HEAD + b"X-Header: ", b"value", HEADERS),
    "the status line": (b"HTTP/1.1 200 ", b"OK", HEADERS),
    "chunk extensions": (CHUNKS, b"1;name=value\r\n \r\n", BODY),
    "one chunk extension": (CHUNKS + b"1", b";name=value", BODY),
    "chunks of one byte": (CHUNKS, b"1\r\n \r\n", BODY),
    "trailers": (CHUNKS + b"0\r\n", b"X-Trailer: value\r\n", BODY),
    "one trailer": (CHUNKS + b"0\r\nX-Trailer: ", b"value", BODY),
}


def flooding(first: bytes, repeated: bytes) -> Script:
    """Sends as fast as it is read, for as long as it is read."""
    block = repeated * (65536 // len(repeated))

    def script(line: Line) -> None:
        line.request()
        line.send(first)
        while True:
            line.send(block)

    return script


def once_flooding(flood: Script, then: Script) -> Script:
    """The first connection is flooded, the others are served."""
    numbers = itertools.count()

    def script(line: Line) -> None:
        (flood if next(numbers) == 0 else then)(line)

    return script


def serving(line: Line) -> None:
    while (request := line.request()) is not None:
        line.send(its_image(request))


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@contextlib.contextmanager
def reached(route: str, script: Script, ca: trustme.CA) -> Iterator[tuple[str, dict[str, Any]]]:
    """The endpoint of a server, and the options with which a client reaches it by this route."""
    trusting = ssl.create_default_context()
    ca.configure_trust(trusting)
    if route == "plain":
        with Faulty(script) as server:
            yield server.endpoint, {}
    elif route == "TLS":
        with Faulty(over_tls(context(ca.issue_cert("127.0.0.1")), script)) as server:
            yield server.endpoint.replace("http:", "https:"), {"verify": trusting}
    elif route == "proxy":
        secured = over_tls(context(ca.issue_cert(HOST)), script)
        with Faulty(secured) as server, Proxy(server.port) as proxy:
            yield f"https://{HOST}/v2/820712", {"verify": trusting, "proxy": proxy.url}
    else:
        with Faulty(over_tls(context(ca.issue_cert(HOST)), serving)) as server:
            tunnel = Proxy(server.port)
            tunnel.script = once_flooding(script, tunnel.script)
            with tunnel:
                yield f"https://{HOST}/v2/820712", {"verify": trusting, "proxy": tunnel.url}


ROUTES = ["plain", "TLS", "proxy"]


def check_flooded(error: Any, part: str) -> None:
    """Refused by its bytes: 256 KiB, or what h11 keeps of one line or block of headers."""
    assert is_a(error, errors.ResponseTooLarge)
    said = [f"{part} after {size} KiB of headers and framing" for size in (100, MAX_BYTES_BESIDE_BODY // 1024)]
    assert error.message in said
    assert (error.attempts, error.retryable) == (1, False)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("first", "repeated", "part"), FLOODS.values(), ids=FLOODS)
def test_a_flood_beside_the_body_ends_at_its_bytes(
    way: Way, route: str, first: bytes, repeated: bytes, part: str, ca: trustme.CA
) -> None:
    """No limit of time is needed, it is not asked for again, and the next call gets its image."""
    script = once_flooding(flooding(first, repeated), serving)
    with reached(route, script, ca) as (endpoint, options):
        with way.client(endpoint, timeout=None, deadline=None, **options) as images:
            check_flooded(images.error(), part)
            assert images.get().id == IMAGE_ID


@pytest.mark.parametrize(("first", "repeated"), [flood[:2] for flood in FLOODS.values() if flood[2] is HEADERS])
def test_a_proxy_that_floods_the_answer_to_connect_ends_at_its_bytes(
    way: Way, first: bytes, repeated: bytes, ca: trustme.CA
) -> None:
    """The same before there is a tunnel; the next call makes one."""
    with reached("CONNECT", flooding(first, repeated), ca) as (endpoint, options):
        with way.client(endpoint, timeout=None, deadline=None, **options) as images:
            check_flooded(images.error(), "no connection")
            assert images.get().id == IMAGE_ID


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only time is bounded."""
    monkeypatch.setattr("rackspace_images.http.network.MAX_BYTES_BESIDE_BODY", sys.maxsize)


@pytest.mark.parametrize("limit", ["timeout", "deadline"])
@pytest.mark.parametrize("route", [*ROUTES, "CONNECT"])
@pytest.mark.parametrize("name", ["100 Continue", "chunk extensions"])
@pytest.mark.usefixtures("unbounded")
def test_a_flood_ends_in_time_though_there_is_always_something_to_read(
    way: Way, route: str, name: str, limit: str, ca: trustme.CA
) -> None:
    """The clock is looked at for each read, and not only where a read has to wait."""
    first, repeated, part = FLOODS[name]
    if route == "CONNECT":
        if part is BODY:
            pytest.skip("an answer to CONNECT has no body")
        part = "no connection"
    with reached(route, flooding(first, repeated), ca) as (endpoint, options):
        error = way.error(endpoint, **{limit: LIMIT}, **options)
    assert is_a(error, errors.RequestTimeout)
    assert error.message.startswith(part)
    assert LIMIT * 0.9 <= error.elapsed <= LIMIT + SLACK


def test_a_flood_of_a_sign_in_ends_at_its_bytes(way: Way, serve: Serve) -> None:
    """The key is sent once."""
    server = serve(flooding(b"", INTERIM))
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, timeout=None, deadline=None) as images:
        error = images.error()
    assert len(server.requests) == 1
    check_flooded(error, HEADERS)
    assert error._signing_in


def beside(size: int) -> bytes:
    """An image with so many bytes beside its body."""
    body = image().partition(b"\r\n\r\n")[2]
    whole = CHUNKS + chunked(body)
    interim = b"HTTP/1.1 103 X\r\nX: %s\r\n\r\n"
    missing, answers = size - (len(whole) - len(body)), 8
    lengths = [missing // answers] * (answers - 1) + [missing - missing // answers * (answers - 1)]
    return b"".join(interim % (b"x" * (length - len(interim) + 2)) for length in lengths) + whole


def test_what_is_beside_a_body_may_have_exactly_the_limit(way: Way, serve: Serve) -> None:
    """Counted together, whatever it is."""
    server = serve(answering(beside(MAX_BYTES_BESIDE_BODY)))
    assert isinstance(way.get(server.endpoint), Image)


def test_what_is_beside_a_body_may_not_have_more_than_the_limit(way: Way, serve: Serve) -> None:
    """It is not waited for what may follow it."""

    def script(line: Line) -> None:
        line.request()
        # A byte is held back until the next read, and the last two would end the answer.
        line.send(beside(MAX_BYTES_BESIDE_BODY + 4)[:-2])
        line.hold()

    server = serve(script)
    check_flooded(way.error(server.endpoint), BODY)


def test_a_body_is_not_counted_as_beside_it(way: Way, serve: Serve) -> None:
    """A large body in ordinary chunks is far from that limit."""
    body = image(name="x" * 900_000).partition(b"\r\n\r\n")[2]
    pieces = [body[at : at + 8192] for at in range(0, len(body), 8192)]
    server = serve(answering(CHUNKS + chunked(*pieces)))
    assert len(way.get(server.endpoint).name or "") == 900_000


def test_a_flood_leaves_other_tasks_their_turns(serve: Serve) -> None:
    """While there is always something to read, the loop goes on after each read."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def run() -> Any:
        counting = asyncio.create_task(count())
        async with AsyncImagesClient(TOKEN, endpoint=server.endpoint, retry=None) as images:
            try:
                await images.get(IMAGE_ID)
            except errors.ImagesError as error:
                return error
            finally:
                counting.cancel()

    server = serve(flooding(b"", INTERIM))
    check_flooded(asyncio.run(run()), HEADERS)
    assert turns >= MAX_BYTES_BESIDE_BODY // MAX_READ


def test_a_second_sign_in_after_a_flood_gets_its_token(way: Way, serve: Serve) -> None:
    """The client is as good as before."""

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            line.send(token(server.url) if request.path.endswith("/tokens") else its_image(request))

    server = serve(once_flooding(flooding(b"", INTERIM), script))
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key) as images:
        check_flooded(images.error(), HEADERS)
        assert images.get().id == IMAGE_ID


FROZEN = """
import asyncio, sys
sys.path[:0] = {paths!r}
from faulty import IMAGE_ID, Faulty, its_image
from freezegun import freeze_time
from rackspace_images import AsyncImagesClient, ImagesClient, StaticToken

def slow(line):
    while (request := line.request()) is not None:
        line.ended.wait(0.1)
        line.send(its_image(request))

async def awaited(server):
    async with AsyncImagesClient(StaticToken("t"), endpoint=server.endpoint, retry=None) as images:
        await images.get(IMAGE_ID)
        with freeze_time("2012-01-14", **{options!r}):
            print((await images.get(IMAGE_ID)).id)

with Faulty(slow) as server, ImagesClient(StaticToken("t"), endpoint=server.endpoint, retry=None) as images:
    with freeze_time("2012-01-14", **{options!r}):
        print(images.get(IMAGE_ID).id)
    asyncio.run(awaited(server))
"""


@pytest.mark.parametrize("options", [{}, {"tick": True}, {"auto_tick_seconds": 15, "real_asyncio": True}], ids=str)
def test_a_clock_that_freezegun_stops_ends_no_call(options: dict[str, Any]) -> None:
    """Limits are kept by one clock, which nothing replaces; asyncio's own may jump unless freezegun leaves it alone."""
    code = FROZEN.format(paths=[path for path in sys.path if path.endswith("support")], options=options)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == [IMAGE_ID] * 2, done.stderr
