"""Which compute endpoint a region is, as the service catalog says. Nothing here is a list of regions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from rackspace_images_api import Client
from rackspace_images_api.api.versions import list_versions
from rackspace_images_api.models import Version, Versions

from .defaults import MAX_PAGE_BYTES
from .errors import ConfigError, InsecureUrl, MalformedResponse, RegionNotFound
from .faults import api_error, json_object
from .http.call import Call, Limits
from .http.flow import Operation
from .http.retry import RateLimitGate
from .text import service_url

if TYPE_CHECKING:
    from rackspace_identity_api import models

INTERFACES = ("public", "internal", "admin")


class Endpoint(NamedTuple):
    """Where one service is served in one region, to one kind of caller."""

    service: str
    type: str
    region: str
    interface: str
    url: str


def rackspace_endpoints(catalog: Iterable[models.RackspaceService]) -> Iterator[Endpoint]:
    """The endpoints of a catalog of Rackspace Identity."""
    from rackspace_identity_api import models

    for service in _each(catalog, models.RackspaceService):
        for place in _each(service.endpoints, models.RackspaceEndpoint):
            urls = (place.public_url, place.internal_url, place.admin_url)
            for interface, url in zip(INTERFACES, urls, strict=True):
                if url and isinstance(url, str):
                    yield Endpoint(_word(service.name), _word(service.type_), _word(place.region), interface, url)


def keystone_endpoints(catalog: Iterable[models.KeystoneService]) -> Iterator[Endpoint]:
    """The endpoints of a catalog of Keystone v3."""
    from rackspace_identity_api import models

    for service in _each(catalog, models.KeystoneService):
        for place in _each(service.endpoints, models.KeystoneEndpoint):
            if place.url and isinstance(place.url, str):
                region = _word(place.region_id) or _word(place.region)
                yield Endpoint(_word(service.name), _word(service.type_), region, _word(place.interface), place.url)


def _each(values: Any, kind: type[Any]) -> Iterator[Any]:
    """The members of a list that are of `kind`: the generated parse leaves odd ones as they were sent."""
    return (value for value in values if isinstance(value, kind)) if isinstance(values, list) else iter(())


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def compute_endpoints(endpoints: Iterable[Endpoint], interface: str = "public") -> dict[str, str]:
    """Region → compute URL.

    At Rackspace next generation Cloud Servers is the service `cloudServersOpenStack`; `cloudServers`, of type
    `compute` too, is another API. Elsewhere it is whatever is of type `compute`.
    """
    compute = [place for place in endpoints if place.type == "compute" and place.service != "cloudServers"]
    named = [place for place in compute if place.service == "cloudServersOpenStack"]
    found: dict[str, str] = {}
    for place in named or compute:
        if place.interface == interface:
            found.setdefault(place.region, place.url)
    return found


def choose_region(
    endpoints: tuple[Endpoint, ...], wanted: str | None, *, default: str | None, interface: str = "public"
) -> tuple[str, str]:
    """The region that is meant, as the catalog writes it, and its compute URL.

    `wanted` in any case; without it the user's `default`, or the only region there is. Raises `RegionNotFound`
    with the choices.
    """
    if not endpoints:
        raise no_catalog()
    found = compute_endpoints(endpoints, interface)
    names = ", ".join(sorted(found)) or "none"
    if wanted is None:
        if default is not None and (name := _same(default, found)) is not None:
            return name, found[name]
        if len(found) == 1:
            return next(iter(found.items()))
        raise RegionNotFound(f"no region was given; compute is in: {names}", hint="region=, --region")
    if (name := _same(wanted, found)) is not None:
        return name, found[name]
    if _same(wanted, {place.region for place in endpoints}) is not None:
        served = sorted(
            {place.interface for place in endpoints if _same(wanted, [place.region]) and place.type == "compute"}
        )
        reason = f"only the interfaces {', '.join(served)}" if served and interface not in served else "no compute"
        raise RegionNotFound(f"region {wanted} has {reason}; {interface} compute is in: {names}")
    raise RegionNotFound(f"no region {wanted}; compute is in: {names}")


def no_catalog() -> ConfigError:
    """The error that a token without a catalog is."""
    return ConfigError(
        "the token has no service catalog, so it belongs to no project",
        hint="name the project (OS_PROJECT_NAME, project_name=), or give endpoint=",
    )


def checked_region(region: str | None) -> str | None:
    """`region`, unless it is a URL, as people give who mean `endpoint=`."""
    if region is not None and ("/" in region or urlsplit(region).scheme in ("http", "https")):
        raise ConfigError("region is a URL; a region has a name, such as DFW", hint="endpoint= for a compute URL")
    return region or None


def checked_endpoint(url: str, *, auth_url: str | None = None, allow_http: bool = True) -> str:
    """A compute URL to send a token to, without the slash at its end.

    Raises `ConfigError` for what is none. One that a catalog names must not be plain http, unless the sign-in was, or
    `allow_http` says so: `InsecureUrl`.
    """
    parts = service_url(url)
    if parts is None:
        raise ConfigError("endpoint is not the URL of a compute service", hint="endpoint='https://…/v2/TENANT'")
    if "@" in parts.netloc:
        raise ConfigError("endpoint holds a user name or password; what is logged would show it", hint="leave it out")
    if parts.scheme == "http" and not allow_http and not (auth_url or "").startswith("http://"):
        raise InsecureUrl("the catalog names a compute URL of plain http; the sign-in was https", url=url)
    return parts.scheme + url[len(parts.scheme) :].rstrip("/")


_VERSION = re.compile(r"v[0-9]+(\.[0-9]+)?")


def has_version(url: str) -> bool:
    """Whether the path of a compute URL names a version, as `/v2.1` and `/v2/TENANT` do."""
    return any(_VERSION.fullmatch(part) for part in urlsplit(url).path.split("/"))


def versions_operation(limits: Limits, url: str, region: str, gate: RateLimitGate) -> Operation:
    """`list_versions` at a compute URL without a version, which needs no token."""
    call = Call(
        limits, (200, 300, 404), MAX_PAGE_BYTES, api_error, _check_versions, base_url=url, gate=gate, region=region
    )
    return Operation(list_versions.sync_detailed, list_versions.asyncio_detailed, Client, call)


def _check_versions(body: bytes) -> dict[str, Any]:
    try:
        return json_object(body)
    except MalformedResponse:
        raise MalformedResponse(_NO_VERSION) from None


def newest_version(url: str, call: Call) -> str:
    """The compute URL with a version, from what the server at the URL without one responds.

    v2.1 where it is offered, else v2.0, which is called v2. The version is put after the catalog's URL: what the
    response's links name may be an address that only the server's side can reach.
    """
    listed = call.parsed.versions if isinstance(call.parsed, Versions) else None
    offered = {version.id for version in _each(listed, Version) if isinstance(version.id, str)}
    for version_id, path in (("v2.1", "v2.1"), ("v2.0", "v2")):
        if version_id in offered:
            return f"{url}/{path}"
    error = MalformedResponse(_NO_VERSION, body=b"" if call.response is None else call.response.content)
    call.add_context(error)
    raise error


_NO_VERSION = "the compute URL of the catalog names no version, and none was learned there"


def _same(name: str, names: Iterable[str]) -> str | None:
    return next((known for known in names if known.casefold() == name.casefold()), None)
