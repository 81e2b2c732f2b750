"""Connections that break, and answers that break HTTP: each is its error, and nothing of it reaches another call."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from faulty import Faulty, Line, Script, Serve, answering, asked_for, chunked, image, its_image, once
from rackspace_images import Image, Retry, errors
from scripted import Request, answer
from slack import SLACK

from .ways import Way, ids, is_a

GOOD = image()
HALF = len(GOOD) - 20
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SOON = Retry(backoff=0.001, max_backoff=0.01)

BROKEN: dict[str, tuple[Script, str]] = {
    "closed before the headers": (once(), ""),
    "reset before the headers": (once(reset=True), "reset"),
    "closed within the headers": (once(b"HTTP/1.1 200 OK\r\nContent-"), ""),
    "reset within the headers": (once(b"HTTP/1.1 200 OK\r\nContent-", reset=True), "reset"),
    "closed after the headers": (once(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"), ""),
    "reset after the headers": (once(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", reset=True), "reset"),
    "closed within the body": (once(GOOD[:HALF]), ""),
    "reset within the body": (once(GOOD[:HALF], reset=True), "reset"),
    "Content-Length too long": (once(GOOD.replace(b"Content-Length: ", b"Content-Length: 9")), ""),
    "two Content-Lengths": (answering(GOOD.replace(b"\r\n\r\n", b"\r\nContent-Length: 7\r\n\r\n", 1)), ""),
    "Content-Length no number": (answering(GOOD.replace(b"Content-Length: ", b"Content-Length: x")), ""),
    "Content-Length negative": (answering(GOOD.replace(b"Content-Length: ", b"Content-Length: -")), ""),
    "closed within a chunk": (once(CHUNKS + b"ff\r\n{"), ""),
    "closed between chunks": (once(CHUNKS + b"1\r\n{\r\n"), ""),
    "reset within a chunk": (once(CHUNKS + b"ff\r\n{", reset=True), "reset"),
    "chunk size no number": (answering(CHUNKS + b"zz\r\n{}\r\n0\r\n\r\n"), ""),
    "chunk longer than it says": (answering(CHUNKS + b"1\r\n{}}}}}\r\n0\r\n\r\n"), ""),
    "garbage": (answering(b"\x00\xff\x13\x37" * 8 + b"\r\n\r\n"), ""),
    "another protocol": (answering(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"), ""),
    "no version": (answering(b"200 OK\r\n\r\n{}"), ""),
    "a status that is none": (answering(b"HTTP/1.1 OK\r\n\r\n"), ""),
    "a header without a name": (answering(b"HTTP/1.1 200 OK\r\n: x\r\n\r\n"), ""),
    "a header with a line in it": (answering(b"HTTP/1.1 200 OK\r\nX\n\ry\r\n\r\n"), ""),
}


@pytest.mark.parametrize(("script", "words"), BROKEN.values(), ids=BROKEN)
def test_what_breaks_is_a_failed_connection(way: Way, script: Script, words: str, serve: Serve) -> None:
    """No answer that could be read: `ConnectionFailed`, which may be tried again, with where it happened."""
    server = serve(script)
    error = way.error(server.endpoint)
    assert is_a(error, errors.ConnectionFailed)
    assert issubclass(type(error), ConnectionError)
    assert words in error.message.lower()
    assert (error.retryable, error.sent, error.attempts) == (True, True, 1)
    assert error.url.startswith(server.endpoint)
    assert server.deserted()


@pytest.mark.parametrize("script", [BROKEN[name][0] for name in ("closed before the headers", "reset within the body")])
def test_what_breaks_is_tried_again(way: Way, script: Script) -> None:
    """The first three connections break, the fourth gives the image."""
    numbers = itertools.count(1)

    def fourth(line: Line) -> None:
        (answering(its_image) if next(numbers) == 4 else script)(line)

    with Faulty(fourth) as server, way.client(server.endpoint, retry=SOON) as images:
        got = images.get()
    assert got.response is not None
    assert got.response.attempts == 4


def test_what_stays_broken_is_left_after_a_few_attempts(way: Way, serve: Serve) -> None:
    """Four requests in all, each over a connection of its own, and the error says so."""
    server = serve(once(reset=True))
    with way.client(server.endpoint, retry=SOON) as images:
        error = images.error()
    assert error.attempts == len(server.lines) == 4


UNUSUAL: dict[str, bytes] = {
    "100-continue": b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD,
    "100-continue twice": b"HTTP/1.1 100 Continue\r\n\r\n" * 2 + GOOD,
    "early hints": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + GOOD,
    "chunks": CHUNKS + chunked(*(bytes([byte]) for byte in GOOD.partition(b"\r\n\r\n")[2])),
    "chunks with trailers": CHUNKS + chunked(GOOD.partition(b"\r\n\r\n")[2])[:-2] + b"X: y\r\n\r\n",
    "no reason": GOOD.replace(b" Reason", b" ", 1),
    "Connection: close": GOOD.replace(b"\r\n", b"\r\nConnection: close\r\n", 1),
    "a long header": GOOD.replace(b"\r\n", b"\r\nX: " + b"y" * 7000 + b"\r\n", 1),
    "a header that is not ASCII": GOOD.replace(b"\r\n", b"\r\nX: \xe9\xff\r\n", 1),
}


@pytest.mark.parametrize("sent", UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_unusual_and_allowed_is_read(way: Way, sent: bytes, serve: Serve) -> None:
    """HTTP that few servers speak, and that is right."""
    server = serve(answering(sent))
    assert way.get(server.endpoint)


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
def test_an_answer_without_a_length_ends_with_the_connection(way: Way, version: bytes) -> None:
    """As HTTP/1.0 has it, and as some gateways do."""
    sent = version + b" 200 OK\r\nServer: old\r\n\r\n" + GOOD.partition(b"\r\n\r\n")[2]
    with Faulty(once(sent)) as server, way.client(server.endpoint, retry=None) as images:
        for _ in range(3):
            assert images.get()


def test_a_server_that_closes_after_each_answer_loses_nothing(way: Way) -> None:
    """It does not say that it will: the client finds out in time, or asks again."""

    def script(line: Line) -> None:
        request = line.request()
        if request is not None:
            line.send(its_image(request))

    with Faulty(script) as server, way.client(server.endpoint, retry=SOON) as images:
        outcomes = images.outcomes(ids(50), at_once=1)
    assert [getattr(outcome, "id", outcome) for outcome in outcomes] == ids(50)


def test_a_connection_is_kept_and_used_again(way: Way, serve: Serve) -> None:
    """Fifty calls, one connection."""
    server = serve(answering(its_image))
    with way.client(server.endpoint) as images:
        assert [getattr(outcome, "id", outcome) for outcome in images.outcomes(ids(50), at_once=1)] == ids(50)
    assert len(server.lines) == 1
    assert server.deserted()


NOT_FOUND = answer(404, {"itemNotFound": {"code": 404, "message": "Not the one you asked for."}})


def _sends_later(line: Line, good: bytes) -> None:
    line.send(good)
    time.sleep(0.02)
    line.send(NOT_FOUND)


SURPLUS: dict[str, Callable[[Line, bytes], None]] = {
    "with the answer": lambda line, good: line.send(good + NOT_FOUND),
    "in two parts": lambda line, good: line.send(good + NOT_FOUND[:20]),
    "one byte of it": lambda line, good: line.send(good + NOT_FOUND[:1]),
    "a little later": _sends_later,
}


@pytest.mark.parametrize("surplus", SURPLUS.values(), ids=SURPLUS)
def test_an_answer_that_nobody_asked_for_is_given_to_nobody(way: Way, surplus: Callable[[Line, bytes], None]) -> None:
    """What comes after an answer is not the answer to the next request on the connection."""

    def script(line: Line) -> None:
        for number in itertools.count():
            if (request := line.request()) is None:
                return
            if number == 0:
                surplus(line, its_image(request))
                sent.release()
            else:
                line.send(NOT_FOUND[20:])

    sent = threading.Semaphore(0)
    with Faulty(script) as server, way.client(server.endpoint, retry=SOON, timeout=1) as images:
        for image_id in ids(6):
            assert images.get(image_id).id == image_id
            assert sent.acquire(timeout=SLACK)
            time.sleep(0.02)


def test_more_body_than_its_content_length_is_no_answer_to_the_next(way: Way) -> None:
    """The part that is announced is what counts, and the rest spoils the connection only."""
    long = GOOD + b'{"image": {}}'
    with Faulty(answering(long, long, its_image)) as server, way.client(server.endpoint, retry=SOON) as images:
        assert images.get()
        assert images.get()
        assert images.get(ids(1)[0])


def test_interleaved_faults_lose_nothing(way: Way) -> None:
    """Every third answer is bad in one way or another, under sixteen calls at once: each id gets its own image."""
    numbers = itertools.count()
    bad = itertools.cycle(
        [b"", GOOD[:HALF], b"garbage\r\n\r\n", answer(502), answer(503), answer(500, b"<html>"), CHUNKS + b"zz\r\n"]
    )
    lock = threading.Lock()

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            with lock:
                spoiled = next(bad) if next(numbers) % 3 == 0 else None
            line.send(its_image(request) if spoiled is None else spoiled)
            if spoiled is not None and not spoiled.startswith(b"HTTP/1.1 50"):
                line.reset()
                return

    retry = Retry(attempts=30, backoff=0.001, max_backoff=0.01)
    with Faulty(script) as server, way.client(server.endpoint, retry=retry) as images:
        outcomes = images.outcomes(ids(300), at_once=16)
        assert server.deserted(0) is False
    assert [getattr(outcome, "id", outcome) for outcome in outcomes] == ids(300)


def test_another_calls_answer_is_noticed(way: Way) -> None:
    """A gateway that mixes answers up is caught by the image's id."""

    def mixed(request: Request) -> bytes:
        return image("00000000-0000-4000-8000-00000000ffff" if asked_for(request) != ids(1)[0] else ids(1)[0])

    with Faulty(answering(mixed)) as server, way.client(server.endpoint) as images:
        outcomes: list[Any] = images.outcomes(ids(2), at_once=2)
    assert isinstance(outcomes[0], Image)
    assert is_a(outcomes[1], errors.MalformedResponse)
    assert "another image" in outcomes[1].message
