"""What is sent again, when, and what holds everybody back; by a clock that is given, so that nobody waits."""

from __future__ import annotations

import itertools
import logging
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from faulty import IMAGE_ID, Faulty, Line, Script, Serve, answering, image, its_image, once, token
from rackspace_images import ApiKey, Attempt, Image, Retry, errors
from rackspace_images.defaults import (
    ATTEMPTS,
    BACKOFF,
    DEADLINE,
    MAX_BACKOFF,
    MAX_RETRY_AFTER,
    MIN_RETRY_AFTER,
)
from scripted import Request, answer
from slack import SLACK

from .ways import TOKEN, Caller, FakeTime, Way, ids

LIMITED = (413, 429, 503)


def limited(status: int = 429, header: object = None, **fault: Any) -> bytes:
    """A limit, with how long it holds."""
    headers = {} if header is None else {"Retry_After": str(header)}
    return answer(status, {"overLimit": {"code": status, "message": "Slow down.", **fault}}, **headers)


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def check_backoff(waits: list[float], backoff: float = BACKOFF) -> None:
    """Each is between a half and the whole of what doubles up to the longest."""
    for number, wait in enumerate(waits):
        longest = min(backoff * 2**number, MAX_BACKOFF)
        assert longest / 2 <= wait <= longest, waits


# What fails and is asked for again → the error at last.
AGAIN: dict[str, tuple[Script, type[errors.ImagesError]]] = {
    "500": (answering(answer(500)), errors.ApiFault),
    "502": (answering(answer(502, b"<html>")), errors.UnexpectedStatus),
    "504": (answering(answer(504)), errors.UnexpectedStatus),
    "413 without a time": (answering(limited(413)), errors.OverLimit),
    "429 without a time": (answering(limited(429)), errors.OverLimit),
    "503 without a time": (answering(limited(503)), errors.ServiceUnavailable),
    "503 page": (answering(answer(503, b"<html>")), errors.ServiceUnavailable),
    "timeout": (Line.hold, errors.RequestTimeout),
    "reset": (once(reset=True), errors.ConnectionFailed),
    "closed": (once(), errors.ConnectionFailed),
    "garbage": (answering(b"garbage\r\n\r\n"), errors.ConnectionFailed),
}


@pytest.mark.parametrize(("script", "kind"), AGAIN.values(), ids=AGAIN)
def test_what_may_pass_is_asked_for_again_a_few_times(way: Way, script: Script, kind: type[errors.ImagesError]) -> None:
    """Four requests in all, with waits that grow and are jittered; then the last error."""
    timeout = 0.1 if kind is errors.RequestTimeout else 10
    with Faulty(script) as server, way.client(server.endpoint, timeout=timeout, retry=Retry(backoff=0.02)) as images:
        time = FakeTime(images.images)
        error = images.error()
        assert type(error) is kind
        assert error.retryable
        assert error.attempts == ATTEMPTS
        assert kind is errors.RequestTimeout or len(server.requests) == ATTEMPTS
    assert len(time.waits) == ATTEMPTS - 1
    check_backoff(time.waits, 0.02)


