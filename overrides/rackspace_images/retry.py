"""How long a call may take, and what is sent again. Both clients, and signing in, go through `Call.send`."""

from __future__ import annotations

import copy
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from .defaults import (
    ATTEMPT_TIMEOUT,
    ATTEMPTS,
    BACKOFF,
    DEADLINE,
    LONG_WAIT,
    LONGEST_BACKOFF,
    LONGEST_RETRY_AFTER,
)
from .errors import ApiError, ConfigError, ConnectionFailed, ImagesError, OverLimit, RequestTimeout, ServiceUnavailable
from .text import one_line
from .transport import UNCHANGED, Answer, Send, Steps, Unchanged, Wait

log = logging.getLogger("rackspace_images.retry")
attempts_log = logging.getLogger("rackspace_images")
# Whoever wants to read it configures logging; without, Python would print warnings on a program's standard error.
attempts_log.addHandler(logging.NullHandler())

Timeout = float | httpx.Timeout | None
Limited = OverLimit | ServiceUnavailable


@dataclass(frozen=True, slots=True)
class Retry:
    """What is worth sending again, and when.

    A 413, 429 or 503 with a `Retry-After` is sent again when that has passed, as often as the deadline allows; waits
    that come to more than `longest_retry_after` seconds are not made. A connection that fails, a timeout, 500, 502,
    504, and a limit that does not say how long, are sent again after `backoff` seconds, doubled each time up to
    `longest_backoff` and shortened by chance to a half at the least, until `attempts` requests were made in all.
    """

    attempts: int = ATTEMPTS
    backoff: float = BACKOFF
    longest_backoff: float = LONGEST_BACKOFF
    longest_retry_after: float = LONGEST_RETRY_AFTER

    def __post_init__(self) -> None:
        if not isinstance(self.attempts, int) or self.attempts < 1:
            raise ConfigError(f"Retry(attempts={self.attempts!r}): at least 1 request is made", hint="retry=None")
        for name in ("backoff", "longest_backoff", "longest_retry_after"):
            if not is_seconds(getattr(self, name)):
                raise ConfigError(f"Retry({name}={getattr(self, name)!r}) is no number of seconds")

    def wait_after(self, error: ImagesError, failures: int, *, repeatable: bool = True) -> float | None:
        """Seconds to wait before the request is sent again, or None where it is not.

        `failures`: how many attempts failed before this one without a word on when to come back. `repeatable`: whether
        a request that may have arrived can be sent a second time.
        """
        if not error.retryable or (not repeatable and _may_have_arrived(error)):
            return None
        if told := told_to_wait(error):
            return told if told <= self.longest_retry_after else None
        if failures + 1 >= self.attempts:
            return None
        longest = min(self.backoff * 2.0 ** min(failures, 60), self.longest_backoff)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311  nobody's secret


def _may_have_arrived(error: ImagesError) -> bool:
    """Whether nobody knows what became of the request: lost on the way, or by a gateway that gave up."""
    if isinstance(error, ConnectionFailed | RequestTimeout):
        return error.sent
    return isinstance(error, ApiError) and error.status_code == 504


def told_to_wait(error: ImagesError) -> float | None:
    """The seconds that a server asks for; None where it does not say, or says none."""
    return (error.retry_after or None) if isinstance(error, Limited) else None


