"""Bulk calls that are left, interrupted or closed: nothing more is sent, what is under way ends, nothing is waited for.

Also calls that would wait for themselves.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from cloud import Cloud
from faults.ways import TOKEN, ids
from faulty import IMAGE_ID, Faulty, Line, asked_for, image, its_image, token
from rackspace_images import ApiKey, AsyncImagesClient, ImagesClient, Retry, errors, generated_client
from rackspace_images_api.api.images import get_image
from scripted import answer
from slack import SLACK

FIRST = ids(1)[0]
ID = UUID(IMAGE_ID)
CONCURRENCY = 8


def holding(line: Line) -> None:
    """Signs in, returns the first image in each region, and says nothing to any other request."""
    while (request := line.request()) is not None:
        if request.path.endswith("/tokens"):
            line.send(token(line.server.url))
        elif asked_for(request) == FIRST:
            line.send(its_image(request))
        else:
            line.hold()
            return


def forever() -> Iterator[str]:
    return (f"00000000-0000-4000-8000-{one:012d}" for one in itertools.count())


Call = Callable[[ImagesClient], Any]
CALLS: dict[str, Call] = {
    "get_many": lambda images: images.get_many(forever(), concurrency=CONCURRENCY),
    "get_many with connections of its own": lambda images: images.get_many(forever(), concurrency=120),
    "locate_many": lambda images: images.locate_many(forever(), concurrency=CONCURRENCY),
}


@pytest.fixture(params=list(CALLS.values()), ids=list(CALLS))
def call(request: pytest.FixtureRequest) -> Call:
    """A bulk call for endless ids; each but the first waits for its server."""
    chosen: Call = request.param
    return chosen


def signed_in(server: Faulty) -> ImagesClient:
    return ImagesClient(ApiKey("demo", "key", auth_url=f"{server.url}/v2.0"), region="DFW")


def settle(server: Faulty, least: int = 3) -> int:
    """The number of requests once no more come."""
    ends = time.monotonic() + 20
    while len(server.requests) < least and time.monotonic() < ends:
        time.sleep(0.01)
    before = -1
    while before != len(server.requests):
        before = len(server.requests)
        time.sleep(0.2)
    return before


def check_ended(server: Faulty, sent: int) -> None:
    """Every connection that waited for a response has ended, and no more was sent."""
    held = [line for line in list(server.lines) if not all(asked_for(one) == FIRST for one in line.requests)]
    ends = time.monotonic() + SLACK
    for line in held:
        if line.requests and not line.requests[-1].path.endswith("/tokens"):
            assert line.ended.wait(max(ends - time.monotonic(), 0))
    time.sleep(0.1)
    assert len(server.requests) == sent


def test_bulk_call_that_is_left_shuts_down_what_is_under_way(call: Call) -> None:
    """At once; the client stays usable."""
    with Faulty(holding) as server, signed_in(server) as images:
        outcomes = call(images)
        assert next(outcomes)[0] == FIRST
        sent = settle(server)
        began = time.monotonic()
        outcomes.close()
        assert time.monotonic() - began < SLACK
        check_ended(server, sent)
        assert images.get(FIRST).id == FIRST
    assert server.deserted()


def test_bulk_call_that_is_dropped_shuts_down_what_is_under_way(call: Call) -> None:
    """As by a `break` out of the loop: its iterator is collected."""
    with Faulty(holding) as server, signed_in(server) as images:
        sent = 0
        for one, _ in call(images):
            assert one == FIRST
            sent = settle(server)
            break
        check_ended(server, sent)


def test_bulk_call_that_is_left_at_the_gate_sends_nothing_more(call: Call) -> None:
    """Whatever the server said about when to come back; the threads end."""
    limits = threading.Event()

    def limiting(line: Line) -> None:
        while (request := line.request()) is not None:
            if request.path.endswith("/tokens"):
                line.send(token(line.server.url))
            elif asked_for(request) == FIRST:
                line.send(its_image(request))
            else:
                limits.wait(20)
                line.send(answer(429, {"overLimit": {"retryAfter": 30}}))

    with Faulty(limiting) as server, signed_in(server) as images:
        outcomes = call(images)
        assert next(outcomes)[0] == FIRST
        limits.set()
        sent = settle(server)
        outcomes.close()
        check_threads_end()
        assert len(server.requests) == sent


def bulk_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("rackspace-images")]


def check_threads_end() -> None:
    ends = time.monotonic() + SLACK
    while bulk_threads() and time.monotonic() < ends:
        time.sleep(0.01)
    assert bulk_threads() == []


def test_threads_of_a_bulk_call_end_with_it(call: Call) -> None:
    """Whatever they waited for."""
    with Faulty(holding) as server, signed_in(server) as images:
        outcomes = call(images)
        next(outcomes)
        settle(server)
        assert bulk_threads()
        outcomes.close()
        check_threads_end()


def test_keyboard_interrupt_ends_a_bulk_call(call: Call) -> None:
    """Where the consumer waits for the next outcome; the client stays usable."""
    with Faulty(holding) as server, signed_in(server) as images:
        outcomes = call(images)
        next(outcomes)
        sent = settle(server)
        threading.Timer(0.1, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT)).start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            next(outcomes)
        assert time.monotonic() - began < 0.1 + SLACK
        check_ended(server, sent)
        assert images.get(FIRST).id == FIRST


def test_keyboard_interrupt_ends_a_locate() -> None:
    """All regions at once, each of which waits."""
    with Faulty(holding) as server, signed_in(server) as images:
        images.regions()
        threading.Timer(0.3, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT)).start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            images.locate(IMAGE_ID)
        assert time.monotonic() - began < 0.3 + SLACK
        check_ended(server, 3)


def test_closing_the_client_ends_a_locate() -> None:
    """From another thread; each region's connection ends."""
    with Faulty(holding) as server, signed_in(server) as images:
        threading.Timer(0.5, images.close).start()
        began = time.monotonic()
        with pytest.raises(errors.ClientClosed):
            images.locate(IMAGE_ID)
        assert time.monotonic() - began < 0.5 + SLACK
        assert server.deserted()


