"""Checks an answer against what the documents say of it."""

from typing import Any

import httpx
from jsonschema import Draft202012Validator
from rackspace_images.documents import DocumentName, document
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_DOCUMENTS: tuple[DocumentName, ...] = ("images", "identity")
_REGISTRY: Registry[Any] = Registry().with_resources(
    [(f"urn:{name}", DRAFT202012.create_resource(document(name))) for name in _DOCUMENTS]
)


def problems(name: DocumentName, path: str, method: str, answer: httpx.Response) -> list[str]:
    """What is wrong with `answer`, an answer to `method` at `path` of a document."""
    responses = document(name)["paths"][path][method]["responses"]
    response = _followed(name, responses.get(str(answer.status_code), responses["default"]))
    found = []
    for header, described in response.get("headers", {}).items():
        if header in answer.headers:
            found += _invalid(name, _followed(name, described)["schema"], answer.headers[header])
    if not answer.content:
        return found
    media_type = answer.headers["Content-Type"].partition(";")[0]
    if media_type not in response["content"]:
        return [*found, f"{media_type} is not described for {answer.status_code}"]
    value = answer.json() if media_type == "application/json" else answer.text
    return found + _invalid(name, response["content"][media_type]["schema"], value)


def _followed(name: DocumentName, part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        kind, key = part["$ref"].removeprefix("#/components/").split("/")
        part = document(name)["components"][kind][key]
    return part


def _invalid(name: DocumentName, schema: dict[str, Any], value: Any) -> list[str]:
    if "$ref" in schema:
        schema = {"$ref": f"urn:{name}{schema['$ref']}"}
    validator = Draft202012Validator(schema, registry=_REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