def test_a_refused_connection_is_tried_again(way: Way) -> None:
    """Nobody listens: that may pass too."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with way.client(f"http://127.0.0.1:{taken.getsockname()[1]}/v2/1") as images:
            time = FakeTime(images.images)
            error = images.error()
    assert type(error) is errors.ConnectionFailed
    assert (error.attempts, error.sent, error.message) == (ATTEMPTS, False, "Connection refused")
    check_backoff(time.waits)


ONCE: dict[str, tuple[bytes, type[errors.ImagesError]]] = {
    "400": (answer(400), errors.BadRequest),
    "401": (answer(401), errors.Unauthorized),
    "403": (answer(403), errors.Forbidden),
    "404": (answer(404), errors.ImageNotFound),
    "404 page": (answer(404, b"<html>"), errors.UnexpectedStatus),
    "405": (answer(405), errors.BadMethod),
    "409": (answer(409), errors.ConflictingRequest),
    "300": (answer(300), errors.UnexpectedStatus),
    "418": (answer(418), errors.UnexpectedStatus),
    "501": (answer(501), errors.UnexpectedStatus),
    "no JSON": (answer(200, b"<html>"), errors.MalformedResponse),
}


@pytest.mark.parametrize(("sent", "kind"), ONCE.values(), ids=ONCE)
def test_what_does_not_pass_is_asked_for_once(way: Way, sent: bytes, kind: type[errors.ImagesError]) -> None:
    """The same request would get the same answer."""
    with Faulty(answering(sent)) as server, way.client(server.endpoint) as images:
        time = FakeTime(images.images)
        error = images.error()
    assert (type(error), error.attempts, len(server.requests), time.waits) == (kind, 1, 1, [])
    assert error.retryable is False


def test_the_waits_stop_growing(way: Way) -> None:
    """Twelve attempts: none waits for longer than the longest, and no two clients wait alike."""
    waits = []
    for _ in range(2):
        retry = Retry(attempts=12)
        with (
            Faulty(answering(answer(500))) as server,
            way.client(server.endpoint, retry=retry, deadline=None) as images,
        ):
            time = FakeTime(images.images)
            assert images.error().attempts == 12
        check_backoff(time.waits)
        waits.append(time.waits)
    assert waits[0] != waits[1]


# What says how long → seconds, about.
SAID: dict[str, tuple[Callable[[int], bytes], float]] = {
    "seconds": (lambda status: limited(status, 7), 7),
    "a fraction": (lambda status: limited(status, "0.25"), 0.25),
    "an HTTP date": (lambda status: limited(status, format_datetime(later(30), usegmt=True)), 30),
    "a number in the body": (lambda status: limited(status, retryAfter=7), 7),
    "text in the body": (lambda status: limited(status, retryAfter="7"), 7),
    "an ISO date in the body": (lambda status: limited(status, retryAfter=later(30).isoformat()), 30),
    "an ISO date with Z": (lambda status: limited(status, retryAfter=f"{later(30):%Y-%m-%dT%H:%M:%SZ}"), 30),
    "retryAt": (lambda status: limited(status, retryAt=later(30).isoformat()), 30),
    "retryAfter before retryAt": (lambda status: limited(status, retryAfter=7, retryAt=later(30).isoformat()), 7),
    "header before body": (lambda status: limited(status, 7, retryAfter=20), 7),
    "a header nobody can read": (lambda status: limited(status, "soon", retryAfter=7), 7),
}


@pytest.mark.parametrize("status", LIMITED)
@pytest.mark.parametrize(("said", "seconds"), SAID.values(), ids=SAID)
def test_what_the_server_says_is_how_long_it_is_left_alone(
    way: Way, status: int, said: Callable[[int], bytes], seconds: float
) -> None:
    """`Retry-After` and the fault's `retryAfter`, in every form, for every limit."""
    with Faulty(answering(lambda request: said(status), its_image)) as server, way.client(server.endpoint) as images:
        time = FakeTime(images.images)
        got = images.get()
    assert got.response is not None
    assert got.response.attempts == 2
    # What is left until a date is less by the time that the answer was on its way, and by what its form rounds off.
    at_least = seconds - 1.2 - SLACK if seconds == 30 else seconds - 0.05
    assert at_least <= sum(time.waits) <= seconds + 1.2


@pytest.mark.parametrize(
    "said",
    [
        {"header": 0},
        {"header": "-5"},
        {"header": "inf"},
        {"header": "nan"},
        {"header": "1e999"},
        {"header": "soon"},
        {"header": ""},
        {"header": "9" * 5000},
        {"header": "Fri, 31 Feb 2025 25:61:61 GMT"},
        {"header": "Sun, 06 Nov 1994 08:49:37 GMT"},
        {"retryAfter": 0},
        {"retryAfter": -1.5},
        {"retryAfter": None},
        {"retryAfter": True},
        {"retryAfter": []},
        {"retryAfter": {"a": 1}},
        {"retryAfter": "1994-11-06T08:49:37Z"},
        {"retryAfter": "NaN"},
        {"retryAt": "1994-11-06T08:49:37Z"},
        {"retryAt": "soon"},
    ],
    ids=repr,
)
def test_what_says_nothing_useful_means_our_own_wait(way: Way, said: dict[str, Any]) -> None:
    """Zero, the past, and what cannot be read are no licence to hammer, and no reason to give up."""
    with Faulty(answering(limited(**said), its_image)) as server, way.client(server.endpoint) as images:
        time = FakeTime(images.images)
        assert images.get()
    assert len(time.waits) == 1
    check_backoff(time.waits)


