"""The vectors: well formed, served as they stand, and true to the documents."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from rackspace_images.documents import document, path, read, vectors
from rackspace_images.testing.sandbox import Sandbox
from rackspace_images.testing.sandbox.spec import REGIONS, TOKENS

from .described import problems

FILE = vectors()
VECTORS: list[dict[str, Any]] = FILE["vectors"]
LISTS: list[dict[str, Any]] = FILE["lists"]
ALL = VECTORS + LISTS
each_vector = pytest.mark.parametrize("vector", ALL, ids=[vector["name"] for vector in ALL])


def reserved_id(vector: dict[str, Any]) -> str:
    return str(vector["image_id"] if "image_id" in vector else vector["server"])


def url(vector: dict[str, Any]) -> str:
    return ("/images/" if "image_id" in vector else "/images/detail?server=") + reserved_id(vector)


def served(vector: dict[str, Any], client: httpx.Client, sandbox: Sandbox) -> Iterator[httpx.Response]:
    """The answers to one vector, asked for in turn in its first region."""
    endpoint = sandbox.endpoint(vector.get("regions", FILE["regions"])[0])
    for _ in vector["answers"]:
        yield client.get(endpoint + url(vector))


def test_the_file_fits_its_schema() -> None:
    """images.json is valid against schema.json, which is itself a valid JSON Schema."""
    schema = json.loads((path("images").parent / "vectors" / "schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(FILE)] == []


def test_names_and_ids_are_unique() -> None:
    """Every vector has a name and a reserved id of its own."""
    names = [vector["name"] for vector in ALL]
    ids = [reserved_id(vector) for vector in ALL]
    assert len(ALL) == len(set(names)) == len(set(ids))


def test_the_token_and_the_regions_are_the_documents() -> None:
    """The token and the regions of the vectors are those of identity.yaml's examples."""
    assert FILE["token"] == TOKENS[0]
    assert set(REGIONS) >= {region for vector in ALL for region in vector.get("regions", FILE["regions"])}


@each_vector
def test_every_answer_has_its_expectation(vector: dict[str, Any]) -> None:
    """There is one expectation for each answer, and both speak of the same status."""
    statuses = [answer["status"] for answer in vector["answers"]]
    assert statuses == [expected["status"] for expected in vector["expect"]]


@each_vector
def test_reserved_ids_name_a_status(vector: dict[str, Any]) -> None:
    """The last digits of a reserved id are a status that the vector answers, and a number."""
    digits = reserved_id(vector).rpartition("-")[2]
    if digits.startswith("000000"):
        assert int(digits[6:9]) in {answer["status"] for answer in vector["answers"]}


def test_every_example_of_the_document_is_used() -> None:
    """No example of the operation stands beside the vectors unused; two are what the sandbox says elsewhere."""
    used = set(re.findall(r"#/components/examples/(\w+)/value", json.dumps(FILE)))
    assert used == set(document("images")["components"]["examples"]) - {"Versions", "RouterNotFound"}


def test_every_documented_status_has_a_contract_vector() -> None:
    """Every status of the operation's table is met by a vector that every client has to pass."""
    met = {str(answer["status"]) for v in VECTORS if v["level"] == "contract" for answer in v["answers"]}
    assert set(document("images")["paths"]["/images/{image_id}"]["get"]["responses"]) - {"default"} <= met


def test_plain_scalars_of_the_documents_are_what_json_has() -> None:
    """Dates in the documents stay texts, and numbers stay what they are."""
    image = document("images")["components"]["examples"]["Source"]["value"]["image"]
    assert (image["created"], image["OS-EXT-IMG-SIZE:size"]) == ("2013-06-07T16:38:49Z", 5562828800)
    assert json.loads(json.dumps(document("identity"))) == document("identity")
    assert "1.5e9" not in read("images")  # else the loader's numbers want a test of their own


@each_vector
def test_answers_are_served_as_they_stand(vector: dict[str, Any], signed_in: httpx.Client, sandbox: Sandbox) -> None:
    """Each answer arrives with its status, headers and literal text, and a request id unless a gateway speaks."""
    for described, answer in zip(vector["answers"], served(vector, signed_in, sandbox), strict=True):
        assert answer.status_code == described["status"]
        for name, value in described.get("headers", {}).items():
            assert answer.headers[name] == value
        body = described.get("body")
        if body is None:
            assert answer.content == b""
        elif "text" in body:
            assert answer.content == body["text"].encode()
        elif "json" in body:
            assert answer.json() == body["json"]
        assert ("X-Compute-Request-Id" in answer.headers) is not described.get("gateway", False)


