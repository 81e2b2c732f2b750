"""Calls that are given up: a task that is cancelled, a client that is closed, a person who presses Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from faulty import IMAGE_ID, Faulty, Line, Script, Serve, its_image, token, unreachable
from rackspace_images import ApiKey, Image, ImagesClient, Retry, errors
from scripted import answer
from slack import SLACK

from .ways import TOKEN, WAYS, Way, check, ids, within

ASYNC = [way for way in WAYS if way.is_async]
HELD = ids(1)[0]
PAUSE = 0.1
"""Seconds for what a server sent to arrive."""

SLOW: dict[str, bytes] = {
    "waiting for the answer": b"",
    "within the headers": b"HTTP/1.1 200 OK\r\nX: ",
    "within the body": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
}


def holding(sent: bytes) -> Script:
    """Answers everyone but the one who asks for `HELD`, who gets the beginning of an answer."""

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            if request.path.endswith(HELD):
                line.send(sent)
                line.hold()
                return
            line.send(its_image(request))

    return script


async def until(condition: Any) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  the server's threads know no event loop
            await asyncio.sleep(0.002)


@pytest.mark.parametrize("way", ASYNC, ids=str)
@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_a_cancelled_get_ends_at_once_and_leaves_the_client_usable(way: Way, sent: bytes, serve: Serve) -> None:
    """Its connection is closed, and the others get their images."""

    async def ask() -> None:
        async with way.made(TOKEN, endpoint=server.endpoint) as images:
            held = asyncio.create_task(images.get(HELD))
            others = [asyncio.create_task(images.get(one)) for one in ids(5)[1:]]
            await until(lambda: any(request.path.endswith(HELD) for request in server.requests))
            await asyncio.sleep(0.02)
            began = time.monotonic()
            held.cancel()
            with pytest.raises(asyncio.CancelledError):
                await held
            assert time.monotonic() - began < SLACK
            assert [image.id for image in await asyncio.gather(*others)] == ids(5)[1:]
            closed = [line for line in server.lines if line.asked_for(HELD)]
            await until(lambda: all(line.ended.is_set() for line in closed))
            assert (await images.get(IMAGE_ID)).id == IMAGE_ID

    server = serve(holding(sent))
    asyncio.run(ask())
    assert server.deserted()


@pytest.mark.parametrize("way", ASYNC, ids=str)
def test_a_get_that_is_cancelled_while_connecting_leaves_nothing(way: Way) -> None:
    """The socket that was to be connected is closed."""

    async def ask() -> None:
        async with way.made(TOKEN, endpoint=endpoint) as images:
            asking = asyncio.create_task(images.get(IMAGE_ID))
            await asyncio.sleep(0.05)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking

    with unreachable() as endpoint:
        within(0, lambda: asyncio.run(ask()))


@pytest.mark.parametrize("way", ASYNC, ids=str)
def test_a_get_that_is_cancelled_in_the_tls_handshake_leaves_nothing(way: Way, serve: Serve) -> None:
    """The server sees the connection closed."""

    async def ask() -> None:
        async with way.made(TOKEN, endpoint=server.endpoint.replace("http:", "https:")) as images:
            asking = asyncio.create_task(images.get(IMAGE_ID))
            await until(lambda: server.lines)
            await asyncio.sleep(0.02)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert await asyncio.to_thread(server.deserted)

    server = serve(Line.hold)
    within(0, lambda: asyncio.run(ask()))


@pytest.mark.parametrize("way", ASYNC, ids=str)
def test_a_cancelled_wait_at_the_gate_costs_the_others_nothing(way: Way, serve: Serve) -> None:
    """Of five that are held back, one is cancelled; the others get their images when the gate opens."""

    async def ask() -> None:
        async with way.made(TOKEN, endpoint=server.endpoint) as images:
            asking = [asyncio.create_task(images.get(one)) for one in ids(5)]
            await until(lambda: server.requests)
            await asyncio.sleep(0.05)
            asking[2].cancel()
            outcomes = await asyncio.gather(*asking, return_exceptions=True)
            assert [type(outcome).__name__ for outcome in outcomes] == ["Image"] * 2 + ["CancelledError"] + [
                "Image"
            ] * 2

    server = serve(limiting(0.5))
    asyncio.run(ask())


def limiting(seconds: float) -> Script:
    """Refuses for so long after the first request."""
    began: list[float] = []

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            now = time.monotonic()
            began.append(now)
            left = began[0] + seconds - now
            line.send(its_image(request) if left <= 0 else answer(429, {"overLimit": {"retryAfter": left}}))

    return script


@pytest.mark.parametrize("way", ASYNC, ids=str)
@pytest.mark.parametrize("who", ["leader", "follower"])
def test_a_cancelled_sign_in_is_led_by_another(way: Way, who: str, serve: Serve) -> None:
    """Whoever is cancelled while one sign-in is made for all, the others get their images."""
    go = threading.Event()

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            if request.path.endswith("/tokens"):
                go.wait(5)
                line.send(token(server.url))
            else:
                line.send(its_image(request))

    async def ask() -> None:
        key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
        async with way.made(key, region="DFW") as images:
            asking = [asyncio.create_task(images.get(one)) for one in ids(4)]
            await until(lambda: server.requests)
            cancelled = 0 if who == "leader" else 2
            asking[cancelled].cancel()
            await asyncio.sleep(0.02)
            go.set()
            outcomes = await asyncio.gather(*asking, return_exceptions=True)
            names = ["Image"] * 4
            names[cancelled] = "CancelledError"
            assert [type(outcome).__name__ for outcome in outcomes] == names

    server = serve(script)
    asyncio.run(ask())
    assert server.deserted()


@pytest.mark.parametrize("way", ASYNC, ids=str)
def test_many_are_cancelled_at_any_moment(way: Way, serve: Serve) -> None:
    """A hundred times ten gets, cut short at moments of every kind: no connection is left, no room is lost."""

    async def ask() -> None:
        async with way.made(TOKEN, endpoint=server.endpoint) as images:
            for number in range(100):
                asking = [asyncio.create_task(images.get(one)) for one in ids(10)]
                await asyncio.sleep(number * 0.0001)
                for task in asking:
                    task.cancel()
                outcomes = await asyncio.gather(*asking, return_exceptions=True)
                assert all(isinstance(outcome, Image | asyncio.CancelledError) for outcome in outcomes)
            assert all(await asyncio.gather(*(images.get(one) for one in ids(100))))

    server = serve(answering_all)
    asyncio.run(ask())
    assert server.deserted()


def answering_all(line: Line) -> None:
    while (request := line.request()) is not None:
        line.send(its_image(request))


@contextlib.contextmanager
def under_way(
    way: Way, number: int, ready: Callable[[], Any] = lambda: True, **options: Any
) -> Iterator[tuple[Any, Any]]:
    """Gets that are under way since `ready`, and what closes their client and gives what they ended in."""
    images = way.made(**options)
    if not way.is_async:
        with ThreadPoolExecutor(number) as pool:
            futures: list[Future[Any]] = [pool.submit(images.get, one) for one in ids(number)]

            def close() -> list[Any]:
                images.close()
                return [future.exception(30) or future.result() for future in futures]

            wait_for(ready)
            time.sleep(PAUSE)
            yield images, close
        return
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        tasks: list[asyncio.Task[Any]] = []

        async def begin() -> None:
            tasks.extend(loop.create_task(images.get(one)) for one in ids(number))
            await until(ready)
            await asyncio.sleep(PAUSE)

        async def end() -> list[Any]:
            await images.aclose()
            async with asyncio.timeout(30):
                return await asyncio.gather(*tasks, return_exceptions=True)

        runner.run(begin())
        yield images, lambda: runner.run(end())


def check_closed(outcomes: list[Any]) -> None:
    for outcome in outcomes:
        assert type(outcome) is errors.ClientClosed, outcome
        check(outcome)


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_closing_ends_what_is_under_way(way: Way, sent: bytes, serve: Serve) -> None:
    """Each call ends at once with `ClientClosed`, asks nothing more, and the connections are closed."""

    def script(line: Line) -> None:
        line.request()
        line.send(sent)
        line.hold()

    server = serve(script)
    with under_way(way, 3, lambda: len(server.requests) == 3, auth=TOKEN, endpoint=server.endpoint) as (_, close):
        within(0, lambda: check_closed(close()))
    assert server.deserted()
    assert len(server.requests) == 3


def wait_for(condition: Any) -> None:
    ends = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.002)


@pytest.mark.parametrize("sent", [answer(429, {"overLimit": {"retryAfter": 30}}), answer(500)], ids=["gate", "backoff"])
def test_closing_ends_a_wait(way: Way, sent: bytes, serve: Serve) -> None:
    """A call that waits for its next attempt, or for the gate to open, ends at once too, and asks nothing more."""

    def script(line: Line) -> None:
        while line.request() is not None:
            line.send(sent)

    server = serve(script)
    options = {"endpoint": server.endpoint, "retry": Retry(backoff=30, max_backoff=30)}
    with under_way(way, 3, lambda: server.requests, auth=TOKEN, **options) as (_, close):
        within(0, lambda: check_closed(close()))
    assert server.deserted()
    # Each call asked once, or was held back by the refusal of another.
    assert len(server.requests) <= 3


def test_closing_ends_a_connection_that_is_being_made(way: Way) -> None:
    """A host that does not answer at all keeps nobody after `close`."""
    with unreachable() as endpoint:
        with under_way(way, 2, auth=TOKEN, endpoint=endpoint) as (_, close):
            within(0, lambda: check_closed(close()))


def test_closing_ends_a_sign_in_and_the_wait_for_it(way: Way, serve: Serve) -> None:
    """Who signs in, and who waits for that, ends with `ClientClosed`."""
    server = serve(Line.hold)
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with under_way(way, 3, lambda: server.lines, auth=key, region="DFW") as (_, close):
        within(0, lambda: check_closed(close()))


def test_a_call_after_close_says_so(way: Way, serve: Serve) -> None:
    """Every method, of the client and of those for other regions; closing again does nothing."""
    server = serve(answering_all)
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, region="DFW") as images:
        other = images.images.in_region("ORD")
        images.close()
        images.close()
        for client in (images.images, other):
            for call in (lambda c: c.get(IMAGE_ID), lambda c: c.regions(), lambda c: c.locate(IMAGE_ID)):
                with pytest.raises(errors.ClientClosed, match="closed"):
                    images.run(call, client)
    assert server.requests == []


SHOW = [sys.executable, "-m", "rackspace_images", "show", IMAGE_ID]
GET = [
    sys.executable,
    "-c",
    "import sys; from rackspace_images import ImagesClient, StaticToken\n"
    "try:\n"
    "    ImagesClient(StaticToken('t'), endpoint=sys.argv[1]).get(sys.argv[2])\n"
    "except KeyboardInterrupt:\n"
    "    sys.exit(130)\n",
]


def limited_for_long(line: Line) -> None:
    while line.request() is not None:
        line.send(answer(429, {"overLimit": {"retryAfter": 30}}))


def nothing(line: Line) -> None:
    line.request()
    line.hold()


@pytest.mark.parametrize("script", [nothing, limited_for_long], ids=["silent", "limited"])
@pytest.mark.parametrize("what", ["show", "get"])
def test_ctrl_c_ends_at_once_and_quietly(what: str, script: Script, serve: Serve) -> None:
    """Within a second, exit code 130, nothing said of it."""
    server = serve(script)
    environment = {
        **os.environ,
        "OS_TOKEN": TOKEN.token,
        "OS_ENDPOINT_OVERRIDE": server.endpoint,
        "OS_REGION_NAME": "DFW",
    }
    with subprocess.Popen(
        SHOW if what == "show" else [*GET, server.endpoint, IMAGE_ID],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        ends = time.monotonic() + 20
        while not server.requests and time.monotonic() < ends:
            time.sleep(0.01)
        time.sleep(0.1)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=1 + SLACK)
        took = time.monotonic() - began
    assert server.deserted()
    assert (process.returncode, out) == (130, b"")
    # A wait over 5 s is a warning, which Python shows where nobody set up logging; Ctrl-C adds nothing to it.
    waits = (b"all calls to it wait 30.0 s", b"DFW is limited: waiting 30 s")
    assert [line for line in err.splitlines() if not any(words in line for words in waits)] == []
    assert took < 1 + SLACK


def test_ctrl_c_leaves_a_client_usable() -> None:
    """In an interactive session: the call ends, its connection is closed, the next one works."""
    numbers = itertools.count()

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            if next(numbers) == 0:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
                line.hold()
            else:
                line.send(its_image(request))

    with Faulty(script) as server, ImagesClient(TOKEN, endpoint=server.endpoint) as images:
        with pytest.raises(KeyboardInterrupt):
            images.get(IMAGE_ID)
        assert images.get(IMAGE_ID).id == IMAGE_ID
        assert len(server.lines) == 2
        assert server.lines[0].ended.wait(SLACK)
