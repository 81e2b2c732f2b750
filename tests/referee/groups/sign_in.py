"""Signing in: what is sent, which endpoint is chosen, when a token is renewed, and how each refusal ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from rackspace_images import ApiKey, ApplicationCredential, KeystonePassword, Password, Retry, StaticToken

from referee.cases import GET, OTHER_ID, Call, Case, MakeClient, call
from referee.groups.clouds import (
    SECRET,
    Cloud,
    api_key,
    application_credential,
    catalog_token,
    keystone,
    keystone_token,
    password,
    rackspace_token,
    signed_in,
)
from referee.groups.inputs import example
from referee.server import Reply, Request, Server, response

WORDS = "Unable to authenticate user with credentials provided."
HTML = b"<html><body>Gateway</body></html>"


def fault(status: int, key: str, message: str = WORDS, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return response(status, {key: {"code": status, "message": message}}, named)


REFUSALS = {
    "401": fault(401, "unauthorized"),
    "401-error": fault(401, "error"),
    "401-empty": response(401),
    "401-page": response(401, HTML),
    "401-example": response(401, example("identity", "RackspaceUnauthorized")),
    "401-keystone-example": response(401, example("identity", "KeystoneUnauthorized")),
    "401-second-factor": fault(401, "unauthorized", WWW_Authenticate="OS-MF sessionId='x'"),
    "401-echo": fault(401, "unauthorized", f"wrong key {SECRET}"),
    "403-disabled": response(403, example("identity", "UserDisabled")),
    "403": fault(403, "forbidden"),
    "403-page": response(403, HTML),
    "400": fault(400, "badRequest"),
    "404": fault(404, "itemNotFound"),
    "404-page": response(404, HTML),
    "404-router-page": response(404, example("identity", "RouterPage").encode()),
    "405": fault(405, "badMethod"),
    "300": response(300, {"versions": {"values": []}}),
    "302": response(302, b"", {"Location": "http://127.0.0.1:9/"}),
    "413": fault(413, "overLimit", Retry_After="7"),
    "413-example": response(413, example("identity", "OverLimit")),
    "429": fault(429, "overLimit"),
    "500": fault(500, "identityFault"),
    "500-page": response(500, HTML),
    "500-echo": response(500, {"echo": SECRET}),
    "502": response(502, HTML),
    "503": fault(503, "serviceUnavailable"),
    "503-retry-after": response(503, b"", {"Retry-After": "9"}),
    "599": response(599),
    "page": response(200, HTML),
    "empty": response(200),
    "no-text": response(200, b"\xff\xfe\x00"),
    "deep": response(200, b"[" * 100_000),
    "array": response(200, []),
    "object": response(200, {}),
    "truncated": response(200, b'{"access": {"token": {"id": "x'),
    "garbage": Reply(b"garbage\r\n\r\n"),
    "closed": Reply(b"", "close"),
    "reset": Reply(b"", "reset"),
    "too-large": response(200, b" " * (17 << 20)),
}
"""Of both kinds of identity."""

RACKSPACE_TOKENS: dict[str, Any] = {
    "no-token": {"access": {}},
    "token-null": {"access": {"token": None}},
    "token-id-null": {"access": {"token": {"id": None}}},
    "token-id-empty": {"access": {"token": {"id": ""}}},
    "token-id-number": {"access": {"token": {"id": 7}}},
    "token-id-newline": {"access": {"token": {"id": "a\nb"}}},
    "token-id-not-ascii": {"access": {"token": {"id": "tökén"}}},
    "no-catalog": {"access": {"token": {"id": "t"}}},
    "catalog-odd": {"access": {"token": {"id": "t"}, "serviceCatalog": "odd"}},
    "catalog-null": {"access": {"token": {"id": "t"}, "serviceCatalog": None}},
    "catalog-empty": {"access": {"token": {"id": "t"}, "serviceCatalog": []}},
    "catalog-without-compute": {
        "access": {"token": {"id": "t"}, "serviceCatalog": [{"type": "object-store", "name": "x", "endpoints": []}]}
    },
    "catalog-first-generation": {
        "access": {
            "token": {"id": "t"},
            "serviceCatalog": [
                {
                    "name": "cloudServers",
                    "type": "compute",
                    "endpoints": [{"publicURL": "https://servers.example.com/v1.0/1"}],
                }
            ],
        }
    },
    "fault-in-a-success": {"unauthorized": {"code": 401, "message": "m"}},
}

EXPIRIES: dict[str, Any] = {
    "null": None,
    "empty": "",
    "word": "soon",
    "number": 7,
    "past": "2013-01-01T00:00:00Z",
    "far": "9999-12-31T23:59:59Z",
    "first": "0001-01-01T00:00:00-23:59",
    "object": {},
}

KINDS: dict[str, Callable[[Server], Any]] = {
    "api-key": api_key,
    "password": password,
    "keystone": keystone,
    "application-credential": application_credential,
    "catalog-token": catalog_token,
}

CONSTRUCTIONS: dict[str, Callable[[], Any]] = {
    "api-key-empty": lambda: ApiKey("demo", ""),
    "api-key-no-user": lambda: ApiKey("", SECRET),
    "api-key-none": lambda: ApiKey("demo", None),  # type: ignore[arg-type]
    "api-key-surrogate": lambda: ApiKey("demo", "\ud800"),
    "password-empty": lambda: Password("demo", ""),
    "keystone-nothing": lambda: KeystonePassword(auth_url="https://k.example.com", password=SECRET),
    "keystone-no-domain": lambda: KeystonePassword(auth_url="https://k.example.com", password=SECRET, username="u"),
    "keystone-no-password": lambda: KeystonePassword(auth_url="https://k.example.com", password="", user_id="u"),
    "keystone-project-no-domain": lambda: KeystonePassword(
        auth_url="https://k.example.com", password=SECRET, user_id="u", project_name="p"
    ),
    "keystone-v2": lambda: KeystonePassword(auth_url="https://k.example.com/v2.0", password=SECRET, user_id="u"),
    "application-credential-empty": lambda: ApplicationCredential(
        auth_url="https://k.example.com", id="", secret=SECRET
    ),
    "token-empty": lambda: StaticToken(""),
    "token-spaces": lambda: StaticToken("a b"),
    "token-newline": lambda: StaticToken("a\nX-Evil: 1"),
    "token-not-ascii": lambda: StaticToken("töken"),
    "token-alone": lambda: StaticToken("geheim-token-1"),
    **{
        f"auth-url-{name}": lambda url=url: ApiKey("demo", SECRET, auth_url=url)  # type: ignore[misc]
        for name, url in {
            "word": "DFW",
            "empty": "",
            "ftp": "ftp://h",
            "no-host": "https://",
            "bracket": "http://[::1",
            "query": "https://h/v2.0?x",
            "user": "https://u:p@h/v2.0",
            "v3": "https://h/v3",
            "none": None,
            "port": "https://h:99999/v2.0",
        }.items()
    },
}
"""Credentials that are refused when they, or a client with them, are made."""

OPTIONS: dict[str, dict[str, Any]] = {
    "region-url": {"region": "https://dfw.servers.api.rackspacecloud.com/v2/1"},
    "region-slash": {"region": "a/b"},
    "region-number": {"region": 5},
    "region-empty": {"region": ""},
    "region-control": {"region": "\x1b[31m"},
    "endpoint-word": {"endpoint": "dfw"},
    "endpoint-ftp": {"endpoint": "ftp://host/v2"},
    "endpoint-no-host": {"endpoint": "https://"},
    "endpoint-query": {"endpoint": "https://host/v2?x=1"},
    "endpoint-bracket": {"endpoint": "http://[::1"},
    "endpoint-user": {"endpoint": "https://u:p@host/v2"},
    "interface-word": {"interface": "secret"},
    "timeout-zero": {"timeout": 0},
    "timeout-negative": {"timeout": -1},
    "timeout-text": {"timeout": "5"},
    "timeout-nan": {"timeout": float("nan")},
    "timeout-true": {"timeout": True},
    "deadline-zero": {"deadline": 0},
    "deadline-text": {"deadline": "x"},
    "deadline-infinite": {"deadline": float("inf")},
    "user-agent-newline": {"user_agent": "a\nb"},
    "user-agent-not-ascii": {"user_agent": "ü"},
    "verify-no-file": {"verify": "/nowhere/ca.pem"},
    "cert-no-file": {"cert": "/nowhere/cert.pem"},
    "proxy-word": {"proxy": "nonsense"},
    "proxy-ftp": {"proxy": "ftp://proxy.example.com"},
}
"""Options that are refused when the client is made or first used."""


def cases() -> Iterator[Case]:
    yield from _kinds()
    kinds: dict[str, Callable[[Server], Any]] = {"rackspace": api_key, "keystone": keystone}
    for kind, credentials in kinds.items():
        for name, login in REFUSALS.items():
            yield Case(f"{kind}-refused-{name}", Cloud(login=login), client=signed_in(credentials))
        yield Case(f"{kind}-silent", Cloud(login=Reply(b"", "hold")), client=signed_in(credentials, timeout=1.0))
        yield Case(f"{kind}-not-listening", Cloud(), client=signed_in(credentials), refuses_connections=True)
    yield Case("password-refused-401", Cloud(login=REFUSALS["401"]), client=signed_in(password))
    yield Case(
        "application-credential-refused-401", Cloud(login=REFUSALS["401"]), client=signed_in(application_credential)
    )
    for status in (401, 403, 404, 500):
        yield Case(f"catalog-token-refused-{status}", Cloud(login=response(status)), client=signed_in(catalog_token))
    for name, body in RACKSPACE_TOKENS.items():
        yield Case(f"rackspace-token-{name}", Cloud(login=response(200, body)), client=signed_in(api_key))
    yield from _keystone_tokens()
    yield from _endpoints()
    yield from _renewals()
    yield from _constructions()


def _kinds() -> Iterator[Case]:
    """Each way of signing in, in each region, with everything that is sent."""
    for name, credentials in KINDS.items():
        client = signed_in(credentials, region="ord")
        yield Case(
            f"kind-{name}", Cloud(), (GET, call("regions"), GET), client, tells_attempts=True, records_headers=True
        )
    bodies: dict[str, dict[str, Any]] = {
        "id": {"user_id": "u1", "username": None, "user_domain_name": None, "project_name": None, "project_id": "p1"},
        "no-project": {"project_name": None},
        "domains": {"user_domain_name": None, "user_domain_id": "d1", "project_domain_id": "d2"},
        "project-domain-name": {"project_domain_name": "Other"},
    }
    for name, options in bodies.items():
        yield Case(f"keystone-body-{name}", Cloud(), client=signed_in(partial(keystone, **options), region="DFW"))
    for path in ("identity", "identity/", "identity/v2.0/", "identity/v2.0/tokens"):
        yield Case(f"auth-url-{path.replace('/', '-')}", Cloud(), client=signed_in(partial(api_key, path=path)))


def _keystone_tokens() -> Iterator[Case]:
    for name, (body, headers) in {
        "no-header": ({"token": {}}, {}),
        "no-catalog": ({"token": {}}, {"X-Subject-Token": "geheim-token-1"}),
        "catalog-empty": ({"token": {"catalog": []}}, {"X-Subject-Token": "geheim-token-1"}),
        "catalog-odd": ({"token": {"catalog": {"a": 1}}}, {"X-Subject-Token": "geheim-token-1"}),
        "object": ({}, {"X-Subject-Token": "geheim-token-1"}),
        "array": ([], {"X-Subject-Token": "geheim-token-1"}),
        "header-empty": (keystone_token("http://127.0.0.1:9"), {"X-Subject-Token": ""}),
        "header-odd": (keystone_token("http://127.0.0.1:9"), {"X-Subject-Token": "a b"}),
    }.items():
        yield Case(
            f"keystone-token-{name}",
            Cloud(login=response(201, body, headers)),
            client=signed_in(keystone, region="DFW"),
        )


def _with_places(places: list[Any], **members: Any) -> Callable[[Request], Reply]:
    """A sign-in whose catalog has these endpoints of compute; `{base}` in them is the server's own address."""

    def login(request: Request) -> Reply:
        base = f"http://{request.headers['host']}"
        found = [
            {key: value.replace("{base}", base) if isinstance(value, str) else value for key, value in place.items()}
            if isinstance(place, dict)
            else place
            for place in places
        ]
        catalog = [{"name": "cloudServersOpenStack", "type": "compute", "endpoints": found}]
        access = {"token": {"id": "geheim-token-1", "expires": "2999-01-01T00:00:00Z"}, "serviceCatalog": catalog}
        return response(200, {"access": {**access, **members}})

    return login


