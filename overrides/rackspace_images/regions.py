"""Which compute URL a region has, by the service catalog. Nothing here is a list of regions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
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
from .text import service_url, text_of

INTERFACES = ("public", "internal", "admin")


class Endpoint(NamedTuple):
    """Where the catalog has one service: its name and type, the region, the interface, and the URL."""

    service: str
    type: str
    region: str
    interface: str
    url: str


class ServiceFilter(NamedTuple):
    """Which of the catalog's services and URLs to use.

    Args:
        interfaces: The kinds of URL; for each region the first that the catalog has.
        type: The service's type; by default compute.
        name: The service's name; by default any, and at Rackspace `cloudServersOpenStack`.
    """

    interfaces: tuple[str, ...] = ("public",)
    type: str | None = None
    name: str | None = None

    def matches(self, endpoint: Endpoint) -> bool:
        """Whether an endpoint is of the service."""
        return endpoint.type == (self.type or "compute") and self.name in (None, endpoint.service)


def rackspace_endpoints(catalog: object) -> tuple[Endpoint, ...]:
    """Returns the endpoints of a catalog of Rackspace Identity, as the generated code parses it."""
    from rackspace_identity_api import models

    return tuple(
        Endpoint(text_of(service.name), text_of(service.type_), text_of(endpoint.region), interface, url)
        for service in _instances(catalog, models.RackspaceService)
        for endpoint in _instances(service.endpoints, models.RackspaceEndpoint)
        for interface in INTERFACES
        if (url := text_of(getattr(endpoint, f"{interface}_url")))
    )


def keystone_endpoints(catalog: object) -> tuple[Endpoint, ...]:
    """Returns the endpoints of a catalog of Keystone v3, as the generated code parses it."""
    from rackspace_identity_api import models

    return tuple(
        Endpoint(
            text_of(service.name),
            text_of(service.type_),
            text_of(endpoint.region_id) or text_of(endpoint.region),
            text_of(endpoint.interface),
            endpoint.url,
        )
        for service in _instances(catalog, models.KeystoneService)
        for endpoint in _instances(service.endpoints, models.KeystoneEndpoint)
        if text_of(endpoint.url)
    )


def _instances(values: Any, kind: type[Any]) -> Iterator[Any]:
    """Yields the members of a list that the generated code could parse: it leaves others as the server sent them."""
    return (value for value in values if isinstance(value, kind)) if isinstance(values, list) else iter(())


def compute_endpoints(endpoints: Iterable[Endpoint], service: ServiceFilter) -> dict[str, str]:
    """Returns region → compute URL.

    At Rackspace, this is the service `cloudServersOpenStack`; `cloudServers`, of type `compute` as well, is an older
    API. Elsewhere it is the service of type `compute`.

    Args:
        endpoints: The catalog.
        service: Which of its services and URLs to use.
    """
    compute = list(filter(service.matches, endpoints))
    if service.name is None:
        compute = [endpoint for endpoint in compute if endpoint.service != "cloudServers"]
        compute = [endpoint for endpoint in compute if endpoint.service == "cloudServersOpenStack"] or compute
    found: dict[str, str] = {}
    for interface in service.interfaces:
        for endpoint in compute:
            if endpoint.interface == interface:
                found.setdefault(endpoint.region, endpoint.url)
    return found


def choose_region(
    endpoints: tuple[Endpoint, ...], wanted: str | None, *, default: str | None, service: ServiceFilter
) -> tuple[str, str]:
    """Chooses a region of the catalog; returns its name in the catalog and its compute URL.

    Args:
        endpoints: The catalog.
        wanted: The region, in upper or lower case; None for the default one, or the only one.
        default: The user's own region, from the identity service.
        service: Which of the catalog's services and URLs to use.

    Raises:
        RegionNotFound: The catalog has no such region, or several and none is given; names those it has.
        ConfigError: The catalog is empty.
    """
    if not endpoints:
        raise no_catalog()
    found = compute_endpoints(endpoints, service)
    name = _same(wanted if wanted is not None else default, found)
    if name is None and wanted is None and len(found) == 1:
        name = next(iter(found))
    if name is not None:
        return name, found[name]
    names = ", ".join(sorted(found)) or "none"
    if wanted is None:
        raise RegionNotFound(f"no region was given; compute is in: {names}", hint="region=, --region")
    services = [endpoint for endpoint in endpoints if _same(wanted, [endpoint.region])]
    if not services:
        raise RegionNotFound(f"no region {wanted}; compute is in: {names}")
    served = sorted({endpoint.interface for endpoint in filter(service.matches, services)})
    reason = f"only the interfaces {', '.join(served)}" if served else "no compute"
    raise RegionNotFound(f"region {wanted} has {reason}; {' or '.join(service.interfaces)} compute is in: {names}")


def _same(name: str | None, names: Iterable[str]) -> str | None:
    """Returns the one of `names` that is `name` in upper or lower case."""
    return next((known for known in names if name is not None and known.casefold() == name.casefold()), None)


def no_catalog() -> ConfigError:
    """Makes the error of a token without a catalog."""
    return ConfigError(
        "the token has no service catalog, so it belongs to no project",
        hint="name the project (OS_PROJECT_NAME, project_name=), or give endpoint=",
    )


def checked_region(region: str | None) -> str | None:
    """Returns a region's name, or None for an empty one. Raises `ConfigError` for a URL."""
    if region is not None and ("/" in region or urlsplit(region).scheme in ("http", "https")):
        raise ConfigError("region is a URL; a region has a name, such as DFW", hint="endpoint= for a compute URL")
    return region or None


