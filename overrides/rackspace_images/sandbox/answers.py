"""The vectors as answers: which comes next for an image in a region."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

from rackspace_images.documents import vectors

from .spec import JsonObject, document, merge_patch, resolve


@dataclass(frozen=True)
class Answer:
    """One answer, as it goes over the wire, after `delay` seconds. A gateway's has no request id."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    gateway: bool = False
    delay: float = 0.0


class Answers:
    """The answers to the reserved ids, of images and of servers whose images are listed.

    Each region counts for itself, and the last answer repeats.
    """

    def __init__(self) -> None:
        described = vectors()
        self._images = {
            (region, vector["image_id"]): [_answer(answer) for answer in vector["answers"]]
            for vector in described["vectors"]
            for region in vector.get("regions", described["regions"])
        }
        self._pages = {
            (region, vector["server"]): [_answer(answer) for answer in vector["answers"]]
            for vector in described["lists"]
            for region in vector.get("regions", described["regions"])
        }
        # Every client can read a contract's image; one of a tolerance's would cost some of them the whole page.
        self._listed = {
            (region, vector["image_id"]): [expected["outcome"] == "image" for expected in vector["expect"]]
            for vector in described["vectors"]
            for region in vector.get("regions", described["regions"])
            if vector["level"] == "contract"
        }
        self._given: Counter[tuple[str, str]] = Counter()
        self._first: list[tuple[str | None, Answer]] = []
        self._put: list[tuple[str, str]] = []

    def put(self, region: str, image_id: str, stages: list[JsonObject]) -> None:
        """Makes an image one of the region's: as each of `stages` in turn, then as the last."""
        key = (region, image_id)
        self._images[key] = [_answer({"status": 200, "body": {"json": {"image": stage}}}) for stage in stages]
        self._listed[key] = [True] * len(stages)
        self._given[key] = 0
        self._put.append(key)

    def interject(self, answer: Answer, image_id: str | None = None) -> None:
        """Gives this answer once, before any other; with `image_id`, to who asks for that image."""
        self._first.append((image_id, answer))

    def interjected(self, image_id: str | None) -> Answer | None:
        """The answer that comes before the one that belongs there, if there is any."""
        for place, (wanted, answer) in enumerate(self._first):
            if wanted in (None, image_id):
                del self._first[place]
                return answer
        return None

    def next(self, region: str, image_id: str) -> Answer | None:
        """The next answer for an image in a region (`DFW`), or None where no vector has it."""
        return self._next(self._images, region, image_id)

    def next_page(self, region: str, server_id: str) -> Answer | None:
        """The next answer for the list of a server's images, or None where no vector has it."""
        return self._next(self._pages, region, server_id)

    def images(self, region: str) -> list[JsonObject]:
        """The images of a region, each as the next answer for it will show it, if that answer is an image.

        It does not count as an answer.
        """
        found: list[JsonObject] = []
        for key, listed in self._listed.items():
            stage = min(self._given[key], len(listed) - 1)
            if key[0] == region and listed[stage]:
                found.append(json.loads(self._images[key][stage].body)["image"])
        return found

    def reset(self) -> None:
        """Begins every sequence anew, and forgets what was added to them."""
        self._given.clear()
        self._first.clear()
        for key in self._put:
            self._images.pop(key, None)
            self._listed.pop(key, None)
        self._put.clear()

    def _next(self, described: dict[tuple[str, str], list[Answer]], region: str, reserved_id: str) -> Answer | None:
        # No id of a server is an image's, so both count in one.
        answers = described.get((region, reserved_id))
        if answers is None:
            return None
        given = self._given[region, reserved_id]
        self._given[region, reserved_id] += 1
        return answers[min(given, len(answers) - 1)]


def fault(status: int, headers: dict[str, str]) -> Answer:
    """The document's example of what a status comes with; of one that it does not describe, a gateway's page."""
    described = document("images")
    responses = described["paths"]["/images/{image_id}"]["get"]["responses"]
    known = str(status) in responses
    name = responses[str(status) if known else "default"]["$ref"].rpartition("/")[2]
    kind = "application/json" if known else "text/html"
    examples = described["components"]["responses"][name]["content"][kind]["examples"]
    reference = next(iter(examples.values()))["$ref"]
    body = {"$ref": f"../images.yaml{reference}/value"}
    return _answer({"status": status, "headers": {"Content-Type": kind, **headers}, "body": body})


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
