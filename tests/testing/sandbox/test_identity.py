"""Both ways to sign in to the sandbox, with the credentials of identity.yaml's examples."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from rackspace_images.documents import document
from rackspace_images.testing.sandbox import Sandbox
from rackspace_images.testing.sandbox.spec import TENANT, TOKENS, example

from .described import problems

V2, V3, CATALOG = "/identity/v2.0/tokens", "/identity/v3/auth/tokens", "/identity/v3/auth/catalog"
KEYSTONE_USER = example("identity", "KeystoneToken")["token"]["user"]


def changed(name: str, path: str, value: object) -> Any:
    """A request example with one member changed, `None` removing it."""
    body = example("identity", name)
    *above, last = path.split("/")
    part = body
    for key in above:
        part = part[key]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return body


def about_a_day(text: str) -> bool:
    """Whether a time is some 24 hours ahead."""
    return abs(datetime.fromisoformat(text) - datetime.now(UTC) - timedelta(hours=24)) < timedelta(minutes=1)


@pytest.mark.parametrize("name", ["ApiKeyRequest", "PasswordRequest"])
def test_rackspace_gives_the_documents_answer(anonymous: httpx.Client, sandbox: Sandbox, name: str) -> None:
    """A key or a password gets the documented token, good for a day, and a catalog on the sandbox's own address."""
    answer = anonymous.post(V2, json=example("identity", name))
    assert (answer.status_code, problems("identity", "/tokens", "post", answer)) == (200, [])
    access = answer.json()["access"]
    documented = example("identity", "RackspaceToken")["access"]
    assert access["token"]["id"] == sandbox.token == documented["token"]["id"]
    assert about_a_day(access["token"]["expires"])
    assert access["user"] == documented["user"]
    services = {service["name"]: service["endpoints"] for service in access["serviceCatalog"]}
    assert {endpoint["region"]: endpoint["publicURL"] for endpoint in services["cloudServersOpenStack"]} == {
        "DFW": f"{sandbox.url}/dfw/v2/{TENANT}",
        "ORD": f"{sandbox.url}/ord/v2/{TENANT}",
    }
    assert [endpoint["publicURL"] for endpoint in services["cloudServers"]] == [f"{sandbox.url}/v1.0/{TENANT}"]


def test_rackspace_takes_the_tenant(anonymous: httpx.Client) -> None:
    """The tenant may be named, and has to be the right one."""
    for number, status in ((TENANT, 200), ("1", 401)):
        assert anonymous.post(V2, json=changed("ApiKeyRequest", "auth/tenantId", number)).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        changed("ApiKeyRequest", "auth/RAX-KSKEY:apiKeyCredentials/apiKey", "wrong"),
        changed("ApiKeyRequest", "auth/RAX-KSKEY:apiKeyCredentials/username", "nobody"),
        changed("PasswordRequest", "auth/passwordCredentials/password", "wrong"),
    ],
)
def test_rackspace_refuses_wrong_credentials(anonymous: httpx.Client, body: object) -> None:
    """A wrong user, key or password answers 401 with the documents' fault."""
    answer = anonymous.post(V2, json=body)
    assert (answer.status_code, answer.json()) == (401, example("identity", "RackspaceUnauthorized"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b"[]",
        b"null",
        b'{"auth": 1}',
        b'{"auth": {}}',
        b'{"auth": {"passwordCredentials": {"username": 1, "password": 2}}}',
        b'{"auth": {"passwordCredentials": "demo"}}',
        b'{"auth": {"passwordCredentials": {}, "RAX-KSKEY:apiKeyCredentials": {}}}',
    ],
)
def test_rackspace_says_what_it_cannot_read(anonymous: httpx.Client, content: bytes) -> None:
    """A body that is no token request answers 400 `badRequest`."""
    answer = anonymous.post(V2, content=content)
    assert (answer.status_code, answer.json()["badRequest"]["code"]) == (400, 400)
    assert problems("identity", "/tokens", "post", answer) == []


@pytest.mark.parametrize("name", ["KeystonePasswordRequest", "ApplicationCredentialRequest"])
def test_keystone_gives_the_token_in_a_header(anonymous: httpx.Client, sandbox: Sandbox, name: str) -> None:
    """201, the token in X-Subject-Token, its end in a day, and a catalog on the sandbox's own address."""
    body = example("identity", name)
    answer = anonymous.post(V3, json=body)
    assert (answer.status_code, problems("identity", "/auth/tokens", "post", answer)) == (201, [])
    assert answer.headers["X-Subject-Token"] == TOKENS[1]
    token = answer.json()["token"]
    assert token["methods"] == body["auth"]["identity"]["methods"]
    assert about_a_day(token["expires_at"])
    assert compute_urls(token["catalog"]) == {
        "DFW": f"{sandbox.url}/dfw/v2.1",
        "ORD": f"{sandbox.url}/ord/v2.1",
    }


def compute_urls(catalog: list[dict[str, Any]]) -> dict[str, str]:
    """Region to URL of the compute service."""
    (compute,) = (service for service in catalog if service["type"] == "compute")
    return {endpoint["region"]: endpoint["url"] for endpoint in compute["endpoints"]}


PASSWORD = "auth/identity/password/user"
APPLICATION = "auth/identity/application_credential"


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("KeystonePasswordRequest", f"{PASSWORD}/domain", {"id": "default"}),
        ("KeystonePasswordRequest", PASSWORD, {"id": KEYSTONE_USER["id"], "password": "sandbox-password"}),
        ("KeystonePasswordRequest", "auth/scope", {"project": {"id": TENANT}}),
        ("KeystonePasswordRequest", "auth/scope", {"project": {"name": "demo", "domain": {"id": "default"}}}),
    ],
)
def test_keystone_takes_ids_for_names(anonymous: httpx.Client, name: str, path: str, value: object) -> None:
    """User, project and domain are known by id as well as by name."""
    assert anonymous.post(V3, json=changed(name, path, value)).status_code == 201


