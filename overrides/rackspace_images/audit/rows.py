"""The row of an image: what each region said of it, when, and the image as it was received."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from rackspace_images.client.bulk import LocateResult
from rackspace_images.errors import InvalidImageId

Row = dict[str, Any]


def make_row(image_id: str | None, result: LocateResult) -> Row:
    """The row of an id.

    Its outcome is "found", if one region has the image; else "failed", if one failed; else "absent"; or "invalid" for
    an id that is not a UUID. `error` is that of a region that failed, if one did. `image_id` is None for an image of a
    list that cannot be read, and for a list that broke off.
    """
    region, image = next(iter(result.found.items()), (None, None))
    error = min(result.failed.values(), key=lambda one: not one.retryable, default=None)
    is_invalid = isinstance(error, InvalidImageId)
    regions = dict.fromkeys(result.found, "found") | dict.fromkeys(result.absent, "absent")
    regions |= {} if is_invalid else dict.fromkeys(result.failed, "failed")
    outcome = "found" if image is not None else "failed" if error is not None else "absent"
    return {
        "id": image_id,
        "outcome": "invalid" if is_invalid else outcome,
        "region": region,
        "regions": dict(sorted(regions.items())),
        "error": type(error).__name__ if error is not None else "ImageNotFound" if image is None else None,
        "message": (error.message or None) if error is not None else None,
        "request_id": error.request_id if error is not None else None,
        "retryable": error is not None and error.retryable,
        "retrieved": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "image": image.to_dict() if image is not None else None,
    }


def json_line(row: Row) -> bytes:
    """The row as a line of JSON, in ASCII."""
    try:
        text = json.dumps(row, allow_nan=False)
    except ValueError:
        # A number that is too large for a float was read as infinite, and JSON has no word for it but text.
        text = json.dumps(json.loads(json.dumps(row), parse_constant=str))
    return text.encode() + b"\n"
