"""The sandbox as a client in any language meets it: started by its command, asked over plain HTTP."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from referee.commands import COMMAND, LONGEST_COMMAND
from referee.groups.inputs import example, inputs
from referee.outcomes import Normaliser, plain

TOKEN = "sandbox-token-not-a-secret"
COMPUTE = "/dfw/v2/820712"
RECORDED_HEADERS = (
    *("content-type", "retry-after", "www-authenticate", "allow", "location", "x-subject-token", "vary"),
    *("x-compute-request-id", "x-openstack-request-id"),
)
TIMES = re.compile(r'"(expires|expires_at|issued_at)": *"[^"]*"')
UNKNOWN = "00000000-0000-4000-8000-0000000000ff"

REQUESTS: dict[str, tuple[str, str]] = {
    "image-of-another-region": ("GET", "/ord/v2/820712/images/e3d37ab2-8dc0-4000-b773-b15aad79ad0a"),
    "image-of-both-regions": ("GET", "/ord/v2/820712/images/00000000-0000-4000-8000-000000200001"),
    "image-unknown": ("GET", f"{COMPUTE}/images/{UNKNOWN}"),
    "image-upper-case": ("GET", f"{COMPUTE}/images/E3D37AB2-8DC0-4000-B773-B15AAD79AD0A"),
    "image-no-uuid": ("GET", f"{COMPUTE}/images/x"),
    "image-posted": ("POST", f"{COMPUTE}/images/{UNKNOWN}"),
    "image-below": ("GET", f"{COMPUTE}/images/{UNKNOWN}/metadata"),
    "another-tenant": ("GET", f"/dfw/v2/1/images/{UNKNOWN}"),
    "another-region": ("GET", f"/lon/v2/820712/images/{UNKNOWN}"),
    "another-version": ("GET", f"/dfw/v3/820712/images/{UNKNOWN}"),
    "root": ("GET", "/"),
    "versions": ("GET", "/dfw/"),
    "trailing-slash": ("GET", f"{COMPUTE}/images/{UNKNOWN}/"),
    "list": ("GET", f"{COMPUTE}/images/detail"),
    "list-page": ("GET", f"{COMPUTE}/images/detail?limit=2"),
    "list-marker": ("GET", f"{COMPUTE}/images/detail?limit=2&marker=00000000-0000-4000-8000-000000200001"),
    "list-marker-unknown": ("GET", f"{COMPUTE}/images/detail?marker={UNKNOWN}"),
    "list-limit-word": ("GET", f"{COMPUTE}/images/detail?limit=x"),
    "list-limit-negative": ("GET", f"{COMPUTE}/images/detail?limit=-1"),
    "list-of-snapshots": ("GET", f"{COMPUTE}/images/detail?type=snapshot"),
    "list-of-a-name": ("GET", f"{COMPUTE}/images/detail?name=voweb1-firstimage"),
    "list-of-a-status": ("GET", f"{COMPUTE}/images/detail?status=ERROR"),
    "catalog": ("GET", "/identity/v3/auth/catalog"),
    "tokens-got": ("GET", "/identity/v2.0/tokens"),
    "identity-unknown": ("GET", "/identity/v4/x"),
}
"""With a good token, and no body."""

ACCOUNTS: dict[str, tuple[str, str]] = {
    "api-key": ("/identity/v2.0/tokens", "ApiKeyRequest"),
    "password": ("/identity/v2.0/tokens", "PasswordRequest"),
    "keystone": ("/identity/v3/auth/tokens", "KeystonePasswordRequest"),
    "application-credential": ("/identity/v3/auth/tokens", "ApplicationCredentialRequest"),
}
BAD_BODIES: dict[str, Any] = {
    "empty": None,
    "array": [],
    "object": {},
    "auth-null": {"auth": None},
    "other": {"auth": {"x": 1}},
}


def run(home: Path) -> dict[str, Any]:
    """Starts the sandbox, asks it for everything, and ends it with Ctrl-C."""
    process = subprocess.Popen(
        [*COMMAND, "sandbox", "--port", "0", "-q"],
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        recorded = _responses(url)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LONGEST_COMMAND)
        recorded["command"] = {"first": url, "exit": process.returncode, "stdout": out, "stderr": err}
    finally:
        process.kill()
        process.wait()
    normalised: dict[str, Any] = Normaliser({os.fspath(home): "<home>"})(recorded)
    return normalised


def _responses(url: str) -> dict[str, Any]:
    good = {"X-Auth-Token": TOKEN}
    found: dict[str, Any] = {}
    for name, vector in inputs()["vectors"].items():
        # Once more than there are responses: the last one repeats.
        path = f"{COMPUTE}/images/{vector['id']}"
        found[f"vector-{name}"] = [_response(url, "GET", path, good) for _ in [*vector["responses"], None]]
    for name, vector in inputs()["lists"].items():
        path = f"{COMPUTE}/images/detail?server={vector['server']}"
        found[f"list-{name}"] = [_response(url, "GET", path, good) for _ in vector["responses"]]
    for name, (method, path) in REQUESTS.items():
        found[f"request-{name}"] = _response(url, method, path, good)
    path = f"{COMPUTE}/images/{UNKNOWN}"
    found["token-absent"] = _response(url, "GET", path, {})
    found["token-wrong"] = _response(url, "GET", path, {"X-Auth-Token": "x"})
    found["list-token-absent"] = _response(url, "GET", f"{COMPUTE}/images/detail", {})
    for name, (path, request) in ACCOUNTS.items():
        body = example("identity", request)
        found[f"account-{name}"] = _response(url, "POST", path, {}, body)
        wrong = json.loads(json.dumps(body).replace("sandbox-", "wrong-"))
        found[f"account-{name}-wrong"] = _response(url, "POST", path, {}, wrong)
    for name, body in BAD_BODIES.items():
        for version in ("v2.0/tokens", "v3/auth/tokens"):
            key = f"account-body-{name}-{version.partition('/')[0]}"
            found[key] = _response(url, "POST", f"/identity/{version}", {}, body)
    return found


def _response(url: str, method: str, path: str, headers: Mapping[str, str], body: Any = None) -> dict[str, Any]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        content = None if body is None else json.dumps(body)
        sent = {**headers, **({} if body is None else {"Content-Type": "application/json"})}
        connection.request(method, path, content, sent)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "backslashreplace")
        named = {name.lower(): value for name, value in response.getheaders() if name.lower() in RECORDED_HEADERS}
        return {"status": response.status, "headers": named, "body": _parsed(text)}
    finally:
        connection.close()


def _parsed(text: str) -> Any:
    """JSON as what it says, since its spaces are nobody's concern; another text, or a name given twice, as it is."""
    try:
        return {"json": plain(json.loads(TIMES.sub(r'"\1": "<time>"', text), object_pairs_hook=_object))}
    except ValueError:
        return text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found