def test_an_unscoped_token_has_no_catalog(anonymous: httpx.Client) -> None:
    """Without a project Keystone gives a token that has no catalog."""
    answer = anonymous.post(V3, json=changed("KeystonePasswordRequest", "auth/scope", None))
    assert answer.status_code == 201
    assert not {"catalog", "project"} & set(answer.json()["token"])


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("KeystonePasswordRequest", f"{PASSWORD}/password", "wrong"),
        ("KeystonePasswordRequest", f"{PASSWORD}/name", "nobody"),
        ("KeystonePasswordRequest", f"{PASSWORD}/domain", {"name": "Other"}),
        ("KeystonePasswordRequest", "auth/scope", {"project": {"id": "1"}}),
        ("KeystonePasswordRequest", "auth/identity", {"methods": ["token"], "token": {"id": "x"}}),
        ("ApplicationCredentialRequest", f"{APPLICATION}/secret", "wrong"),
        ("ApplicationCredentialRequest", "auth/scope", {"project": {"id": TENANT}}),
    ],
)
def test_keystone_refuses(anonymous: httpx.Client, name: str, path: str, value: object) -> None:
    """Wrong credentials, and an application credential that asks for a project, answer 401 in Keystone's words."""
    answer = anonymous.post(V3, json=changed(name, path, value))
    assert (answer.status_code, answer.json()) == (401, example("identity", "KeystoneUnauthorized"))


def test_keystone_knows_no_such_application_credential(anonymous: httpx.Client) -> None:
    """An application credential that is none answers 404 in Keystone's form."""
    answer = anonymous.post(V3, json=changed("ApplicationCredentialRequest", f"{APPLICATION}/id", "unknown"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 404)
    assert problems("identity", "/auth/tokens", "post", answer) == []


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"auth": {}},
        {"auth": {"identity": {"methods": []}}},
        {"auth": {"identity": {"methods": ["password", "totp"], "password": {}}}},
        {"auth": {"identity": {"methods": ["password"]}}},
        {"auth": {"identity": {"methods": [["password"]]}}},
        {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo"}}}}},
        changed("KeystonePasswordRequest", f"{PASSWORD}/domain", None),
        changed("KeystonePasswordRequest", "auth/scope", "all"),
        changed("ApplicationCredentialRequest", f"{APPLICATION}/secret", None),
    ],
)
def test_keystone_says_what_it_cannot_read(anonymous: httpx.Client, body: object) -> None:
    """A body that is no token request answers 400 in Keystone's form."""
    answer = anonymous.post(V3, json=copy.deepcopy(body))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 400)


@pytest.mark.parametrize("token", TOKENS)
def test_the_catalog_of_a_token(anonymous: httpx.Client, sandbox: Sandbox, token: str) -> None:
    """A token from elsewhere learns the compute endpoints from the catalog."""
    answer = anonymous.get(CATALOG, headers={"X-Auth-Token": token})
    assert (answer.status_code, problems("identity", "/auth/catalog", "get", answer)) == (200, [])
    assert compute_urls(answer.json()["catalog"])["ORD"] == f"{sandbox.url}/ord/v2.1"


def test_the_catalog_wants_a_token(anonymous: httpx.Client, sandbox: Sandbox) -> None:
    """Without a good token the catalog answers 401 in Keystone's words."""
    for headers in ({}, {"X-Auth-Token": "wrong"}):
        answer = anonymous.get(CATALOG, headers=headers)
        assert (answer.status_code, answer.json()) == (401, example("identity", "KeystoneUnauthorized"))
        assert answer.headers["WWW-Authenticate"] == f'Keystone uri="{sandbox.keystone_url}"'


@pytest.mark.parametrize(("method", "path"), [("GET", V2), ("PUT", V3), ("POST", CATALOG)])
def test_identity_knows_its_methods(anonymous: httpx.Client, method: str, path: str) -> None:
    """Another method at an identity path answers 405 and says what is allowed."""
    answer = anonymous.request(method, path)
    assert answer.status_code == 405
    assert method not in answer.headers["Allow"]


def test_openstack_clients_find_the_version(anonymous: httpx.Client, sandbox: Sandbox) -> None:
    """Keystone says which version it has, and where, with and without the trailing slash."""
    for slash in ("", "/"):
        choices = anonymous.get(f"/identity{slash}")
        version = anonymous.get(f"/identity/v3{slash}").json()["version"]
        assert (choices.status_code, choices.json()["versions"]["values"]) == (300, [version])
        assert version["links"][0]["href"] == f"{sandbox.keystone_url}/"


@pytest.mark.parametrize("name", ["ApiKeyRequest", "KeystonePasswordRequest"])
def test_the_catalogs_first_url_serves_an_image(anonymous: httpx.Client, name: str) -> None:
    """Signed in either way, the image is where the catalog says."""
    answer = anonymous.post(V2 if name == "ApiKeyRequest" else V3, json=example("identity", name))
    if name == "ApiKeyRequest":
        access = answer.json()["access"]
        token, url = access["token"]["id"], access["serviceCatalog"][1]["endpoints"][0]["publicURL"]
    else:
        token, url = answer.headers["X-Subject-Token"], compute_urls(answer.json()["token"]["catalog"])["DFW"]
    image_id = document("images")["components"]["parameters"]["ImageId"]["example"]
    assert anonymous.get(f"{url}/images/{image_id}", headers={"X-Auth-Token": token}).status_code == 200
