"""What the documents promise to every language that reads them."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rackspace_images import documents

NAMES: tuple[documents.DocumentName, ...] = ("images", "identity")
SOURCE = Path(__file__).parents[2] / "openapi" / "source" / "retrieve-image-details.rst"


def walk(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object in a document, with where it stands."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            if key != "value":
                yield from walk(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, f"{path}/{index}")


def schemas(name: documents.DocumentName) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, node in walk(documents.document(name)["components"]["schemas"]):
        if not path.endswith(("/properties", "/examples")):
            yield path, node


def test_the_sources_example_is_the_documents() -> None:
    """The example in the API's own document, as JSON, is the document's example."""
    text = SOURCE.read_text(encoding="utf-8")
    written = json.loads(text[text.index('   {\n     "image"') :])
    assert documents.document("images")["components"]["examples"]["Source"]["value"] == written


def test_every_field_of_the_sources_table_is_described() -> None:
    """No field of the source is left out, and every one has the source among its evidence."""
    rows = re.findall(r"^\|image\.(.*?)\|.*?\n((?:\|.*\n)*)", SOURCE.read_text(encoding="utf-8"), re.M)
    named = {
        re.sub(r"[\\\s*]", "", first + "".join(line.split("|")[1] for line in rest.splitlines()))
        for first, rest in rows
    }
    properties = documents.document("images")["components"]["schemas"]["Image"]["properties"]
    assert len(named) == 16
    assert {name for name in named if not name.startswith("links.")} == set(properties)
    for name, field in properties.items():
        assert "source" in {entry.partition(":")[0] for entry in field["x-evidence"]}, name


EVIDENCE = re.compile(r"(?P<origin>[a-z]+(-[a-z0-9]+)*)(: \S(.*[^\s.])?)?")
IN_BRACKETS = re.compile(r"\((The source|(OpenStack )?Nova|Keystone;|RFC 9110|Records of|Rackspace's)", re.I)


@pytest.mark.parametrize("name", NAMES)
def test_evidence_is_a_list_of_described_words(name: documents.DocumentName) -> None:
    """Each `x-evidence` stands beside a description and lists words that the document explains, each at most once.

    A remark may follow after a colon. The document explains no word that it does not use.
    """
    document = documents.document(name)
    lines = re.findall(r"(?m)^- ((?:`[a-z0-9-]+`(?:, )?)+): ", document["info"]["description"])
    explained = {word for line in lines for word in re.findall(r"`(.+?)`", line)}
    used = set()
    for path, node in walk(document):
        if "x-evidence" not in node:
            continue
        assert node.get("description"), path
        assert node["x-evidence"], path
        entries = [EVIDENCE.fullmatch(entry) for entry in node["x-evidence"]]
        origins = [entry["origin"] for entry in entries if entry]
        assert len(set(origins)) == len(entries), path
        used |= set(origins)
    assert used
    assert used == explained


@pytest.mark.parametrize("name", NAMES)
def test_description_has_no_evidence_in_brackets(name: documents.DocumentName) -> None:
    """What a field means is one thing, where that is known from another."""
    for path, node in walk(documents.document(name)):
        assert not IN_BRACKETS.search(str(node.get("description", ""))), path


@pytest.mark.parametrize("name", NAMES)
def test_names_are_http_and_openstack_words(name: documents.DocumentName) -> None:
    """No name of a component doubles a word, none speaks of an answer, and no description does so as a noun."""
    components = documents.document(name)["components"]
    for kind in ("schemas", "responses", "parameters", "headers", "examples"):
        for component in components.get(kind, {}):
            words = re.findall(r"[A-Z][a-z0-9]*", component)
            assert all(first != second for first, second in itertools.pairwise(words)), component
            assert "Answer" not in words, component
    for path, node in walk(documents.document(name)):
        assert not re.search(r"\b(an|the|any|every|its) answers?\b", str(node.get("description", "")), re.I), path


def test_the_documented_statuses() -> None:
    """The source's statuses, and the two that its table forgets."""
    in_source = {"200", "203", "400", "401", "403", "405", "409", "413", "500", "503"}
    for path, name in (("/images/{image_id}", "getImage"), ("/images/detail", "listImagesDetails")):
        operation = documents.document("images")["paths"][path]["get"]
        assert set(operation["responses"]) == in_source | {"404", "429", "default"}
        assert operation["operationId"] == name


def test_the_lists_queries() -> None:
    """All of Nova's filters and the two of paging, each described, with an example that fits it, and none required."""
    parameters = documents.document("images")["paths"]["/images/detail"]["get"]["parameters"]
    filters = ["server", "name", "status", "type", "changes-since", "minDisk", "minRam"]
    assert [parameter["name"] for parameter in parameters] == [*filters, "marker", "limit"]
    for parameter in parameters:
        assert parameter["in"] == "query"
        assert not parameter.get("required")
        assert parameter["x-evidence"] == ["nova-26", "nova-34"]
        _validator(documents.document("images"), parameter["schema"]).validate(parameter["example"])


def test_a_page_holds_the_image() -> None:
    """The list's image is the very image of the other operation."""
    schemas = documents.document("images")["components"]["schemas"]
    assert schemas["ImagePage"]["properties"]["images"]["items"] == schemas["ImageEnvelope"]["properties"]["image"]
    examples = documents.document("images")["components"]["examples"]
    images = [examples[name]["value"]["image"] for name in ("Saving", "Source")]
    assert examples["Page"]["value"]["images"] == images


@pytest.mark.parametrize("name", NAMES)
def test_every_property_is_described_with_an_example(name: documents.DocumentName) -> None:
    """Every field says in words what it is; every plain one shows a value."""
    for path, node in walk(documents.document(name)["components"]["schemas"]):
        if not path.endswith("/properties"):
            continue
        for field, schema in node.items():
            assert "description" in schema or "$ref" in schema, f"{path}/{field}"
            if {"string", "integer"} & set(_listed(schema.get("type"))):
                assert "example" in schema, f"{path}/{field}"


def test_only_the_id_of_an_image_is_relied_on() -> None:
    """Every field but `id` may be absent and may be null."""
    image = documents.document("images")["components"]["schemas"]["Image"]
    assert image["required"] == ["id"]
    for name, schema in image["properties"].items():
        assert name == "id" or "null" in schema["type"], name


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_valid_against_their_schemas(name: documents.DocumentName) -> None:
    """Every example of every answer and request body, and every field's own."""
    document = documents.document(name)
    seen = 0
    for _, node in walk(document):
        schema, examples = node.get("schema"), node.get("examples")
        if schema is None or not isinstance(examples, dict):
            continue
        for reference in examples.values():
            value = document["components"]["examples"][reference["$ref"].rsplit("/", 1)[1]]["value"]
            _validator(document, schema).validate(value)
            seen += 1
    assert seen > 5
    for _, schema in schemas(name):
        if "example" in schema:
            _validator(document, schema).validate(schema["example"])


def _listed(kind: Any) -> list[str]:
    return kind if isinstance(kind, list) else [kind]


def _validator(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    return jsonschema.Draft202012Validator(
        {"components": document["components"], **schema}, format_checker=jsonschema.FormatChecker()
    )
