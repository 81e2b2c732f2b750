"""Nothing hangs: `timeout=` bounds an attempt and `deadline=` a call, whatever part of it the server holds up."""

from __future__ import annotations

import itertools
import socket
import time
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest
from faulty import Faulty, Line, Script, Serve, image, its_image, token, unreachable
from rackspace_images import ApiKey, Image, Retry, errors
from scripted import answer
from slack import SLACK

from .ways import Caller, Way, ids, is_a

LIMIT = 0.8

NO_RESPONSE = "no response"
HEADERS = "the response headers did not end"
BODY = "the response body did not end"


def then(*, send: bytes = b"", drip: bytes = b"") -> Script:
    """After a request some bytes at once, some one by one, and then nothing more."""

    def script(line: Line) -> None:
        line.request()
        line.send(send)
        line.drip(drip)
        line.hold()

    return script


def continues(line: Line) -> None:
    """Promises an answer for ever."""
    line.request()
    while True:
        line.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.02)


HELD_UP: dict[str, tuple[Script, str]] = {
    "says nothing": (then(), NO_RESPONSE),
    "drips the status line": (then(drip=b"HTTP/1.1 200 " + b"O" * 500), HEADERS),
    "drips the headers": (then(send=b"HTTP/1.1 200 OK\r\n", drip=b"X: " + b"y" * 500), HEADERS),
    "does not end the headers": (then(send=b"HTTP/1.1 200 OK\r\nX: y\r\n"), HEADERS),
    "goes on with 100": (continues, HEADERS),
    "drips the body": (then(send=b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", drip=b"{" * 500), BODY),
    "does not begin the body": (then(send=b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"), BODY),
    "does not end the body": (then(send=image().replace(b"Content-Length: ", b"Content-Length: 9")), BODY),
    "does not end a chunk": (then(send=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"), BODY),
    "does not end the chunks": (then(send=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"), BODY),
    "does not hang up": (then(send=b"HTTP/1.0 200 OK\r\n\r\n{}"), BODY),
}


def check_cut(error: Any, limit: str, part: str, *, sent: bool = True) -> None:
    """The right error, in time, with the part and the limit that it came to."""
    which = f"within {LIMIT:g} s (timeout=)"
    if limit == "deadline":
        which = f"when the call's {LIMIT:g} s were over (deadline=)"
    assert is_a(error, errors.RequestTimeout)
    assert issubclass(type(error), TimeoutError)
    assert (error.message, error.sent, error.retryable) == (f"{part} {which}", sent, True)
    assert error._at_deadline is (limit == "deadline")
    assert error.attempts == 1
    assert error.elapsed is not None
    assert LIMIT * 0.9 <= error.elapsed <= LIMIT + SLACK


@pytest.mark.parametrize("limit", ["timeout", "deadline"])
@pytest.mark.parametrize(("script", "part"), HELD_UP.values(), ids=HELD_UP)
def test_a_server_that_holds_up_an_answer_is_left_in_time(
    way: Way, script: Script, part: str, limit: str, serve: Serve
) -> None:
    """Either limit cuts any part of an answer, and the error says which part it was and which limit."""
    server = serve(script)
    error = way.error(server.endpoint, **{limit: LIMIT})
    check_cut(error, limit, part)
    assert error.url.startswith(server.endpoint)
    assert server.deserted()


@pytest.mark.parametrize("limit", ["timeout", "deadline"])
def test_a_tls_handshake_that_is_not_answered_is_left_in_time(way: Way, limit: str, serve: Serve) -> None:
    """The request was not sent, and the error says so."""
    server = serve(Line.hold)
    error = way.error(server.endpoint.replace("http:", "https:"), **{limit: LIMIT})
    check_cut(error, limit, "the TLS handshake did not end", sent=False)
    assert server.deserted()


@pytest.mark.parametrize("limit", ["timeout", "deadline"])
def test_a_connection_that_is_not_taken_is_left_in_time(way: Way, limit: str) -> None:
    """A host that neither takes nor refuses a connection."""
    with unreachable() as endpoint:
        check_cut(way.error(endpoint, **{limit: LIMIT}), limit, "no connection", sent=False)


@pytest.mark.parametrize("limit", ["timeout", "deadline"])
def test_a_name_that_is_not_resolved_is_left_in_time(way: Way, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver heeds no limit, so it is left behind."""

    def slow(*args: Any, **options: Any) -> Any:
        time.sleep(LIMIT * 2)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    check_cut(
        way.error("http://compute.invalid/v2/1", allow_http=True, **{limit: LIMIT}), limit, "no connection", sent=False
    )


PARTS: dict[str, tuple[dict[str, float], Script, str]] = {
    "read": ({"read": LIMIT}, then(), NO_RESPONSE),
    "read of a body": ({"read": LIMIT}, then(send=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), BODY),
}


@pytest.mark.parametrize(("phases", "script", "part"), PARTS.values(), ids=PARTS)
def test_an_httpx_timeout_bounds_the_parts(
    way: Way, phases: dict[str, float], script: Script, part: str, serve: Serve
) -> None:
    """`timeout=httpx.Timeout(…)` is what each part may take, beside the deadline."""
    server = serve(script)
    error = way.error(server.endpoint, timeout=httpx.Timeout(5, **phases))
    assert is_a(error, errors.RequestTimeout)
    assert error.message == f"{part} within the time that timeout= allows for it"
    assert LIMIT * 0.9 <= error.elapsed <= LIMIT + SLACK


def test_an_httpx_timeout_bounds_the_connection(way: Way) -> None:
    """`connect` is what making a connection may take."""
    with unreachable() as endpoint:
        error = way.error(endpoint, timeout=httpx.Timeout(5, connect=LIMIT))
    assert error.message == "no connection within the time that timeout= allows for it"
    assert LIMIT * 0.9 <= error.elapsed <= LIMIT + SLACK


def test_a_drip_is_left_at_the_deadline_where_each_part_is_in_time(way: Way, serve: Serve) -> None:
    """A byte now and then keeps no part of an `httpx.Timeout` from being in time, and the call ends all the same."""
    server = serve(HELD_UP["drips the headers"][0])
    error = way.error(server.endpoint, timeout=httpx.Timeout(0.15), deadline=LIMIT)
    check_cut(error, "deadline", HEADERS)


def test_a_limit_of_one_call_goes_before_the_clients(way: Way) -> None:
    """`get(timeout=, deadline=)` are for this call alone."""
    with Faulty(then()) as server, way.client(server.endpoint, retry=None, timeout=30, deadline=30) as images:
        check_cut(images.error(timeout=LIMIT), "timeout", NO_RESPONSE)
        check_cut(images.error(deadline=LIMIT), "deadline", NO_RESPONSE)
        check_cut(images.error(timeout=None, deadline=LIMIT), "deadline", NO_RESPONSE)


def made_with(way: Way, auth: Any, **limits: Any) -> AbstractContextManager[Caller]:
    return way.client(auth=auth, **limits)


@pytest.mark.parametrize("limit", ["timeout", "deadline"])
def test_a_sign_in_that_hangs_is_left_in_time(way: Way, limit: str, serve: Serve) -> None:
    """The sign-in is part of the call; the error names identity's URL, and nothing was asked of compute."""
    server = serve(then())
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with made_with(way, key, **{limit: LIMIT}) as images:
        error = images.error()
        assert server.deserted()
    assert [request.path for request in server.requests] == ["/v2.0/tokens"]
    assert (error._signing_in, error.url) == (True, f"{server.url}/v2.0/tokens")
    assert error.message.startswith(NO_RESPONSE)
    assert LIMIT * 0.9 <= error.elapsed <= LIMIT + SLACK


def test_those_who_wait_for_anothers_sign_in_wait_no_longer_than_their_own_deadline(way: Way, serve: Serve) -> None:
    """One sign-in hangs, four calls want it, and none of them lasts longer than it may."""
    server = serve(then())
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, deadline=LIMIT) as images:
        began = time.monotonic()
        outcomes: list[Any] = images.outcomes(ids(4), at_once=4)
        assert time.monotonic() - began < LIMIT + SLACK
    for outcome in outcomes:
        assert type(outcome) is errors.RequestTimeout
        assert outcome._signing_in


def test_the_deadline_spans_sign_in_waits_and_retries(way: Way, serve: Serve) -> None:
    """A slow sign-in and failing answers use up the time together; a wait that no longer fits is not begun."""
    numbers = itertools.count()

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            if request.path.endswith("/tokens"):
                time.sleep(LIMIT / 2)
                line.send(token(server.url))
            elif next(numbers) < 3:
                line.send(answer(500))
            else:
                line.hold()

    retry = Retry(attempts=100, backoff=0.01, max_backoff=0.02)
    server = serve(script)
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, deadline=LIMIT * 2, retry=retry) as images:
        error = images.error()
    assert is_a(error, errors.RequestTimeout)
    assert error.message == f"{NO_RESPONSE} when the call's {LIMIT * 2:g} s were over (deadline=)"
    assert error.attempts == 4
    assert LIMIT * 1.8 <= error.elapsed <= LIMIT * 2 + SLACK


def test_an_attempt_in_vain_is_followed_by_another(way: Way) -> None:
    """`timeout=` ends an attempt, not the call: the next may get the image."""
    numbers = itertools.count()

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            if next(numbers) == 0:
                line.hold()
            else:
                line.send(its_image(request))

    with Faulty(script) as server, way.client(server.endpoint, timeout=LIMIT, retry=Retry(backoff=0)) as images:
        got = images.get()
    assert isinstance(got, Image)
    assert got.response is not None
    assert got.response.attempts == 2
    assert got.response.elapsed >= LIMIT


def test_no_limit_is_no_limit(way: Way, serve: Serve) -> None:
    """`timeout=None, deadline=None` waits for as long as the server takes."""

    def slow(line: Line) -> None:
        while (request := line.request()) is not None:
            time.sleep(0.1)
            line.send(its_image(request))

    server = serve(slow)
    assert way.get(server.endpoint, timeout=None, deadline=None)