PROGRAM = """
import itertools, sys
from rackspace_images import ApiKey, ImagesClient
ids = (f"00000000-0000-4000-8000-{one:012d}" for one in itertools.count())
images = ImagesClient(ApiKey("demo", "key", auth_url=sys.argv[1]), region="DFW")
for one, outcome in getattr(images, sys.argv[2])(ids, concurrency=8):
    print(one, flush=True)
    if sys.argv[3] == "leaves":
        sys.stdin.readline()
        break
"""


@pytest.mark.parametrize("what", ["leaves", "is interrupted"])
@pytest.mark.parametrize("method", ["get_many", "locate_many"])
def test_program_ends_promptly_after_a_bulk_call(method: str, what: str) -> None:
    """Though its client is not closed: the interpreter waits for none of the threads."""
    with Faulty(holding) as server:
        command = [sys.executable, "-c", PROGRAM, f"{server.url}/v2.0", method, what]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONWARNINGS": "default"},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == f"{FIRST}\n"
            settle(server)
            began = time.monotonic()
            if what == "is interrupted":
                process.send_signal(signal.SIGINT)
            out, err = process.communicate("\n", timeout=2 + SLACK)
            assert time.monotonic() - began < 1 + SLACK
        assert server.deserted()
    assert out == ""
    if what == "leaves":
        assert (process.returncode, err) == (0, "")
    else:
        assert process.returncode in (130, -signal.SIGINT)
        assert err.rstrip().endswith("KeyboardInterrupt")
        assert "Exception ignored" not in err
        assert "Exception in thread" not in err


def test_ids_that_fail_end_what_is_under_way() -> None:
    """An exception of the iterable is raised, and the other connections end."""

    def broken() -> Iterator[str]:
        yield from ids(5)[1:]
        settle(server, 4)
        raise ZeroDivisionError

    with Faulty(holding) as server, signed_in(server) as images:
        with pytest.raises(ZeroDivisionError):
            list(images.get_many(broken(), concurrency=8))
        check_ended(server, 5)


# Calls that would wait for themselves.