TINY: dict[str, Callable[[], bytes]] = {
    "1e-9": lambda: limited(header="1e-9"),
    "0.000001": lambda: limited(413, "0.000001"),
    "0.05": lambda: limited(503, "0.05"),
    "almost our own": lambda: limited(header=BACKOFF - 0.001),
    "in the body": lambda: limited(retryAfter=0.001),
    "text in the body": lambda: limited(413, retryAfter="0.001"),
    "a date that is near": lambda: limited(retryAt=later(0.01).isoformat()),
}


@pytest.mark.parametrize("said", TINY.values(), ids=TINY)
def test_a_retry_after_that_is_shorter_than_our_own_wait_is_raised_to_it_and_counts(
    way: Way, said: Callable[[], bytes]
) -> None:
    """Four requests in all, with half a second between them; without a deadline too."""

    def script(line: Line) -> None:
        while line.request() is not None:
            line.send(said())

    with Faulty(script) as server, way.client(server.endpoint, deadline=None) as images:
        time = FakeTime(images.images)
        error = images.error()
        assert (error.attempts, len(server.requests)) == (ATTEMPTS, ATTEMPTS)
    assert error.retryable
    # A date that is near has passed by the time that it is read, on a busy machine; then the wait is our own.
    assert all(wait >= BACKOFF / 2 for wait in time.waits)
    if said is not TINY["a date that is near"]:
        assert sum(time.waits) == pytest.approx(BACKOFF * (ATTEMPTS - 1))


@pytest.mark.parametrize("backoff", [0.0, 0.001, 0.1, 3.0])
def test_a_tiny_retry_after_counts_whatever_the_backoff(way: Way, backoff: float, serve: Serve) -> None:
    """Also where `Retry(backoff=)` allows requests without a wait between them."""
    retry = Retry(backoff=backoff)
    server = serve(answering(limited(header="1e-9")))
    with way.client(server.endpoint, deadline=None, retry=retry) as images:
        time = FakeTime(images.images)
        assert images.error().attempts == ATTEMPTS
    assert sum(time.waits) == pytest.approx(max(backoff, MIN_RETRY_AFTER) * (ATTEMPTS - 1))


def test_a_retry_after_as_long_as_our_own_wait_does_not_count(way: Way) -> None:
    """It is obeyed as it is."""
    sent = [*[limited(header=BACKOFF)] * 9, limited(header="0.001")]
    with Faulty(answering(*sent, its_image)) as server, way.client(server.endpoint) as images:
        time = FakeTime(images.images)
        got = images.get()
    assert got.response is not None
    assert got.response.attempts == 11
    assert sum(time.waits) == pytest.approx(BACKOFF * 10)


def test_a_tiny_retry_after_holds_back_the_other_calls_for_as_long_as_it_is_raised_to(way: Way) -> None:
    """As every `Retry-After` does."""
    with Faulty(answering(limited(header="0.001"), its_image)) as server, way.client(server.endpoint) as images:
        time = FakeTime(images.images)
        images.error(deadline=BACKOFF / 2)
        assert images.get()
    assert len(time.waits) <= 1
    assert sum(time.waits) == pytest.approx(BACKOFF if time.waits else 0.0)


