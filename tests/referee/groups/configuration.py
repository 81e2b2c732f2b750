"""`from_config`: which source is taken, what is sent to sign in, and what each mistake is told as.

A mock transport takes the place of the network, so that any host can be named.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from rackspace_images import UK_AUTH_URL, US_AUTH_URL, AsyncImagesClient, ImagesClient

from referee.cases import IMAGE_ID, ClientClass
from referee.groups.clouds import FAR, SECRET, keystone_catalog, rackspace_token
from referee.outcomes import Normaliser, describe_error, describe_requests
from referee.server import Request

URL = "https://keystone.example.com/v3"
BASE = "https://compute.example.com"


@dataclass(frozen=True)
class Configuration:
    """Variables, files and arguments of `from_config`."""

    name: str
    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    """By path: below HOME where it begins with `~/`, else in the current folder."""
    arguments: Mapping[str, Any] = field(default_factory=dict)


def run(home: Path) -> dict[str, Any]:
    """Runs the cases one after the other: the environment is the whole process's."""
    return {one.name: _run_both(one) for one in configurations()}


def _run_both(one: Configuration) -> dict[str, Any]:
    sync, twin = _run(one, ImagesClient), _run(one, AsyncImagesClient)
    return sync if sync == twin else {**sync, "asynchronous": twin}


def _run(one: Configuration, kind: ClientClass) -> dict[str, Any]:
    with _machine(one) as home, _told() as told:
        requests: list[Request] = []
        recorded = _ask(one, kind, requests)
        recorded |= {"requests": describe_requests(requests), "told": told}
        normalised: dict[str, Any] = Normaliser({os.fspath(home): "<home>"})(recorded)
    return normalised


@contextmanager
def _machine(one: Configuration) -> Iterator[Path]:
    """A HOME and a current folder of the case's own, and its variables."""
    kept, folder = dict(os.environ), Path.cwd()
    with tempfile.TemporaryDirectory(prefix="referee-") as made:
        home = Path(made).resolve()
        (home / "work").mkdir()
        for name, text in one.files.items():
            path = home / name.removeprefix("~/") if name.startswith("~/") else home / "work" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        os.chdir(home / "work")
        os.environ |= {"HOME": os.fspath(home), **one.variables}
        try:
            yield home
        finally:
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(kept)


@contextmanager
def _told() -> Iterator[list[str]]:
    """What is logged as a warning or worse, and what is warned of."""
    told: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: told.append(f"{record.levelname}: {record.getMessage()}")  # type: ignore[method-assign]
    logger = logging.getLogger("rackspace_images")
    logger.addHandler(handler)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield told
            # Whether something is left open shows when it is collected, that is anywhere.
            meant = [one for one in caught if one.category is not ResourceWarning]
            told += [f"{one.category.__name__}: {one.message}" for one in meant]
    finally:
        logger.removeHandler(handler)


def _ask(one: Configuration, kind: ClientClass, requests: list[Request]) -> dict[str, Any]:
    transport = httpx.MockTransport(lambda request: _respond(request, requests))
    try:
        client: Any = kind.from_config(**{"transport": transport, "retry": None, **one.arguments})
    except Exception as error:  # noqa: BLE001  whatever it raises is what is recorded
        return {"construction": describe_error(error)}
    outcome = asyncio.run(_get_async(client)) if kind is AsyncImagesClient else _get(client)
    known = {name: getattr(client, name, None) for name in ("region", "endpoint", "source")}
    return {"outcome": outcome, **known}


def _get(client: Any) -> Any:
    with client:
        try:
            return str(client.get(IMAGE_ID).name)
        except Exception as error:  # noqa: BLE001
            return describe_error(error)


async def _get_async(client: Any) -> Any:
    async with client:
        try:
            return str((await client.get(IMAGE_ID)).name)
        except Exception as error:  # noqa: BLE001
            return describe_error(error)


