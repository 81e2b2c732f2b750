"""What stands around the operations: the token, the tenant, ids, methods, microversions, other paths."""

import re

import httpx
import pytest
from rackspace_images.documents import document
from rackspace_images.testing.sandbox import Sandbox
from rackspace_images.testing.sandbox.spec import TENANT, TOKENS

SOURCE = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"
V2 = f"/dfw/v2/{TENANT}/images/{SOURCE}"
V21 = f"/dfw/v2.1/{TENANT}/images/{SOURCE}"
REQUEST_ID = re.compile(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def example(name: str) -> object:
    found: object = document("images")["components"]["examples"][name]["value"]
    return found


@pytest.mark.parametrize("version", [f"v2/{TENANT}", f"v2.1/{TENANT}", "v2", "v2.1"])
@pytest.mark.parametrize("token", TOKENS)
def test_both_versions_take_both_tokens(anonymous: httpx.Client, version: str, token: str) -> None:
    """v2 and v2.1, with and without the tenant, serve the image to a token of either identity service."""
    answer = anonymous.get(f"/dfw/{version}/images/{SOURCE}", headers={"X-Auth-Token": token})
    assert (answer.status_code, answer.json()) == (200, example("Source"))


@pytest.mark.parametrize("headers", [{}, {"X-Auth-Token": "wrong"}, {"X-Auth-Token": ""}])
@pytest.mark.parametrize("path", [V2, f"/dfw/v2/{TENANT}/flavors", "/ord/v2/1/images/x"])
def test_a_token_comes_first(anonymous: httpx.Client, path: str, headers: dict[str, str]) -> None:
    """Without a good token every path of a version answers 401 with the documents' fault."""
    answer = anonymous.get(path, headers=headers)
    assert (answer.status_code, answer.json()) == (401, example("RackspaceUnauthorized"))


def test_v21_refuses_in_keystones_words(anonymous: httpx.Client, sandbox: Sandbox) -> None:
    """Under v2.1 Keystone's middleware refuses, and says where Keystone is."""
    answer = anonymous.get(f"/dfw/v2.1/images/{SOURCE}")
    assert (answer.status_code, answer.json()) == (401, example("KeystoneUnauthorized"))
    assert answer.headers["WWW-Authenticate"] == f'Keystone uri="{sandbox.url}/identity"'


def test_another_tenant_is_a_malformed_url(signed_in: httpx.Client) -> None:
    """A tenant in the URL that is not the token's answers 400."""
    answer = signed_in.get(f"/dfw/v2/12345/images/{SOURCE}")
    assert (answer.status_code, answer.json()) == (400, example("BadRequest"))


@pytest.mark.parametrize(
    "image_id",
    [SOURCE.upper(), SOURCE.replace("-", ""), "00000000-0000-4000-8000-000000999999", "x", "details", f"{SOURCE}%0A"],
)
def test_an_id_that_is_not_reserved_letter_by_letter_is_not_found(signed_in: httpx.Client, image_id: str) -> None:
    """Upper case, no dashes, or an id of no image answer 404 with the fault."""
    answer = signed_in.get(f"/dfw/v2/{TENANT}/images/{image_id}")
    assert (answer.status_code, answer.json()) == (404, example("ItemNotFound"))


@pytest.mark.parametrize(
    "path",
    [
        f"{V2}/",
        f"{V2}/metadata",
        f"/dfw/v2/{TENANT}/images/",
        f"/dfw/v2/{TENANT}/servers/{SOURCE}",
        "/dfw/v2",
        f"/syd/v2/{TENANT}/images/{SOURCE}",
        f"/v1.0/{TENANT}/images/{SOURCE}",
        "/nowhere",
        "/identity/v2.0/nowhere",
    ],
)
def test_other_paths_are_a_routers_404(signed_in: httpx.Client, path: str) -> None:
    """A path that is not the operation's, a trailing slash included, answers a 404 that is no fault."""
    answer = signed_in.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "404 Not Found"


@pytest.mark.parametrize("path", ["/", "/dfw", "/dfw/"])
def test_a_url_without_a_version_lists_them(anonymous: httpx.Client, path: str) -> None:
    """The compute URL of a region, without a version, answers with the versions there are."""
    answer = anonymous.get(path)
    assert (answer.status_code, answer.json()) == (200, example("Versions"))


@pytest.mark.parametrize("path", [f"/dfw/images/{SOURCE}", f"/ord/v1.1/{TENANT}/images/{SOURCE}"])
def test_a_path_without_a_version_has_choices(anonymous: httpx.Client, path: str) -> None:
    """A path without a version, or with one that is no more, answers 300 with the versions there are."""
    answer = anonymous.get(path)
    assert (answer.status_code, answer.json()) == (300, example("Choices"))


def test_head_is_not_found(signed_in: httpx.Client) -> None:
    """HEAD answers 404, as Nova does."""
    assert signed_in.head(V2).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
def test_other_methods_are_not_allowed(signed_in: httpx.Client, method: str) -> None:
    """Any other method answers 405 with its fault and what is allowed."""
    answer = signed_in.request(method, V2)
    assert (answer.status_code, answer.json(), answer.headers["Allow"]) == (405, example("BadMethod"), "GET")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("2.1", 200),
        ("2.35", 200),
        ("2.36", 404),
        ("2.100", 404),
        ("latest", 404),
        ("2.101", 406),
        ("2.0", 406),
        ("3.1", 406),
        ("two", 400),
        ("2", 400),
        ("2.036", 400),
    ],
)
def test_microversions(signed_in: httpx.Client, asked: str, status: int) -> None:
    """v2.1 has the operation up to 2.35, and Nova's answers to other microversions; v2 does not read them."""
    for headers in ({"OpenStack-API-Version": f"compute {asked}".strip()}, {"X-OpenStack-Nova-API-Version": asked}):
        assert signed_in.get(V21, headers=headers).status_code == status
        assert signed_in.get(V2, headers=headers).status_code == 200


