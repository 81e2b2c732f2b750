"""Small clouds: identity and compute on one server, for cases that sign in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rackspace_images import ApiKey, ApplicationCredential, KeystonePassword, Password, StaticToken

from referee.cases import ClientClass, MakeClient
from referee.server import Reply, Request, Server, response

SECRET = "geheim-4711"
FAR = "2999-01-01T00:00:00Z"

Answer = Reply | Callable[[Request], Reply | None]


def rackspace_token(base: str, token: str = "geheim-token-1", **members: Any) -> dict[str, Any]:
    """What Rackspace Identity returns, with compute in two regions, the first generation and another service."""
    places = [{"region": region, "publicURL": f"{base}/{region.lower()}/v2/820712"} for region in ("DFW", "ORD")]
    catalog = [
        {"name": "cloudServers", "type": "compute", "endpoints": [{"publicURL": "https://servers.example.com/v1.0/1"}]},
        {
            "name": "cloudFiles",
            "type": "object-store",
            "endpoints": [{"region": "SYD", "publicURL": "https://s.example.com/v1"}],
        },
        {"name": "cloudServersOpenStack", "type": "compute", "endpoints": places},
    ]
    user = {"id": "1", "name": "demo", "RAX-AUTH:defaultRegion": "DFW"}
    return {"access": {"token": {"id": token, "expires": FAR}, "serviceCatalog": catalog, "user": user, **members}}


def keystone_catalog(base: str) -> list[dict[str, Any]]:
    """A catalog of Keystone with compute in two regions, public and internal."""
    endpoints = [
        {"interface": kind, "region": region, "region_id": region, "url": f"{base}/{region.lower()}/{kind}/v2.1"}
        for region in ("DFW", "ORD")
        for kind in ("public", "internal")
    ]
    return [
        {"name": "swift", "type": "object-store", "endpoints": [{**endpoints[0], "url": "https://swift.example.com"}]},
        {"name": "nova", "type": "compute", "endpoints": endpoints},
    ]


def keystone_token(base: str, **members: Any) -> dict[str, Any]:
    return {"token": {"expires_at": FAR, "catalog": keystone_catalog(base), **members}}


@dataclass
class Cloud:
    """A script: identity under `/identity`, and compute on every other path.

    `login` and `compute` are what these answer instead of a token and the image that is asked for; `good`: the tokens
    that compute takes.
    """

    login: Answer | None = None
    compute: Answer | None = None
    good: tuple[str, ...] = ("geheim-token-1", "geheim-token-2")
    failed_logins: int = 0
    """How many sign-ins are answered by 503 first."""
    tokens: int = field(default=0, init=False)

    def __call__(self, request: Request) -> Reply:
        base = f"http://{request.headers.get('host', '')}"
        if request.path.startswith("/identity"):
            if self.failed_logins:
                self.failed_logins -= 1
                return response(503)
            return _reply(self.login, request) or self._token(base, request)
        if request.headers.get("x-auth-token") not in self.good:
            return response(401, {"unauthorized": {"code": 401, "message": "Token expired."}})
        return _reply(self.compute, request) or response(
            200, {"image": {"id": request.last_segment, "name": request.path}}
        )

    def _token(self, base: str, request: Request) -> Reply:
        if request.method == "GET":
            return response(200, {"catalog": keystone_catalog(base)})
        self.tokens += 1
        name = f"geheim-token-{self.tokens}"
        if "/v3/" in request.path:
            return response(201, keystone_token(base), {"X-Subject-Token": name})
        return response(200, rackspace_token(base, name))


def _reply(answer: Answer | None, request: Request) -> Reply | None:
    return answer(request) if callable(answer) else answer


def api_key(server: Server, *, path: str = "identity/v2.0") -> ApiKey:
    return ApiKey("demo", SECRET, auth_url=f"{server.url}/{path}")


def password(server: Server) -> Password:
    return Password("demo", SECRET, auth_url=f"{server.url}/identity/v2.0")


def keystone(server: Server, **options: Any) -> KeystonePassword:
    given = {"username": "demo", "user_domain_name": "Default", "project_name": "demo", **options}
    return KeystonePassword(auth_url=f"{server.url}/identity/v3", password=SECRET, **given)


def application_credential(server: Server) -> ApplicationCredential:
    return ApplicationCredential(auth_url=f"{server.url}/identity", id="a1", secret=SECRET)


def catalog_token(server: Server) -> StaticToken:
    """A token from elsewhere that learns the catalog."""
    return StaticToken("geheim-token-1", auth_url=f"{server.url}/identity/v3")


def signed_in(credentials: Callable[[Server], Any], **options: Any) -> MakeClient:
    """A client that signs in, and makes each request once unless `options` say otherwise."""

    def make(kind: ClientClass, server: Server, more: Mapping[str, Any]) -> Any:
        return kind(credentials(server), **{"retry": None, "timeout": 10, **options, **more})

    return make
