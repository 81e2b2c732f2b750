"""Whether what a client reported of a vector is what the vector asks for. README.md says what a report holds."""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

JsonObject = dict[str, Any]

ERRORS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    405: "BadMethod",
    409: "ConflictingRequest",
    413: "OverLimit",
    429: "OverLimit",
    500: "ApiFault",
    503: "ServiceUnavailable",
}
DATES = ("created", "updated")


def read(text: str) -> Any:
    """JSON with numbers as they are written: a double would lose the end of a 64-bit integer."""
    return json.loads(text, parse_float=Decimal)


def judge(vectors: JsonObject, reports: list[JsonObject]) -> dict[str, list[str]]:
    """Vector → what is wrong with the reports of it; nothing where all is as it should be."""
    said: dict[tuple[str, str], list[JsonObject]] = defaultdict(list)
    for report in reports:
        said[report["vector"], report["region"]].append(report)
    found: dict[str, list[str]] = {}
    for vector in vectors["vectors"] + vectors["lists"]:
        found[vector["name"]] = wrong = []
        for region in vector.get("regions", vectors["regions"]):
            given = said.pop((vector["name"], region), [])
            if len(given) != len(vector["expect"]):
                wrong.append(f"{len(given)} reports from {region} where {len(vector['expect'])} are asked for")
            for expected, report in zip(vector["expect"], given, strict=False):
                wrong += [f"{problem} ({_short(report)})" for problem in problems(expected, report)]
    for name, region in said:
        found.setdefault(name, []).append(f"a report from {region}, which nobody asked for")
    return found


def tells_null_from_absent(vectors: JsonObject, reports: list[JsonObject]) -> bool:
    """Whether a member that is null is reported as null and an absent one is not. No vector asks for it."""
    images = {(report["vector"], report["region"]): report.get("image") or {} for report in reports}
    for vector in vectors["vectors"]:
        for region in vector.get("regions", vectors["regions"]):
            expected, image = vector["expect"][-1], images.get((vector["name"], region), {})
            kept = all(name in image for name in expected.get("null", []))
            if not kept or any(name in image for name in expected.get("absent", [])):
                return False
    return True


def problems(expected: JsonObject, report: JsonObject) -> Iterator[str]:
    outcome = expected["outcome"]
    if outcome == "image":
        yield from _image(expected, report)
    elif outcome == "page":
        yield from _page(expected, report)
    elif "image" in report or "page" in report:
        yield f"reported as a success, where {expected['error']} is asked for"
    elif outcome == "fault":
        yield from _fault(expected, report)


def _image(expected: JsonObject, report: JsonObject) -> Iterator[str]:
    if "image" not in report:
        yield "no image"
        return
    if report["status"] != expected["status"]:
        yield f"status {report['status']}, not {expected['status']}"
    yield from _fields(expected["fields"], report["image"])
    yield from _fields(expected.get("kept", {}), report["image"])
    for name in expected.get("absent", []) + expected.get("null", []):
        if report["image"].get(name) is not None:
            yield f"{name} is {report['image'][name]!r}, where there is no value"


def _page(expected: JsonObject, report: JsonObject) -> Iterator[str]:
    if "page" not in report:
        yield "no page"
        return
    if report["status"] != expected["status"]:
        yield f"status {report['status']}, not {expected['status']}"
    images = report["page"]["images"]
    if len(images) != len(expected["images"]):
        yield f"{len(images)} images, not {len(expected['images'])}"
    for image, told in zip(images, expected["images"], strict=False):
        if "fields" in told:
            yield from _fields(told["fields"], image)
        else:
            yield f"an image where {told['error']} is asked for"
    links = [link["href"] for link in report["page"].get("images_links") or [] if link["rel"] == "next"]
    marker = parse_qs(urlsplit(links[0]).query)["marker"][0] if links else None
    if marker != expected["next"]:
        yield f"the next page is after {marker}, not {expected['next']}"


def _fault(expected: JsonObject, report: JsonObject) -> Iterator[str]:
    if report.get("status") != expected["status"]:
        yield f"status {report.get('status')}, not {expected['status']}"
        return
    read = report.get("fault") or {}
    key = next((key for key, value in read.items() if isinstance(value, dict)), None)
    if key != expected["fault"]:
        yield f"fault {key}, not {expected['fault']}"
    fault = read.get(key) or {}
    error = ERRORS.get(expected["status"], "UnexpectedStatus")
    if expected["status"] == 404 and key == "itemNotFound":
        error = "ImageNotFound"
    if error != expected["error"]:
        yield f"cannot be told from {error}, where {expected['error']} is asked for"
    for name in ("code", "message", "details"):
        if name in expected and fault.get(name) != expected[name]:
            yield f"{name} {fault.get(name)!r}, not {expected[name]!r}"
    if "retry_after" in expected:
        wait = report.get("retry_after")
        wait = fault.get("retryAfter") if wait is None else wait
        if str(wait) != str(expected["retry_after"]):
            yield f"to wait {wait!r}, not {expected['retry_after']!r}"


def _fields(expected: JsonObject, image: JsonObject) -> Iterator[str]:
    for name, value in expected.items():
        if name not in image:
            yield f"{name} is missing"
        elif not _same(value, image[name], date=name in DATES):
            yield f"{name} is {image[name]!r}, not {value!r}"


def _same(expected: Any, reported: Any, *, date: bool = False) -> bool:
    """Equal by value. A member that is null need not be there inside of what is equal."""
    if date and isinstance(expected, str) and isinstance(reported, str):
        return expected == reported or _moment(expected) == _moment(reported) is not None
    if isinstance(expected, dict) and isinstance(reported, dict):
        return all(_same(expected.get(key), reported.get(key)) for key in expected.keys() | reported.keys())
    if isinstance(expected, list) and isinstance(reported, list):
        return len(expected) == len(reported) and all(map(_same, expected, reported))
    if isinstance(expected, bool) or isinstance(reported, bool):
        return expected is reported
    return bool(expected == reported)


def _moment(text: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return None


def _short(report: JsonObject) -> str:
    said = {key: value for key, value in report.items() if key not in ("vector", "region", "image", "page")}
    return json.dumps(said, default=str)[:200]
