"""What is sent to identity for a token, and what its answer means. Nothing here sends, waits or remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from rackspace_images import errors
from rackspace_images.defaults import MAX_CATALOG_VALUES, MAX_PAGE_BYTES, RENEWAL_MARGIN
from rackspace_images.faults import api_error, parse_json
from rackspace_images.http.body import ApiResponse
from rackspace_images.http.call import Call, Limits
from rackspace_images.http.flow import Operation
from rackspace_images.http.retry import RateLimitGate
from rackspace_images.regions import Endpoint, keystone_endpoints, rackspace_endpoints
from rackspace_images.text import Secret, is_token

from .credentials import UK_AUTH_URL, US_AUTH_URL, ApiKey, ApplicationCredential, Credentials, Password, StaticToken

NOT_IDENTITY = "check auth_url, and what stands between"


@dataclass(frozen=True, slots=True)
class AccessInfo:
    """What a sign-in gave: the token, until when (seconds since the epoch, None where nobody said), and the catalog."""

    token: str = field(repr=False)
    expires: float | None
    received: float
    endpoints: tuple[Endpoint, ...] = field(default=(), repr=False)
    default_region: str | None = None
    cached: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "token", Secret(self.token))

    def is_due(self, now: float) -> bool:
        """Whether to renew it: near its end by a margin, a tenth of its life where that is short.

        A token that was over when it came is one whose clock is not ours: it is used until the server refuses it.
        """
        if self.expires is None or self.expires <= self.received:
            return False
        return now >= self.expires - min(RENEWAL_MARGIN, (self.expires - self.received) / 10)

    def is_expired(self, now: float) -> bool:
        """Whether its time has passed, by our clock."""
        return self.is_due(now) and self.expires is not None and now >= self.expires


def sign_in_call(credentials: Credentials, limits: Limits, gate: RateLimitGate, source: str | None) -> Call:
    """The call of a sign-in. One that identity may have got is not sent again: a wrong password would count twice."""
    return Call(
        limits,
        (200, 201, 203),
        MAX_PAGE_BYTES,
        partial(identity_error, credentials=credentials, source=source),
        _check_object,
        base_url=credentials.auth_url,
        token=Secret(credentials.token) if isinstance(credentials, StaticToken) else None,
        gate=gate,
        is_repeatable=False,
        keeps_body=False,
        unreadable=errors.MalformedResponse("identity's answer holds no token", hint=NOT_IDENTITY),
    )


def sign_in_operation(credentials: Credentials, call: Call) -> Operation:
    """The generated operation that gives these credentials their token, or their catalog."""
    from rackspace_identity_api import Client, models
    from rackspace_identity_api.api.keystone import create_keystone_token, get_keystone_catalog
    from rackspace_identity_api.api.rackspace import create_rackspace_token

    body = credentials.auth_body()
    if body is None:
        return Operation(get_keystone_catalog.sync_detailed, get_keystone_catalog.asyncio_detailed, Client, call)
    module: Any = create_rackspace_token if isinstance(body, models.RackspaceTokenRequest) else create_keystone_token
    return Operation(
        partial(module.sync_detailed, body=body), partial(module.asyncio_detailed, body=body), Client, call
    )


def _check_object(body: bytes) -> Any:
    try:
        return parse_json(body, MAX_CATALOG_VALUES)
    except (ValueError, RecursionError):
        pass
    raise errors.MalformedResponse("identity's answer is not JSON", hint=NOT_IDENTITY)


def parse_token_response(credentials: Credentials, call: Call, now: float) -> AccessInfo | str:
    """The token and catalog of a sign-in, or what is wrong with it. Its locals hold the token, so it does not raise."""
    from rackspace_identity_api import models

    is_rackspace = isinstance(credentials, ApiKey | Password)
    kind: Any = models.RackspaceTokenEnvelope if is_rackspace else models.KeystoneTokenEnvelope
    parsed = call.parsed
    try:
        if not isinstance(parsed, kind | models.KeystoneCatalogEnvelope) and call.response is not None:
            # A success of a status that the document does not have for this operation.
            parsed = kind.from_dict(call.response.parsed)
        if isinstance(credentials, StaticToken):
            return AccessInfo(credentials.token, None, now, tuple(keystone_endpoints(parsed.catalog or [])))
        if is_rackspace:
            access = parsed.access
            region = access.user.rax_auth_default_region if isinstance(access.user, models.RackspaceUser) else None
            return _access_info(
                access.token.id,
                access.token.expires,
                now,
                tuple(rackspace_endpoints(access.service_catalog or [])),
                region if isinstance(region, str) else None,
            )
        subject = call.response.headers.get("X-Subject-Token") if call.response is not None else None
        endpoints = tuple(keystone_endpoints(parsed.token.catalog or []))
        return _access_info(subject, parsed.token.expires_at, now, endpoints, None)
    except (KeyError, TypeError, ValueError, AttributeError):
        return "holds no token"


def _access_info(
    token: object, expires: object, now: float, endpoints: tuple[Endpoint, ...], region: str | None
) -> AccessInfo | str:
    if not is_token(token):
        return "holds no token that a header can carry"
    return AccessInfo(token, _timestamp(expires), now, endpoints, region)


def _timestamp(expires: object) -> float | None:
    """Seconds since the epoch, or None for what cannot be read: then the server says when the token is over."""
    if not isinstance(expires, str):
        return None
    try:
        when = datetime.fromisoformat(expires)
        return (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def identity_error(response: ApiResponse, credentials: Credentials, source: str | None = None) -> errors.ImagesError:
    """The error that identity's answer is: a plain no, or the class of its status."""
    # The body is not kept: it may hold a token that is new to us.
    error = api_error(response)
    error.body = b""
    # Keystone answers 404 to an application credential that it does not know, with a fault of its own.
    unknown = response.status_code == 404 and error.fault == "error" and isinstance(credentials, ApplicationCredential)
    kind, message, hint = type(error), error.message, NOT_IDENTITY
    if response.status_code in (401, 403) or unknown:
        kind, hint = errors.AuthenticationFailed, _hint(response, credentials, source)
        message = message or "identity refused the credentials"
    elif response.status_code == 404 or (isinstance(error, errors.UnexpectedStatus) and error.status_code < 500):
        kind, hint = errors.UnexpectedStatus, "check auth_url: this is not an identity service"
    elif isinstance(error, errors.OverLimit | errors.ServiceUnavailable | errors.ApiFault):
        return error
    hinted = kind(error.status_code, error.fault, message, error.details, request_id=error.request_id, hint=hint)
    hinted.retryable = error.retryable
    return hinted


def _hint(response: ApiResponse, credentials: Credentials, source: str | None) -> str:
    if "OS-MF" in response.headers.get("WWW-Authenticate", ""):
        return "an API key: this user's password needs a second factor, which only a person can give"
    where = f" (from {source})" if source else ""
    hint = f"check the {credentials.secret_kind} that was sent{where}"
    if isinstance(credentials, Password):
        hint += "; if it is an API key, use ApiKey or RS_API_KEY"
    if credentials.auth_url == US_AUTH_URL.rstrip("/"):
        hint += f"; for a UK account, auth_url={UK_AUTH_URL}"
    return hint
