"""Describes what the library returned, raised and sent, as JSON that is the same in every run."""

from __future__ import annotations

import hashlib
import json
import math
import pickle
import platform
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

import httpx
from rackspace_images import Image, LocateResult, __version__, errors

from referee.server import Request

LONGEST_TEXT = 1500
"""Characters of one text that are recorded whole; of a longer one the beginning, its length and a digest."""

SECRETS = ("geheim-4711", "geheim-token-1", "geheim-token-2")
"""The password, and the tokens, that cases use: none of them belongs into an error."""

IMAGE_NAMES = (
    *("id", "name", "status", "progress", "created", "updated", "min_disk", "min_ram", "server", "metadata", "links"),
    *("disk_config", "size", "is_active", "is_snapshot", "server_id", "os_distro", "os_version"),
)
"""The public names of an image that are read."""

RESPONSE_NAMES = ("status_code", "request_id", "region", "endpoint", "attempts")

ERROR_NAMES = (
    *("status_code", "fault", "message", "details", "request_id", "region", "endpoint", "method", "url", "image_id"),
    *("retryable", "retry_after", "attempts", "hint", "sent", "body"),
)
"""The public names of an error that are read; those that are None or absent are left out."""

KNOWN_HEADERS = ("accept", "accept-encoding", "content-type", "user-agent", "x-auth-token")
UNRECORDED_HEADERS = ("host", "connection", "content-length", *KNOWN_HEADERS)

