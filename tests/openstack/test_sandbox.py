"""The sandbox answers as the real services do: one table of requests, sent to both."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx
import pytest
from rackspace_images.testing.sandbox import Sandbox
from rackspace_images.testing.sandbox.spec import TENANT, TOKENS, example

from .lab import Credentials, OpenStackLab
from .validation import ON_PURPOSE

HEADERS = ("X-Compute-Request-Id", "X-Openstack-Request-Id", "Retry-After", "WWW-Authenticate", "X-Subject-Token")
"""What a client reads. Present or absent is compared, as the values differ."""
UNKNOWN = "00000000-0000-4000-8000-000000999999"


@dataclass(frozen=True)
class Cloud:
    """Where one of the two is, and what is good there."""

    compute_root: str
    identity_root: str
    image_id: str
    project: str
    token: str
    unscoped_token: str
    password: Any
    application_credential: Any

    def compute(self, path: str) -> str:
        return self.compute_root + path.format(id=self.image_id, upper=self.image_id.upper(), project=self.project)


class Seen(NamedTuple):
    """What is compared of an answer: status, headers that are there, keys of its object, and of its fault."""

    status: int
    headers: frozenset[str]
    keys: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Case:
    """One request: `path` is compute's, below its root; or `identity`'s, below Keystone's root."""

    name: str
    path: str = "/v2.1/images/{id}"
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    token: str | None = "good"
    identity: bool = False
    body: Callable[[Cloud], Any] | None = None
    content: bytes | None = None


def _asking(version: str) -> list[Case]:
    return [
        Case(f"OpenStack-API-Version {version}", headers={"OpenStack-API-Version": f"compute {version}".strip()}),
        Case(f"X-OpenStack-Nova-API-Version {version}", headers={"X-OpenStack-Nova-API-Version": version}),
    ]


def _password(**changes: Any) -> Callable[[Cloud], Any]:
    """The good request with members of its user or its scope changed; a scope of None is left out."""

    def body(cloud: Cloud) -> Any:
        changed = copy.deepcopy(cloud.password)
        if "scope" in changes:
            changed["auth"]["scope"] = changes["scope"]
            if changes["scope"] is None:
                del changed["auth"]["scope"]
        for key, value in changes.items():
            if key != "scope":
                changed["auth"]["identity"]["password"]["user"][key] = value
        return changed

    return body


def _application_credential(**changes: str) -> Callable[[Cloud], Any]:
    def body(cloud: Cloud) -> Any:
        changed = copy.deepcopy(cloud.application_credential)
        changed["auth"]["identity"]["application_credential"] |= changes
        return changed

    return body


def _scoped(cloud: Cloud) -> Any:
    changed = copy.deepcopy(cloud.application_credential)
    changed["auth"]["scope"] = cloud.password["auth"]["scope"]
    return changed


def _sign_in(name: str, body: Callable[[Cloud], Any] | None = None, content: bytes | None = None) -> Case:
    return Case(name, "/v3/auth/tokens", "POST", token=None, identity=True, body=body, content=content)


def _catalog(name: str, token: str | None) -> Case:
    return Case(name, "/v3/auth/catalog", token=token, identity=True)


