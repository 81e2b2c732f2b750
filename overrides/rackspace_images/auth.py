"""From credentials to a token: what is sent to identity, what its answer means, and when to ask again.

The functions decide; a `TokenSource` remembers. It is shared by every thread, task and region of a client: one
sign-in at a time, its outcome is everyone's, and a caller that is cancelled fails nobody else.
"""

from __future__ import annotations

import copy
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from rackspace_identity_api import models as wire
from rackspace_identity_api.api.keystone import create_keystone_token, get_keystone_catalog
from rackspace_identity_api.api.rackspace import create_rackspace_token

from .credentials import UK_AUTH_URL, US_AUTH_URL, ApiKey, ApplicationCredential, Credentials, Password, StaticToken
from .defaults import LONGEST_REFUSAL, REFUSAL_MEMORY, RENEWAL_MARGIN
from .errors import (
    ApiFault,
    AuthenticationFailed,
    ImagesError,
    MalformedResponse,
    OverLimit,
    ServiceUnavailable,
    UnexpectedStatus,
)
from .faults import api_error
from .regions import Endpoint, keystone_endpoints, rackspace_endpoints
from .text import is_token
from .transport import Answer, Join, Send, Steps

log = logging.getLogger("rackspace_images.auth")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a sign-in gave: the token, until when (seconds since the epoch, None where nobody said), and the catalog."""

    token: str = field(repr=False)
    expires: float | None
    received: float
    endpoints: tuple[Endpoint, ...] = field(default=(), repr=False)
    default_region: str | None = None
    cached: bool = field(default=False, compare=False)

    def is_due(self, now: float) -> bool:
        """Whether to renew it: near its end by a margin, a tenth of its life where that is short.

        A token that was over when it came is one whose clock is not ours: it is used until the server refuses it.
        """
        if self.expires is None or self.expires <= self.received:
            return False
        return now >= self.expires - min(RENEWAL_MARGIN, (self.expires - self.received) / 10)

    def is_over(self, now: float) -> bool:
        """Whether its time has passed, by our clock."""
        return self.is_due(now) and self.expires is not None and now >= self.expires


class GrantStore(Protocol):
    """Where grants are kept between runs."""

    def load(self, credentials: Credentials) -> Grant | None: ...
    def save(self, credentials: Credentials, grant: Grant) -> None: ...


class TokenSource:
    """One user's token, signed in for when it is needed."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        headers: Mapping[str, str],
        store: GrantStore | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.credentials = credentials
        self._headers = headers
        self.source: str | None = None
        # A given token is its caller's to keep.
        self._store = None if isinstance(credentials, StaticToken) else store
        self._clock = clock
        self._lock = threading.Lock()
        self._grant: Grant | None = None
        self._flight: Future[ImagesError | None] | None = None
        self._refused: ImagesError | None = None
        self._refusals = 0
        self._refused_until = 0.0
        self._renew_from = 0.0

    @property
    def can_renew(self) -> bool:
        """Whether a token that was refused can be replaced by another."""
        return not isinstance(self.credentials, StaticToken)

    def grant(self, *, failed: Grant | None = None) -> Steps[Grant]:
        """The token to use now; `failed`: one that the server has just refused, which is not given again."""
        while True:
            flight: Future[ImagesError | None] | None = None
            with self._lock:
                known = self._known(failed)
                if known is None and self._flight is None:
                    flight = self._flight = Future()
                running = self._flight
            if known is not None:
                return known
            if flight is not None:
                return (yield from self._lead(flight, failed))
            assert running is not None  # noqa: S101
            error = yield Join(running)
            if error is not None:
                raise copy.copy(error)

    def known(self, failed: Grant | None = None) -> Grant | None:
        """The token to use now, if no sign-in is needed for it. Raises a refusal that is remembered."""
        with self._lock:
            return self._known(failed)

    def _known(self, failed: Grant | None) -> Grant | None:
        now = self._clock()
        grant = self._grant
        is_due = grant is not None and grant.is_due(now) and (now >= self._renew_from or grant.is_over(now))
        if grant is not None and grant is not failed and not is_due:
            return grant
        if self._refused is not None and now < self._refused_until:
            raise copy.copy(self._refused)
        return None

    def _lead(self, flight: Future[ImagesError | None], failed: Grant | None) -> Steps[Grant]:
        """Signs in for everyone who waits on `flight`. A leader that is cancelled leaves the next one to lead."""
        error: ImagesError | None = None
        try:
            stored = self._stored(failed)
            grant = stored or (yield from sign_in(self.credentials, self._headers, self._clock, self.source))
            if stored is None and self._store is not None:
                self._store.save(self.credentials, grant)
            self._grant = grant
            self._refused, self._refusals = None, 0
            return grant
        except ImagesError as refused:
            # Copies: the caller's own error is going to say which image and region it was about.
            error = copy.copy(refused)
            now = self._clock()
            if isinstance(error, AuthenticationFailed):
                self._refused, self._refusals = error, self._refusals + 1
                self._refused_until = now + min(REFUSAL_MEMORY * 2 ** min(self._refusals - 1, 10), LONGEST_REFUSAL)
            elif failed is None and self._grant is not None and not self._grant.is_over(now):
                # Renewal was ahead of its time: the token is still good, and identity may be back later.
                self._renew_from, error = now + REFUSAL_MEMORY, None
                return self._grant
            raise
        finally:
            with self._lock:
                self._flight = None
            flight.set_result(error)

    def _stored(self, failed: Grant | None) -> Grant | None:
        """A grant of another run, unless it is old, or the very one that is to be replaced."""
        stored = self._store.load(self.credentials) if self._store is not None else None
        if stored is None or stored.is_due(self._clock()):
            return None
        old = failed or self._grant
        return stored if old is None or stored.token != old.token else None


