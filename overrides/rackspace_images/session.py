"""One user's conversation with the API: sign in, find the endpoint, ask, and sign in again when that can help."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode

from rackspace_images_api.api.versions import list_versions

from .auth import TokenSource
from .errors import (
    ApiFault,
    ClientClosed,
    ConnectionFailed,
    ImagesError,
    OverLimit,
    RegionNotFound,
    RequestTimeout,
    Unauthorized,
    UnexpectedStatus,
)
from .faults import api_error
from .identity import Grant
from .image import ImageResponse
from .regions import checked_endpoint, choose_region, compute_endpoints, has_version, newest_version, no_catalog
from .retry import Call, Gate
from .text import one_line
from .transport import Answer, Send, Steps

log = logging.getLogger("rackspace_images")


@dataclass(slots=True)
class Place:
    """What one client asks: a region by name, or an endpoint that was given. `found` is set by the first call."""

    wanted: str | None
    given: str | None = None
    found: tuple[str | None, str] | None = None

    @property
    def region(self) -> str | None:
        return self.found[0] if self.found else None

    @property
    def endpoint(self) -> str | None:
        return self.found[1] if self.found else None


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer of 200 or 203, and how it came."""

    answer: Answer
    method: str
    url: str
    region: str | None
    endpoint: str
    attempts: int
    elapsed: float

    @property
    def response(self) -> ImageResponse:
        """The same, as users see it."""
        return ImageResponse(
            self.answer.status_code, self.answer.request_id, self.region, self.endpoint, self.attempts, self.elapsed
        )


