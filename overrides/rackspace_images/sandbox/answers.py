"""The vectors as answers: which comes next for an image in a region."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

from rackspace_images.documents import vectors

from .spec import JsonObject, merge_patch, resolve


@dataclass(frozen=True)
class Answer:
    """One answer, as it goes over the wire. A gateway's has no request id."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    gateway: bool = False


class Answers:
    """The answers to the reserved ids. Each region counts for itself, and the last answer repeats."""

    def __init__(self) -> None:
        described = vectors()
        self._answers: dict[tuple[str, str], list[Answer]] = {}
        for vector in described["vectors"]:
            answers = [_answer(answer) for answer in vector["answers"]]
            for region in vector.get("regions", described["regions"]):
                self._answers[region, vector["image_id"]] = answers
        self._given: Counter[tuple[str, str]] = Counter()

    def next(self, region: str, image_id: str) -> Answer | None:
        """The next answer for an image in a region (`DFW`), or None where no vector has it."""
        answers = self._answers.get((region, image_id))
        if answers is None:
            return None
        given = self._given[region, image_id]
        self._given[region, image_id] += 1
        return answers[min(given, len(answers) - 1)]

    def reset(self) -> None:
        """Begins every sequence anew."""
        self._given.clear()


def _answer(described: JsonObject) -> Answer:
    headers = dict(described.get("headers", {}))
    body = b""
    if "body" in described:
        text, is_json = _text(described["body"])
        body = text.encode()
        if is_json:
            headers.setdefault("Content-Type", "application/json")
    return Answer(described["status"], headers, body, described.get("gateway", False))


def _text(body: JsonObject) -> tuple[str, bool]:
    """A body's text, and whether it is JSON for sure."""
    if "text" in body:
        return body["text"], False
    value = body["json"] if "json" in body else resolve(body["$ref"])
    if "patch" in body:
        value = merge_patch(value, body["patch"])
    if "$ref" in body and isinstance(value, str):
        return value, False
    return json.dumps(value, ensure_ascii=False, allow_nan=False), True