CASES = [
    Case("good"),
    Case("good, v2", "/v2/images/{id}"),
    Case("good, project in the URL", "/v2.1/{project}/images/{id}"),
    Case("good, query", "/v2.1/images/{id}?a=1"),
    Case("two slashes", "/v2.1/images//{id}"),
    Case("unknown id", f"/v2.1/images/{UNKNOWN}"),
    Case("not an id", "/v2.1/images/ubuntu"),
    Case("upper-case id", "/v2.1/images/{upper}"),
    Case("id in braces", "/v2.1/images/%7B{id}%7D"),
    Case("id with a suffix", "/v2.1/images/{id}.json"),
    Case("id with a space", "/v2.1/images/{id}%20"),
    Case("trailing slash", "/v2.1/images/{id}/"),
    Case("extra step", "/v2.1/images/{id}/below"),
    Case("no such resource", "/v2.1/nowhere"),
    Case("wrong token", token="wrong"),
    Case("no token", token=None),
    Case("empty token", token=""),
    Case("no token, unknown id", f"/v2.1/images/{UNKNOWN}", token=None),
    Case("no token, trailing slash", "/v2.1/images/{id}/", token=None),
    Case("no token, v2", "/v2/images/{id}", token=None),
    Case("no token, microversion out of range", token=None, headers={"X-OpenStack-Nova-API-Version": "2.999"}),
    Case("other project in the URL", "/v2.1/12345/images/{id}"),
    Case("other project, unknown id", f"/v2.1/12345/images/{UNKNOWN}"),
    Case("other project, 2.36", "/v2.1/12345/images/{id}", headers={"X-OpenStack-Nova-API-Version": "2.36"}),
    Case("no version", "/images/{id}"),
    Case("no version, no token", "/images/{id}", token=None),
    Case("v1.1", "/v1.1/images/{id}"),
    Case("v3", "/v3/images/{id}"),
    Case("list", "/v2.1/images/detail"),
    Case("list, v2, project in the URL", "/v2/{project}/images/detail"),
    Case("list, a full page", "/v2.1/images/detail?limit=1"),
    Case("list, at a marker", "/v2.1/images/detail?marker={id}"),
    Case("list, an unknown marker", f"/v2.1/images/detail?marker={UNKNOWN}"),
    Case("list, no marker", "/v2.1/images/detail?marker="),
    *(Case(f"list, limit={limit}", f"/v2.1/images/detail?limit={limit}") for limit in ("-1", "ten", "1001", "")),
    *(
        Case(f"list, {query}", f"/v2.1/images/detail?{query}&limit=1")
        for query in (
            *("status=active", "status=SAVING", "status=ERROR", "status=UNKNOWN", "status=deactivated"),
            *("status=queued", "type=base", "type=cactus", "minDisk=20", "minDisk=19", "minRam=512", "minRam=much"),
            *("changes-since=2000-01-01T00:00:00Z", "changes-since=2999-01-01T00:00:00Z", "changes-since=yesterday"),
            *("name=", "server=", "server=nobody", "sort_key=name"),
        )
    ),
    Case("list, 2.36", "/v2.1/images/detail", headers={"X-OpenStack-Nova-API-Version": "2.36"}),
    Case("list, no token", "/v2.1/images/detail", token=None),
    Case("list, other project", "/v2.1/12345/images/detail"),
    Case("list, trailing slash", "/v2.1/images/detail/"),
    Case("list, HEAD", "/v2.1/images/detail", "HEAD"),
    Case("versions", "/"),
    Case("versions, no token", "/", token=None),
    Case("the version", "/v2.1/"),
    Case("v2, 2.36 is ignored", "/v2/images/{id}", headers={"X-OpenStack-Nova-API-Version": "2.36"}),
    *(Case(method, method=method) for method in ("HEAD", "POST", "PUT", "PATCH", "OPTIONS")),
    Case("HEAD, no token", method="HEAD", token=None),
    Case("POST, no token", method="POST", token=None),
    Case("POST, other project", "/v2.1/12345/images/{id}", "POST"),
    *(case for version in ("2.1", "2.35", "2.36", "latest", "2.999", "1.0", "3.0") for case in _asking(version)),
    *(case for version in ("two", "2", "2.036", "") for case in _asking(version)),
    Case("another service's microversion", headers={"OpenStack-API-Version": "volume 3.0"}),
    Case("a microversion of no service", headers={"OpenStack-API-Version": "2.36"}),
    _sign_in("password", _password()),
    _sign_in("wrong password", _password(password="wrong")),
    _sign_in("unknown user", _password(name="nobody")),
    _sign_in("unknown project", _password(scope={"project": {"name": "nothing", "domain": {"name": "Default"}}})),
    _sign_in("unknown domain", _password(domain={"name": "Nowhere"})),
    _sign_in("unscoped", _password(scope=None)),
    _sign_in("application credential", _application_credential()),
    _sign_in("application credential, wrong secret", _application_credential(secret="wrong")),
    _sign_in("application credential, unknown", _application_credential(id="0" * 32)),
    _sign_in("application credential with a scope", _scoped),
    _sign_in("malformed JSON", content=b"{"),
    _sign_in("empty object", content=b"{}"),
    _sign_in("no methods", content=b'{"auth": {"identity": {}}}'),
    Case("tokens with a trailing slash", "/v3/auth/tokens/", "POST", identity=True, token=None, body=_password()),
    Case("no such resource of Keystone", "/v3/nowhere", identity=True),
    Case("Keystone's versions", "/", identity=True, token=None),
    Case("Keystone's version", "/v3", identity=True, token=None),
    _catalog("catalog", "good"),
    _catalog("catalog, wrong token", "wrong"),
    _catalog("catalog, no token", None),
    _catalog("catalog, unscoped token", "unscoped"),
]


class Difference:
    """What the sandbox answers otherwise, and why that is meant; all else agrees."""

    def __init__(self, why: str, **otherwise: Any) -> None:
        self.why = why
        self._otherwise = otherwise

    def of(self, expected: Seen) -> Seen:
        """What the sandbox answers where the real service answers `expected`."""
        return expected._replace(**self._otherwise)


_REQUEST_IDS = frozenset({"X-Compute-Request-Id", "X-Openstack-Request-Id"})
_ROUTER = frozenset({"message", "code", "title"})
_BAD_METHOD = Difference(
    "the source has 405 for a method that is not allowed, and no server was seen to send it: here clients meet it",
    status=405,
    headers=_REQUEST_IDS,
    keys=frozenset({"badMethod"}),
    members=frozenset({"code", "message"}),
)