def test_the_microversion_of_another_service_is_nobodys(signed_in: httpx.Client) -> None:
    """Only a microversion of compute counts, wherever it stands in the header; the older header is compute's alone."""
    assert signed_in.get(V21, headers={"OpenStack-API-Version": "compute"}).status_code == 200
    assert signed_in.get(V21, headers={"X-OpenStack-Nova-API-Version": ""}).status_code == 400
    assert signed_in.get(V21, headers={"OpenStack-API-Version": "identity 9.9"}).status_code == 200
    assert signed_in.get(V21, headers={"OpenStack-API-Version": "identity 9.9, Compute 2.36"}).status_code == 404


@pytest.mark.parametrize("path", [V2, "/nowhere", f"{V2}/", "/dfw/v2/1/images/x"])
def test_every_answer_has_a_fresh_request_id(signed_in: httpx.Client, path: str) -> None:
    """A version of compute names each request anew, under both of its headers."""
    names = set()
    for _ in range(2):
        answer = signed_in.get(path)
        assert REQUEST_ID.fullmatch(answer.headers["X-Compute-Request-Id"])
        assert answer.headers["X-Compute-Request-Id"] == answer.headers["X-Openstack-Request-Id"]
        names.add(answer.headers["X-Compute-Request-Id"])
    assert len(names) == 2


@pytest.mark.parametrize("path", ["/", f"/dfw/images/{SOURCE}"])
def test_what_no_version_answers_has_no_request_id(signed_in: httpx.Client, path: str) -> None:
    """Nova names no request that comes without a version."""
    assert not {"x-compute-request-id", "x-openstack-request-id"} & {*signed_in.get(path).headers}


def test_the_query_does_not_matter(signed_in: httpx.Client) -> None:
    """A query is nothing to the operation; a quoted question mark is part of the id."""
    assert signed_in.get(f"{V2}?a=1").status_code == 200
    assert signed_in.get(f"{V2}%3Fa=1").status_code == 404