def _respond(request: httpx.Request, requests: list[Request]) -> httpx.Response:
    requests.append(Request(request.method, str(request.url), _own_headers(request.headers), request.content))
    path = request.url.path
    if path.endswith("/auth/tokens"):
        token = {"token": {"expires_at": FAR, "catalog": keystone_catalog(BASE)}}
        return httpx.Response(201, json=token, headers={"X-Subject-Token": "geheim-token-1"})
    if path.endswith("/auth/catalog"):
        return httpx.Response(200, json={"catalog": keystone_catalog(BASE)})
    if path.endswith("/tokens"):
        return httpx.Response(200, json=rackspace_token(BASE))
    return httpx.Response(200, json={"image": {"id": path.rpartition("/")[2], "name": str(request.url)}})


def _own_headers(headers: httpx.Headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name in ("x-auth-token", "content-type")}


USER = {"OS_AUTH_URL": URL, "OS_USERNAME": "me", "OS_PASSWORD": SECRET, "OS_REGION_NAME": "DFW"}
RACK = {"RS_USERNAME": "me", "RS_API_KEY": SECRET, "RS_REGION_NAME": "ORD"}
OPENRC = {
    **{"OS_AUTH_URL": URL, "OS_PROJECT_ID": "f00d", "OS_PROJECT_NAME": "demo", "OS_USER_DOMAIN_NAME": "Corp"},
    **{"OS_PROJECT_DOMAIN_ID": "d0", "OS_USERNAME": "openrc-user", "OS_PASSWORD": SECRET, "OS_REGION_NAME": "ORD"},
    **{"OS_INTERFACE": "internal", "OS_IDENTITY_API_VERSION": "3"},
}
HOST = {"OS_AUTH_URL": US_AUTH_URL, "OS_USERNAME": "me"}

