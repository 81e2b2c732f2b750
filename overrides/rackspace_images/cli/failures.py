"""How an error is told: one line on standard error, in words or as JSON."""

from __future__ import annotations

import sys
import traceback
from typing import Any

from rackspace_images.errors import ImagesError, NotActive
from rackspace_images.text import escape_control_characters, one_line

from .output import encoding_of, tell

_FACTS = (
    "message", "status_code", "fault", "details", "retryable", "retry_after", "region", "endpoint", "request_id",
    "image_id", "attempts", "elapsed", "hint",
)  # fmt: skip
_NO_BUG_OF_OURS = "the same with --debug, and report what it prints"


def tell_failure(error: Exception, *, as_json: bool, debug: bool) -> None:
    """Tells `error` in one line; with `debug` its traceback before. Any thread may tell one."""
    if debug:
        for line in "".join(traceback.format_exception(error)).splitlines():
            tell(escape_control_characters(line))
    if as_json:
        # Not imported at the top: a command that goes well in a table needs no JSON writer.
        from .formats import json_text

        tell(json_text(_facts(error), encoding_of(sys.stderr), indent=None))
    else:
        tell(_line(error))


def _line(error: Exception) -> str:
    if isinstance(error, ImagesError):
        return str(error)
    return f"{type(error).__name__}: {one_line(str(error))}; try: {_NO_BUG_OF_OURS}"


def _facts(error: Exception) -> dict[str, Any]:
    facts: dict[str, Any] = {"error": type(error).__name__}
    facts |= {name: getattr(error, name, None) for name in _FACTS}
    if facts["elapsed"] is not None:
        facts["elapsed"] = round(facts["elapsed"], 3)
    if isinstance(error, NotActive):
        facts["image"] = error.image.to_dict() if error.image is not None else None
    if not isinstance(error, ImagesError):
        facts |= {"message": str(error), "retryable": False, "hint": _NO_BUG_OF_OURS}
    return facts
