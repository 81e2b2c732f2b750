"""One call: its limits, what its response must be, and the exchange of each of its attempts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx

from rackspace_images import defaults
from rackspace_images.errors import ImagesError, MalformedResponse, ResponseTooLarge

from .failures import Stage

if TYPE_CHECKING:
    from .body import ApiResponse
    from .retry import Attempt, RateLimitGate, Retry

monotonic = partial(time.monotonic)
"""The clock of every limit and of the connections. freezegun, which stops the clocks that it finds as functions in
modules, does not find this one: a test that stands still in time does not end, or forget, a request."""

MIN_LEFT = 0.001
MAX_LEFT = 2_000_000.0
"""Seconds that one step may wait: a socket takes no more than 2 ** 31 milliseconds."""
Timeout = float | httpx.Timeout | None


def is_seconds(value: object) -> bool:
    """Whether `value` can be a length of time: a number, not negative, and one that Python can wait for."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e9


@dataclass(slots=True)
class Limits:
    """How long one call may take, and what is sent again: `timeout` for each attempt, `deadline` for all of it."""

    timeout: Timeout = defaults.ATTEMPT_TIMEOUT
    deadline: float | None = defaults.DEADLINE
    retry: Retry | None = None
    on_attempt: Callable[[Attempt], object] | None = None
    clock: Callable[[], float] = monotonic
    """A clock of its own lets a test run an hour in no time."""
    scope: Any = None
    """The `Scope` of the bulk call that it belongs to, if any."""
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return self.clock() - self.began

    def left(self) -> float | None:
        """Seconds until the call must have ended."""
        return None if self.deadline is None else max(self.deadline - self.elapsed, 0.0)

    def fits(self, seconds: float) -> bool:
        """Whether some time is left after so many seconds."""
        return self.deadline is None or self.elapsed + seconds < self.deadline


@dataclass(slots=True, eq=False, weakref_slot=True)
class Exchange:
    """One request and its response: when it must end, how large the body may be, and how far it has come.

    It travels in the request's `extensions`, under `EXCHANGE`.
    """

    limits: Limits
    max_body: int
    is_fresh: bool = False
    """Whether it goes over a new connection: what broke one that was kept may have broken all of them."""
    stage: Stage = Stage.PERMIT
    wake: Callable[[], object] | None = None
    """Ends what the request waits for at this moment."""
    is_aborted: bool = False
    received: int = 0
    """Bytes that were read for it, interim responses, headers and chunk headers included."""
    body_received: int = 0
    """Those of them that are its body, as it was sent."""
    ends: float | None = field(init=False)

    def __post_init__(self) -> None:
        seconds = [self.limits.left(), self.limits.timeout]
        self.ends = min((self.limits.clock() + each for each in seconds if isinstance(each, int | float)), default=None)

    def phases(self) -> dict[str, float | None]:
        """The longest time of each part, as httpx names them."""
        if not isinstance(self.limits.timeout, httpx.Timeout):
            return dict.fromkeys(("connect", "read", "write", "pool"), self.left())
        return {name: self.left(seconds) for name, seconds in self.limits.timeout.as_dict().items()}

    def left(self, timeout: float | None = None) -> float | None:
        """Seconds for the next step: its own `timeout`, or less; never 0, which sockets take for "do not wait"."""
        left = None if self.ends is None else max(self.ends - self.limits.clock(), MIN_LEFT)
        if timeout is not None and (left is None or timeout < left):
            left = timeout
        return left if left is None or left < MAX_LEFT else MAX_LEFT

    def has_ended(self) -> bool:
        """Whether its time has passed."""
        return self.ends is not None and self.limits.clock() >= self.ends

    def abort(self) -> None:
        """Ends it from another thread: its client was closed."""
        self.is_aborted = True
        if self.wake is not None:
            self.wake()


EXCHANGE = "rackspace_images.exchange"
"""The name of an `Exchange` among a request's extensions."""


@dataclass(slots=True, eq=False)
class Call:
    """A generated operation that is run.

    `good`: the statuses of a success. `refusal`: makes the error of any other response.
    `check`: called with the body of a success, it returns what generated code is to parse. Raises `MalformedResponse`.
    `base_url`: where the operation is; None for the endpoint of the region, which gets the token of the session.
    """

    limits: Limits
    good: tuple[int, ...]
    max_body: int
    refusal: Callable[[ApiResponse], ImagesError]
    check: Any
    base_url: str | None = None
    token: str | None = None
    gate: RateLimitGate | None = None
    is_repeatable: bool = True
    image_id: str | None = None
    keeps_body: bool = True
    """Whether an error may keep the body of a success; that of a sign-in holds the token."""
    unreadable: MalformedResponse | None = None
    """The error of a success that generated code cannot parse."""

    response: ApiResponse | None = field(default=None, repr=False)
    parsed: Any = field(default=None, repr=False)
    """What generated code made of the response."""
    method: str = ""
    url: str = ""
    """As it is shown, without secrets."""
    region: str | None = None
    endpoint: str | None = None
    attempts: int = 0
    """Requests sent."""

    def add_context(self, error: ImagesError) -> None:
        """Tells an error where it happened, as far as it does not know."""
        error._add_context(method=self.method or None, url=self.url or None)
        if self.base_url is None:
            error._add_context(image_id=self.image_id, region=self.region, endpoint=self.endpoint)
            error._add_context(attempts=self.attempts or None, elapsed=self.limits.elapsed)
        if self.response is not None and isinstance(error, MalformedResponse | ResponseTooLarge):
            error._add_context(status_code=self.response.status_code, request_id=self.response.request_id)
