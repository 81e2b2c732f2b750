"""Retries and rate limits.

| outcome of an attempt | what follows |
| --- | --- |
| 413, 429, 503 with `Retry-After` | all calls to the region wait until then; then it is sent again |
| 413, 429, 503 without it; 500, 502, 504; a timeout; a broken connection | sent again after a backoff |
| 401 | the session renews the token, and sends once more |
| any other error | raised |
"""

from __future__ import annotations

import copy
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from rackspace_images import defaults, errors
from rackspace_images.errors import ConfigError, ImagesError, RequestTimeout
from rackspace_images.text import one_line, whole_number

from .body import ApiResponse
from .call import Call, Exchange, Limits, is_seconds
from .flow import Flow, Pause

Seconds = float | None
RateLimited = errors.OverLimit | errors.ServiceUnavailable

log = logging.getLogger("rackspace_images.retry")
attempts_log = logging.getLogger("rackspace_images")
# Without a handler, Python would print warnings on the standard error of programs that do not configure logging.
attempts_log.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Retry:
    """Which requests are sent again, and when.

    A 413, 429 or 503 with a `Retry-After` is sent again after it, as often as the deadline allows. A broken
    connection, a timeout, 500, 502, 504, and 413, 429 or 503 without `Retry-After`, are sent again after a backoff. A
    `Retry-After` that is shorter than `backoff` is raised to it, and is one of the `attempts`.

    Args:
        attempts: Requests in all for one response, without those that a `Retry-After` allowed.
        backoff: Seconds before the second attempt. It doubles for each further one, and is jittered to 50–100 %.
        max_backoff: The longest backoff in seconds.
        max_retry_after: The longest `Retry-After`, and the longest sum of them for one call, in seconds. A longer one
            raises the error.

    Raises:
        ConfigError: A value cannot be used.
    """

    attempts: int = defaults.ATTEMPTS
    backoff: float = defaults.BACKOFF
    max_backoff: float = defaults.MAX_BACKOFF
    max_retry_after: float = defaults.MAX_RETRY_AFTER

    def __post_init__(self) -> None:
        if (whole_number(self.attempts) or 0) < 1:
            raise ConfigError(f"Retry(attempts={self.attempts!r}): at least 1 request is made", hint="retry=None")
        for name in ("backoff", "max_backoff", "max_retry_after"):
            if not is_seconds(getattr(self, name)):
                raise ConfigError(f"Retry({name}={getattr(self, name)!r}) is not a number of seconds")

    def wait_after(self, error: ImagesError, failures: int, *, repeatable: bool = True) -> float | None:
        """Returns the seconds to wait before the next attempt; None for no further attempt.

        Args:
            error: The error of the last attempt.
            failures: Earlier failed attempts, without those whose `Retry-After` was `backoff` or more.
            repeatable: Whether a request that may have arrived can be sent a second time.
        """
        if not error.retryable or (not repeatable and _may_have_arrived(error)):
            return None
        told, shortest = asked_to_wait(error), max(self.backoff, defaults.MIN_RETRY_AFTER)
        if told and told >= shortest:
            return told if told <= self.max_retry_after else None
        if failures + 1 >= self.attempts:
            return None
        if told:
            return shortest
        longest = min(self.backoff * 2.0 ** min(failures, 60), self.max_backoff)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311  not a secret


def _may_have_arrived(error: ImagesError) -> bool:
    """Whether the server may have got the request: it was lost on the way, or a gateway gave up."""
    if isinstance(error, errors.ConnectionFailed | RequestTimeout):
        return error.sent
    return isinstance(error, errors.ApiError) and error.status_code == 504


