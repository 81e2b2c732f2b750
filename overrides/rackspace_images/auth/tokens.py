"""When to sign in: a `TokenSource` remembers the token, for every thread, task and region of a client.

One sign-in at a time, its outcome is everyone's, and a caller that is cancelled fails nobody else.
"""

from __future__ import annotations

import copy
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Protocol, runtime_checkable

from rackspace_images.defaults import MAX_SIGN_IN_BACKOFF, SIGN_IN_BACKOFF
from rackspace_images.errors import AuthenticationFailed, ClientClosed, ImagesError, MalformedResponse, RequestTimeout
from rackspace_images.http.call import Limits, monotonic
from rackspace_images.http.flow import Flow, Pause
from rackspace_images.http.forks import renew_after_fork
from rackspace_images.http.retry import RateLimitGate

from .credentials import Credentials, StaticToken
from .identity import NOT_IDENTITY, AccessInfo, parse_token_response, sign_in_call, sign_in_operation
from .redaction import Redactor

log = logging.getLogger("rackspace_images.auth")


@runtime_checkable
class TokenStore(Protocol):
    """Where tokens are kept between runs."""

    def load(self, credentials: Credentials) -> AccessInfo | None: ...
    def save(self, credentials: Credentials, access: AccessInfo) -> None: ...


CALLED_BACK: ContextVar[list[int]] = ContextVar("rackspace_images_called_back", default=[])  # noqa: B039  never changed
"""The thread whose `on_attempt` is running: a call made there, in other threads too, must not wait for its sign-in."""


class PendingSignIn:
    """A sign-in that is under way: its outcome for everyone who waits, and the thread that leads it."""

    def __init__(self) -> None:
        self.outcome: Future[ImagesError | None] = Future()
        # A caller that is cancelled while it waits must not cancel it for the others.
        self.outcome.set_running_or_notify_cancel()
        self.thread = threading.get_ident()


