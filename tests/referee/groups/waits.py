"""Waiting for an image: what ends a wait, and what does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from referee.cases import IMAGE_ID, Case, call
from referee.groups.clouds import Cloud, api_key, signed_in
from referee.groups.sign_in import REFUSALS
from referee.server import Reply, response

NOT_FOUND = response(404, {"itemNotFound": {"code": 404, "message": "Image not found."}})


def image(status: Any, progress: Any = None, **more: Any) -> Reply:
    return response(200, {"image": {"id": IMAGE_ID, "status": status, "progress": progress, **more}})


SAVING, ACTIVE = image("SAVING", 25), image("ACTIVE", 100)

AT_ONCE: dict[str, Reply] = {
    "active": ACTIVE,
    "active-lower-case": image("active"),
    "error": image("ERROR", 50, fault={"message": "no disk"}),
    "error-fault-text": image("ERROR", 0, fault="no disk"),
    "deleted": image("DELETED", 0),
    "400": response(400),
    "401": response(401),
    "403": response(403),
    "404-page": response(404, b"<html>"),
    "409": response(409),
    "malformed": response(200, b"<html>"),
    "too-large": response(200, b" " * (17 << 20)),
}
"""What ends a wait at the first look."""

THEN: dict[str, tuple[Reply, ...]] = {
    "active": (SAVING, ACTIVE),
    "error": (SAVING, image("ERROR", 50, fault={"message": "no disk\x1b[31m"})),
    "deleted": (SAVING, image("DELETED", 0)),
    "gone": (SAVING, NOT_FOUND),
    "403": (SAVING, response(403)),
    "404-page": (SAVING, response(404, b"<html>")),
    "not-there-yet": (NOT_FOUND, ACTIVE),
    "500": (response(500), ACTIVE),
    "503": (response(503, b"<html>"), ACTIVE),
    "limited": (response(413, b"", {"Retry-After": "1"}), ACTIVE),
    "reset": (Reply(b"", "reset"), ACTIVE),
    "page-after-an-image": (SAVING, response(200, b"<html>"), ACTIVE),
    "unknown-status": (image("QUEUED_SOMEWHERE", 100), ACTIVE),
    "null-status": (image(None), ACTIVE),
}
"""What it ends in at a later look."""


def cases() -> Iterator[Case]:
    def wait(name: str, replies: Any, **options: Any) -> Case:
        return Case(name, replies, (call("wait_until_active", IMAGE_ID, **options),))

    for name, reply in AT_ONCE.items():
        yield wait(f"at-once-{name}", [reply])
    for name, replies in THEN.items():
        yield wait(f"then-{name}", replies)
    for name, reply in {
        "active": ACTIVE,
        "saving": SAVING,
        "error": image("ERROR"),
        "503": response(503),
        "404": NOT_FOUND,
    }.items():
        yield wait(f"no-time-{name}", [reply], timeout=0)
    yield wait("no-grace", [NOT_FOUND], grace=0)
    yield wait("grace-is-over", [NOT_FOUND], grace=1.4)
    yield wait("no-time-for-grace", [NOT_FOUND], grace=0, timeout=0)
    yield wait("late", [SAVING], timeout=1.4)
    yield wait("late-and-failing", [SAVING, response(503)], timeout=1.4)
    yield wait("late-and-never-seen", [response(503)], timeout=1.4)
    yield wait("no-limit", [SAVING, ACTIVE], timeout=None)
    bad: dict[str, dict[str, Any]] = {
        "timeout-negative": {"timeout": -1},
        "timeout-text": {"timeout": "5"},
        "grace-none": {"grace": None},
        "grace-nan": {"grace": float("nan")},
        "grace-negative": {"grace": -1},
    }
    for name, options in bad.items():
        yield wait(f"option-{name}", [ACTIVE], **options)
    yield Case("bad-id", [ACTIVE], (call("wait_until_active", "x"),))
    yield Case(
        "refused-sign-in", Cloud(login=REFUSALS["401"]), (call("wait_until_active", IMAGE_ID),), signed_in(api_key)
    )
    yield Case(
        "token-ends",
        Cloud(good=("geheim-token-2",)),
        (call("wait_until_active", IMAGE_ID, timeout=0),),
        signed_in(api_key),
    )