VARIABLES: dict[str, dict[str, str]] = {
    "nothing": {},
    "openrc": OPENRC,
    "user": USER,
    "user-id": {**USER, "OS_USERNAME": "", "OS_USER_ID": "u1"},
    "user-project": {**USER, "OS_PROJECT_NAME": "p"},
    "user-tenant": {**USER, "OS_TENANT_NAME": "p", "OS_USER_DOMAIN_ID": "d1"},
    "user-tenant-id": {**USER, "OS_TENANT_ID": "f00d"},
    "user-default-domain": {**USER, "OS_PROJECT_NAME": "p", "OS_DEFAULT_DOMAIN": "d2"},
    "user-domain-scope": {**USER, "OS_DOMAIN_NAME": "Corp"},
    "user-system-scope": {**USER, "OS_SYSTEM_SCOPE": "all"},
    "user-trust": {**USER, "OS_TRUST_ID": "t1"},
    "user-no-region": {**USER, "OS_REGION_NAME": ""},
    "user-unknown-region": {**USER, "OS_REGION_NAME": "LON"},
    "user-internal": {**USER, "OS_INTERFACE": "internal"},
    "user-internal-url": {**USER, "OS_ENDPOINT_TYPE": "internalURL"},
    "user-interface-word": {**USER, "OS_INTERFACE": "secret"},
    "user-endpoint": {**USER, "OS_ENDPOINT_OVERRIDE": f"{BASE}/mine/v2.1"},
    "user-compute-endpoint": {**USER, "OS_COMPUTE_ENDPOINT_OVERRIDE": f"{BASE}/mine/v2.1"},
    "user-cacert-absent": {**USER, "OS_CACERT": "/nowhere/ca.pem"},
    "user-insecure": {**USER, "OS_INSECURE": "true"},
    "user-insecure-word": {**USER, "OS_INSECURE": "perhaps"},
    "user-cert-absent": {**USER, "OS_CERT": "/nowhere/cert.pem", "OS_KEY": "/nowhere/key.pem"},
    "user-spaces": {**USER, "OS_PASSWORD": f" {SECRET} ", "OS_AUTH_URL": f" {URL} "},
    "no-password": {"OS_AUTH_URL": URL, "OS_USERNAME": "me"},
    "no-user": {"OS_AUTH_URL": URL, "OS_PASSWORD": SECRET},
    "auth-url-alone": {"OS_AUTH_URL": URL},
    "auth-url-word": {**USER, "OS_AUTH_URL": "keystone.example"},
    "auth-url-bracket": {**USER, "OS_AUTH_URL": "http://[::1"},
    "auth-url-v2": {**USER, "OS_AUTH_URL": "https://keystone.example.com/v2.0"},
    "auth-url-no-version": {**USER, "OS_AUTH_URL": "https://keystone.example.com/identity"},
    "auth-url-plain-http": {**USER, "OS_AUTH_URL": "http://keystone.example.com/v3"},
    "identity-api-2": {**USER, "OS_AUTH_URL": "https://keystone.example.com/", "OS_IDENTITY_API_VERSION": "2"},
    "type-password": {**USER, "OS_AUTH_TYPE": "v3password"},
    "type-oidc": {**USER, "OS_AUTH_TYPE": "v3oidcpassword"},
    "type-kerberos": {**USER, "OS_AUTH_TYPE": "v3kerberos"},
    "type-v2": {**USER, "OS_AUTH_TYPE": "v2password"},
    "type-token-without": {**USER, "OS_AUTH_TYPE": "token"},
    "type-none": {**USER, "OS_AUTH_TYPE": "none"},
    "token": {"OS_AUTH_URL": URL, "OS_TOKEN": "geheim-token-1", "OS_REGION_NAME": "DFW"},
    "token-endpoint": {"OS_TOKEN": "geheim-token-1", "OS_ENDPOINT_OVERRIDE": f"{BASE}/v2/1"},
    "token-url": {"OS_TOKEN": "geheim-token-1", "OS_URL": f"{BASE}/v2/1", "OS_AUTH_TYPE": "admin_token"},
    "token-rackspace": {"OS_AUTH_URL": US_AUTH_URL, "OS_TOKEN": "geheim-token-1"},
    "token-not-ascii": {"OS_AUTH_URL": URL, "OS_TOKEN": f"{SECRET} €"},
    "token-endpoint-plain-http": {"OS_TOKEN": "geheim-token-1", "OS_ENDPOINT_OVERRIDE": "http://c.example.com/v2/1"},
    "application-credential": {
        **{"OS_AUTH_URL": URL, "OS_AUTH_TYPE": "v3applicationcredential", "OS_APPLICATION_CREDENTIAL_ID": "ac"},
        **{"OS_APPLICATION_CREDENTIAL_SECRET": SECRET, "OS_REGION_NAME": "ORD"},
    },
    "application-credential-no-secret": {"OS_AUTH_URL": URL, "OS_APPLICATION_CREDENTIAL_ID": "ac"},
    "application-credential-name": {"OS_AUTH_URL": URL, "OS_APPLICATION_CREDENTIAL_NAME": "n"},
    "rackspace-host-password": {**HOST, "OS_PASSWORD": SECRET},
    "rackspace-host-api-key": {**HOST, "OS_API_KEY": SECRET},
    "rackspace-system": {"OS_USERNAME": "me", "OS_PASSWORD": SECRET, "OS_AUTH_SYSTEM": "rackspace"},
    "rackspace-system-uk": {"OS_USERNAME": "me", "OS_PASSWORD": SECRET, "OS_AUTH_SYSTEM": "rackspace_uk"},
    "system-unknown": {**USER, "OS_AUTH_SYSTEM": "hpcloud"},
    "rackspace-type": {"OS_USERNAME": "me", "OS_API_KEY": SECRET, "OS_AUTH_TYPE": "rackspace_apikey"},
    "rackspace-type-incomplete": {"OS_AUTH_TYPE": "rackspace_apikey"},
    "rs-api-key": RACK,
    "rs-password": {"RS_USERNAME": "me", "RS_PASSWORD": SECRET},
    "rs-both": {**RACK, "RS_PASSWORD": "x"},
    "rs-uk": {**RACK, "RS_AUTH_URL": UK_AUTH_URL},
    "rs-keystone": {**RACK, "RS_AUTH_URL": URL},
    "rs-no-secret": {"RS_USERNAME": "me"},
    "rs-no-user": {"RS_API_KEY": SECRET},
    "rs-and-openrc": {**RACK, **OPENRC},
    "rs-and-leftovers": {**RACK, "OS_USERNAME": "left", "OS_PASSWORD": "left", "OS_REGION_NAME": "LEFT"},
    "cloud-absent": {"OS_CLOUD": "absent"},
    "cloud-absent-and-openrc": {"OS_CLOUD": "absent", **OPENRC},
}

