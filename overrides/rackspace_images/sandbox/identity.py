"""Both ways to sign in, as `identity.yaml` has them. The good credentials are its request examples."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import spec
from .replies import address, documented, fault, request_id

_LIFETIME = timedelta(hours=24)
_RACKSPACE_KINDS = {
    "RAX-KSKEY:apiKeyCredentials": ("ApiKeyRequest", "apiKey"),
    "passwordCredentials": ("PasswordRequest", "password"),
}

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(base_url: str | None) -> list[Route]:
    """Rackspace Identity v2.0 and Keystone v3, side by side under `/identity`."""

    async def tokens_v2(request: Request) -> Response:
        return _rackspace(await _json(request), address(request, base_url))

    async def tokens_v3(request: Request) -> Response:
        return _keystone(await _json(request), address(request, base_url))

    async def catalog_v3(request: Request) -> Response:
        if request.headers.get("X-Auth-Token") not in spec.tokens():
            return _unauthorized(address(request, base_url))
        answer = spec.example("identity", "KeystoneCatalog")
        answer["catalog"] = spec.rewritten(answer["catalog"], address(request, base_url))
        return JSONResponse(answer)

    async def versions(request: Request) -> Response:
        return JSONResponse({"versions": {"values": [_version(address(request, base_url))]}}, 300)

    async def version_v3(request: Request) -> Response:
        return JSONResponse({"version": _version(address(request, base_url))})

    return [
        Route("/identity/v2.0/tokens", tokens_v2, methods=["POST"]),
        Route("/identity/v3/auth/tokens", _numbered(tokens_v3), methods=["POST"]),
        Route("/identity/v3/auth/catalog", _numbered(catalog_v3), methods=["GET"]),
        *(Route(path, _numbered(versions), methods=["GET"]) for path in ("/identity", "/identity/")),
        *(Route(path, _numbered(version_v3), methods=["GET"]) for path in ("/identity/v3", "/identity/v3/")),
    ]


def _rackspace(body: Any, base_url: str) -> Response:
    auth = body.get("auth") if isinstance(body, dict) else None
    kinds = [kind for kind in _RACKSPACE_KINDS if isinstance(auth, dict) and kind in auth]
    if not isinstance(auth, dict) or len(kinds) != 1:
        return fault("badRequest", 400, "Invalid request body: one kind of credentials is expected in auth.")
    name, proof = _RACKSPACE_KINDS[kinds[0]]
    given, good = auth[kinds[0]], spec.example("identity", name)["auth"][kinds[0]]
    if not _are_texts(given, "username", proof):
        return fault("badRequest", 400, f"Invalid request body: username and {proof} are expected, as text.")
    tenant = auth.get("tenantId", spec.tenant())
    if given["username"] != good["username"] or given[proof] != good[proof] or tenant != spec.tenant():
        return documented("identity", "RackspaceUnauthorized", 401)
    answer = spec.example("identity", "RackspaceToken")
    access = answer["access"]
    access["token"]["expires"] = _time(datetime.now(UTC) + _LIFETIME, "milliseconds")
    access["token"]["RAX-AUTH:authenticatedBy"] = ["APIKEY" if proof == "apiKey" else "PASSWORD"]
    access["serviceCatalog"] = spec.rewritten(access["serviceCatalog"], base_url)
    return JSONResponse(answer)


def _keystone(body: Any, base_url: str) -> Response:
    try:
        auth = body["auth"]
        (method,) = auth["identity"]["methods"]
        project = auth["scope"]["project"] if auth.get("scope") is not None else None
        if method == "application_credential" and not _is_known(auth["identity"][method]):
            return _error(404, "Not Found", "Could not find Application Credential.")
        is_good = _KEYSTONE_METHODS.get(method)
        good = is_good is not None and is_good(auth["identity"][method], project)
    except (KeyError, TypeError, ValueError, AttributeError):
        words = "Expecting to find auth.identity in the request body, with one method and what it needs."
        return _error(400, "Bad Request", words)
    if not good:
        return _unauthorized(base_url)
    answer = spec.example("identity", "KeystoneToken")
    token = answer["token"]
    now = datetime.now(UTC)
    token["methods"] = [method]
    token["issued_at"] = _time(now, "microseconds")
    token["expires_at"] = _time(now + _LIFETIME, "microseconds")
    token["catalog"] = spec.rewritten(token["catalog"], base_url)
    if method == "password" and project is None:
        del token["catalog"], token["project"]
    return JSONResponse(answer, 201, {"X-Subject-Token": spec.tokens()[1]})


def _error(status: int, title: str, message: str) -> Response:
    return JSONResponse({"error": {"code": status, "title": title, "message": message}}, status)


def _unauthorized(base_url: str) -> Response:
    challenge = {"WWW-Authenticate": f'Keystone uri="{base_url}/identity/v3"'}
    return documented("identity", "KeystoneUnauthorized", 401, challenge)


def _password(given: Any, project: Any) -> bool:
    user = given["user"]
    good = spec.example("identity", "KeystonePasswordRequest")["auth"]["identity"]["password"]["user"]
    known = spec.example("identity", "KeystoneToken")["token"]
    right: bool = user["password"] == good["password"]
    return right and _is_one(user, known["user"]) and (project is None or _is_one(project, known["project"]))


def _application_credential(given: Any, project: Any) -> bool:
    request = spec.example("identity", "ApplicationCredentialRequest")
    good = request["auth"]["identity"]["application_credential"]
    # Its project was chosen when it was made, and it may not ask for one.
    return bool(given["secret"] == good["secret"] and project is None)


def _is_known(given: Any) -> bool:
    """Whether an application credential is one at all, if it has what it needs."""
    request = spec.example("identity", "ApplicationCredentialRequest")
    good = request["auth"]["identity"]["application_credential"]
    return bool("secret" not in given or given["id"] == good["id"])


_KEYSTONE_METHODS: dict[str, Callable[[Any, Any], bool]] = {
    "password": _password,
    "application_credential": _application_credential,
}


def _is_one(given: Any, known: spec.JsonObject) -> bool:
    """Whether a user or project is the known one: by its id, or by its name and its domain's id or name."""
    if "id" in given:
        return bool(given["id"] == known["id"])
    domain = given["domain"]
    same_domain = domain["id"] == known["domain"]["id"] if "id" in domain else domain["name"] == known["domain"]["name"]
    return bool(given["name"] == known["name"] and same_domain)


def _version(base_url: str) -> spec.JsonObject:
    """What Keystone says of its version, so that OpenStack's own clients find their way."""
    links = [{"rel": "self", "href": f"{base_url}/identity/v3/"}]
    return {
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": links,
        "media-types": [],
    }


def _numbered(endpoint: Endpoint) -> Endpoint:
    async def numbered(request: Request) -> Response:
        response = await endpoint(request)
        response.headers["X-Openstack-Request-Id"] = request_id()
        return response

    return numbered


async def _json(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        return None


def _are_texts(obj: Any, *keys: str) -> bool:
    return isinstance(obj, dict) and all(isinstance(obj.get(key), str) for key in keys)


def _time(when: datetime, precision: str) -> str:
    return when.isoformat(timespec=precision).replace("+00:00", "Z")
