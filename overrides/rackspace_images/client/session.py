"""One request to the API, from the token to the checked response.

How this works: `handle` is the flow of every request of generated code. It gets a token, finds the endpoint of the
target's region, and sends with retries. After a 401 it renews the token and sends once more: two attempts, written one
after the other. It adds the context (image, region, endpoint, request id, attempts, elapsed) to every error.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from rackspace_images import errors, regions
from rackspace_images.auth.credentials import Credentials, StaticToken
from rackspace_images.auth.identity import AccessInfo
from rackspace_images.auth.tokens import CALLED_BACK, TokenSource
from rackspace_images.defaults import FRESH_TOKEN_PAUSE
from rackspace_images.http.api_client import RequestParts
from rackspace_images.http.body import ApiResponse
from rackspace_images.http.call import Call, Limits, monotonic
from rackspace_images.http.flow import Flow, Pause
from rackspace_images.http.retry import Attempt, RateLimitGate, send_with_retries
from rackspace_images.image import ImageCheck, ImageResponse, image_call, image_uuid
from rackspace_images.text import one_line

from .listing import page_call
from .options import UNCHANGED, ClientOptions, OfCall, TimeoutOfCall, checked_limit
from .requests import RequestBuilder

log = logging.getLogger("rackspace_images")


@dataclass(slots=True)
class Target:
    """Where a client sends its requests: to a region by name, or to a given endpoint."""

    region_name: str | None
    endpoint_override: str | None = None
    resolved: tuple[str | None, str] | None = None
    """Region and endpoint as they are shown, set by the first call."""
    url: str = field(default="", repr=False)
    """The endpoint that requests are sent to."""
    access: AccessInfo | None = None
    """The sign-in whose catalog they were found in."""

    @property
    def region(self) -> str | None:
        return self.resolved[0] if self.resolved else None

    @property
    def endpoint(self) -> str | None:
        return self.resolved[1] if self.resolved else None


@dataclass(slots=True)
class Session:
    """What the clients of all regions of one user share, apart from connections."""

    tokens: TokenSource
    options: ClientOptions
    requests: RequestBuilder
    only: tuple[str, ...] = ()
    """The regions that the configuration lists; empty for all of the catalog's."""
    clock: Callable[[], float] = monotonic
    _versions: dict[str, str] = field(default_factory=dict)
    _gates: dict[str, RateLimitGate] = field(default_factory=dict)

    def limits(self, timeout: TimeoutOfCall = UNCHANGED, deadline: OfCall = UNCHANGED, scope: object = None) -> Limits:
        """Makes the limits of a call that begins now. Raises `ConfigError` for one that cannot be used."""
        options = self.options
        for_attempt = options.timeout if timeout is UNCHANGED else checked_limit("timeout", timeout)
        for_call = options.deadline if deadline is UNCHANGED else checked_limit("deadline", deadline)
        on_attempt = None if options.on_attempt is None else self._call_back
        return Limits(for_attempt, for_call, options.retry, on_attempt, self.clock, scope)

    def _call_back(self, attempt: Attempt) -> None:
        """Calls `on_attempt`, and notes the thread, so that a call within it does not wait for its own sign-in."""
        assert self.options.on_attempt is not None  # noqa: S101
        threads = [threading.get_ident()]
        before = CALLED_BACK.set(threads)
        try:
            self.options.on_attempt(attempt)
        finally:
            CALLED_BACK.reset(before)
            threads.clear()  # tasks that it started have a copy of the variable

    def handle(self, target: Target, call: Call | None, parts: RequestParts) -> Flow[ApiResponse]:
        """The flow of one request of generated code, up to its checked response.

        Args:
            target: Where the client sends its requests.
            call: The call that the request is part of; None for a direct user of the generated client.
            parts: The request as generated code makes it.
        """
        if call is None:
            call, parts = self._direct_call(parts)
        try:
            if call.base_url is not None:
                response = yield from self._send(call, parts, call.base_url, self.shown(call.base_url), _never)
            else:
                response = yield from self._send_signed(target, call, parts)
            response.sent_to, call.response = (parts.method, call.url), response
            response.parsed = self.tokens.redactor.checked(call.check, response.content)
        except errors.ImagesError as error:
            if isinstance(error, errors.MalformedResponse) and call.response is not None and call.keeps_body:
                error.body = call.response.content
            if call.base_url is None:
                error._add_context(
                    region=target.region or target.region_name, endpoint=target.endpoint or target.endpoint_override
                )
            call.add_context(error)
            raise
        return response

    def _send_signed(self, target: Target, call: Call, parts: RequestParts) -> Flow[ApiResponse]:
        """Sends with the token, and once more with a new token where that may help."""
        access = self.tokens.current() or (yield from self.tokens.get_access(call.limits))
        try:
            return (yield from self._send_to(target, call, parts, access, can_renew=self.tokens.can_renew))
        except errors.ImagesError as error:
            if not self._may_renew(error, access, target):
                raise
            first = error
        fresh: AccessInfo | None = None
        try:
            fresh = yield from self.tokens.get_access(call.limits, failed=access)
        except errors.ImagesError:
            if says_token_expired(first):
                raise
        if fresh is None or (not says_token_expired(first) and fresh.endpoints == access.endpoints):
            raise first
        try:
            return (yield from self._send_to(target, call, parts, fresh, can_renew=False))
        except errors.ImagesError as error:
            if call.limits.retry is None or not says_token_expired(error) or not call.limits.fits(FRESH_TOKEN_PAUSE):
                raise
        # A server may learn a moment later of a token that has just been issued.
        yield Pause(FRESH_TOKEN_PAUSE)
        return (yield from self._send_to(target, call, parts, fresh, can_renew=False))

    def _send_to(
        self, target: Target, call: Call, parts: RequestParts, access: AccessInfo, *, can_renew: bool
    ) -> Flow[ApiResponse]:
        if target.access is not access or target.resolved is None:
            region, target.url = yield from self.find(target, access, call.limits)
            target.resolved = region and self.shown(region), self.shown(target.url)
            target.access = access
        call.region, call.endpoint = region, endpoint = target.resolved
        call.token, call.gate = access.token, self._gates.setdefault(region or endpoint, RateLimitGate())
        return (yield from self._send(call, parts, target.url, endpoint, says_token_expired if can_renew else _never))

    def _send(
        self, call: Call, parts: RequestParts, base_url: str, shown: str, never: Callable[[errors.ImagesError], bool]
    ) -> Flow[ApiResponse]:
        call.method, call.url = parts.method, shown + parts.path
        build = partial(self.requests.build, parts, base_url + parts.path, call.token)
        return send_with_retries(call, build, never, self.tokens.redactor)

    def shown(self, text: str) -> str:
        """Takes secrets out of a name or URL of the catalog."""
        return self.tokens.redactor.text(text)

    def _direct_call(self, parts: RequestParts) -> tuple[Call, RequestParts]:
        """Makes the call of a direct user of the generated client from the request's path. The id must be a UUID."""
        limits = self.limits(UNCHANGED if parts.timeout is None else parts.timeout)
        path = parts.path.partition("?")[0]
        if parts.method == "GET" and path == "/images/detail":
            return page_call(limits), parts
        if parts.method == "GET" and (found := _IMAGE_PATH.fullmatch(path)):
            image_id = image_uuid(found[1])
            return image_call(limits, ImageCheck(image_id)), replace(parts, path=f"/images/{image_id}")
        raise errors.ConfigError(
            "a request of this client goes to an operation of the document, and this is none",
            hint="/images/IMAGE_ID, or /images/detail",
        )

    def regions(self, limits: Limits) -> Flow[dict[str, str]]:
        """Returns region → compute URL, without secrets."""
        found = yield from self._regions(limits)
        return {self.shown(name): self.shown(url) for name, url in found.items()}

    def _regions(self, limits: Limits) -> Flow[dict[str, str]]:
        """Returns region → compute URL, as the catalog has them."""
        access = yield from self.tokens.get_access(limits)
        if not access.endpoints:
            raise regions.no_catalog()
        found = regions.compute_endpoints(access.endpoints, self.options.service)
        only = {name.casefold() for name in self.only}
        return {name: url for name, url in found.items() if not only or name.casefold() in only}

    def named(self, names: Iterable[str] | None, limits: Limits) -> Flow[list[str]]:
        """Returns the catalog's names of these regions, each once; of all regions for None."""
        known = yield from self._regions(limits)
        if names is None:
            return list(known)
        wanted = list(names)
        access = yield from self.tokens.get_access(limits)
        if access.cached and not {name.casefold() for name in wanted} <= {name.casefold() for name in known}:
            access = yield from self.tokens.get_access(limits, failed=access)
        chosen = (
            regions.choose_region(access.endpoints, name, default=None, service=self.options.service)[0]
            for name in wanted
        )
        return list(dict.fromkeys(chosen))

    def _may_renew(self, error: errors.ImagesError, access: AccessInfo, target: Target) -> bool:
        """Whether a new sign-in may help: the token expired, or a cached catalog may be out of date."""
        moved = (errors.ConnectionFailed, errors.RequestTimeout, errors.RegionNotFound)
        out_of_date = isinstance(error, moved) or (
            isinstance(error, errors.UnexpectedStatus) and (300 <= error.status_code < 400 or error.status_code == 404)
        )
        return self.tokens.can_renew and (
            says_token_expired(error) or (access.cached and target.endpoint_override is None and out_of_date)
        )

    def find(self, target: Target, access: AccessInfo, limits: Limits) -> Flow[tuple[str | None, str]]:
        """Finds the region and compute URL of a target."""
        if target.endpoint_override is not None:
            return target.region_name, target.endpoint_override
        region, url = regions.choose_region(
            access.endpoints, target.region_name, default=access.default_region, service=self.options.service
        )
        if target.region_name is None and target.resolved is None:
            log.info("no region was given: %s it is, the user's own or the only one", one_line(region))
        url = regions.checked_endpoint(
            url, auth_url=self.tokens.credentials.auth_url, allow_http=self.options.allow_http
        )
        if regions.has_version(url):
            return region, url
        if url not in self._versions:
            operation = regions.versions_operation(limits, url, region, self._gates.setdefault(region, RateLimitGate()))
            yield operation
            self._versions[url] = regions.newest_version(url, operation.call)
        return region, self._versions[url]


