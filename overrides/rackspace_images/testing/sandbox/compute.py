"""OpenStack Compute, as far as `images.yaml` goes: an image, the list, and what Nova says around them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

from . import spec
from .responses import CannedResponses, Request, Response, documented, fault, json_response, unauthorized

_REGIONS = {region.lower(): region for region in spec.REGIONS}
_PATH = re.compile(r"(v2|v2\.1)(?:(?:/(?P<tenant>[^/]+))?/images/(?P<image_id>[^/]+)|/.*)?", re.DOTALL)
_COMPUTE_MICROVERSION = re.compile(r"(?:^|,)\s*compute +([^ ,][^,]*)", re.IGNORECASE)
_MICROVERSION = re.compile(r"([1-9][0-9]*)\.(0|[1-9][0-9]*)")
_OLDEST, _LAST, _NEWEST = (2, 1), (2, 35), (2, 100)
"""The microversions there are; `_LAST` is the last that has the operations."""

_MOST = 1000
"""Nova's `max_limit`."""
_LIMIT = re.compile(r"0*[1-9][0-9]{0,99}")
_STATUS_WORDS = {"ERROR": "killed", "UNKNOWN": "deactivated"}
"""What Nova's image service calls what Nova shows."""
_QUEUED = 25


def respond(request: Request, canned: CannedResponses) -> Response:
    """The response to a request for any path that is not of the identity services."""
    name, _, rest = request.path.removeprefix("/").partition("/")
    region, path = _REGIONS.get(name), _PATH.fullmatch(rest)
    if path is None and (region or request.path == "/"):
        # These alone have no request id, as no version has served them.
        return documented("images", "Choices", 300) if rest else documented("images", "Versions", 200)
    response = documented("images", "RouterNotFound", 404)
    if path and region:
        response = _respond_in_version(request, region, path, canned)
    if response.from_gateway:
        return response
    return response.with_request_id("X-Compute-Request-Id", "X-Openstack-Request-Id")


def _respond_in_version(request: Request, region: str, path: re.Match[str], canned: CannedResponses) -> Response:
    """A path with a version, in Nova's order of checks: token, route, microversion, tenant, image."""
    image_id, is_v2 = path["image_id"], path[1] == "v2"
    if request.headers.get("X-Auth-Token") not in spec.TOKENS:
        return documented("images", "RackspaceUnauthorized", 401) if is_v2 else unauthorized(request, "/identity")
    if image_id is None or request.method == "HEAD":
        return documented("images", "RouterNotFound", 404)
    if request.method != "GET":
        return documented("images", "BadMethod", 405).with_headers({"Allow": "GET"})
    # v2 is from before there were microversions, and does not read them.
    refused = None if is_v2 else _refuse_microversion(request)
    if path["tenant"] not in (None, spec.TENANT) and (refused is None or refused.status == 404):
        return documented("images", "BadRequest", 400)
    if interjected := refused or canned.next_interjection(image_id):
        return interjected
    if image_id == "detail":
        # A server may be given as a URL that ends with its id.
        page = canned.next(region, request.query.get("server", "").rpartition("/")[2])
        return page or _list(canned.images(region), request)
    # An id in upper case or without dashes is nobody's here, as it is at Nova.
    return canned.next(region, image_id) or documented("images", "ItemNotFound", 404)


def _refuse_microversion(request: Request) -> Response | None:
    """The refusal of the microversion that is asked for; None where it is served, or none is asked for."""
    named = _COMPUTE_MICROVERSION.search(request.headers.get("OpenStack-API-Version", ""))
    asked = named[1].strip() if named else request.headers.get("X-OpenStack-Nova-API-Version", "2.1")
    numbers = _MICROVERSION.fullmatch(asked)
    if asked != "latest" and numbers is None:
        words = f"API Version String {asked} is of invalid format. Must be of format MajorNum.MinorNum."
        return fault("badRequest", 400, words)
    version = (int(numbers[1]), int(numbers[2])) if numbers else _NEWEST
    if not _OLDEST <= version <= _NEWEST:
        words = f"Version {asked} is not supported by the API. Minimum is 2.1 and maximum is 2.100."
        return fault("computeFault", 406, words)
    if version > _LAST:
        return fault("itemNotFound", 404, f"API version '{asked}' is not supported on this method.")
    return None


def _list(images: list[spec.JsonObject], request: Request) -> Response:
    """The page of `images` that a request asks for, or Nova's refusal."""
    query = request.query
    limit = query.get("limit", str(_MOST))
    if not _LIMIT.fullmatch(limit):
        return fault("badRequest", 400, f"Invalid input for query parameters limit. Value: {limit}.")
    ordered = sorted(images, key=lambda image: (-_seconds(image.get("created")), image["id"]))
    if marker := query.get("marker"):
        ids = [image["id"] for image in ordered]
        if marker not in ids:
            return fault("badRequest", 400, f"HTTP 400 Bad Request: No image found with ID {marker}")
        ordered = ordered[ids.index(marker) + 1 :]
    try:
        _seconds(query.get("changes-since"))
    except ValueError:
        words = "HTTP 400 Bad Request: Bad &quot;updated_at&quot; query filter format. Use ISO 8601 DateTime notation."
        return fault("badRequest", 400, words)
    filters = [(_FILTERS[name], value) for name, value in query.items() if name in _FILTERS]
    found = [image for image in ordered if all(fits(image, value) for fits, value in filters)]
    # As at Nova: a page that is full has a link, whether or not anything follows, and is never above the maximum.
    most = min(int(limit), _MOST)
    shown: spec.JsonObject = {"images": found[:most]}
    if len(found) >= most:
        following = urlencode({**query, "marker": found[most - 1]["id"]})
        shown["images_links"] = [{"rel": "next", "href": f"{request.base_url}{request.path}?{following}"}]
    return json_response(shown)


def _has_status(image: spec.JsonObject, value: str) -> bool:
    status = str(image.get("status"))
    if status == "SAVING" and image.get("progress") == _QUEUED:
        return value.lower() == "queued"
    return value.lower() == _STATUS_WORDS.get(status, status.lower())


_FILTERS: dict[str, Callable[[spec.JsonObject, str], bool]] = {
    "server": lambda image, value: (image.get("server") or {}).get("id") == value.rpartition("/")[2],
    "name": lambda image, value: image.get("name") == value,
    "status": _has_status,
    "type": lambda image, value: (image.get("metadata") or {}).get("image_type") == value,
    "minDisk": lambda image, value: str(image.get("minDisk")) == value,
    "minRam": lambda image, value: str(image.get("minRam")) == value,
    "changes-since": lambda image, value: _seconds(image.get("updated")) >= _seconds(value),
}


def _seconds(text: str | None) -> float:
    """A date and time as seconds, UTC where it does not say; one that is not given is before all others."""
    if text is None:
        return float("-inf")
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
