"""What is given as a limit, and what is made of it: decisions without a server."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from rackspace_images import ImagesClient, Retry, StaticToken, errors
from rackspace_images.auth.identity import AccessInfo
from rackspace_images.http.retry import RateLimitGate
from scripted import Scripted, answer

ENDPOINT = "https://compute.example.com/v2/1"
ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"
NO_TIMES: list[Any] = [0, -1, float("inf"), float("nan"), True, "10", b"1", [1]]


@pytest.mark.parametrize("value", NO_TIMES, ids=repr)
@pytest.mark.parametrize("name", ["timeout", "deadline"])
def test_a_limit_is_a_length_of_time(name: str, value: Any) -> None:
    """For the client, and for one call, before anything is sent."""
    with pytest.raises(errors.ConfigError, match=f"^ConfigError: {name}=.* is not a number of seconds"):
        ImagesClient(StaticToken("t"), endpoint=ENDPOINT, **{name: value})
    with ImagesClient(StaticToken("t"), endpoint=ENDPOINT) as images:
        with pytest.raises(errors.ConfigError, match=f"^ConfigError: {name}=.* is not a number of seconds"):
            images.get(ID, **{name: value})


@pytest.mark.parametrize("value", [None, 0.001, 1, 10**6])
@pytest.mark.parametrize("name", ["timeout", "deadline"])
def test_a_limit_may_be_none(name: str, value: Any) -> None:
    """None is no limit."""
    ImagesClient(StaticToken("t"), endpoint=ENDPOINT, **{name: value}).close()


@pytest.mark.parametrize("attempts", [0, -1, 1.5, "2", None])
def test_there_is_one_attempt_at_least(attempts: Any) -> None:
    """`retry=None` says "once"."""
    with pytest.raises(errors.ConfigError, match="at least 1 request"):
        Retry(attempts=attempts)


@pytest.mark.parametrize("name", ["backoff", "max_backoff", "max_retry_after"])
def test_a_wait_is_a_length_of_time(name: str) -> None:
    """Which may be nothing at all."""
    odd: list[Any] = [-0.1, float("inf"), True, "1"]
    for value in odd:
        with pytest.raises(errors.ConfigError, match=rf"Retry\({name}="):
            Retry(**{name: value})
    Retry(**{name: 0})


def test_a_gate_stays_closed_as_long_as_anybody_was_told() -> None:
    """A later answer that asks for less does not open it earlier, and one that asks for more keeps it closed."""
    first, second, third = errors.OverLimit(429), errors.ServiceUnavailable(503), errors.OverLimit(413)
    gate = RateLimitGate()
    gate.close(100.0, first)
    gate.close(50.0, second)
    assert (gate.until - 90.0, gate.refusal) == (10.0, first)
    gate.close(100.0, second)
    assert gate.refusal is first
    gate.close(120.0, third)
    assert (gate.until - 90.0, gate.refusal) == (30.0, third)


def test_a_gates_refusal_is_about_who_asks(caplog: pytest.LogCaptureFixture) -> None:
    """Its own seconds, and nothing of the call that closed it."""
    told = errors.OverLimit(429, image_id=ID, attempts=3, elapsed=1.0)
    gate = RateLimitGate()
    gate.close(100.0, told)
    refused: Any = gate.rejection(7.0)
    assert (refused.retry_after, refused.attempts, refused.elapsed, refused.image_id) == (7.0, None, None, None)
    assert (told.retry_after, told.attempts) == (None, 3)


def test_nobody_counts_where_nobody_asked(caplog: pytest.LogCaptureFixture) -> None:
    """Without `on_attempt` nothing is called, and nothing is logged of it."""
    with caplog.at_level(logging.DEBUG, logger="rackspace_images"):
        with Scripted([answer(404, b"")]) as server, ImagesClient(StaticToken("t"), endpoint=server.endpoint) as images:
            with pytest.raises(errors.ImageNotFound):
                images.get(ID)
    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []


@pytest.mark.parametrize(
    ("received", "expires", "due", "over"),
    [
        (0.0, 86400.0, 86280.0, 86400.0),
        (0.0, 100.0, 90.0, 100.0),
        (50.0, 150.0, 140.0, 150.0),
        (0.0, 1200.0, 1080.0, 1200.0),
    ],
)
def test_a_token_is_renewed_ahead_and_over_at_its_end(received: float, expires: float, due: float, over: float) -> None:
    """Two minutes ahead, or a tenth of a short life; over is over."""
    access = AccessInfo("t", expires, received)
    assert [access.is_due(due - 0.01), access.is_due(due)] == [False, True]
    assert [access.is_expired(over - 0.01), access.is_expired(over), access.is_expired(over + 9)] == [False, True, True]


@pytest.mark.parametrize("expires", [None, 100.0, 99.0])
def test_a_token_that_came_late_is_used_until_it_is_refused(expires: float | None) -> None:
    """Nobody said when it ends, or another clock did."""
    access = AccessInfo("t", expires, 100.0)
    assert not access.is_due(10.0**9)
    assert not access.is_expired(10.0**9)