@pytest.mark.parametrize("minutes", [-5, 0, 5])
@pytest.mark.parametrize("form", ["HTTP date", "retryAt", "epoch"])
def test_a_date_is_measured_by_the_clock_of_the_server(way: Way, minutes: int, form: str) -> None:
    """Which is five minutes ahead or behind; its `Date` says so."""
    now = (datetime.now(UTC) + timedelta(minutes=minutes)).replace(microsecond=0)
    until = now + timedelta(seconds=3)
    date = {"Date": format_datetime(now, usegmt=True)}
    fault: dict[str, Any] = {"overLimit": {"code": 413, "message": "Slow down."}}
    if form == "retryAt":
        fault["overLimit"]["retryAt"] = until.isoformat()
    else:
        date["Retry_After"] = format_datetime(until, usegmt=True) if form == "HTTP date" else str(until.timestamp())
    with Faulty(answering(answer(413, fault, **date), its_image)) as server, way.client(server.endpoint) as images:
        time = FakeTime(images.images)
        assert images.get()
    assert sum(time.waits) == pytest.approx(3, abs=0.01)


def test_a_limit_is_obeyed_as_often_as_the_deadline_allows(way: Way) -> None:
    """Waits that a server asks for are no attempts in vain: after thirty of them there is still an image."""
    with Faulty(answering(*[limited(header=1)] * 30, its_image)) as server, way.client(server.endpoint) as images:
        time = FakeTime(images.images)
        got = images.get()
    assert got.response is not None
    assert got.response.attempts == 31
    assert sum(time.waits) == pytest.approx(30, abs=0.1)


def test_a_wait_that_does_not_fit_is_not_begun(way: Way) -> None:
    """`Retry-After` beyond the deadline raises at once, says how long, and lets the next call know without asking."""
    with Faulty(answering(limited(header=90), its_image)) as server, way.client(server.endpoint) as images:
        time = FakeTime(images.images)
        first = images.error()
        second = images.error(ids(1)[0])
        assert len(server.requests) == 1
        assert time.waits == []
        assert images.get(deadline=120)
    assert (type(first), first.retry_after, first.attempts) == (errors.OverLimit, 90, 1)
    assert (type(second), second.attempts, second.image_id) == (errors.OverLimit, None, ids(1)[0])
    assert second.retry_after == pytest.approx(90, abs=2)
    assert DEADLINE < 90
    assert sum(time.waits) == pytest.approx(90, abs=2)


def test_several_waits_fit_the_deadline_together(way: Way) -> None:
    """Twice 25 s fits 60 s, and a third time does not."""
    with Faulty(answering(limited(header=25))) as server, way.client(server.endpoint) as images:
        time = FakeTime(images.images)
        error = images.error()
    assert (error.attempts, error.retry_after) == (3, 25)
    assert sum(time.waits) == pytest.approx(50, abs=0.1)


@pytest.mark.parametrize("seconds", [MAX_RETRY_AFTER + 1, 10**9])
def test_an_absurd_wait_is_not_made_and_holds_nobody_back(way: Way, seconds: float, serve: Serve) -> None:
    """Without a deadline too; and the next call asks."""
    server = serve(answering(limited(header=int(seconds)), its_image))
    with way.client(server.endpoint, deadline=None) as images:
        time = FakeTime(images.images)
        error = images.error()
        assert (error.retry_after, error.attempts) == (seconds, 1)
        assert images.get()
    assert time.waits == []


def test_waits_that_come_to_an_absurd_one_end(way: Way) -> None:
    """A server that says 1,000 s for ever is left after an hour."""
    with Faulty(answering(limited(header=1000))) as server, way.client(server.endpoint, deadline=None) as images:
        time = FakeTime(images.images)
        assert images.error().attempts == 4
    assert sum(time.waits) == pytest.approx(3000, abs=0.1)


@pytest.mark.parametrize("sent", [answer(500), limited(header=5), limited(503)])
def test_without_retry_there_is_one_attempt_and_no_gate(way: Way, sent: bytes) -> None:
    """`retry=None` relays what it gets."""
    with Faulty(answering(sent, its_image)) as server, way.client(server.endpoint, retry=None) as images:
        time = FakeTime(images.images)
        assert images.error().attempts == 1
        assert images.get()
    assert time.waits == []


@pytest.mark.parametrize(
    "options",
    [{"attempts": 0}, {"attempts": "3"}, {"backoff": -1}, {"max_backoff": float("inf")}, {"backoff": "1"}],
)
def test_a_policy_that_makes_no_sense_is_refused(options: dict[str, Any]) -> None:
    """`Retry` says so when it is made."""
    with pytest.raises(errors.ConfigError):
        Retry(**options)