def sign_in(
    credentials: Credentials, headers: Mapping[str, str], clock: Callable[[], float], source: str | None
) -> Steps[Grant]:
    """One request to identity. It never carries a token of before."""
    if isinstance(credentials, StaticToken) and credentials.auth_url is None:
        return Grant(credentials.token, None, clock())
    send = _request(credentials, headers)
    log.info("signing in at %s as %s", send.url, " ".join(filter(None, credentials.who)))
    try:
        answer = yield send
        if answer.status_code not in (200, 201, 203):
            raise identity_error(answer, credentials, source)
        grant = _granted(credentials, answer, clock())
        if isinstance(grant, str):
            raise MalformedResponse(
                f"identity's answer {grant}",
                status_code=answer.status_code,
                request_id=answer.request_id,
                hint="check auth_url, and what stands between",
            )
    except ImagesError as error:
        error.place(method=send.method, url=send.url)
        error.signing_in = True
        raise
    return grant


def _request(credentials: Credentials, headers: Mapping[str, str]) -> Send:
    body = credentials.token_request()
    if isinstance(body, wire.RackspaceTokenRequest):
        kwargs = create_rackspace_token._get_kwargs(body=body)
    elif isinstance(body, wire.KeystoneTokenRequest):
        kwargs = create_keystone_token._get_kwargs(body=body)
    else:
        kwargs = get_keystone_catalog._get_kwargs()
    return Send(
        kwargs["method"].upper(),
        f"{credentials.auth_url}{kwargs['url']}",
        {**headers, **kwargs.get("headers", {})},
        token=credentials.token if isinstance(credentials, StaticToken) else None,
        body=json.dumps(kwargs["json"]).encode() if "json" in kwargs else None,
    )


def _granted(credentials: Credentials, answer: Answer, now: float) -> Grant | str:
    """The grant in a good answer, or what is wrong with it. Its locals hold the token, so it does not raise."""
    try:
        obj = json.loads(answer.body)
    except (ValueError, RecursionError):
        return "is not JSON"
    try:
        if isinstance(credentials, StaticToken):
            catalog = wire.KeystoneCatalogAnswer.from_dict(obj).catalog
            return Grant(credentials.token, None, now, tuple(keystone_endpoints(catalog or [])))
        if isinstance(credentials, ApiKey | Password):
            access = wire.RackspaceTokenAnswer.from_dict(obj).access
            region = access.user.rax_aut_hdefault_region if isinstance(access.user, wire.RackspaceUser) else None
            return _checked(
                access.token.id,
                access.token.expires,
                now,
                tuple(rackspace_endpoints(access.service_catalog or [])),
                region if isinstance(region, str) else None,
            )
        token = wire.KeystoneTokenAnswer.from_dict(obj).token
        subject = answer.headers.get("X-Subject-Token")
        return _checked(subject, token.expires_at, now, tuple(keystone_endpoints(token.catalog or [])), None)
    except (KeyError, TypeError, ValueError, AttributeError):
        return "holds no token"


def _checked(
    token: object, expires: object, now: float, endpoints: tuple[Endpoint, ...], region: str | None
) -> Grant | str:
    if not is_token(token):
        return "holds no token that a header can carry"
    return Grant(token, _moment(expires), now, endpoints, region)


def _moment(expires: object) -> float | None:
    """Seconds since the epoch, or None for what cannot be read: then the server says when the token is over."""
    if not isinstance(expires, str):
        return None
    try:
        when = datetime.fromisoformat(expires)
        return (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def identity_error(answer: Answer, credentials: Credentials, source: str | None = None) -> ImagesError:
    """The error that identity's answer is: a plain no, or the class of its status."""
    # The body is not kept: it may hold a token, or quote the secret in a way of its own.
    error = api_error(answer, *credentials.secrets)
    error.body = b""
    # Keystone answers 404 to an application credential that it does not know, with a fault of its own.
    unknown = answer.status_code == 404 and error.fault == "error" and isinstance(credentials, ApplicationCredential)
    if answer.status_code in (401, 403) or unknown:
        message = error.message or "identity refused the credentials"
        hint = _hint(answer, credentials, source)
        return AuthenticationFailed(
            answer.status_code, error.fault, message, error.details, request_id=error.request_id, hint=hint
        )
    if answer.status_code == 404 or (isinstance(error, UnexpectedStatus) and error.status_code < 500):
        return UnexpectedStatus(
            answer.status_code,
            error.fault,
            error.message,
            error.details,
            request_id=error.request_id,
            hint="check auth_url: this is not an identity service",
        )
    if not isinstance(error, OverLimit | ServiceUnavailable | ApiFault):
        error = type(error)(
            answer.status_code,
            error.fault,
            error.message,
            error.details,
            request_id=error.request_id,
            hint="check auth_url, and what stands between",
        )
    return error


def _hint(answer: Answer, credentials: Credentials, source: str | None) -> str:
    if "OS-MF" in answer.headers.get("WWW-Authenticate", ""):
        return "an API key: this user's password needs a second factor, which only a person can give"
    where = f" (from {source})" if source else ""
    hint = f"check the {credentials.secret_kind} that was sent{where}"
    if isinstance(credentials, Password):
        hint += "; if it is an API key, use ApiKey or RS_API_KEY"
    if credentials.auth_url == US_AUTH_URL.rstrip("/"):
        hint += f"; for a UK account, auth_url={UK_AUTH_URL}"
    return hint
