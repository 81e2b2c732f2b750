"""OpenStack Compute, as far as `images.yaml` goes: an image, the list, and what Nova says around them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from . import listing, spec
from .answers import Answer, Answers
from .replies import address, documented, fault, not_routed, request_id

_VERSIONED = re.compile(r"/(?P<region>[^/]+)/(?P<version>v2(?:\.1)?)(?P<rest>/.*)?", re.DOTALL)
_OPERATION = re.compile(r"(?:/(?P<tenant>[^/]+))?/images/(?P<image_id>[^/]+)")
_MICROVERSION = re.compile(r"(?P<major>[1-9][0-9]*)\.(?P<minor>0|[1-9][0-9]*)")
_OLDEST, _LAST, _NEWEST = (2, 1), (2, 35), (2, 100)
"""The microversions there are; `_LAST` is the last that has the operations."""


def compute(answers: Answers, base_url: str | None) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint for every path that is not of the identity services."""
    regions = {region.lower(): region for region in spec.regions()}
    unversioned = re.compile(rf"/(?:(?:{'|'.join(regions)})(?:/(?P<rest>.*))?)?", re.DOTALL)

    async def endpoint(request: Request) -> Response:
        path: str = request.scope["path"]
        found = _VERSIONED.fullmatch(path)
        if found and found["region"] in regions:
            answer = _in_version(request, found, regions[found["region"]], answers, base_url)
        elif root := unversioned.fullmatch(path):
            # These alone have no request id, as no version has served them.
            return documented("images", "Choices", 300) if root["rest"] else documented("images", "Versions", 200)
        else:
            answer = not_routed()
        if isinstance(answer, Answer):
            if answer.delay:
                await asyncio.sleep(answer.delay)
            response = Response(answer.body, answer.status, answer.headers)
            return response if answer.gateway else _named(response)
        return _named(answer)

    return endpoint


def _in_version(
    request: Request, path: re.Match[str], region: str, answers: Answers, base_url: str | None
) -> Response | Answer:
    """A path with a version, in Nova's order of checks: token, route, microversion, tenant, image."""
    if request.headers.get("X-Auth-Token") not in spec.tokens():
        return _unauthorized(path["version"], address(request, base_url))
    operation = _OPERATION.fullmatch(path["rest"] or "")
    if operation is None or request.method == "HEAD":
        return not_routed()
    if request.method != "GET":
        return documented("images", "BadMethod", 405, {"Allow": "GET"})
    # v2 is from before there were microversions, and does not read them.
    refused = _microversion(request) if path["version"] == "v2.1" else None
    if refused is not None and refused.status_code != 404:
        return refused
    if operation["tenant"] not in (None, spec.tenant()):
        return documented("images", "BadRequest", 400)
    if refused is not None:
        return refused
    wanted = operation["image_id"]
    if first := answers.interjected(None if wanted == "detail" else wanted):
        return first
    if wanted == "detail":
        page = answers.next_page(region, listing.server_of(request.query_params))
        url = address(request, base_url) + request.url.path
        return page or listing.page(answers.images(region), request.query_params, url)
    # An id in upper case or without dashes is nobody's here, as it is at Nova.
    answer = answers.next(region, wanted)
    return answer or documented("images", "ItemNotFound", 404)


def _unauthorized(version: str, base_url: str) -> Response:
    if version == "v2":
        return documented("images", "RackspaceUnauthorized", 401)
    challenge = {"WWW-Authenticate": f'Keystone uri="{base_url}/identity"'}
    return documented("images", "KeystoneUnauthorized", 401, challenge)


def _microversion(request: Request) -> Response | None:
    """The refusal of the microversion that is asked for; None where it is served, or none is asked for."""
    asked = _asked_microversion(request)
    if asked is None:
        return None
    numbers = _MICROVERSION.fullmatch(asked)
    if asked == "latest":
        version = _NEWEST
    elif numbers is None:
        words = f"API Version String {asked} is of invalid format. Must be of format MajorNum.MinorNum."
        return fault("badRequest", 400, words)
    else:
        version = int(numbers["major"]), int(numbers["minor"])
    if not _OLDEST <= version <= _NEWEST:
        low, high = (f"{major}.{minor}" for major, minor in (_OLDEST, _NEWEST))
        words = f"Version {asked} is not supported by the API. Minimum is {low} and maximum is {high}."
        return fault("computeFault", 406, words)
    if version > _LAST:
        return fault("itemNotFound", 404, f"API version '{asked}' is not supported on this method.")
    return None


def _asked_microversion(request: Request) -> str | None:
    for service in request.headers.get("OpenStack-API-Version", "").split(","):
        name, _, version = service.strip().partition(" ")
        if name.lower() == "compute" and version:
            return version.strip()
    return request.headers.get("X-OpenStack-Nova-API-Version")


def _named(response: Response) -> Response:
    """The answer with the request's name, under its two headers."""
    name = request_id()
    response.headers["X-Compute-Request-Id"] = name
    response.headers["X-Openstack-Request-Id"] = name
    return response