def asked_to_wait(error: ImagesError) -> float | None:
    """Returns the error's `Retry-After` in seconds; None without one, or for 0."""
    return (error.retry_after or None) if isinstance(error, RateLimited) else None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request, as `on_attempt` receives it. It has no token, key or body.

    Attributes:
        method: The HTTP method.
        url: The URL, without secrets.
        region: The region's name; None for a sign-in.
        status: The response's status; None without a response.
        error: The error of this attempt; None for a success.
        attempt: 1 for the first attempt of a call.
        elapsed: Seconds of this attempt.
        will_wait: Seconds until the next attempt; None where there is none.
        request_id: The server's id of the request, where it sent one.
    """

    method: str
    url: str
    region: str | None
    status: int | None
    error: ImagesError | None
    attempt: int
    elapsed: float
    will_wait: float | None
    request_id: str | None

    def __repr__(self) -> str:
        outcome = f"{self.status} {self.error!r}" if self.error is not None else str(self.status)
        return one_line(f"<Attempt {self.attempt}: {self.method} {one_line(self.url, 160)} {outcome}>")


@dataclass(slots=True)
class RateLimitGate:
    """Holds back all calls to one region after a `Retry-After`, of threads and tasks alike."""

    until: float = 0.0
    refusal: RateLimited | None = None

    def close(self, until: float, refusal: RateLimited) -> None:
        """Holds back every call until then."""
        if until > self.until:
            self.until, self.refusal = until, refusal

    def rejection(self, seconds: float) -> ImagesError:
        """Makes the error of a call that cannot wait for so long. Nothing was sent for it."""
        assert self.refusal is not None  # noqa: S101
        error = copy.copy(self.refusal)
        error.retry_after = seconds
        error.attempts = error.elapsed = error.image_id = None
        return error


def send_with_retries(
    call: Call, build: Callable[[Exchange], httpx.Request], never: Callable[[ImagesError], bool], redactor: Any
) -> Flow[ApiResponse]:
    """Sends until there is a success, or an error that no further attempt follows.

    `build` makes the request of an attempt; `never`: which errors the caller handles itself; `redactor`: takes
    the session's secrets out of errors and request ids.
    """
    failures, waited, gate, clock = 0, 0.0, call.gate or RateLimitGate(), call.limits.clock
    is_fresh = not call.is_repeatable
    while True:
        if gate.until:
            yield from _pass(gate, call.limits)
        began = clock()
        call.attempts += 1
        response: ApiResponse | None = None
        try:
            received: ApiResponse = yield build(Exchange(call.limits, call.max_body, is_fresh))
            received.request_id = redactor.request_id(received.request_id)
            response = received
            error = None if response.status_code in call.good else call.refusal(response)
        except ImagesError as failure:
            error, is_fresh = failure, True
        elapsed, wait = clock() - began, None
        if error is not None:
            _complete(error, call)
            redactor.redact(error)
            wait = None if never(error) else _wait_after(error, failures, waited, gate, call)
        _report(call, response, error, elapsed, wait)
        if error is None:
            assert response is not None  # noqa: S101
            response.elapsed = timedelta(seconds=elapsed)
            return response
        if wait is None:
            raise error
        told = asked_to_wait(error)
        if told != wait:
            failures += 1
        if told:
            waited += wait
        else:
            yield Pause(wait)


def _pass(gate: RateLimitGate, limits: Limits) -> Flow[None]:
    """Waits until the gate is open. Raises the error that closed it where that takes too long."""
    while limits.retry is not None and (seconds := gate.until - limits.clock()) > 0:
        if not limits.fits(seconds):
            raise gate.rejection(seconds)
        yield Pause(seconds)


def _wait_after(error: ImagesError, failures: int, waited: float, gate: RateLimitGate, call: Call) -> float | None:
    """Returns the seconds until the next attempt, or None. A `Retry-After` closes the gate for all calls."""
    retry = call.limits.retry
    wait = None if retry is None else retry.wait_after(error, failures, repeatable=call.is_repeatable)
    if retry is None or wait is None:
        return None
    if isinstance(error, RateLimited) and asked_to_wait(error):
        gate.close(call.limits.clock() + wait, copy.copy(error))
        if waited + wait > retry.max_retry_after:
            return None
    return wait if call.limits.fits(wait) else None


def _complete(error: ImagesError, call: Call) -> None:
    """Adds the request and the limit that ended it to an error."""
    error._add_context(method=call.method, url=call.url, attempts=call.attempts)
    if not isinstance(error, RequestTimeout):
        return
    limits = call.limits
    if not limits.fits(0.002):
        error.message = f"{error.message} when the call's {limits.deadline:g} s were over (deadline=)"
        error._at_deadline = True
    elif isinstance(limits.timeout, httpx.Timeout):
        error.message = f"{error.message} within the time that timeout= allows for it"
    elif limits.timeout is not None:
        error.message = f"{error.message} within {limits.timeout:g} s (timeout=)"


def _report(call: Call, response: ApiResponse | None, error: ImagesError | None, took: float, wait: Seconds) -> None:
    status, request_id = (response.status_code, response.request_id) if response is not None else (None, None)
    if attempts_log.isEnabledFor(logging.DEBUG):
        values = (call.method, call.url, status or type(error).__name__, call.attempts, took, request_id)
        attempts_log.debug("%s %s %s attempt=%d %.3fs request_id=%s", *values)
    if wait is not None and error is not None:
        level = logging.WARNING if wait > defaults.LONG_WAIT else logging.INFO
        scope = "all calls to it wait" if asked_to_wait(error) else "again in"
        log.log(level, "%s %s: %s %.1f s", one_line(call.region or call.url), type(error).__name__, scope, wait)
    if call.limits.on_attempt is not None:
        attempt = Attempt(call.method, call.url, call.region, status, error, call.attempts, took, wait, request_id)
        try:
            call.limits.on_attempt(attempt)
        except Exception:
            # An error in the callback must not lose the image.
            log.exception("on_attempt raised")