def regional(request: Request) -> str:
    return request.path.split("/")[1]


def test_the_gate_holds_back_all_calls_to_a_region_and_none_to_another(way: Way, serve: Serve) -> None:
    """One refused call, and every other of that region waits until its time has passed; the other region goes on."""
    refused = itertools.count()

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            if request.path.endswith("/tokens"):
                line.send(token(server.url))
            elif regional(request) == "dfw" and next(refused) == 0:
                line.send(limited(header=20))
            else:
                line.send(its_image(request))

    server = serve(script)
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, region="DFW") as images:
        time = FakeTime(images.images)
        assert images.error(deadline=10).retry_after == 20
        other = images.images.in_region("ORD")
        assert images.get(images=other)
        assert time.waits == []
        with pytest.raises(errors.OverLimit):
            images.get(deadline=10)
        assert time.waits == []
        again = images.images.in_region("dfw")
        assert images.get(images=again)
        assert sum(time.waits) == pytest.approx(20, abs=1)
        assert images.get()
        assert sum(time.waits) == pytest.approx(20, abs=1)
    asked = [regional(request) for request in server.requests if "/images/" in request.path]
    assert asked == ["dfw", "ord", "dfw", "dfw"]


def test_a_limit_at_identity_is_obeyed_like_one_at_compute(way: Way, serve: Serve) -> None:
    """413, 429 and 503 while signing in: waited for, then signed in. A gateway without its service is asked again."""
    server = serve(lambda line: signing_in(line))
    answers = iter([limited(413, 3), limited(429, retryAfter=4), limited(503, 5), answer(502), token(server.url)])

    def signing_in(line: Line) -> None:
        while (request := line.request()) is not None:
            line.send(next(answers) if request.path.endswith("/tokens") else its_image(request))

    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, region="DFW") as images:
        time = FakeTime(images.images)
        got = images.get()
    assert got.response is not None
    assert got.response.attempts == 1
    *told, backoff = time.waits
    assert sum(told) == pytest.approx(12, abs=0.1)
    check_backoff([backoff])


def _begins(line: Line) -> None:
    line.request()
    line.send(b"HTTP/1.1 200 OK\r\n")
    line.hold()


LOST: dict[str, Script] = {
    "timeout": Line.hold,
    "timeout within the answer": _begins,
    "reset": once(reset=True),
    "closed": once(),
    "half an answer": once(token("http://127.0.0.1:1")[:-9]),
    "a gateway that gave up": once(answer(504)),
}


@pytest.mark.parametrize("script", LOST.values(), ids=LOST)
def test_a_sign_in_that_may_have_arrived_is_not_sent_again(way: Way, script: Script, serve: Serve) -> None:
    """With a wrong password each would count as a bad login, and a few of those lock the account."""
    server = serve(script)
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, region="DFW", timeout=0.5) as images:
        time = FakeTime(images.images)
        error = images.error()
    assert len(server.lines) == 1
    assert isinstance(error, errors.RequestTimeout | errors.ConnectionFailed | errors.UnexpectedStatus)
    assert error.retryable
    assert (error._signing_in, time.waits, error.url) == (True, [], f"{server.url}/v2.0/tokens")


