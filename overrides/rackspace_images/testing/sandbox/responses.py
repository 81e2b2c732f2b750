"""Requests, responses, and the vectors' responses in their order."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from email.message import Message
from typing import Any, NamedTuple

from rackspace_images.documents import DocumentName, body_of, document, vectors

from .spec import JsonObject, example


class Request(NamedTuple):
    """A request; `path` and `query` are decoded."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Message
    body: bytes
    base_url: str


class Response(NamedTuple):
    """A response, sent after `delay` seconds. A gateway's has no request id."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    from_gateway: bool = False
    delay: float = 0.0
    image: JsonObject | None = None
    """The image that the list shows while this is an id's next response."""

    def with_headers(self, headers: Mapping[str, str]) -> Response:
        """The same response with more headers."""
        return self._replace(headers={**self.headers, **headers})

    def with_request_id(self, *names: str) -> Response:
        """The same response with a fresh request id in OpenStack's form, in the headers `names`."""
        return self.with_headers(dict.fromkeys(names, f"req-{uuid.uuid4()}"))


def json_response(value: Any, status: int = 200) -> Response:
    """A response that holds `value` as JSON."""
    body = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return Response(status, body, {"Content-Type": "application/json"})


def documented(name: DocumentName, key: str, status: int) -> Response:
    """A documented example as a response."""
    return json_response(example(name, key), status)


def fault(key: str, status: int, message: str) -> Response:
    """A fault of the documents' form that they have no example of."""
    return json_response({key: {"code": status, "message": message}}, status)


def fault_of_status(status: int) -> Response:
    """The document's first example of a fault with this code; where there is none, a gateway's page."""
    examples = [described["value"] for described in document("images")["components"]["examples"].values()]
    members = [(value, member) for value in examples if isinstance(value, dict) for member in value.values()]
    for value, member in members:
        if isinstance(member, dict) and member.get("code") == status:
            return json_response(value, status)
    return Response(status, example("images", "GatewayPage").encode(), {"Content-Type": "text/html"})


def unauthorized(request: Request, keystone: str) -> Response:
    """Keystone's refusal of a token or of credentials, which says where Keystone is."""
    challenge = {"WWW-Authenticate": f'Keystone uri="{request.base_url}{keystone}"'}
    return documented("identity", "KeystoneUnauthorized", 401).with_headers(challenge)


class CannedResponses:
    """The responses to the reserved ids, of images and of servers whose images are listed.

    Each region counts for itself, and the last response repeats.
    """

    def __init__(self) -> None:
        # No id of a server is an image's, so both are in one.
        self._sequences = {key: list(responses) for key, responses in _VECTORS.items()}
        self.interjections: list[tuple[str, Response]] = []
        """Responses that come before the others, once: for requests for this image, or for any where it is empty."""

    def put(self, region: str, image_id: str, stages: list[JsonObject]) -> None:
        """Makes an image one of the region's: as each of `stages` in turn, then as the last."""
        responses = [json_response({"image": stage})._replace(image=stage) for stage in stages]
        self._sequences[region, image_id] = responses

    def next(self, region: str, reserved_id: str) -> Response | None:
        """The next response for an id in a region (`DFW`), or None where no vector has it."""
        responses = self._sequences.get((region, reserved_id))
        if not responses:
            return None
        return responses.pop(0) if len(responses) > 1 else responses[0]

    def next_interjection(self, image_id: str) -> Response | None:
        """The response that comes before the next one, if there is any."""
        for position, (wanted, response) in enumerate(self.interjections):
            if not wanted or wanted == image_id:
                del self.interjections[position]
                return response
        return None

    def images(self, region: str) -> list[JsonObject]:
        """The images of a region, each as the next response for it will show it. It does not count as a response."""
        following = [responses[0] for (where, _), responses in self._sequences.items() if where == region]
        return [response.image for response in following if response.image]


def _vector_responses(vector: JsonObject) -> Iterator[Response]:
    for described, expected in zip(vector["answers"], vector["expect"], strict=True):
        body = body_of(described)
        response = Response(200, body, {}) if isinstance(body, bytes) else json_response(body)
        # Every client can read a contract's image; one of a tolerance's would cost some of them the whole page.
        is_listed = vector["level"] == "contract" and expected["outcome"] == "image"
        image = json.loads(response.body)["image"] if is_listed else None
        headers = {**response.headers, **described.get("headers", {})}
        yield Response(described["status"], response.body, headers, described.get("gateway", False), image=image)


_FILE = vectors()
_VECTORS = {
    (region, vector.get("image_id") or vector["server"]): list(_vector_responses(vector))
    for vector in _FILE["vectors"] + _FILE["lists"]
    for region in vector.get("regions", _FILE["regions"])
}