def checked_url(option: str, url: object, service: str, example: str) -> str:
    """Returns the URL of a service, with its scheme in lower case and without slashes at its end.

    Args:
        option: The option that it is given by, for errors.
        url: The URL.
        service: What is at the URL, for errors.
        example: A URL of this kind, for the hint.

    Raises:
        ConfigError: It is not the URL of a service, or it holds a password.
    """
    parts = service_url(url)
    if parts is None or not isinstance(url, str):
        raise ConfigError(f"{option} is not the URL of {service}", hint=f"{option}='{example}'")
    if "@" in parts.netloc:
        raise ConfigError(f"{option} holds a user name or password; what is logged would show it", hint="leave it out")
    return parts.scheme + url[len(parts.scheme) :].rstrip("/")


def checked_endpoint(url: str, *, auth_url: str | None = None, allow_http: bool = True) -> str:
    """Returns a compute URL that a token may be sent to, without slashes at its end.

    Args:
        url: The URL.
        auth_url: The identity service whose catalog has it. A plain http `auth_url` allows a plain http `url`.
        allow_http: Whether plain http is allowed.

    Raises:
        ConfigError: It is not the URL of a service.
        InsecureUrl: It is plain http, which is not allowed.
    """
    checked = checked_url("endpoint", url, "a compute service", "https://…/v2/TENANT")
    if checked.startswith("http:") and not allow_http and not (auth_url or "").startswith("http://"):
        raise InsecureUrl("the catalog names a compute URL of plain http; the sign-in was https", url=url)
    return checked


_VERSION = re.compile(r"v[0-9]+(\.[0-9]+)?")
_NO_VERSION = "the catalog's compute URL names no version, and the server there names none"


def has_version(url: str) -> bool:
    """Whether the path of a compute URL names a version, as `/v2.1` and `/v2/TENANT` do."""
    return any(_VERSION.fullmatch(part) for part in urlsplit(url).path.split("/"))


def versions_operation(limits: Limits, url: str, region: str, gate: RateLimitGate) -> Operation:
    """Makes the operation that lists the versions at a compute URL without a version. It needs no token."""
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
    """Returns a compute URL with the version to use: v2.1 where the server has it, else v2.0, which is called v2.

    The version is added to the catalog's URL: the links in the response may name an address that only the server can
    reach.

    Args:
        url: The URL without a version.
        call: The call that listed the versions.

    Raises:
        MalformedResponse: The response names neither version.
    """
    listed = call.parsed.versions if isinstance(call.parsed, Versions) else None
    offered = {text_of(version.id) for version in _instances(listed, Version)}
    for version_id, path in (("v2.1", "v2.1"), ("v2.0", "v2")):
        if version_id in offered:
            return f"{url}/{path}"
    error = MalformedResponse(_NO_VERSION, body=b"" if call.response is None else call.response.content)
    call.add_context(error)
    raise error
