"""How an answer that is no image becomes an error."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from rackspace_images_api.models import Fault

from . import errors
from .defaults import MAX_IMAGE_VALUES
from .errors import ApiError, ImageNotFound, MalformedResponse, OverLimit, ServiceUnavailable, UnexpectedStatus
from .http.body import ApiResponse
from .text import integer, shown

ERROR_OF_STATUS: dict[int, type[ApiError]] = {
    status: error for error in ApiError.__subclasses__() for status in error.status_codes
}


_OF_A_FAULT = ("message", "code", "retryAfter", "retryAt")


def api_error(response: ApiResponse) -> ApiError:
    """The error that a response is that is not a success. Never fails, whatever the body holds."""
    key, fault = _fault(response.content)
    error_class = ERROR_OF_STATUS.get(response.status_code, UnexpectedStatus)
    if error_class is ImageNotFound and key != "itemNotFound" and response.content.strip():
        error_class = UnexpectedStatus
    error = error_class(
        response.status_code,
        key,
        _words(fault.message) if fault else None,
        _words(fault.details) if fault else None,
        body=response.content,
        request_id=response.request_id,
    )
    if response.status_code in (502, 504):
        error.retryable = True
    if isinstance(error, OverLimit | ServiceUnavailable):
        said = (fault.retry_after, fault.retry_at) if fault else ()
        now = _time(response.headers.get("Date", ""))
        error.retry_after = retry_after(response.headers.get("Retry-After"), *said, now=now)
    return error


def _words(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def json_object(body: bytes, max_values: int = MAX_IMAGE_VALUES) -> dict[str, Any]:
    """The object that a body holds. Raises `MalformedResponse` and `ResponseTooLarge`."""
    try:
        found = parse_json(body, max_values, is_strict=True)
    except ValueError as error:
        begins = f", it begins {shown(body[:60].decode('utf-8', 'replace'))}" if body else ""
        reason = "the body is empty" if not body.strip() else f"the body is not JSON ({error}){begins}"
    except RecursionError:
        reason = "the body is nested too deeply"
    else:
        if isinstance(found, dict):
            return found
        reason = f"the body is {shown(found)}, not an object"
    raise MalformedResponse(reason)


def parse_json(body: bytes, max_values: int, *, is_strict: bool = False) -> Any:
    """The value that a body holds; `is_strict`: without NaN and Infinity. Raises `ValueError` and `RecursionError`.

    Raises `ResponseTooLarge` for more than `max_values`, and so for more levels, before it parses: 16 KB on the wire
    can unfold to millions.
    """
    text = body.decode(json.detect_encoding(body), "surrogatepass")
    if text.count(",") + text.count("[") + text.count("{") > max_values:
        raise errors.ResponseTooLarge(f"the body has more than {max_values} values")
    return (_STRICT if is_strict else _LENIENT).decode(text)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_LENIENT = json.JSONDecoder(parse_int=integer)
_STRICT = json.JSONDecoder(parse_int=integer, parse_constant=_no_constant)


def fault_key(obj: dict[str, Any]) -> str | None:
    """The key that names the fault in `obj`, if it holds one."""
    for key, value in obj.items():
        if isinstance(value, dict) and (not value or not value.keys().isdisjoint(_OF_A_FAULT)):
            return key
    return None


def _fault(body: bytes) -> tuple[str | None, Fault | None]:
    """The fault in a body, with its key; a router's bare `{"message": …}` has none."""
    try:
        obj = parse_json(body, MAX_IMAGE_VALUES)
    except (ValueError, RecursionError, errors.ResponseTooLarge):
        return None, None
    if not isinstance(obj, dict):
        return None, None
    key = fault_key(obj)
    return key, Fault.from_dict(obj if key is None else obj[key])


_FIRST_EPOCH = 1_262_304_000
"""A number from here on is a date, in seconds since 1970: this one is 2010. As a wait it would be forty years."""


def retry_after(*values: object, now: datetime | None = None) -> float | None:
    """Seconds to wait, from the first of `values` that can be read.

    Each is a `Retry-After` header or a fault's `retryAfter` or `retryAt`: seconds (number or text), an HTTP date, an
    RFC 3339 date-time, or seconds since 1970. A time in the past, and less than nothing, is 0; what cannot be read
    counts as absent. `now`: the server's time, that of the response's `Date`, as the two clocks may differ; without
    it, that of this machine.
    """
    now = now or datetime.now(UTC)
    for value in values:
        seconds = _seconds(value, now)
        if seconds is not None:
            return seconds
    return None


def _seconds(value: object, now: datetime) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
        if seconds >= _FIRST_EPOCH:
            seconds -= now.timestamp()
    except OverflowError:
        return None
    except ValueError:
        when = _time(str(value))
        if when is None:
            return None
        seconds = (when - now).total_seconds()
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
