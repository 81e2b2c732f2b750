"""When to sign in: one token for every thread, task and region of a client.

How this works: a `TokenSource` holds the token. `get_access` returns it while it is valid. Otherwise the first caller
leads a sign-in, and the callers that come meanwhile wait for it ("single flight"): all share its result, and cancelling
one of them does not affect the others. If the leader is cancelled or runs out of time, a waiting caller leads the next
sign-in.

    no token ──► token store ──► sign-in ──► token ──► due (shortly before it expires) ──► sign-in
                                    │                    └─ refused by the API (`failed=`) ──► sign-in
                                    └─ refused: remembered for 30 s, for 60 s after the second refusal …

A refusal of the credentials is remembered, so that a bulk call with a wrong key does not lock the account. If the
renewal of a token fails while the token is valid, the token is used further, and the renewal is tried again later.
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
from rackspace_images.errors import AuthenticationFailed, ClientClosed, ImagesError, RequestTimeout
from rackspace_images.http.call import Limits, monotonic
from rackspace_images.http.flow import Flow, Pause
from rackspace_images.http.forks import renew_after_fork
from rackspace_images.http.retry import RateLimitGate

from .credentials import Credentials, StaticToken
from .identity import AccessInfo, parse_token_response, sign_in_operation
from .redaction import Redactor

log = logging.getLogger("rackspace_images.auth")


@runtime_checkable
class TokenStore(Protocol):
    """Keeps tokens between runs, as `TokenCache` does."""

    def load(self, credentials: Credentials) -> AccessInfo | None: ...
    def save(self, credentials: Credentials, access: AccessInfo) -> None: ...


CALLED_BACK: ContextVar[list[int]] = ContextVar("rackspace_images_called_back", default=[])  # noqa: B039  never changed
"""The thread whose `on_attempt` is running: a call within it, in other threads too, must not wait for its sign-in."""


class PendingSignIn:
    """A sign-in that is under way: its outcome, for the callers that wait, and the thread that leads it."""

    def __init__(self) -> None:
        self.outcome: Future[ImagesError | None] = Future()
        # A caller that is cancelled while it waits must not cancel it for the others.
        self.outcome.set_running_or_notify_cancel()
        self.thread = threading.get_ident()


class TokenSource:
    """One user's token, and the sign-in when it is needed.

    Args:
        credentials: The credentials of the sign-in.
        store: Keeps the token between runs. A `StaticToken` is not kept: its caller has it.
        clock: Returns the time of day in seconds since the epoch, for when a token expires.
        timer: Returns seconds on a clock that is never set, for how long a refusal is remembered.
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
        self.can_renew = not isinstance(credentials, StaticToken)
        self.redactor = Redactor()
        self.redactor.add(*credentials.secrets, are_tokens=not self.can_renew)
        self.source: str | None = None
        self._store = store if self.can_renew else None
        self._clock, self._timer = clock, timer
        self._gate = RateLimitGate()
        self._access: AccessInfo | None = None
        self._refusal: ImagesError | None = None
        self._refusals = 0
        self._refused_until = self._renew_from = 0.0
        self.forked()
        renew_after_fork(self)

    def forked(self) -> None:
        """Replaces what only the process that made it can use: the lock, and the sign-in that is under way."""
        self._lock = threading.Lock()
        self._pending: PendingSignIn | None = None

    def current(self, failed: AccessInfo | None = None) -> AccessInfo | None:
        """Returns the token, or None where a sign-in is needed first.

        Args:
            failed: A token that the API has just refused, which is not returned again.

        Raises:
            AuthenticationFailed: The credentials were refused a short time ago.
        """
        with self._lock:
            return self._known(failed)

    def get_access(self, limits: Limits, *, failed: AccessInfo | None = None) -> Flow[AccessInfo]:
        """Returns the token, after a sign-in where one is needed.

        Args:
            limits: The limits of the call that needs the token.
            failed: A token that the API has just refused, which is not returned again.

        Raises:
            ImagesError: The sign-in failed.
        """
        while True:
            own = PendingSignIn()
            try:
                with self._lock:
                    known = self._known(failed)
                    if known is not None:
                        return known
                    pending = self._pending = self._pending or own
                if pending is own:
                    return (yield from self._lead(own, limits, failed))
            finally:
                # Again, for an interruption before the `try` of `_lead` or within its `finally`.
                self._settle(own, None)
            yield from self._wait_for(pending, limits)

    def _known(self, failed: AccessInfo | None) -> AccessInfo | None:
        access, elapsed = self._access, self._timer()
        if access is not None and access is not failed:
            now = self._clock()
            if not access.is_due(now) or (elapsed < self._renew_from and not access.is_expired(now)):
                return access
        if self._refusal is not None and elapsed < self._refused_until:
            raise copy.copy(self._refusal)
        return None

    def _wait_for(self, pending: PendingSignIn, limits: Limits) -> Flow[None]:
        """Waits for a sign-in that another call leads. Raises its error."""
        error: ImagesError = RequestTimeout("timed out waiting for another call's sign-in", sent=False)
        leader = threading.get_ident() if pending.thread in CALLED_BACK.get() else pending.thread
        seconds = 1.0
        while not pending.outcome.done() and limits.fits(0):
            # It looks again from time to time, as an interruption of the leader may lose the wake-up; ever less often,
            # as thousands of tasks that look each second would hold up the sign-in.
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

    def _lead(self, pending: PendingSignIn, limits: Limits, failed: AccessInfo | None) -> Flow[AccessInfo]:
        """Signs in for every caller that waits on `pending`."""
        error: ImagesError | None = None
        try:
            stored = self._stored(failed)
            access = stored or (yield from self._sign_in(limits))
            self.redactor.add(access.token, are_tokens=True)
            if stored is None and self._store is not None:
                self._store.save(self.credentials, access)
            self._access, self._refusal, self._refusals = access, None, 0
            return access
        except ImagesError as failure:
            # A copy: the context of this caller (image, region) is added to `failure`.
            error = copy.copy(failure)
            if (usable := self._after_failure(error, failed)) is None:
                raise
            error = None
            return usable
        finally:
            # Other callers may have more time, or go on after this client is closed: one of them leads the next.
            is_own = isinstance(error, ClientClosed) or (isinstance(error, RequestTimeout) and error._at_deadline)
            self._settle(pending, None if is_own else error)

    def _after_failure(self, error: ImagesError, failed: AccessInfo | None) -> AccessInfo | None:
        """Remembers a refusal of the credentials. Returns the token of before, where it is still valid."""
        elapsed = self._timer()
        if isinstance(error, AuthenticationFailed):
            self._refusal = error
            self._refused_until = elapsed + min(SIGN_IN_BACKOFF * 2.0 ** min(self._refusals, 10), MAX_SIGN_IN_BACKOFF)
            self._refusals += 1
            return None
        if failed is not None or self._access is None or self._access.is_expired(self._clock()):
            return None
        self._renew_from = elapsed + SIGN_IN_BACKOFF
        return self._access

    def _stored(self, failed: AccessInfo | None) -> AccessInfo | None:
        """Returns the token of another run, unless it is due or the one that is to be replaced."""
        stored = self._store.load(self.credentials) if self._store is not None else None
        if stored is None or stored.is_due(self._clock()):
            return None
        old = failed or self._access
        return stored if old is None or stored.token != old.token else None

    def _sign_in(self, limits: Limits) -> Flow[AccessInfo]:
        """Requests a token from the identity service."""
        if isinstance(self.credentials, StaticToken) and self.credentials.auth_url is None:
            return AccessInfo(self.credentials.token, None, self._clock())
        operation = sign_in_operation(self.credentials, limits, self._gate, self.source)
        log.info("signing in with %s", self.credentials)
        try:
            yield operation
            return parse_token_response(self.credentials, operation.call, self._clock())
        except ImagesError as error:
            operation.call.add_context(error)
            error._signing_in = True
            raise
