"""The sandbox held against the documents by schemathesis: they cannot drift apart."""

from __future__ import annotations

import zlib
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from rackspace_images.documents import document, vectors
from rackspace_images.testing.sandbox import Sandbox
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

IDS: list[str] = [
    vector["image_id"]
    for vector in vectors()["vectors"]
    if vector["level"] == "contract" and all(expected["outcome"] != "malformed" for expected in vector["expect"])
]
CONFORMS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
THOROUGH = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

images = schemathesis.openapi.from_dict(document("images"))
identity = schemathesis.openapi.from_dict(document("identity"))


@images.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Three ids in four are of images that are there; the others are whatever schemathesis makes."""
    if path_parameters and "image_id" in path_parameters:
        number = zlib.crc32(str(path_parameters["image_id"]).encode())
        if number % 4:
            return {"image_id": IDS[number // 4 % len(IDS)]}
    return path_parameters


@images.parametrize()
@THOROUGH
def test_compute_is_as_its_document_says(case: Any, running: Sandbox) -> None:
    """Status, media type, headers and schema of every answer, to what fits the document and to what does not."""
    case.call_and_validate(
        base_url=running.compute_url, headers={"X-Auth-Token": running.token}, checks=CONFORMS, allow_redirects=False
    )


@identity.parametrize()
@THOROUGH
def test_identity_is_as_its_document_says(case: Any, running: Sandbox) -> None:
    """The same for signing in, at both identity services."""
    base_url = running.auth_url if case.path == "/tokens" else running.auth_url.replace("v2.0", "v3")
    case.call_and_validate(
        base_url=base_url, headers={"X-Auth-Token": running.token}, checks=CONFORMS, allow_redirects=False
    )