MEANT = {
    "two slashes": Difference(
        "a client that joins its URL wrongly is to notice", status=404, keys=_ROUTER, members=frozenset()
    ),
    "no token, v2": Difference(
        "v2 is Rackspace's, and refuses in Rackspace's words",
        headers=_REQUEST_IDS,
        keys=frozenset({"unauthorized"}),
        members=frozenset({"code", "message"}),
    ),
    "the version": Difference("no document describes it", status=404, keys=_ROUTER),
    **dict.fromkeys(("POST", "PUT", "PATCH", "OPTIONS", "POST, other project"), _BAD_METHOD),
    "application credential with a scope": Difference(
        "identity.yaml describes no `identity` in a fault", members=frozenset({"code", "title", "message"})
    ),
    "tokens with a trailing slash": Difference(
        "a client that joins its URL wrongly is to notice", status=404, headers=_REQUEST_IDS, keys=_ROUTER
    ),
    "no such resource of Keystone": Difference(
        "the sandbox has one router, compute's; a client reads the status", headers=_REQUEST_IDS, keys=_ROUTER
    ),
    "catalog": Difference("identity.yaml describes no `links` of a catalog", keys=frozenset({"catalog"})),
    "catalog, unscoped token": Difference(
        "the sandbox has one Keystone token, which has a catalog",
        status=200,
        keys=frozenset({"catalog"}),
        members=frozenset(),
    ),
}


@pytest.fixture(scope="module")
def real(lab: OpenStackLab) -> Cloud:
    """The real services, to the user `demo`."""
    password = _password_request(lab.demo)
    unscoped = copy.deepcopy(password)
    del unscoped["auth"]["scope"]
    application = {"id": lab.demo.application_credential_id, "secret": lab.demo.application_credential_secret}
    identity = {"methods": ["application_credential"], "application_credential": application}
    return Cloud(
        compute_root=lab.compute_url.removesuffix("/v2.1"),
        identity_root=lab.auth_url.removesuffix("/v3"),
        image_id=lab.images["base"],
        project=lab.demo.project_id,
        token=lab.token(lab.demo),
        unscoped_token=httpx.post(f"{lab.auth_url}/auth/tokens", json=unscoped).headers["X-Subject-Token"],
        password=password,
        application_credential={"auth": {"identity": identity}},
    )


@pytest.fixture(scope="module")
def imitation() -> Iterator[Cloud]:
    """The sandbox, to its user."""
    with Sandbox() as sandbox:
        yield Cloud(
            compute_root=f"{sandbox.url}/dfw",
            identity_root=f"{sandbox.url}/identity",
            image_id="e3d37ab2-8dc0-4000-b773-b15aad79ad0a",
            project=TENANT,
            token=TOKENS[1],
            unscoped_token=TOKENS[1],
            password=example("identity", "KeystonePasswordRequest"),
            application_credential=example("identity", "ApplicationCredentialRequest"),
        )


def _password_request(who: Credentials) -> Any:
    domain = {"name": who.domain_name}
    user = {"name": who.username, "password": who.password, "domain": domain}
    project = {"name": who.project_name, "domain": domain}
    identity = {"methods": ["password"], "password": {"user": user}}
    return {"auth": {"identity": identity, "scope": {"project": project}}}


def _ask(cloud: Cloud, case: Case) -> Seen:
    url = cloud.identity_root + case.path if case.identity else cloud.compute(case.path)
    token = {"good": cloud.token, "unscoped": cloud.unscoped_token}.get(case.token or "", case.token)
    headers = {"Accept": "application/json", **case.headers}
    if token is not None:
        headers["X-Auth-Token"] = token
    if case.content is not None:
        headers["Content-Type"] = "application/json"
    with httpx.Client() as client:
        request = client.build_request(
            case.method,
            url,
            headers=headers,
            json=case.body(cloud) if case.body else None,
            content=case.content,
            extensions=ON_PURPOSE,
        )
        return _seen(client.send(request))


def _seen(answer: httpx.Response) -> Seen:
    headers = frozenset(name for name in HEADERS if name in answer.headers)
    media_type = answer.headers.get("Content-Type", "").partition(";")[0]
    if not answer.content or media_type != "application/json":
        return Seen(answer.status_code, headers)
    value = answer.json()
    (only,) = value.values() if len(value) == 1 else ({},)
    members = frozenset(only) if answer.is_error and isinstance(only, dict) else frozenset()
    return Seen(answer.status_code, headers, frozenset(value), members)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_sandbox_answers_as_the_real_services(real: Cloud, imitation: Cloud, case: Case) -> None:
    """Status, keys, the fault's members and the headers that a client reads agree, but where it is meant."""
    expected, answered = _ask(real, case), _ask(imitation, case)
    if meant := MEANT.get(case.name):
        assert answered != expected, "the two agree: this is no difference any more"
        expected = meant.of(expected)
    assert answered == expected, f"sandbox: {answered}; real: {expected}"


def test_every_difference_is_of_a_case() -> None:
    """The table of differences names only requests of the table."""
    assert set(MEANT) <= {case.name for case in CASES}