VOLATILE = (
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
    (re.compile(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "req-<uuid>"),
    (re.compile(r"\b\d+\.\d\ds\b"), "<time>s"),
    (re.compile(r"(after )\d+:\d\d\b"), r"\1<time>"),
    (re.compile(r"(looked for )\d+ s"), r"\1<time> s"),
    (re.compile(r'("?elapsed"?: )\d+\.\d+'), r"\1<time>"),
    (re.compile(r"\[SSL[^\]]*\][^(]*\(_ssl\.c:\d+\)|EOF occurred in violation of protocol"), "<OpenSSL's words>"),
    (re.compile(r"0x[0-9a-f]{6,}"), "<address>"),
)

AGAIN = re.compile(r"again in \S+ s\b")


class Normaliser:
    """Replaces what differs from run to run, or from machine to machine, in texts."""

    def __init__(self, folders: Mapping[str, str] | None = None) -> None:
        self._words = {
            **(folders or {}),
            f"python-httpx/{httpx.__version__}": "python-httpx/<version>",
            f"rackspace-images/{__version__}": "rackspace-images/<version>",
            f"rackspace-images {__version__}": "rackspace-images <version>",
            f"httpx/{httpx.__version__}": "httpx/<version>",
            f"Python/{platform.python_version()}": "Python/<version>",
        }

    def __call__(self, value: Any) -> Any:
        """`value`, a structure of JSON, with every text in it normalised."""
        if isinstance(value, str):
            for word, name in self._words.items():
                value = value.replace(word, name)
            for pattern, name in VOLATILE:
                value = pattern.sub(name, value)
            return shortened(value)
        if isinstance(value, list):
            return [self(item) for item in value]
        if isinstance(value, dict):
            return {key: self(item) for key, item in value.items()}
        return value


def plain(value: Any) -> Any:
    """A value as JSON. Dates and unknown types say what they are."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"<float {value}>"
    if value is None or isinstance(value, bool | int | float):
        return value if not isinstance(value, int) or abs(value) < 10**30 else f"<int {value}>"
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, date | datetime):
        return f"<{type(value).__name__} {value.isoformat()}>"
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "to_dict"):
        return read(lambda: {key: item for key, item in plain(value.to_dict()).items() if item is not None})
    return f"<{type(value).__name__}>"


def shortened(text: str) -> str:
    """A long text by its beginning, its length and a digest."""
    # What JSON cannot hold, the half of a surrogate pair, is written out.
    text = text.encode("utf-8", "backslashreplace").decode()
    if len(text) <= LONGEST_TEXT:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{text[:120]}… ({len(text)} characters, sha256 {digest})"


def read(get: Callable[[], Any]) -> Any:
    """What `get` returns, or the exception that it raises, as a text."""
    try:
        return get()
    except Exception as error:  # noqa: BLE001  a name that raises is recorded as that
        return f"<raises {type(error).__name__}: {error}>"


def describe_image(image: Image) -> dict[str, Any]:
    """An image: what was received, what each public name reads, and the response that it came in."""
    names = {name: read(lambda name=name: plain(getattr(image, name))) for name in IMAGE_NAMES}  # type: ignore[misc]
    links = {rel: read(lambda rel=rel: plain(image.link(rel))) for rel in ("self", "bookmark", "alternate")}  # type: ignore[misc]
    return {
        "type": type(image).__name__,
        "to_dict": plain(image.to_dict()),
        "names": {name: value for name, value in names.items() if value is not None},
        "links": {rel: value for rel, value in links.items() if value is not None},
        "repr": repr(image),
        "pickles": pickle.loads(pickle.dumps(image)) == image,
        "response": {name: plain(getattr(image.response, name, None)) for name in RESPONSE_NAMES},
    }


def describe_error(error: BaseException) -> dict[str, Any]:
    """An error: its class and bases, its public fields, its line, and whether it pickles and keeps secrets."""
    if not isinstance(error, errors.ImagesError):
        return {"class": type(error).__name__, "str": str(error)}
    bases = [base.__name__ for base in type(error).__mro__[1:] if base not in (Exception, BaseException, object)]
    fields = {name: plain(getattr(error, name, None)) for name in ERROR_NAMES}
    line = str(error)
    if (waits := fields["retry_after"]) is not None and _is_measured(waits):
        fields["retry_after"] = "<time>"
        fields["hint"], line = (AGAIN.sub("again in <time> s", text) for text in (fields["hint"], line))
    image = getattr(error, "image", None)
    again = read(lambda: pickle.loads(pickle.dumps(error)))
    kept = repr(vars(error)) + str(error) + repr(error)
    return {
        "class": type(error).__name__,
        "bases": bases,
        "fields": {name: value for name, value in fields.items() if value not in (None, "")},
        "str": line,
        **({"image": plain(image.to_dict())} if image is not None else {}),
        **({"pickles": False} if str(again) != str(error) or type(again) is not type(error) else {}),
        **({"holds a secret": True} if any(secret in kept for secret in SECRETS) else {}),
        **({"chained": True} if error.__cause__ or error.__context__ else {}),
    }


def _is_measured(seconds: Any) -> bool:
    """Whether it was not said but measured by a clock: until a date that is far ahead, or what is left of a wait."""
    return isinstance(seconds, float) and (seconds > 1e6 or round(seconds, 2) != seconds)


def describe(outcome: Any) -> Any:
    """Whatever a call ended in."""
    if isinstance(outcome, Image):
        return {"image": describe_image(outcome)}
    if isinstance(outcome, BaseException):
        return {"error": describe_error(outcome)}
    if isinstance(outcome, LocateResult):
        return {
            "found": {region: plain(image.to_dict()) for region, image in outcome.found.items()},
            "absent": list(outcome.absent),
            "failed": {region: describe_error(error) for region, error in outcome.failed.items()},
        }
    return plain(outcome)


def describe_requests(requests: Iterable[Request], *, in_order: bool = True) -> list[str]:
    """What was sent: method, target, token, body and unusual headers, a line for each request."""
    lines = [describe_request(request) for request in requests]
    return lines if in_order else sorted(lines)


def describe_request(request: Request) -> str:
    parts = [request.method, request.target]
    if "x-auth-token" in request.headers:
        parts.append(f"token={request.headers['x-auth-token']}")
    if request.body:
        parts.append(_canonical(request.body))
    if unusual := sorted(set(request.headers) - set(UNRECORDED_HEADERS)):
        parts.append(f"and {', '.join(unusual)}")
    return " ".join(parts)


def describe_headers(request: Request) -> dict[str, str]:
    """The headers of one request that are the product's own choice."""
    return {name: request.headers[name] for name in KNOWN_HEADERS if name in request.headers}


def _canonical(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), sort_keys=True)
    except ValueError:
        return body.decode("utf-8", "backslashreplace")