class TokenSource:
    """One user's token, signed in for when it is needed.

    `clock`: the time of day, for the end of a token, which its server names. `timer`: one that is never set, for how
    long a refusal is remembered and a renewal put off.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        store: TokenStore | None = None,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = monotonic,
    ) -> None:
        self.credentials = credentials
        self.redactor = Redactor()
        self.redactor.add(*credentials.secrets, are_tokens=isinstance(credentials, StaticToken))
        self.source: str | None = None
        # A given token is its caller's to keep.
        self._store = None if isinstance(credentials, StaticToken) else store
        self._clock, self._timer = clock, timer
        self._gate = RateLimitGate()
        self._access: AccessInfo | None = None
        self.forked()
        renew_after_fork(self)
        self._refused: ImagesError | None = None
        self._refusals = 0
        self._refused_until = 0.0
        self._renew_from = 0.0

    def forked(self) -> None:
        """Makes anew what only the process that made it can use: its lock, and its wait for a sign-in."""
        self._lock = threading.Lock()
        self._pending: PendingSignIn | None = None

    @property
    def can_renew(self) -> bool:
        """Whether a token that was refused can be replaced by another."""
        return not isinstance(self.credentials, StaticToken)

    def get_access(self, limits: Limits, *, failed: AccessInfo | None = None) -> Flow[AccessInfo]:
        """The token to use now; `failed`: one that the server has just refused, which is not given again."""
        while True:
            own = PendingSignIn()
            try:
                with self._lock:
                    known = self._known(failed)
                    if known is None and self._pending is None:
                        self._pending = own
                    running = self._pending
                if known is not None:
                    return known
                if running is own:
                    return (yield from self._sign_in_for_all(own, limits, failed))
            finally:
                # Once more, for an interruption before the `try` of `_sign_in_for_all` or within its `finally`.
                self._settle(own, None)
            assert running is not None  # noqa: S101
            yield from self._wait_for(running, limits)

    def _wait_for(self, pending: PendingSignIn, limits: Limits) -> Flow[None]:
        """Waits for a sign-in that another call leads. Raises its error."""
        error: ImagesError = RequestTimeout("the sign-in that another call leads was not done", sent=False)
        leader = threading.get_ident() if pending.thread in CALLED_BACK.get() else pending.thread
        seconds = 1.0
        while not pending.outcome.done() and limits.fits(0):
            # A while at a time, as the word that it is done may be lost by an interruption of its leader; ever longer,
            # as thousands of tasks that look again each second would hold up the sign-in that they wait for.
            yield Pause(min(limits.left() or seconds, seconds), until=pending.outcome, leader=leader)
            seconds *= 2
        if pending.outcome.done():
            if (outcome := pending.outcome.result()) is None:
                return
            error = copy.copy(outcome)
        error._signing_in = True
        raise error

    def _settle(self, pending: PendingSignIn, error: ImagesError | None) -> None:
        """Ends a sign-in, if it has not ended."""
        if self._pending is pending:
            self._pending = None
        if not pending.outcome.done():
            pending.outcome.set_result(error)

    def current(self, failed: AccessInfo | None = None) -> AccessInfo | None:
        """The token to use now, if no sign-in is needed for it. Raises a refusal that is remembered."""
        with self._lock:
            return self._known(failed)

    def _known(self, failed: AccessInfo | None) -> AccessInfo | None:
        now, elapsed = self._clock(), self._timer()
        access = self._access
        is_due = access is not None and access.is_due(now) and (elapsed >= self._renew_from or access.is_expired(now))
        if access is not None and access is not failed and not is_due:
            return access
        if self._refused is not None and elapsed < self._refused_until:
            raise copy.copy(self._refused)
        return None

    def _sign_in_for_all(self, pending: PendingSignIn, limits: Limits, failed: AccessInfo | None) -> Flow[AccessInfo]:
        """Signs in for everyone who waits on `pending`. A leader that is cancelled leaves the next one to lead."""
        error: ImagesError | None = None
        try:
            stored = self._stored(failed)
            access = stored or (yield from self._sign_in(limits))
            self.redactor.add(access.token, are_tokens=True)
            if stored is None and self._store is not None:
                self._store.save(self.credentials, access)
            self._access = access
            self._refused, self._refusals = None, 0
            return access
        except ImagesError as refused:
            # Copies: the caller's own error is going to say which image and region it was about.
            error = copy.copy(refused)
            now, elapsed = self._clock(), self._timer()
            if isinstance(error, AuthenticationFailed):
                self._refused, self._refusals = error, self._refusals + 1
                self._refused_until = elapsed + min(
                    SIGN_IN_BACKOFF * 2 ** min(self._refusals - 1, 10), MAX_SIGN_IN_BACKOFF
                )
            elif failed is None and self._access is not None and not self._access.is_expired(now):
                # Renewal was ahead of its time: the token is still good, and identity may be back later.
                self._renew_from, error = elapsed + SIGN_IN_BACKOFF, None
                return self._access
            raise
        finally:
            # The others may have more time than this call had, or go on after a bulk call was left: one of them leads.
            own = isinstance(error, ClientClosed) or (isinstance(error, RequestTimeout) and error._at_deadline)
            self._settle(pending, None if own else error)

    def _sign_in(self, limits: Limits) -> Flow[AccessInfo]:
        return sign_in(self.credentials, self._clock, self.source, limits, self._gate)

    def _stored(self, failed: AccessInfo | None) -> AccessInfo | None:
        """A access of another run, unless it is old, or the very one that is to be replaced."""
        stored = self._store.load(self.credentials) if self._store is not None else None
        if stored is None or stored.is_due(self._clock()):
            return None
        old = failed or self._access
        return stored if old is None or stored.token != old.token else None


def sign_in(
    credentials: Credentials, clock: Callable[[], float], source: str | None, limits: Limits, gate: RateLimitGate
) -> Flow[AccessInfo]:
    """Requests a token from identity. The request never carries a token of before."""
    if isinstance(credentials, StaticToken) and credentials.auth_url is None:
        return AccessInfo(credentials.token, None, clock())
    call = sign_in_call(credentials, limits, gate, source)
    operation = sign_in_operation(credentials, call)
    log.info("signing in at %s as %s", credentials.auth_url, " ".join(filter(None, credentials.cache_key)))
    try:
        yield operation
        access = parse_token_response(credentials, call, clock())
        if isinstance(access, str):
            raise MalformedResponse(f"identity's answer {access}", hint=NOT_IDENTITY)
    except ImagesError as error:
        call.add_context(error)
        error._signing_in = True
        raise
    return access