AUTH: dict[str, Any] = {"auth_url": URL, "username": "me", "password": SECRET}
CLOUDS: dict[str, dict[str, Any]] = {
    "user": {"auth": AUTH, "region_name": "DFW"},
    "project": {"auth": {**AUTH, "project_name": "p"}, "region_name": "DFW"},
    "domains": {
        "auth": {**AUTH, "project_name": "p", "user_domain_name": "Corp", "project_domain_name": "Other"},
        "region_name": "DFW",
    },
    "dashes": {
        "auth": {"auth-url": URL, "username": "me", "password": SECRET, "project-id": "f"},
        "region_name": "DFW",
    },
    "outside-auth": {"auth": {"auth_url": URL, "password": SECRET}, "username": "me", "region_name": "DFW"},
    "token": {"auth": {"auth_url": URL, "token": "geheim-token-1"}, "auth_type": "v3token", "region_name": "DFW"},
    "token-endpoint": {"auth": {"token": "geheim-token-1"}, "compute_endpoint_override": f"{BASE}/v2/1"},
    "application-credential": {
        "auth": {"auth_url": URL, "application_credential_id": "ac", "application_credential_secret": SECRET},
        "auth_type": "v3applicationcredential",
        "region_name": "DFW",
    },
    "rackspace": {"profile": "rackspace", "auth": {"username": "me", "api_key": SECRET}},
    "rackspace-password": {"profile": "rackspace", "auth": {"username": "me", "password": SECRET}},
    "rackspace-region": {"profile": "rackspace", "region_name": "ord", "auth": {"username": "me", "api_key": SECRET}},
    "profile-unknown": {"profile": "vexxhost", "auth": AUTH},
    "regions": {"auth": AUTH, "regions": ["DFW", "ORD"]},
    "regions-one": {"auth": AUTH, "regions": ["ORD"]},
    "regions-values": {"auth": AUTH, "regions": ["DFW", {"name": "ORD", "values": {"interface": "internal"}}]},
    "regions-odd": {"auth": AUTH, "regions": [{"values": {}}]},
    "interface-internal": {"auth": AUTH, "region_name": "DFW", "interface": "internal"},
    "verify-false": {"auth": AUTH, "region_name": "DFW", "verify": False},
    "verify-word": {"auth": AUTH, "region_name": "DFW", "verify": "perhaps"},
    "cacert-absent": {"auth": AUTH, "region_name": "DFW", "cacert": "/nowhere/ca.pem"},
    "no-password": {"auth": {"auth_url": URL, "username": "me"}},
    "no-auth": {},
    "auth-text": {"auth": "x"},
    "auth-type-unknown": {"auth": AUTH, "auth_type": "v3oidcpassword"},
    "identity-v2": {"auth": {**AUTH, "auth_url": "https://keystone.example.com/v2.0"}},
    "domain-scope": {"auth": {**AUTH, "domain_name": "Corp"}},
    "trust": {"auth": {**AUTH, "trust_id": "t1"}},
    "unknown-keys": {"auth": {**AUTH, "colour": "red"}, "region_name": "DFW", "networks": [{"name": "x"}]},
    "endpoint": {"auth": AUTH, "compute_endpoint_override": f"{BASE}/mine/v2.1"},
}

TEXTS = {
    "empty": "",
    "no-clouds": "other: {a: b}\n",
    "clouds-empty": "clouds: {}\n",
    "clouds-list": "clouds: [a]\n",
    "cloud-null": "clouds: {mine: }\n",
    "bad-yaml": "clouds: [\n",
    "tabs": "clouds:\n\tmine: {}\n",
    "python-tag": "!!python/object/apply:os.system [id]\n",
    "recursive": "a: &a {b: *a}\n",
    "number-password": f"clouds: {{mine: {{auth: {{auth_url: {URL}, username: me, password: 0123}}}}}}\n",
    "number-kept": f"clouds: {{mine: {{region_name: DFW, auth: {{auth_url: {URL}, username: me, password: 12}}}}}}\n",
    "anchors": f"""
base: &base {{auth_url: {URL}, username: me}}
clouds: {{mine: {{region_name: DFW, auth: {{<<: *base, password: {SECRET}}}}}}}
""",
    "two-clouds": "clouds: {one: {}, two: {}}\n",
}