def test_sync_call_on_the_thread_of_a_loop_that_signs_in_raises_at_once() -> None:
    """Both halves of a generated client share the sign-in; the loop cannot go on while its thread waits for it."""
    with Faulty(lambda line: line.hold()) as server:
        made = generated_client(ApiKey("demo", "key", auth_url=f"{server.url}/v2.0"), region="DFW", deadline=20)

        async def ask() -> None:
            async with made:
                leading = asyncio.create_task(get_image.asyncio_detailed(client=made, image_id=ID))
                while not server.lines:  # noqa: ASYNC110  the server's threads know no event loop
                    await asyncio.sleep(0.01)
                began = time.monotonic()
                with pytest.raises(errors.ConfigError, match="would wait for itself"):
                    get_image.sync_detailed(client=made, image_id=ID)
                assert time.monotonic() - began < SLACK
                leading.cancel()
                await asyncio.gather(leading, return_exceptions=True)

        with made:
            asyncio.run(ask())


def test_sync_call_in_another_thread_waits_for_the_loop_that_signs_in() -> None:
    """And gets its image with the same token."""
    with Cloud() as cloud:
        cloud.gate.clear()
        made = generated_client(cloud.api_key(), region="DFW")

        def get() -> Any:
            return get_image.sync(client=made, image_id=ID)

        async def ask() -> list[Any]:
            async with made:
                leading = asyncio.create_task(get_image.asyncio(client=made, image_id=ID))
                while not cloud.requests:  # noqa: ASYNC110  the server's threads know no event loop
                    await asyncio.sleep(0.01)
                following = asyncio.create_task(asyncio.to_thread(get))
                await asyncio.sleep(0.1)
                cloud.gate.set()
                return list(await asyncio.gather(leading, following))

        with made:
            found = asyncio.run(ask())
        assert [one.image.id for one in found] == [IMAGE_ID] * 2
        assert len(cloud.logins) == 1


@pytest.mark.parametrize("method", ["get", "regions", "locate"])
def test_call_in_on_attempt_of_a_sign_in_raises_at_once(method: str, caplog: pytest.LogCaptureFixture) -> None:
    """The sign-in waits for the callback, and the call in it for the sign-in; the image arrives all the same."""
    raised: list[BaseException] = []
    took: list[float] = []

    def call_again(attempt: Any) -> None:
        if attempt.url.endswith("/tokens"):
            began = time.monotonic()
            try:
                getattr(images, method)(*([] if method == "regions" else [IMAGE_ID]))
            except errors.ImagesError as error:
                raised.append(error)
            took.append(time.monotonic() - began)

    with Cloud() as cloud, ImagesClient(cloud.api_key(), region="DFW", on_attempt=call_again) as images:
        assert images.get(IMAGE_ID).id == IMAGE_ID
        assert [type(error) for error in raised] == [errors.ConfigError]
        assert "would wait for itself" in str(raised[0])
        assert took[0] < SLACK
        assert len(cloud.logins) == 1


def test_awaited_call_in_a_task_waits_for_the_task_that_signs_in() -> None:
    """On the same thread, which is no reason to raise."""
    with Cloud() as cloud:

        async def ask() -> list[Any]:
            async with AsyncImagesClient(cloud.api_key(), region="DFW") as images:
                return await asyncio.gather(*(images.get(one) for one in ids(5)))

        assert [one.id for one in asyncio.run(ask())] == ids(5)
        assert len(cloud.logins) == 1


def test_call_in_on_attempt_of_an_image_is_made() -> None:
    """Only a sign-in is waited for by others."""
    inner: list[str] = []

    def call_again(attempt: Any) -> None:
        if attempt.url.endswith(FIRST):
            inner.append(images.get(IMAGE_ID).id)

    with Faulty(answering_all) as server:
        with ImagesClient(TOKEN, endpoint=server.endpoint, on_attempt=call_again, retry=Retry()) as images:
            assert images.get(FIRST).id == FIRST
    assert inner == [IMAGE_ID]


def answering_all(line: Line) -> None:
    while (request := line.request()) is not None:
        line.send(image(asked_for(request)))