def _endpoints() -> Iterator[Case]:
    """Which endpoint of the catalog is chosen."""
    yield from (
        Case(f"region-{name}", Cloud(), (GET, call("regions")), signed_in(api_key, region=region))
        for name, region in {"upper": "ORD", "lower": "ord", "mixed": "Ord", "default": None, "unknown": "LON",
                             "of-another-service": "syd"}.items()
    )  # fmt: skip
    yield Case("region-none-given", Cloud(), client=signed_in(keystone))
    yield Case("region-none-given-regions", Cloud(), (call("regions"),), signed_in(keystone))
    for interface in ("internal", "internalURL", "admin"):
        yield Case(
            f"interface-{interface}",
            Cloud(),
            (GET, call("regions")),
            signed_in(keystone, region="DFW", interface=interface),
        )
    good = {"region": "DFW", "publicURL": "{base}/dfw/v2/820712"}
    catalogs: dict[str, list[Any]] = {
        "no-places": [],
        "odd-places": [None, "x", 7, {}, {"region": "DFW"}, {"region": 5, "publicURL": "{base}/x/v2/1"}, good],
        "only-one": [{"region": "IAD", "publicURL": "{base}/iad/v2/820712"}],
        "no-region": [{"publicURL": "{base}/v2/820712"}],
        "twice": [good, {"region": "DFW", "publicURL": "{base}/other/v2/820712"}],
        "slash": [{"region": "DFW", "publicURL": "{base}/dfw/v2/820712/"}],
        "no-version": [{"region": "DFW", "publicURL": "{base}/compute"}],
        "url-odd": [{"region": "DFW", "publicURL": "nonsense"}],
        "url-null": [{"region": "DFW", "publicURL": None}],
        "url-plain-http": [{"region": "DFW", "publicURL": "http://compute.example.com/v2/1"}],
        "url-user": [{"region": "DFW", "publicURL": "http://u:p@127.0.0.1:9/v2/1"}],
        "region-control": [{"region": "\x1b[31mDFW", "publicURL": "{base}/dfw/v2/820712"}],
    }
    for name, places in catalogs.items():
        yield Case(f"catalog-{name}", Cloud(login=_with_places(places)), (GET, call("regions")), signed_in(api_key))
    yield Case(
        "default-region-odd",
        Cloud(login=_with_places([good, {**good, "region": "ORD"}], user={"RAX-AUTH:defaultRegion": 7})),
        client=signed_in(api_key),
    )
    yield Case(
        "default-region-unknown",
        Cloud(login=_with_places([good], user={"RAX-AUTH:defaultRegion": "LON"})),
        client=signed_in(api_key),
    )
    yield from _versions()


