"""Every vector and every list of the documents, and their examples, retrieved with a given token."""

from __future__ import annotations

from collections.abc import Iterator

from referee.cases import Case, call
from referee.groups.inputs import example, inputs, script
from referee.server import response

IMAGES = ("Source", "Base", "Saving", "Nameless")
FAULTS = {
    "BadRequest": 400,
    "UnknownMarker": 400,
    "Unauthorized": 401,
    "KeystoneUnauthorized": 401,
    "Forbidden": 403,
    "ItemNotFound": 404,
    "RouterNotFound": 404,
    "BadMethod": 405,
    "ConflictingRequest": 409,
    "BuildInProgress": 409,
    "OverLimit": 413,
    "TooManyRequests": 429,
    "ComputeFault": 500,
    "CloudServersFault": 500,
    "ServiceUnavailable": 503,
    "Choices": 300,
}


def cases() -> Iterator[Case]:
    for name, vector in inputs()["vectors"].items():
        yield Case(name, script(vector), (call("get", vector["id"]),) * len(vector["responses"]))
    for name, vector in inputs()["lists"].items():
        yield Case(f"list-{name}", script(vector), (call("list", server=vector["server"], page_size=2),))
    for name in IMAGES:
        body = example("images", name)
        yield Case(f"example-{name}", [response(200, body)], (call("get", body["image"]["id"]),))
    for name, status in FAULTS.items():
        yield Case(f"example-{name}", [response(status, example("images", name))])
    yield Case("example-GatewayPage", [response(502, example("images", "GatewayPage").encode())])
    yield Case("example-GatewayText", [response(503, example("images", "GatewayText").encode())])
    yield Case(
        "example-Page", [response(200, example("images", "Page")), response(200, {"images": []})], (call("list"),)
    )