def test_a_sign_in_that_did_not_arrive_is_sent_again(way: Way) -> None:
    """Nobody listens at identity."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        key = ApiKey("demo", "key", auth_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v2.0")
        with way.client(auth=key, region="DFW") as images:
            time = FakeTime(images.images)
            error = images.error()
    assert type(error) is errors.ConnectionFailed
    assert len(time.waits) == ATTEMPTS - 1
    check_backoff(time.waits)


def asked_with(way: Way, *answers: Any, **options: Any) -> tuple[list[Attempt], Any, Caller]:
    """A get, and what `on_attempt` was told."""
    told: list[Attempt] = []
    with Faulty(answering(*answers)) as server:
        with way.client(server.endpoint, region="DFW", on_attempt=told.append, **options) as images:
            FakeTime(images.images)
            return told, images.outcome(), images


def test_on_attempt_is_told_of_every_attempt(way: Way) -> None:
    """Failures and the success, in order, with what is going to happen; never a secret."""
    refused = answer(413, {"overLimit": {"retryAfter": 3}}, X_Compute_Request_Id="req-1")
    good = answer(200, {"image": {"id": IMAGE_ID}}, X_Compute_Request_Id="req-2")
    told, outcome, _ = asked_with(way, refused, answer(500), good)
    assert isinstance(outcome, Image)
    assert [(one.attempt, one.status, type(one.error), one.request_id, one.region, one.method) for one in told] == [
        (1, 413, errors.OverLimit, "req-1", "DFW", "GET"),
        (2, 500, errors.ApiFault, None, "DFW", "GET"),
        (3, 200, type(None), "req-2", "DFW", "GET"),
    ]
    assert told[0].will_wait == 3
    assert told[1].will_wait is not None
    check_backoff([told[1].will_wait])
    assert told[2].will_wait is None
    assert all(one.url.endswith(f"/images/{IMAGE_ID}") and 0 <= one.elapsed < 5 for one in told)
    assert TOKEN.token not in repr(told)


def test_on_attempt_is_told_of_the_last_failure_and_of_no_answer(way: Way) -> None:
    """What is raised is what it was told of; an attempt without an answer has no status."""
    told, outcome, _ = asked_with(way, b"garbage\r\n\r\n", retry=Retry(attempts=2))
    assert [(one.status, type(one.error), one.will_wait is None) for one in told] == [
        (None, errors.ConnectionFailed, False),
        (None, errors.ConnectionFailed, True),
    ]
    assert told[-1].error is outcome


def test_on_attempt_is_told_of_signing_in(way: Way, serve: Serve) -> None:
    """A sign-in is a request as well, without a region and without its body."""
    told: list[Attempt] = []
    server: Faulty = serve(lambda line: answering(token(server.url), its_image)(line))
    key = ApiKey("demo", TOKEN.token, auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, region="DFW", on_attempt=told.append) as images:
        images.get()
    assert [(one.method, one.region, one.status) for one in told] == [("POST", None, 200), ("GET", "DFW", 200)]
    assert TOKEN.token not in repr(told)
    assert "token-1" not in repr(told)


def test_an_on_attempt_that_raises_costs_nothing(way: Way, caplog: pytest.LogCaptureFixture, serve: Serve) -> None:
    """Who counts must not cost who asks; it is logged."""

    def broken(attempt: Attempt) -> None:
        raise RuntimeError("counting is hard")

    server = serve(answering(answer(500), image()))
    with way.client(server.endpoint, on_attempt=broken) as images:
        FakeTime(images.images)
        assert images.get()
    assert "on_attempt raised" in caplog.text


def test_attempts_and_waits_are_logged(way: Way, caplog: pytest.LogCaptureFixture) -> None:
    """DEBUG one line an attempt; INFO a wait, WARNING one over 5 s; never a token."""
    caplog.set_level(logging.DEBUG, "rackspace_images")
    _, outcome, _ = asked_with(way, limited(header=2), limited(header=6), answer(500), its_image)
    assert isinstance(outcome, Image)
    attempts = [record for record in caplog.records if record.name == "rackspace_images"]
    waits = [record for record in caplog.records if record.name == "rackspace_images.retry"]
    assert [record.levelname for record in attempts] == ["DEBUG"] * 4
    assert [f"attempt={number}" in record.getMessage() for number, record in enumerate(attempts, 1)] == [True] * 4
    assert [record.levelname for record in waits] == ["INFO", "WARNING", "INFO"]
    assert "DFW OverLimit: all calls to it wait 6.0 s" in waits[1].getMessage()
    assert all(record.getMessage().isprintable() for record in caplog.records)
    assert TOKEN.token not in caplog.text


def test_without_a_fault_nothing_but_debug_is_logged(way: Way, caplog: pytest.LogCaptureFixture) -> None:
    """A get that goes well says nothing to who does not ask."""
    caplog.set_level(logging.INFO, "rackspace_images")
    asked_with(way, its_image)
    assert caplog.records == []