def _versions() -> Iterator[Case]:
    """A catalog whose URL names no version: the versions are asked for."""

    def versions(*ids: Any) -> Reply:
        return response(
            200, {"versions": [{"id": one, "links": [{"href": "http://internal.example.com/"}]} for one in ids]}
        )

    for name, offered in {
        "both": versions("v2.0", "v2.1"),
        "old": versions("v2.0"),
        "new": versions("v3.0", "v2.1"),
        "none": versions(),
        "odd": versions(None, 7, "", "x"),
        "300": response(300, example("images", "Versions")),
        "choices": response(300, example("images", "Choices")),
        "404": response(404),
        "401": response(401),
        "500": response(500),
        "page": response(200, HTML),
    }.items():

        def compute(request: Request, offered: Reply = offered) -> Reply:
            image = {"image": {"id": request.last_segment, "name": request.path}}
            return response(200, image) if "/images/" in request.path else offered

        login = _with_places([{"region": "DFW", "publicURL": "{base}/compute"}])
        yield Case(
            f"versions-{name}",
            Cloud(login=login, compute=compute),
            (GET, GET),
            signed_in(api_key),
            records_headers=True,
        )


def _renewals() -> Iterator[Case]:
    def renewal(
        name: str, cloud: Cloud, calls: tuple[Call, ...] = (GET, GET), client: MakeClient | None = None
    ) -> Case:
        return Case(f"renewal-{name}", cloud, calls, client or signed_in(api_key), tells_attempts=True)

    second_only, in_dfw = Cloud(good=("geheim-token-2",)), {"region": "DFW"}
    given = signed_in(lambda server: StaticToken("given"), endpoint="http://127.0.0.1:9/v2/1")
    repeating = signed_in(api_key, retry=Retry(attempts=3), deadline=6)
    yield renewal("after-401", second_only)
    yield renewal("never-good", Cloud(good=()))
    yield renewal("static-token", Cloud(good=()), client=given)
    yield renewal("catalog-token", Cloud(good=()), client=signed_in(catalog_token, **in_dfw))
    yield renewal("keystone", second_only, client=signed_in(keystone, **in_dfw))
    yield renewal("refusal-is-remembered", Cloud(login=REFUSALS["401"]), (GET, call("get", OTHER_ID), call("regions")))
    yield renewal("failure-is-not-remembered", Cloud(login=REFUSALS["500"]))
    yield renewal("novas-500", Cloud(compute=_ended_on_the_way))
    yield renewal("sign-in-is-repeated", Cloud(failed_logins=1), client=repeating)
    yield renewal("sign-in-is-limited", Cloud(login=REFUSALS["413"]), client=repeating)
    for name, expires in EXPIRIES.items():
        yield renewal(f"expires-{name}", Cloud(login=partial(_expiring, expires)))
    calls = (GET, call("locate", OTHER_ID), call("locate", OTHER_ID, regions=["ord"]))
    yield Case("one-token-for-all-regions", Cloud(), calls, signed_in(api_key), in_order=False)


def _expiring(expires: Any, request: Request) -> Reply:
    """A sign-in whose token ends at a time of choice."""
    body = rackspace_token(f"http://{request.headers['host']}")
    body["access"]["token"]["expires"] = expires
    return response(200, body)


def _ended_on_the_way(request: Request) -> Reply | None:
    """Nova's 500 for a token that ends while it asks Glance."""
    if request.headers.get("x-auth-token") == "geheim-token-1":
        words = "Unexpected API Error.\n<class 'nova.exception.ImageNotAuthorized'>"
        return response(500, {"computeFault": {"code": 500, "message": words}})
    return None


def _constructions() -> Iterator[Case]:
    for name, make in CONSTRUCTIONS.items():
        yield Case(f"credentials-{name}", Cloud(), client=signed_in(partial(_without_server, make)))
    for name, options in OPTIONS.items():
        yield Case(f"option-{name}", Cloud(), client=signed_in(api_key, **options))
    attempts: tuple[Any, ...] = (0, -1, 1.5)
    for number in attempts:
        yield Case(
            f"option-retry-{number}", Cloud(), client=signed_in(partial(_without_server, partial(Retry, number)))
        )


def _without_server(make: Callable[[], Any], server: Server) -> Any:
    return make()
