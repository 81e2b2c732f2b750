"""How a response that is not a success becomes an error, and how long it asks to wait."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from rackspace_images_api.models import Fault

from . import errors
from .defaults import MAX_IMAGE_VALUES
from .errors import ApiError, ImageNotFound, MalformedResponse, OverLimit, ServiceUnavailable, UnexpectedStatus
from .http.body import ApiResponse
from .text import integer, shown, text_of

ERROR_OF_STATUS: dict[int, type[ApiError]] = {
    status: error for error in ApiError.__subclasses__() for status in error.status_codes
}
_FAULT_KEYS = ("message", "code", "retryAfter", "retryAt")


def api_error(response: ApiResponse, classes: Mapping[int, type[ApiError]] = ERROR_OF_STATUS) -> ApiError:
    """Makes the error of a response that is not a success. It never fails, whatever the body holds.

    Args:
        response: The response.
        classes: The class of each status; a status without a class is an `UnexpectedStatus`.
    """
    key, fault = _fault(response.content)
    error_class = classes.get(response.status_code, UnexpectedStatus)
    if error_class is ImageNotFound and key != "itemNotFound" and response.content.strip():
        error_class = UnexpectedStatus
    error = error_class(
        response.status_code,
        key,
        text_of(fault.message) or None,
        text_of(fault.details) or None,
        body=response.content,
        request_id=response.request_id,
    )
    if response.status_code in (502, 504):
        error.retryable = True
    if isinstance(error, OverLimit | ServiceUnavailable):
        now = parse_date(response.headers.get("Date", ""))
        header = response.headers.get("Retry-After")
        error.retry_after = retry_after(header, fault.retry_after, fault.retry_at, now=now)
    return error


def json_object(body: bytes, max_values: int = MAX_IMAGE_VALUES) -> dict[str, Any]:
    """Parses a body that holds a JSON object.

    Args:
        body: The body, in UTF-8, UTF-16 or UTF-32.
        max_values: The largest number of values in it.

    Raises:
        MalformedResponse: The body is not JSON, or not an object.
        ResponseTooLarge: It has more values.
    """
    try:
        found = parse_json(body, max_values, is_strict=True)
    except ValueError as error:
        begins = f", it begins {shown(body[:60].decode('utf-8', 'replace'))}" if body else ""
        reason = f"not JSON ({error}){begins}" if body.strip() else "empty"
    except RecursionError:
        reason = "nested too deeply"
    else:
        if isinstance(found, dict):
            return found
        reason = f"{shown(found)}, not an object"
    raise MalformedResponse(f"the body is {reason}")


def parse_json(body: bytes, max_values: int, *, is_strict: bool = False) -> Any:
    """Parses a body that holds a JSON value.

    Values are counted before the body is parsed, as its commas and opening brackets: 16 KB on the wire can unfold to
    millions of values.

    Args:
        body: The body, in UTF-8, UTF-16 or UTF-32.
        max_values: The largest number of values in it, and so of levels.
        is_strict: Refuses NaN and Infinity.

    Raises:
        ValueError: The body is not JSON.
        RecursionError: It is nested too deeply.
        ResponseTooLarge: It has more values.
    """
    text = body.decode(json.detect_encoding(body), "surrogatepass")
    if text.count(",") + text.count("[") + text.count("{") > max_values:
        raise errors.ResponseTooLarge(f"the body has more than {max_values} values")
    return (_STRICT if is_strict else _LENIENT).decode(text)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_LENIENT = json.JSONDecoder(parse_int=integer)
_STRICT = json.JSONDecoder(parse_int=integer, parse_constant=_refuse_constant)


def fault_key(obj: dict[str, Any]) -> str | None:
    """Returns the key of the fault in a JSON object, such as `itemNotFound`; None where it holds no fault."""
    for key, value in obj.items():
        if isinstance(value, dict) and (not value or not value.keys().isdisjoint(_FAULT_KEYS)):
            return key
    return None


def _fault(body: bytes) -> tuple[str | None, Fault]:
    """Returns the fault in a body and its key; a proxy's bare `{"message": …}` has no key."""
    try:
        obj = parse_json(body, MAX_IMAGE_VALUES)
    except (ValueError, RecursionError, errors.ResponseTooLarge):
        obj = None
    obj = obj if isinstance(obj, dict) else {}
    key = fault_key(obj)
    return key, Fault.from_dict(obj if key is None else obj[key])


_FIRST_EPOCH = 1_262_304_000
"""A number from here on is a date in seconds since 1970 (this one is in 2010): as a wait it would be forty years."""


def retry_after(*values: object, now: datetime | None = None) -> float | None:
    """Returns the seconds to wait, from the first value that can be read; None where none can.

    Args:
        *values: A `Retry-After` header and a fault's `retryAfter` and `retryAt`. Each is a number of seconds, a number
            as text, an HTTP date, an RFC 3339 date-time, or seconds since 1970. A date in the past is 0.
        now: The server's time, from the `Date` header; by default the time of this machine.
    """
    now = now or datetime.now(UTC)
    seconds = (_seconds(value, now) for value in values)
    return next((found for found in seconds if found is not None), None)


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
        when = parse_date(str(value))
        seconds = math.nan if when is None else (when - now).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def parse_date(text: str) -> datetime | None:
    """Parses an HTTP date or an RFC 3339 date-time; without a zone it is in UTC. Returns None for other text."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return None