@dataclass(slots=True)
class Session:
    """What the clients of all regions of one user share, beside their connections."""

    tokens: TokenSource
    headers: Mapping[str, str]
    interface: str = "public"
    allow_http: bool = False
    only: tuple[str, ...] = ()
    """The regions that the configuration lists; all of the catalog's where it lists none."""
    closed: bool = False
    _discovered: dict[str, str] = field(default_factory=dict)
    _gates: dict[str, Gate] = field(default_factory=dict)
    _pid: int = field(default_factory=os.getpid)

    def ask(self, place: Place, kwargs: dict[str, Any], call: Call) -> Steps[Asked]:
        """Sends one generated request to a place. Raises whatever is no success, with where it happened."""
        method, url = kwargs["method"].upper(), None
        query = f"?{urlencode(kwargs['params'])}" if kwargs.get("params") else ""
        attempts = 0
        grant: Grant | None = None
        first: ImagesError | None = None

        def number() -> int:
            nonlocal attempts
            attempts += 1
            return attempts

        try:
            self.check_open()
            while True:
                try:
                    fresh = yield from self.tokens.grant(call, failed=grant)
                except ImagesError:
                    if first is not None and not is_over(first):
                        break
                    raise
                if first is not None and not is_over(first) and _same_catalog(fresh, grant):
                    break
                grant = fresh
                try:
                    region, endpoint = place.found = yield from self.find(place, grant, call)
                    url = endpoint + kwargs["url"] + query
                    send = Send(method, url, self.headers, token=grant.token)
                    over = is_over if first is None and self.tokens.can_renew else _never
                    gate = self._gate(region or endpoint)
                    answer = yield from call.send(send, gate, _refusal, region=region, not_again=over, count=number)
                    return Asked(answer, method, url, region, endpoint, attempts, call.elapsed)
                except ImagesError as error:
                    if first is not None or not self._may_renew(error, grant, place):
                        raise
                    first = error
            raise first
        except ImagesError as error:
            if self.closed and isinstance(error, ConnectionFailed):
                # Closed by another thread meanwhile: what broke is a socket that we took away.
                error = _closed()
            if error.url is None and url is not None:
                error.place(method=method, url=url)
            error.place(
                region=place.region or place.wanted,
                endpoint=place.endpoint or place.given,
                attempts=attempts or None,
                elapsed=call.elapsed,
            )
            raise error

    def _gate(self, name: str) -> Gate:
        return self._gates.setdefault(name, Gate())

    def hold(self, name: str, until: float, refusal: OverLimit) -> None:
        """Closes the gate of a region, or of an endpoint without one."""
        self._gate(name).close(until, refusal)

    def check_open(self) -> None:
        """Raises `ClientClosed` after `close`. A forked child shares nobody's sign-in but its own."""
        if self.closed:
            raise _closed()
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self.tokens.forked()

    def regions(self, call: Call) -> Steps[dict[str, str]]:
        """Region → compute URL, as the catalog says."""
        self.check_open()
        grant = yield from self.tokens.grant(call)
        if not grant.endpoints:
            raise no_catalog()
        found = compute_endpoints(grant.endpoints, self.interface)
        only = {name.casefold() for name in self.only}
        return {name: url for name, url in found.items() if not only or name.casefold() in only}

    def named(self, regions: Iterable[str] | None, call: Call) -> Steps[list[str]]:
        """The regions that are meant, as the catalog writes them: all, or those named, once each."""
        known = yield from self.regions(call)
        if regions is None:
            return list(known)
        wanted = list(regions)
        grant = yield from self.tokens.grant(call)
        if grant.cached and not {name.casefold() for name in wanted} <= {name.casefold() for name in known}:
            grant = yield from self.tokens.grant(call, failed=grant)
        chosen = (choose_region(grant.endpoints, name, default=None, interface=self.interface)[0] for name in wanted)
        return list(dict.fromkeys(chosen))

    def _may_renew(self, error: ImagesError, grant: Grant, place: Place) -> bool:
        """Whether a new sign-in may help: the token is over, or the catalog is of another run and out of date."""
        moved = (ConnectionFailed, RequestTimeout, RegionNotFound)
        out_of_date = isinstance(error, moved) or (
            isinstance(error, UnexpectedStatus) and (300 <= error.status_code < 400 or error.status_code == 404)
        )
        return self.tokens.can_renew and (is_over(error) or (grant.cached and place.given is None and out_of_date))

    def find(self, place: Place, grant: Grant, call: Call) -> Steps[tuple[str | None, str]]:
        """The region and compute URL of a place."""
        if place.given is not None:
            return place.wanted, place.given
        region, url = choose_region(
            grant.endpoints, place.wanted, default=grant.default_region, interface=self.interface
        )
        if place.wanted is None and place.found is None:
            log.info("no region was given: %s it is, the user's own or the only one", one_line(region))
        url = checked_endpoint(url, auth_url=self.tokens.credentials.auth_url, allow_http=self.allow_http)
        if has_version(url):
            return region, url
        if url not in self._discovered:
            kwargs = list_versions._get_kwargs()
            send = Send(kwargs["method"].upper(), url + kwargs["url"], self.headers)
            tried = count(1)
            answer = yield from call.send(
                send, self._gate(region), _no_versions, region=region, count=lambda: next(tried)
            )
            self._discovered[url] = newest_version(url, answer)
        return region, self._discovered[url]


def is_over(error: ImagesError) -> bool:
    """Whether an error says that the token is no longer good.

    A token that ends between Nova and Glance is a 500 of Nova's, which names Glance's refusal. (Nova 26 and 34.)
    """
    return isinstance(error, Unauthorized) or (
        isinstance(error, ApiFault) and "ImageNotAuthorized" in (error.message or "")
    )


def _closed() -> ClientClosed:
    return ClientClosed("this client is closed")


def _refusal(answer: Answer, send: Send) -> ImagesError | None:
    return None if answer.status_code in (200, 203) else api_error(answer, send.token or "***")


def _no_versions(answer: Answer, send: Send) -> ImagesError | None:
    return None if answer.status_code in (200, 300, 404) else api_error(answer)


def _never(error: ImagesError) -> bool:
    return False


def _same_catalog(fresh: Grant, old: Grant | None) -> bool:
    return old is not None and fresh.endpoints == old.endpoints
