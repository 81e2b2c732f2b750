"""A small cloud for tests of signing in: identity and compute on one address, with everything that may go wrong."""

from __future__ import annotations

import itertools
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from rackspace_images import ApiKey, KeystonePassword
from scripted import Request, Scripted, answer

SECRET = "geheim-4711"


@dataclass
class Cloud(Scripted):
    """Gives out `token-1`, `token-2`, …; compute takes those in `good`, which a sign-in adds to."""

    answers: Any = field(default_factory=list)
    regions: tuple[str, ...] = ("DFW", "ORD")
    default_region: str | None = "DFW"
    life: timedelta = timedelta(hours=24)
    good: set[str] = field(default_factory=set)
    login: bytes | None = None
    """What identity answers instead of a token."""
    image: bytes | None = None
    """What compute answers instead of an image, to a good token."""
    gate: threading.Event = field(default_factory=threading.Event)
    """A sign-in waits for it, so that a test can have others arrive meanwhile."""
    callers: int = 0
    """How many have come, as far as the test counts them."""
    path: str = "/{region}/v2/820712"
    catalog_url: str | None = None

    def __post_init__(self) -> None:
        self.gate.set()
        self._numbers = itertools.count(1)
        self.answers = self._answer

    @property
    def auth_url(self) -> str:
        return f"{self.url}/identity/v2.0"

    def api_key(self) -> ApiKey:
        return ApiKey("demo", SECRET, auth_url=self.auth_url)

    def keystone(self, **options: Any) -> KeystonePassword:
        given: dict[str, Any] = {"username": "demo", "user_domain_name": "Default", "project_name": "demo", **options}
        return KeystonePassword(auth_url=f"{self.url}/identity", password=SECRET, **given)

    @property
    def logins(self) -> list[Request]:
        return [request for request in self.requests if "tokens" in request.path]

    @property
    def asked(self) -> list[Request]:
        return [request for request in self.requests if "/images/" in request.path]

    def _answer(self, request: Request) -> bytes:
        if request.path.endswith("/tokens"):
            return self._login(request)
        if request.headers.get("x-auth-token") not in self.good:
            return answer(401, {"unauthorized": {"code": 401, "message": "Token expired."}})
        if self.image is not None:
            return self.image
        return answer(200, {"image": {"id": request.path.rpartition("/")[2], "name": request.path}})

    def _login(self, request: Request) -> bytes:
        self.gate.wait(10)
        if self.login is not None:
            return self.login
        token = f"token-{next(self._numbers)}"
        self.good.add(token)
        expires = (datetime.now(UTC) + self.life).isoformat().replace("+00:00", "Z")
        where = {region: self._compute(region) for region in self.regions}
        if "/v3/" in request.path:
            return answer(201, {"token": {"expires_at": expires, "catalog": keystone(where)}}, X_Subject_Token=token)
        user = {"id": "1", "name": "demo"}
        if self.default_region is not None:
            user["RAX-AUTH:defaultRegion"] = self.default_region
        access = {"token": {"id": token, "expires": expires}, "serviceCatalog": rackspace(where), "user": user}
        return answer(200, {"access": access})

    def _compute(self, region: str) -> str:
        return self.catalog_url or self.url + self.path.format(region=region.lower())


def rackspace(where: dict[str, str]) -> list[dict[str, Any]]:
    """A catalog of Rackspace Identity, with the first generation and another service before compute."""
    next_generation = [{"region": region, "tenantId": "820712", "publicURL": url} for region, url in where.items()]
    return [
        {"name": "cloudServers", "type": "compute", "endpoints": [{"publicURL": "https://servers.example.com/v1.0/1"}]},
        {
            "name": "cloudFiles",
            "type": "object-store",
            "endpoints": [
                {"region": region, "publicURL": "https://storage.example.com/v1"} for region in ("DFW", "SYD")
            ],
        },
        {"name": "cloudServersOpenStack", "type": "compute", "endpoints": next_generation},
    ]


def keystone(where: dict[str, str]) -> list[dict[str, Any]]:
    """A catalog of Keystone."""
    compute = [{"interface": "public", "region": r, "region_id": r, "url": url} for r, url in where.items()]
    internal = [
        {**place, "interface": "internal", "url": place["url"].replace("/v2", "/internal/v2")} for place in compute
    ]
    return [
        {"name": "swift", "type": "object-store", "endpoints": [{**compute[0], "url": "https://swift.example.com"}]},
        {"name": "nova", "type": "compute", "endpoints": compute + internal},
    ]


def body(request: Request) -> dict[str, Any]:
    """The JSON that a request brought."""
    found: dict[str, Any] = json.loads(request.body)
    return found