def clouds_yaml(**clouds: Any) -> str:
    return json.dumps({"clouds": clouds})


def configurations() -> Iterator[Configuration]:
    for name, variables in VARIABLES.items():
        yield Configuration(f"variables-{name}", variables)
    for name, cloud in CLOUDS.items():
        yield Configuration(f"cloud-{name}", files={"clouds.yaml": clouds_yaml(mine=cloud)})
    for name, text in TEXTS.items():
        yield Configuration(f"file-{name}", files={"clouds.yaml": text})
    mine = CLOUDS["user"]
    two = {"clouds.yaml": clouds_yaml(mine=mine, other=CLOUDS["rackspace"])}
    yield Configuration("named-by-argument", files=two, arguments={"cloud": "other"})
    yield Configuration("named-by-variable", {"OS_CLOUD": "other"}, files=two)
    yield Configuration("named-and-openrc", {**OPENRC, "OS_CLOUD": "mine"}, files=two)
    yield Configuration("argument-before-variable", {"OS_CLOUD": "absent"}, files=two, arguments={"cloud": "mine"})
    yield Configuration("named-by-no-one", files=two)
    yield Configuration("unknown-name", files=two, arguments={"cloud": "absent"})
    yield Configuration("region-on-top", files=two, arguments={"cloud": "mine", "region": "ord"})
    yield Configuration(
        "region-of-values",
        files={"clouds.yaml": clouds_yaml(mine=CLOUDS["regions-values"])},
        arguments={"region": "ord"},
    )
    yield Configuration("endpoint-on-top", files=two, arguments={"cloud": "mine", "endpoint": f"{BASE}/x/v2/1"})
    yield Configuration("interface-on-top", files=two, arguments={"cloud": "mine", "interface": "internal"})
    yield Configuration("unknown-option", files=two, arguments={"cloud": "mine", "colour": "red"})
    yield Configuration("file-of-home", files={"~/.config/openstack/clouds.yaml": clouds_yaml(mine=mine)})
    yield Configuration(
        "file-here-before-home",
        files={**two, "~/.config/openstack/clouds.yaml": clouds_yaml(x={})},
        arguments={"cloud": "mine"},
    )
    yield Configuration(
        "file-of-variable", {"OS_CLIENT_CONFIG_FILE": "mine.yaml"}, files={"mine.yaml": clouds_yaml(mine=mine)}
    )
    yield Configuration("file-of-variable-absent", {"OS_CLIENT_CONFIG_FILE": "mine.yaml"}, files=two)
    yield Configuration("file-json", files={"clouds.json": clouds_yaml(mine=mine)})
    yield Configuration("file-yml", files={"clouds.yml": clouds_yaml(mine=mine)})
    no_secret = {**mine, "auth": {"auth_url": URL, "username": "me"}}
    secure = clouds_yaml(mine={"auth": {"password": SECRET}})
    yield Configuration("secure", files={"clouds.yaml": clouds_yaml(mine=no_secret), "secure.yaml": secure})
    yield Configuration(
        "secure-elsewhere",
        files={"clouds.yaml": clouds_yaml(mine=no_secret), "~/.config/openstack/secure.yaml": secure},
    )
    yield Configuration("secure-bad", files={"clouds.yaml": clouds_yaml(mine=no_secret), "secure.yaml": "["})
    public = json.dumps({"public-clouds": {"flex": {"auth": {"auth_url": URL}, "region_name": "ORD"}}})
    flex = {"profile": "flex", "auth": {"username": "me", "password": SECRET}}
    yield Configuration("public", files={"clouds.yaml": clouds_yaml(mine=flex), "clouds-public.yaml": public})
    yield Configuration("rs-before-only-cloud", RACK, files={"clouds.yaml": clouds_yaml(mine=mine)})
    yield Configuration("openrc-before-only-cloud", OPENRC, files={"clouds.yaml": clouds_yaml(mine=mine)})
    yield Configuration(
        "own-region-variable-alone", {"RS_REGION_NAME": "ORD"}, files={"clouds.yaml": clouds_yaml(mine=mine)}
    )
