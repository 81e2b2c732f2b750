"""A call: its limits, what its response must be, and the exchange of each attempt."""

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
"""The clock of every limit. freezegun stops the clocks that are functions of modules, and so not this one: a request in
a test with a frozen clock still ends in time."""

MIN_LEFT = 0.001
MAX_LEFT = 2_000_000.0
"""Seconds that one step may wait: a socket takes no more than 2 ** 31 milliseconds."""
Timeout = float | httpx.Timeout | None


def is_seconds(value: object) -> bool:
    """Whether `value` is a number of seconds that Python can wait for."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e9


@dataclass(slots=True)
class Limits:
    """The limits of one call: `timeout` for each attempt, `deadline` for the whole, and what is retried."""

    timeout: Timeout = defaults.ATTEMPT_TIMEOUT
    deadline: float | None = defaults.DEADLINE
    retry: Retry | None = None
    on_attempt: Callable[[Attempt], object] | None = None
    clock: Callable[[], float] = monotonic
    """Tests give a clock of their own."""
    scope: Any = None
    """The `Scope` of the bulk call that the call is part of."""
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return self.clock() - self.began

    def left(self) -> float | None:
        """Returns the seconds until the deadline; None without one."""
        return None if self.deadline is None else max(self.deadline - self.elapsed, 0.0)

    def fits(self, seconds: float) -> bool:
        """Whether the deadline is more than so many seconds away."""
        return self.deadline is None or self.elapsed + seconds < self.deadline


@dataclass(slots=True, eq=False, weakref_slot=True)
class Exchange:
    """The state of one attempt: when it must end, how large the body may be, how far it has come.

    It travels in the request's `extensions`, under `EXCHANGE`.
    """

    limits: Limits
    max_body: int
    is_fresh: bool = False
    """Whether to use a new connection: after a failure, idle connections may be broken too."""
    stage: Stage = Stage.PERMIT
    wake: Callable[[], object] | None = None
    """Wakes what waits for this request."""
    is_aborted: bool = False
    received: int = 0
    """Bytes read, with interim responses, headers and chunk headers."""
    body_received: int = 0
    """Bytes of them that are the body, as sent."""
    ends: float | None = field(init=False)

    def __post_init__(self) -> None:
        seconds = [self.limits.left(), self.limits.timeout]
        self.ends = min((self.limits.clock() + each for each in seconds if isinstance(each, int | float)), default=None)

    def phases(self) -> dict[str, float | None]:
        """Returns the timeouts of each part, by httpx's names."""
        if not isinstance(self.limits.timeout, httpx.Timeout):
            return dict.fromkeys(("connect", "read", "write", "pool"), self.left())
        return {name: self.left(seconds) for name, seconds in self.limits.timeout.as_dict().items()}

    def left(self, timeout: float | None = None) -> float | None:
        """Returns the seconds for the next step: at most `timeout`, and never 0, which makes a socket non-blocking."""
        left = None if self.ends is None else max(self.ends - self.limits.clock(), MIN_LEFT)
        if timeout is not None and (left is None or timeout < left):
            left = timeout
        return left if left is None or left < MAX_LEFT else MAX_LEFT

    def has_ended(self) -> bool:
        """Whether the attempt's time is over."""
        return self.ends is not None and self.limits.clock() >= self.ends

    def abort(self) -> None:
        """Ends the attempt from another thread, as its client was closed."""
        self.is_aborted = True
        if self.wake is not None:
            self.wake()


EXCHANGE = "rackspace_images.exchange"
"""The key of the `Exchange` in a request's extensions."""


@dataclass(slots=True, eq=False)
class Call:
    """A call of a generated operation.

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
        """Adds what is known of this call to an error."""
        error._add_context(method=self.method or None, url=self.url or None)
        if self.base_url is None:
            error._add_context(image_id=self.image_id, region=self.region, endpoint=self.endpoint)
            error._add_context(attempts=self.attempts or None, elapsed=self.limits.elapsed)
        if self.response is not None and isinstance(error, MalformedResponse | ResponseTooLarge):
            error._add_context(status_code=self.response.status_code, request_id=self.response.request_id)