def is_seconds(value: object) -> bool:
    """Whether `value` can be a length of time: a number, not negative, not infinite."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request, as `on_attempt` is told of it: never with a token, a key or a body.

    `status`: the answer's, or None; `error`: what it came to, or None for a success; `attempt`: 1 for the first of
    its call; `elapsed`: seconds of this attempt; `will_wait`: seconds until the next, or None where there is none.
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


@dataclass(slots=True)
class Gate:
    """Closed by a `Retry-After`, for all threads and tasks that ask the same place."""

    until: float = 0.0
    refusal: Limited | None = None

    def close(self, until: float, refusal: Limited) -> None:
        """Holds everybody back until then."""
        if until > self.until:
            self.until, self.refusal = until, refusal

    def left(self, now: float) -> float:
        """Seconds that it stays closed."""
        return self.until - now

    def refused(self, seconds: float) -> Limited:
        """The error for a call that cannot wait for so long: nothing was sent for it."""
        assert self.refusal is not None  # noqa: S101
        error = copy.copy(self.refusal)
        error.retry_after = seconds
        error.attempts = error.elapsed = error.image_id = None
        return error


@dataclass(slots=True)
class Policy:
    """What a client was told about time. A clock of its own lets a test run an hour in no time."""

    timeout: Timeout = ATTEMPT_TIMEOUT
    deadline: float | None = DEADLINE
    retry: Retry | None = field(default_factory=Retry)
    on_attempt: Callable[[Attempt], object] | None = None
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        checked_timeout(self.timeout)
        checked_deadline(self.deadline)

    def call(self, timeout: Timeout | Unchanged = UNCHANGED, deadline: float | Unchanged | None = UNCHANGED) -> Call:
        """A call that begins now."""
        timeout = self.timeout if isinstance(timeout, Unchanged) else checked_timeout(timeout)
        deadline = self.deadline if isinstance(deadline, Unchanged) else checked_deadline(deadline)
        return Call(self, timeout, deadline, self.clock())


def checked_timeout(timeout: Timeout) -> Timeout:
    """`timeout`, if it is one. Raises `ConfigError`."""
    if timeout is not None and not isinstance(timeout, httpx.Timeout) and not (is_seconds(timeout) and timeout > 0):
        raise ConfigError(f"timeout={timeout!r} is no number of seconds", hint="seconds above 0, or an httpx.Timeout")
    return timeout


def checked_deadline(deadline: float | None) -> float | None:
    """`deadline`, if it is one. Raises `ConfigError`."""
    if deadline is not None and not (is_seconds(deadline) and deadline > 0):
        raise ConfigError(f"deadline={deadline!r} is no number of seconds", hint="seconds above 0, or None")
    return deadline


@dataclass(slots=True)
class Call:
    """One call of a user's: how long it may take, and what was sent for it."""

    policy: Policy
    timeout: Timeout
    deadline: float | None
    began: float

    @property
    def ends(self) -> float | None:
        """When it must be over, by the policy's clock."""
        return None if self.deadline is None else self.began + self.deadline

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return self.policy.clock() - self.began

    def left(self) -> float | None:
        """Seconds until it must be over."""
        return None if self.deadline is None else max(self.deadline - self.elapsed, 0.0)

    def fits(self, seconds: float) -> bool:
        """Whether there is something left after so many seconds."""
        return self.deadline is None or self.elapsed + seconds < self.deadline

    def send(
        self,
        send: Send,
        gate: Gate,
        failure: Callable[[Answer, Send], ImagesError | None],
        *,
        region: str | None = None,
        repeatable: bool = True,
        not_again: Callable[[ImagesError], bool] = lambda error: False,
        count: Callable[[], int],
    ) -> Steps[Answer]:
        """Sends until there is an answer that is no `failure`, or an error that is not worth another attempt.

        `count` numbers the attempts; `not_again`: errors that the caller has a better answer to.
        """
        failures, held = 0, 0.0
        while True:
            yield from self._through(gate)
            send.ends, send.phases = self._limits()
            began = self.policy.clock()
            answer: Answer | None = None
            error: ImagesError | None = None
            number = count()
            try:
                came: Answer = yield send
                came.hide(send.token)
                answer, error = came, failure(came, send)
            except ImagesError as trouble:
                error = trouble
                if send.token and error.request_id:
                    error.request_id = error.request_id.replace(send.token, "***")
            elapsed = self.policy.clock() - began
            wait = None
            if error is not None:
                error.place(method=send.method, url=send.url, attempts=number)
                if isinstance(error, RequestTimeout):
                    self._say_which_limit(error)
                wait = self._wait(error, failures, held, gate, repeatable) if not not_again(error) else None
            self._tell(send, region, answer, error, number, elapsed, wait)
            if error is None:
                assert answer is not None  # noqa: S101
                return answer
            if wait is None:
                raise error
            if told_to_wait(error):
                held += wait
            else:
                failures += 1
                yield Wait(wait)

    def _limits(self) -> tuple[float | None, httpx.Timeout | None]:
        """When an attempt that begins now must be over, and what its parts may take."""
        if isinstance(self.timeout, httpx.Timeout):
            return self.ends, self.timeout
        if self.timeout is None:
            return self.ends, None
        ends, last = self.policy.clock() + self.timeout, self.ends
        return ends if last is None or ends < last else last, None

    def _through(self, gate: Gate) -> Steps[None]:
        """Waits until the gate is open. Raises the refusal that closed it where that takes too long."""
        if self.policy.retry is None:
            return
        while (seconds := gate.left(self.policy.clock())) > 0:
            if not self.fits(seconds):
                raise gate.refused(seconds)
            yield Wait(seconds)

    def _wait(self, error: ImagesError, failures: int, held: float, gate: Gate, repeatable: bool) -> float | None:
        """Seconds until the next attempt, or None; a `Retry-After` closes the gate for everyone else as well."""
        retry = self.policy.retry
        wait = None if retry is None else retry.wait_after(error, failures, repeatable=repeatable)
        if retry is None or wait is None:
            return None
        if isinstance(error, Limited) and told_to_wait(error):
            gate.close(self.policy.clock() + wait, copy.copy(error))
            if held + wait > retry.longest_retry_after:
                return None
        return wait if self.fits(wait) else None

    def _say_which_limit(self, error: RequestTimeout) -> None:
        """The engine knows which part was under way; whose time ran out is known here."""
        if not self.fits(0.002):
            error.message = f"{error.message} when the call's {self.deadline:g} s were over (deadline=)"
            error.at_deadline = True
        elif isinstance(self.timeout, httpx.Timeout):
            error.message = f"{error.message} within the time that timeout= allows for it"
        elif self.timeout is not None:
            error.message = f"{error.message} within {self.timeout:g} s (timeout=)"

    def _tell(
        self,
        send: Send,
        region: str | None,
        answer: Answer | None,
        error: ImagesError | None,
        number: int,
        elapsed: float,
        wait: float | None,
    ) -> None:
        if attempts_log.isEnabledFor(logging.DEBUG):
            came = answer.status_code if answer is not None else type(error).__name__
            request_id = answer.request_id if answer is not None else None
            attempts_log.debug(
                "%s %s %s attempt=%d %.3fs request_id=%s", send.method, send.url, came, number, elapsed, request_id
            )
        if wait is not None and error is not None:
            level = logging.WARNING if wait > LONG_WAIT else logging.INFO
            whom = "all calls to it wait" if told_to_wait(error) else "again in"
            log.log(level, "%s %s: %s %.1f s", one_line(region or send.url), type(error).__name__, whom, wait)
        if self.policy.on_attempt is not None:
            status, request_id = (answer.status_code, answer.request_id) if answer is not None else (None, None)
            try:
                self.policy.on_attempt(
                    Attempt(send.method, send.url, region, status, error, number, elapsed, wait, request_id)
                )
            except Exception:
                # Whoever counts must not cost whoever asks an image.
                log.exception("on_attempt raised")
