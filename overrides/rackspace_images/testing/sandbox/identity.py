"""Both ways to sign in, as `identity.yaml` has them. The good credentials are its request examples."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from . import spec
from .responses import Request, Response, documented, fault, json_response, unauthorized

_LIFETIME = timedelta(hours=24)
_RACKSPACE_TOKENS = "/identity/v2.0/tokens"
_RACKSPACE_KINDS = {
    "RAX-KSKEY:apiKeyCredentials": ("ApiKeyRequest", "APIKEY"),
    "passwordCredentials": ("PasswordRequest", "PASSWORD"),
}
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What a body raises that is not JSON, or lacks something."""


def respond(request: Request) -> Response | None:
    """The response of Rackspace Identity v2.0 or Keystone v3; None where neither has the path."""
    if request.path not in _OPERATIONS:
        return None
    method, operation = _OPERATIONS[request.path]
    if request.method not in (method, method.replace("GET", "HEAD")):
        return documented("images", "BadMethod", 405).with_headers({"Allow": method})
    response = operation(request)
    return response if request.path == _RACKSPACE_TOKENS else response.with_request_id("X-Openstack-Request-Id")


def _create_rackspace_token(request: Request) -> Response:
    try:
        auth = json.loads(request.body)["auth"]
        (kind,) = _RACKSPACE_KINDS.keys() & auth.keys()
        example, method = _RACKSPACE_KINDS[kind]
        good = spec.example("identity", example)["auth"][kind]
        texts = {name: auth[kind][name].encode() for name in good}
    except _UNREADABLE:
        return fault("badRequest", 400, "Invalid request body: one kind of credentials is expected in auth.")
    is_good = texts == {name: value.encode() for name, value in good.items()}
    if not is_good or auth.get("tenantId", spec.TENANT) != spec.TENANT:
        return documented("identity", "RackspaceUnauthorized", 401)
    found = spec.example("identity", "RackspaceToken")
    found["access"]["token"] |= {"expires": _time(_LIFETIME, "milliseconds"), "RAX-AUTH:authenticatedBy": [method]}
    _move(found["access"]["serviceCatalog"], request)
    return json_response(found)


def _create_keystone_token(request: Request) -> Response:
    try:
        auth = json.loads(request.body)["auth"]
        (method,) = auth["identity"]["methods"]
        project = auth["scope"]["project"] if auth.get("scope") is not None else None
        refused = _refuse(method, auth["identity"].get(method), project, request)
    except _UNREADABLE:
        words = "Expecting to find auth.identity in the request body, with one method and what it needs."
        return _error(400, "Bad Request", words)
    if refused:
        return refused
    found = spec.example("identity", "KeystoneToken")
    issued, expires = _time(timedelta(), "microseconds"), _time(_LIFETIME, "microseconds")
    found["token"] |= {"methods": [method], "issued_at": issued, "expires_at": expires}
    _move(found["token"]["catalog"], request)
    if method == "password" and project is None:
        del found["token"]["catalog"], found["token"]["project"]
    return json_response(found, 201).with_headers({"X-Subject-Token": spec.TOKENS[1]})


def _refuse(method: str, given: Any, project: Any, request: Request) -> Response | None:
    """Keystone's refusal of credentials; None for good ones. Fails over those that lack something."""
    is_good = False
    if method == "password":
        user, known = given["user"], spec.example("identity", "KeystoneToken")["token"]
        good = spec.example("identity", "KeystonePasswordRequest")["auth"]["identity"][method]["user"]
        is_user = user["password"] == good["password"] and _is_known(user, known["user"])
        is_good = is_user and (project is None or _is_known(project, known["project"]))
    elif method == "application_credential":
        good = spec.example("identity", "ApplicationCredentialRequest")["auth"]["identity"][method]
        if "secret" in given and given["id"] != good["id"]:
            return _error(404, "Not Found", "Could not find Application Credential.")
        # Its project was chosen when it was made, and it may not ask for one.
        is_good = given["secret"] == good["secret"] and project is None
    return None if is_good else unauthorized(request, "/identity/v3")


def _is_known(given: Any, known: spec.JsonObject) -> bool:
    """Whether a user or project is the known one: by its id, or by its name and its domain's id or name."""
    if "id" in given:
        return bool(given["id"] == known["id"])
    key = "id" if "id" in given["domain"] else "name"
    return bool(given["domain"][key] == known["domain"][key] and given["name"] == known["name"])


def _show_catalog(request: Request) -> Response:
    if request.headers.get("X-Auth-Token") not in spec.TOKENS:
        return unauthorized(request, "/identity/v3")
    found = spec.example("identity", "KeystoneCatalog")
    _move(found["catalog"], request)
    return json_response(found)


def _list_versions(request: Request) -> Response:
    return json_response({"versions": {"values": [_version(request)]}}, 300)


def _show_version(request: Request) -> Response:
    return json_response({"version": _version(request)})


def _version(request: Request) -> spec.JsonObject:
    """What Keystone says of its version, so that OpenStack's own clients find their way."""
    links = [{"rel": "self", "href": f"{request.base_url}/identity/v3/"}]
    return {"id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z", "links": links, "media-types": []}


_OPERATIONS: dict[str, tuple[str, Callable[[Request], Response]]] = {
    _RACKSPACE_TOKENS: ("POST", _create_rackspace_token),
    "/identity/v3/auth/tokens": ("POST", _create_keystone_token),
    "/identity/v3/auth/catalog": ("GET", _show_catalog),
    **dict.fromkeys(("/identity", "/identity/"), ("GET", _list_versions)),
    **dict.fromkeys(("/identity/v3", "/identity/v3/"), ("GET", _show_version)),
}


def _move(catalog: list[spec.JsonObject], request: Request) -> None:
    """Leads a catalog's URLs to the sandbox, each with its region, version and tenant as documented."""
    for endpoint in (endpoint for service in catalog for endpoint in service["endpoints"]):
        key = "publicURL" if "publicURL" in endpoint else "url"
        region = f"/{endpoint['region'].lower()}" if "region" in endpoint else ""
        endpoint[key] = request.base_url + region + re.sub(r".*(?=/v[0-9])", "", endpoint[key])


def _error(status: int, title: str, message: str) -> Response:
    return json_response({"error": {"code": status, "title": title, "message": message}}, status)


def _time(ahead: timedelta, precision: str) -> str:
    return (datetime.now(UTC) + ahead).isoformat(timespec=precision).replace("+00:00", "Z")