def session_of(auth: Credentials, options: ClientOptions) -> Session:
    """Makes the session of a user."""
    tokens = TokenSource(auth, store=options.token_cache)
    tokens.redactor.add(*options.secrets)
    return Session(tokens, options, RequestBuilder(options.headers))


def target_of(auth: Credentials, options: ClientOptions) -> Target:
    """Makes the target of a client. Raises `ConfigError` for a token without an endpoint or a catalog."""
    if options.endpoint is None and isinstance(auth, StaticToken) and auth.auth_url is None:
        raise errors.ConfigError(
            "a StaticToken needs to be told where to go", hint="endpoint='https://…/v2/TENANT', or its auth_url="
        )
    return Target(options.region, options.endpoint)


def says_token_expired(error: errors.ImagesError) -> bool:
    """Whether an error means that the token has expired.

    Where it expires between Nova and Glance, Nova responds 500 and names Glance's error (seen with Nova 26 and 34).
    """
    return isinstance(error, errors.Unauthorized) or (
        isinstance(error, errors.ApiFault) and "ImageNotAuthorized" in (error.message or "")
    )


def image_response(call: Call) -> ImageResponse:
    """Makes the `ImageResponse` of a call that has ended."""
    assert call.response is not None and call.endpoint is not None  # noqa: PT018, S101
    response = call.response
    return ImageResponse(
        response.status_code, response.request_id, call.region, call.endpoint, call.attempts, call.limits.elapsed
    )


_IMAGE_PATH = re.compile(r"/images/([^/]*)")


def _never(error: errors.ImagesError) -> bool:
    return False
