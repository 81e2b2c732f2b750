"""The responses of the documents' vectors and examples, as they were when the recording was made.

`inputs.json` is a copy with every reference resolved: a later change of the documents or of their format changes
neither what is sent to the clients nor what is expected of them.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from referee.server import Reply, Request, Script, response

PATH = Path(__file__).parents[1] / "inputs.json"


@cache
def inputs() -> dict[str, Any]:
    """`vectors`, `lists` and `examples`, each by name."""
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return found


def example(document: str, name: str) -> Any:
    """One example of `images` or `identity`."""
    return inputs()["examples"][document][name]


def reply(described: dict[str, Any]) -> Reply:
    """The reply that a vector describes."""
    body = described.get("body", "").encode("utf-8", "surrogatepass")
    return response(described["status"], body, described["headers"], request_id=None)


def script(vector: dict[str, Any]) -> Script:
    """The replies of a vector, in order."""
    return [reply(one) for one in vector["responses"]]


class Vectors:
    """Replies to every vector's id, in every region, as the sandbox of the documents does; counts for itself."""

    def __init__(self) -> None:
        self._vectors = {vector["id"]: vector for vector in inputs()["vectors"].values()}
        self._lists = {vector["server"]: vector for vector in inputs()["lists"].values()}
        self._counts: dict[tuple[str, str], int] = {}

    def image(self, request: Request, region: str) -> Reply:
        """The next reply for the image of a request's path."""
        vector = self._vectors.get(request.last_segment)
        if vector is None or region not in vector["regions"]:
            return response(404, example("images", "ItemNotFound"))
        return self._next(vector["responses"], request.last_segment, region)

    def page(self, server: str, region: str) -> Reply | None:
        """The next reply for a list's reserved server id; None for another one."""
        vector = self._lists.get(server)
        return None if vector is None else self._next(vector["responses"], server, region)

    def images(self, region: str) -> list[dict[str, Any]]:
        """The images of a region that are there at first, newest first."""
        found = []
        for vector in sorted(self._vectors.values(), key=lambda vector: str(vector["id"])):
            if vector["level"] == "contract" and region in vector["regions"]:
                found += _images(vector["responses"][0])
        return sorted(found, key=lambda image: str(image.get("created") or ""), reverse=True)

    def _next(self, replies: list[dict[str, Any]], key: str, region: str) -> Reply:
        number = self._counts.get((key, region), 0)
        self._counts[key, region] = number + 1
        return reply(replies[min(number, len(replies) - 1)])


def _images(described: dict[str, Any]) -> list[dict[str, Any]]:
    """The image in a success; nothing, where there is none."""
    try:
        return [json.loads(described["body"])["image"]] if described["status"] in (200, 203) else []
    except (LookupError, TypeError, ValueError):
        return []
