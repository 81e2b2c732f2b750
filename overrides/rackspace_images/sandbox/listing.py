"""The list of images: Nova's filters, order and pages, over what the vectors hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse, Response

from .replies import fault
from .spec import JsonObject

_MOST = 1000
"""Nova's `max_limit`."""
_LIMIT = re.compile(r"0*[1-9][0-9]{0,99}")

# What Nova's image service calls what Nova shows.
_STATUS_WORDS = {"ERROR": "killed", "UNKNOWN": "deactivated"}
_QUEUED = 25


def page(images: list[JsonObject], query: QueryParams, url: str) -> Response:
    """The page of `images` that `query` asks for at `url`, or Nova's refusal."""
    limit = query.get("limit")
    if limit is not None and not _LIMIT.fullmatch(limit):
        return fault("badRequest", 400, f"Invalid input for query parameters limit. Value: {limit}.")
    ordered = sorted(images, key=lambda image: (-_created(image), str(image["id"])))
    if marker := query.get("marker"):
        ids = [image["id"] for image in ordered]
        if marker not in ids:
            return fault("badRequest", 400, f"HTTP 400 Bad Request: No image found with ID {marker}")
        ordered = ordered[ids.index(marker) + 1 :]
    try:
        since = _moment(query["changes-since"]) if "changes-since" in query else None
    except ValueError:
        words = "HTTP 400 Bad Request: Bad &quot;updated_at&quot; query filter format. Use ISO 8601 DateTime notation."
        return fault("badRequest", 400, words)
    wanted = {name: query[name] for name in _FILTERS if name in query}
    found = [image for image in ordered if _fits(image, wanted) and _is_changed(image, since)]
    most = int(limit) if limit else None
    answer: JsonObject = {"images": found[:most]}
    # As at Nova: where a page is full, whether or not anything follows, and never above the maximum.
    if len(answer["images"]) == min(most or _MOST, _MOST):
        following = {**query, "marker": answer["images"][-1]["id"]}
        answer["images_links"] = [{"rel": "next", "href": f"{url}?{urlencode(following)}"}]
    return JSONResponse(answer)


def server_of(query: QueryParams) -> str:
    """The id of the server whose images are asked for; it may be given as a URL."""
    return query.get("server", "").rpartition("/")[2]


def _fits(image: JsonObject, wanted: dict[str, str]) -> bool:
    return all(_FILTERS[name](image, value) for name, value in wanted.items())


def _has_status(image: JsonObject, value: str) -> bool:
    status = str(image.get("status"))
    if status == "SAVING" and image.get("progress") == _QUEUED:
        return value.lower() == "queued"
    return value.lower() == _STATUS_WORDS.get(status, status.lower())


_FILTERS: dict[str, Callable[[JsonObject, str], bool]] = {
    "server": lambda image, value: _member(image, "server", "id") == value.rpartition("/")[2],
    "name": lambda image, value: image.get("name") == value,
    "status": _has_status,
    "type": lambda image, value: _member(image, "metadata", "image_type") == value,
    "minDisk": lambda image, value: str(image.get("minDisk")) == value,
    "minRam": lambda image, value: str(image.get("minRam")) == value,
}


def _member(image: JsonObject, key: str, member: str) -> object:
    return (image.get(key) or {}).get(member)


def _is_changed(image: JsonObject, since: datetime | None) -> bool:
    updated = image.get("updated")
    return since is None or (updated is not None and _moment(updated) >= since)


def _created(image: JsonObject) -> float:
    """Seconds; an image that does not say is the oldest."""
    created = image.get("created")
    return _moment(created).timestamp() if created else float("-inf")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