@each_vector
def test_contract_answers_are_what_the_document_describes(
    vector: dict[str, Any], signed_in: httpx.Client, sandbox: Sandbox
) -> None:
    """Headers, media type and body of a contract answer are valid for its status, unless it is meant not to be."""
    for expected, answer in zip(vector["expect"], served(vector, signed_in, sandbox), strict=True):
        if vector["level"] == "contract" and expected["outcome"] != "malformed":
            path = "/images/{image_id}" if "image_id" in vector else "/images/detail"
            assert problems("images", path, "get", answer) == []


@each_vector
def test_expectations_agree_with_answers(vector: dict[str, Any], signed_in: httpx.Client, sandbox: Sandbox) -> None:
    """What a client is to report of an image or fault is what the answer holds."""
    for expected, answer in zip(vector["expect"], served(vector, signed_in, sandbox), strict=True):
        if expected["outcome"] == "image":
            image = answer.json()["image"]
            assert {key: image[key] for key in expected["fields"]} == expected["fields"]
            assert {key: image[key] for key in expected.get("kept", {})} == expected.get("kept", {})
            assert not set(expected.get("absent", [])) & set(image)
            assert all(image[key] is None for key in expected.get("null", []))
        elif expected["outcome"] == "page":
            assert_page(answer.json(), expected)
        elif expected["outcome"] == "fault" and expected["fault"] is not None:
            fault = answer.json()[expected["fault"]]
            assert fault["code"] == expected["code"]
            assert fault["message"] == expected["message"]
            assert fault.get("details") == expected.get("details")


def assert_page(page: dict[str, Any], expected: dict[str, Any]) -> None:
    for image, told in zip(page["images"], expected["images"], strict=True):
        if "fields" in told:
            assert {key: image[key] for key in told["fields"]} == told["fields"]
        else:
            assert not isinstance(image, dict) or not isinstance(image.get("id"), str)
    links = [link["href"] for link in page.get("images_links") or [] if link["rel"] == "next"]
    assert [httpx.URL(link).params["marker"] for link in links] == [expected["next"]] * len(links)
    assert bool(links) is (expected["next"] is not None)


def test_a_sequence_advances_and_its_last_answer_repeats(signed_in: httpx.Client, sandbox: Sandbox) -> None:
    """A snapshot goes SAVING 25, SAVING 50, ACTIVE 100 and stays so, until the sandbox is reset."""
    snapshot = f"{sandbox.compute_url}/images/00000000-0000-4000-8000-000000200003"

    def seen() -> tuple[str, int]:
        image = signed_in.get(snapshot).json()["image"]
        return image["status"], image["progress"]

    stages = [("SAVING", 25), ("SAVING", 50), ("ACTIVE", 100), ("ACTIVE", 100)]
    assert [seen() for _ in stages] == stages
    sandbox.reset()
    assert seen() == stages[0]


def test_a_refused_request_does_not_advance_a_sequence(signed_in: httpx.Client, sandbox: Sandbox) -> None:
    """Only a request that gets the answer moves a sequence on."""
    snapshot = f"{sandbox.compute_url}/images/00000000-0000-4000-8000-000000200003"
    assert signed_in.get(snapshot, headers={"X-Auth-Token": "wrong"}).status_code == 401
    assert signed_in.get(snapshot).json()["image"]["progress"] == 25


def test_sequences_are_each_regions_and_each_sandboxs_own(signed_in: httpx.Client, sandbox: Sandbox) -> None:
    """The same snapshot advances in one region of one sandbox, and nowhere else."""
    path_ = "/images/00000000-0000-4000-8000-000000200003"
    signed_in.get(sandbox.endpoint("DFW") + path_)
    with Sandbox() as another:
        progress = [
            signed_in.get(endpoint + path_).json()["image"]["progress"]
            for endpoint in (sandbox.endpoint("DFW"), sandbox.endpoint("ORD"), another.endpoint("DFW"))
        ]
    assert progress == [50, 25, 25]


@each_vector
def test_an_image_is_found_in_its_regions_alone(
    vector: dict[str, Any], signed_in: httpx.Client, sandbox: Sandbox
) -> None:
    """A region that a vector does not name knows nothing of its id."""
    elsewhere = set(REGIONS) - set(vector.get("regions", FILE["regions"]))
    for region in elsewhere:
        answer = signed_in.get(sandbox.endpoint(region) + url(vector))
        if "image_id" in vector:
            assert (answer.status_code, list(answer.json())) == (404, ["itemNotFound"])
        else:
            assert (answer.status_code, answer.json()) == (200, {"images": []})
