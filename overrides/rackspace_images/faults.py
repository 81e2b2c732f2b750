"""How an answer that is no image becomes an error."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from rackspace_images_api.models import Fault

from .errors import ApiError, ImageNotFound, OverLimit, ServiceUnavailable, UnexpectedStatus
from .text import integer
from .transport import Answer

ERROR_OF_STATUS: dict[int, type[ApiError]] = {
    status: error for error in ApiError.__subclasses__() for status in error.status_codes
}


_OF_A_FAULT = ("message", "code", "retryAfter", "retryAt")


def api_error(answer: Answer, *secrets: str) -> ApiError:
    """The error that `answer`, any answer but 200 and 203, is. Never fails, whatever the body holds.

    A server may quote what it was sent: `secrets` are replaced by *** in its words and body.
    """

    def words(value: object) -> str | None:
        if not isinstance(value, str) or not value:
            return None
        for secret in secrets:
            value = value.replace(secret, "***")
        return value

    key, fault = _fault(answer.body)
    body = answer.body
    for secret in secrets:
        for written in (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
            body = body.replace(written.encode(), b"***")
    error_class = ERROR_OF_STATUS.get(answer.status_code, UnexpectedStatus)
    if error_class is ImageNotFound and key != "itemNotFound" and answer.body.strip():
        error_class = UnexpectedStatus
    error = error_class(
        answer.status_code,
        words(key),
        words(fault.message) if fault else None,
        words(fault.details) if fault else None,
        body=body,
        request_id=answer.request_id,
    )
    if answer.status_code in (502, 504):
        error.retryable = True
    if isinstance(error, OverLimit | ServiceUnavailable):
        said = (fault.retry_after, fault.retry_at) if fault else ()
        error.retry_after = retry_after(answer.headers.get("Retry-After"), *said)
    return error


def fault_key(obj: dict[str, Any]) -> str | None:
    """The key that names the fault in `obj`, if it holds one."""
    for key, value in obj.items():
        if isinstance(value, dict) and (not value or not value.keys().isdisjoint(_OF_A_FAULT)):
            return key
    return None


def _fault(body: bytes) -> tuple[str | None, Fault | None]:
    """The fault in a body, with its key; a router's bare `{"message": …}` has none."""
    try:
        obj = json.loads(body, parse_int=integer)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(obj, dict):
        return None, None
    key = fault_key(obj)
    return key, Fault.from_dict(obj if key is None else obj[key])


def retry_after(*values: object, now: datetime | None = None) -> float | None:
    """Seconds to wait, from the first of `values` that can be read.

    Each is a `Retry-After` header or a fault's `retryAfter` or `retryAt`: seconds (number or text), an HTTP date, or an
    RFC 3339 date-time. A time in the past, and less than nothing, is 0; what cannot be read counts as absent.
    """
    for value in values:
        seconds = _seconds(value, now)
        if seconds is not None:
            return seconds
    return None


def _seconds(value: object, now: datetime | None) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except OverflowError:
        return None
    except ValueError:
        when = _time(str(value))
        if when is None:
            return None
        seconds = (when - (now or datetime.now(UTC))).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _time(text: str) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            when = read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        # Both say "no zone" of a time that is meant as UTC.
        return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return None
