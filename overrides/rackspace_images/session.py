"""One user's conversation with the API: sign in, find the endpoint, ask, and sign in again when that can help."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rackspace_images_api.api.versions import list_versions

from .auth import Grant, TokenSource
from .errors import (
    ApiFault,
    ClientClosed,
    ConnectionFailed,
    ImagesError,
    RegionNotFound,
    RequestTimeout,
    Unauthorized,
    UnexpectedStatus,
)
from .faults import api_error
from .regions import checked_endpoint, choose_region, compute_endpoints, has_version, newest_version, no_catalog
from .transport import Answer, Send, Steps, Timeout

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

    def ask(self, place: Place, kwargs: dict[str, Any], timeout: Timeout) -> Steps[Asked]:
        """Sends one generated request to a place. Raises whatever is no success, with where it happened."""
        method, url = kwargs["method"].upper(), None
        started = time.perf_counter()
        attempts = 0
        grant: Grant | None = None
        first: ImagesError | None = None
        try:
            self.check_open()
            while True:
                try:
                    fresh = yield from self.tokens.grant(failed=grant)
                except ImagesError:
                    if first is not None and not is_over(first):
                        break
                    raise
                if first is not None and not is_over(first) and _same_catalog(fresh, grant):
                    break
                grant = fresh
                try:
                    region, endpoint = place.found = yield from self.find(place, grant)
                    url = endpoint + kwargs["url"]
                    attempts += 1
                    answer = yield Send(method, url, self.headers, token=grant.token, timeout=timeout)
                    if answer.status_code not in (200, 203):
                        raise api_error(answer, grant.token)
                    return Asked(answer, method, url, region, endpoint, attempts, time.perf_counter() - started)
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
                elapsed=time.perf_counter() - started,
            )
            raise error

    def check_open(self) -> None:
        """Raises `ClientClosed` after `close`."""
        if self.closed:
            raise _closed()

    def regions(self) -> Steps[dict[str, str]]:
        """Region → compute URL, as the catalog says."""
        self.check_open()
        grant = yield from self.tokens.grant()
        if not grant.endpoints:
            raise no_catalog()
        found = compute_endpoints(grant.endpoints, self.interface)
        only = {name.casefold() for name in self.only}
        return {name: url for name, url in found.items() if not only or name.casefold() in only}

    def named(self, regions: Iterable[str] | None) -> Steps[list[str]]:
        """The regions that are meant, as the catalog writes them: all, or those named, once each."""
        known = yield from self.regions()
        if regions is None:
            return list(known)
        wanted = list(regions)
        grant = yield from self.tokens.grant()
        if grant.cached and not {name.casefold() for name in wanted} <= {name.casefold() for name in known}:
            grant = yield from self.tokens.grant(failed=grant)
        chosen = (choose_region(grant.endpoints, name, default=None, interface=self.interface)[0] for name in wanted)
        return list(dict.fromkeys(chosen))

    def _may_renew(self, error: ImagesError, grant: Grant, place: Place) -> bool:
        """Whether a new sign-in may help: the token is over, or the catalog is of another run and out of date."""
        moved = (ConnectionFailed, RequestTimeout, RegionNotFound)
        out_of_date = isinstance(error, moved) or (
            isinstance(error, UnexpectedStatus) and (300 <= error.status_code < 400 or error.status_code == 404)
        )
        return self.tokens.can_renew and (is_over(error) or (grant.cached and place.given is None and out_of_date))

    def find(self, place: Place, grant: Grant) -> Steps[tuple[str | None, str]]:
        """The region and compute URL of a place."""
        if place.given is not None:
            return place.wanted, place.given
        region, url = choose_region(
            grant.endpoints, place.wanted, default=grant.default_region, interface=self.interface
        )
        if place.wanted is None and place.found is None:
            log.info("no region was given: %s it is, the user's own or the only one", region)
        url = checked_endpoint(url, auth_url=self.tokens.credentials.auth_url, allow_http=self.allow_http)
        if has_version(url):
            return region, url
        if url not in self._discovered:
            kwargs = list_versions._get_kwargs()
            answer = yield Send(kwargs["method"].upper(), url + kwargs["url"], self.headers)
            if answer.status_code not in (200, 300, 404):
                raise api_error(answer)
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


def _same_catalog(fresh: Grant, old: Grant | None) -> bool:
    return old is not None and fresh.endpoints == old.endpoints
