"""The linter, as it is set up: a mistake planted in a copy of `images.yaml` is an error, of the rule it is for."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LINTER = ("node", "openapi/lint/node_modules/@redocly/cli/bin/cli.js", "lint", "--config", "openapi/lint/redocly.yaml")
DOCUMENT = (ROOT / "openapi" / "images.yaml").read_text(encoding="utf-8")

FIRST_VERSIONS_RESPONSE = "        '200':\n          $ref: '#/components/responses/VersionsResponse'"
VERSIONS_RESPONSES = DOCUMENT[DOCUMENT.index(FIRST_VERSIONS_RESPONSE) :]
VERSIONS_RESPONSES = VERSIONS_RESPONSES[: VERSIONS_RESPONSES.index("\ncomponents:")]

# What is planted → the rule that finds it, the text that is replaced, and what by.
MISTAKES = {
    "an example of another type": (
        "no-invalid-schema-examples",
        "          minimum: 0\n          example: 40",
        "          minimum: 0\n          example: forty",
    ),
    "an answer's example of another type": ("no-invalid-media-type-examples", "progress: 100", "progress: all"),
    "a parameter's example of another type": ("no-invalid-parameter-examples", "example: 40\n", "example: many\n"),
    "an example that lacks a required member": (
        "no-invalid-media-type-examples",
        "      value:\n        image:\n          status",
        "      value:\n        picture:\n          status",
    ),
    "nullable, which 3.1 does not have": ("struct", "type: [string, 'null']", "type: string\n          nullable: true"),
    "a misspelt keyword": ("struct", "minimum: 0", "minimun: 0"),
    "a member of the wrong type": ("struct", "required: [image]", "required: image"),
    "a reference to nothing": ("no-unresolved-refs", "schemas/Link'", "schemas/Lynk'"),
    "a security scheme that is not there": ("security-defined", "security:\n  - token: []", "security:\n  - key: []"),
    "an operation without security": ("security-defined", "security:\n  - token: []\n", ""),
    "a status that is no number": ("struct", "        '404':", "        '4O4':"),
    "a server's variable without a value": ("struct", "        default: dfw\n", ""),
    "a server's variable that is not defined": ("no-undefined-server-variable", "{tenant_id}", "{tenant}"),
    "a path's parameter that is not in the path": ("path-parameters-defined", "/images/{image_id}:", "/images/{id}:"),
    "an operation that is there twice": ("operation-operationId-unique", "listImagesDetails", "getImage"),
    "an operation without a summary": ("operation-summary", "      summary: Retrieve image details\n", ""),
    "an operation without a description": (
        "operation-description",
        "      summary: List API versions\n      description: >-",
        "      summary: List API versions\n      x-note: >-",
    ),
    "a tag that is not described": ("operation-tag-defined", "tags: [versions]", "tags: [version]"),
    "an answer without a description": ("struct", "      description: The image.\n", ""),
    "an operation without a success": (
        "operation-2xx-response",
        VERSIONS_RESPONSES,
        "        '404':\n          $ref: '#/components/responses/OtherResponse'\n",
    ),
    "a schema that nothing uses": (
        "no-unused-components",
        "    AnyFault:",
        "    Unused: {type: string}\n    AnyFault:",
    ),
    "a required member that is not described": (
        "no-required-schema-properties-undefined",
        "required: [image]",
        "required: [image, kind]",
    ),
    "words as a closed set": (
        "portable/keywords",
        "x-extensible-enum: [AUTO, MANUAL]",
        "enum: [AUTO, MANUAL, null]",
    ),
    "one of several schemas": (
        "portable/keywords",
        "        image: {$ref: '#/components/schemas/Image'}",
        "        image:\n          anyOf:\n            - $ref: '#/components/schemas/Image'",
    ),
    "something beside a reference": (
        "portable/keywords",
        "        image: {$ref: '#/components/schemas/Image'}",
        "        image: {$ref: '#/components/schemas/Image', description: The image.}",
    ),
    "two types": ("portable/types", "type: [integer, 'null']", "type: [integer, string]"),
    "an object that is not open": ("portable/open-objects", "      additionalProperties: true\n", ""),
    "a closed object": ("portable/open-objects", "additionalProperties: true", "additionalProperties: false"),
    "a word that is not described": ("portable/known-words", "MANUAL]", "MANUAL, LVM]"),
    "a response with the name of a schema": ("portable/names", "ImageResponse", "Image"),
    "a relative link": (
        "portable/absolute-urls",
        "  x-source:",
        "externalDocs:\n  description: The source\n  url: source/x.rst\nx-source:",
    ),
    "a licence as 3.1 alone has it": (
        "portable/said-in-3.0",
        "    name: Apache-2.0",
        "    name: A\n    identifier: Apache-2.0",
    ),
    "what 3.1 alone has": ("portable/said-in-3.0", "  version: ", "  summary: Images\n  version: "),
}


def planted(name: str) -> str:
    _, old, new = MISTAKES[name]
    assert old in DOCUMENT, f"{name}: the document has changed, and no longer has what the mistake replaces: {old!r}"
    everywhere = name == "a response with the name of a schema"
    return DOCUMENT.replace(old, new) if everywhere else DOCUMENT.replace(old, new, 1)


def lint(*arguments: str) -> subprocess.CompletedProcess[str]:
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
    return subprocess.run(
        [*LINTER, *arguments], cwd=ROOT, env={**os.environ, **quiet}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Document → rule → message, of all planted documents and the good one, linted at once."""
    folder = tmp_path_factory.mktemp("planted")
    files = {folder / "good.yaml": "good", **{folder / f"{n}.yaml": name for n, name in enumerate(MISTAKES)}}
    for file, name in files.items():
        file.write_text(DOCUMENT if name == "good" else planted(name), encoding="utf-8")
    run = lint("--format", "json", "--max-problems", "1000", *map(str, files))
    assert run.returncode == 1, run.stderr
    said: dict[str, dict[str, str]] = {name: {} for name in files.values()}
    for problem in problems(run.stdout):
        assert problem["severity"] == "error"
        file = Path(ROOT, problem["location"][0]["source"]["ref"]).resolve()
        said[files[file]][problem["ruleId"]] = problem["message"]
    return said


def problems(text: str) -> list[dict[str, Any]]:
    """Of several reports in JSON, one for each document, one after the other."""
    decoder, position, all_problems = json.JSONDecoder(), text.find("{"), list[dict[str, Any]]()
    while position >= 0:
        report, end = decoder.raw_decode(text, position)
        all_problems += report["problems"]
        position = text.find("{", end)
    return all_problems


def test_nothing_is_found_in_the_document_as_it_is(found: dict[str, dict[str, str]]) -> None:
    """The document that the mistakes are planted in has none."""
    assert found["good"] == {}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_found(name: str, found: dict[str, dict[str, str]]) -> None:
    """Each mistake is an error, and of the rule that is there for it."""
    assert MISTAKES[name][0] in found[name], found[name]


def test_a_key_that_is_there_twice_is_found(tmp_path: Path) -> None:
    """YAML that says two things under one key is refused as it is read."""
    file = tmp_path / "twice.yaml"
    file.write_text(DOCUMENT.replace("  version: ", "  version: 0.0.0\n  version: ", 1), encoding="utf-8")
    run = lint(str(file))
    assert run.returncode != 0
    assert "duplicated mapping key" in run.stdout + run.stderr
