"""Token requests and token responses: what to send to the identity service, and what its response means.

Nothing here sends, waits or remembers; `tokens.py` does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rackspace_images import errors
from rackspace_images.defaults import MAX_CATALOG_VALUES, MAX_PAGE_BYTES, RENEWAL_MARGIN
from rackspace_images.faults import ERROR_OF_STATUS, api_error, parse_date, parse_json
from rackspace_images.http.body import ApiResponse
from rackspace_images.http.call import Call, Limits
from rackspace_images.http.flow import Operation
from rackspace_images.http.retry import RateLimitGate
from rackspace_images.regions import Endpoint, keystone_endpoints, rackspace_endpoints
from rackspace_images.text import Secret, is_token, text_of

from .credentials import UK_AUTH_URL, US_AUTH_URL, ApplicationCredential, Credentials, Password, StaticToken

_CHECK_URL = "check auth_url, and what stands between"


@dataclass(frozen=True, slots=True)
class AccessInfo:
    """The result of a sign-in.

    Args:
        token: The token. Raises `ValueError` for one that a header cannot carry.
        expires: When it expires, in seconds since the epoch; None where the response does not say.
        received: When it was received, in seconds since the epoch.
        endpoints: The service catalog.
        default_region: The user's own region; None where the response does not say.
        cached: Whether it comes from a token cache.
    """

    token: str = field(repr=False)
    expires: float | None
    received: float
    endpoints: tuple[Endpoint, ...] = field(default=(), repr=False)
    default_region: str | None = None
    cached: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        if not is_token(self.token):
            raise ValueError("not a token that a header can carry")
        object.__setattr__(self, "token", Secret(self.token))

    def is_due(self, now: float) -> bool:
        """Whether to renew the token: `RENEWAL_MARGIN` before it expires, or a tenth of its life where that is less.

        A token that had expired when it was received comes from a server whose clock differs from ours. It is used
        until the API refuses it.
        """
        if self.expires is None or self.expires <= self.received:
            return False
        return now >= self.expires - min(RENEWAL_MARGIN, (self.expires - self.received) / 10)

    def is_expired(self, now: float) -> bool:
        """Whether the token has expired, by our clock."""
        return self.is_due(now) and self.expires is not None and now >= self.expires


def sign_in_operation(credentials: Credentials, limits: Limits, gate: RateLimitGate, source: str | None) -> Operation:
    """Makes the generated operation that issues a token, or that returns the catalog of a `StaticToken`.

    A request that the identity service may have received is not sent again: a wrong password would count twice.

    Args:
        credentials: The credentials of the sign-in.
        limits: How long the call that needs the token may take.
        gate: Held closed by a `Retry-After` of the identity service.
        source: Where the credentials come from, for hints.
    """
    from rackspace_identity_api import Client, models
    from rackspace_identity_api.api.keystone import create_keystone_token, get_keystone_catalog
    from rackspace_identity_api.api.rackspace import create_rackspace_token

    call = Call(
        limits,
        (200, 201, 203),
        MAX_PAGE_BYTES,
        partial(identity_error, credentials=credentials, source=source),
        _parse_body,
        base_url=credentials.auth_url,
        token=Secret(credentials.token) if isinstance(credentials, StaticToken) else None,
        gate=gate,
        is_repeatable=False,
        keeps_body=False,
        unreadable=errors.MalformedResponse("the identity service's response holds no token", hint=_CHECK_URL),
    )
    if isinstance(credentials, StaticToken):
        return Operation(get_keystone_catalog.sync_detailed, get_keystone_catalog.asyncio_detailed, Client, call)
    is_rackspace = credentials.version == "v2.0"
    module: Any = create_rackspace_token if is_rackspace else create_keystone_token
    model: Any = models.RackspaceTokenRequest if is_rackspace else models.KeystoneTokenRequest
    body = model.from_dict({"auth": credentials.auth_body()})
    return Operation(
        partial(module.sync_detailed, body=body), partial(module.asyncio_detailed, body=body), Client, call
    )


def _parse_body(body: bytes) -> Any:
    try:
        return parse_json(body, MAX_CATALOG_VALUES)
    except (ValueError, RecursionError):
        raise errors.MalformedResponse("the identity service's response is not JSON", hint=_CHECK_URL) from None


def parse_token_response(credentials: Credentials, call: Call, now: float) -> AccessInfo:
    """Reads the token and the catalog from the response of a sign-in.

    Args:
        credentials: The credentials of the sign-in.
        call: The call, with its response.
        now: The time of day, in seconds since the epoch.

    Raises:
        MalformedResponse: The response holds no token.
    """
    from rackspace_identity_api import models

    is_rackspace = credentials.version == "v2.0"
    model: Any = models.RackspaceTokenEnvelope if is_rackspace else models.KeystoneTokenEnvelope
    response: Any = call.response
    try:
        if isinstance(credentials, StaticToken):
            return AccessInfo(credentials.token, None, now, keystone_endpoints(call.parsed.catalog))
        # Generated code takes a success for a fault if the document does not have its status for this operation.
        parsed = call.parsed if isinstance(call.parsed, model) else model.from_dict(response.parsed)
        if is_rackspace:
            access = parsed.access
            region = text_of(getattr(access.user, "rax_auth_default_region", None)) or None
            endpoints = rackspace_endpoints(access.service_catalog)
            return AccessInfo(access.token.id, _timestamp(access.token.expires), now, endpoints, region)
        token = response.headers.get("X-Subject-Token")
        endpoints = keystone_endpoints(parsed.token.catalog)
        return AccessInfo(token, _timestamp(parsed.token.expires_at), now, endpoints)
    except (KeyError, TypeError, ValueError, AttributeError):
        assert call.unreadable is not None  # noqa: S101
        raise call.unreadable from None


def _timestamp(expires: object) -> float | None:
    """Returns seconds since the epoch, or None for what is not a date: then the API says when the token expires."""
    when = parse_date(text_of(expires))
    return None if when is None else when.timestamp()


_REFUSALS = dict.fromkeys((401, 403), errors.AuthenticationFailed)
_ERROR_OF_STATUS = {**ERROR_OF_STATUS, **_REFUSALS, 404: errors.UnexpectedStatus}


def identity_error(response: ApiResponse, credentials: Credentials, source: str | None = None) -> errors.ApiError:
    """Makes the error of a response of the identity service that is not a success.

    Args:
        response: The response. Its body is not kept, as it may hold a token.
        credentials: The credentials of the sign-in.
        source: Where the credentials come from, for the hint.
    """
    error = api_error(response, _ERROR_OF_STATUS)
    if error.status_code == 404 and error.fault == "error" and isinstance(credentials, ApplicationCredential):
        # Keystone's response to an application credential that it does not know.
        error = api_error(response, {404: errors.AuthenticationFailed})
    error.body = b""
    if isinstance(error, errors.AuthenticationFailed):
        error.message = error.message or "the identity service refused the credentials"
        error._hint = _hint(response, credentials, source)
    elif isinstance(error, errors.UnexpectedStatus) and error.status_code < 500:
        error._hint = "check auth_url: this is not an identity service"
    elif not isinstance(error, errors.OverLimit | errors.ServiceUnavailable | errors.ApiFault):
        error._hint = _CHECK_URL
    return error


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
