"""Statuses and faults of the API, and connections that break."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

from rackspace_images import Retry

from referee.cases import GET, IMAGE_ID, OTHER_ID, Case, call, with_token
from referee.groups.inputs import example
from referee.server import Reply, response

STATUSES = (
    *(201, 202, 204, 205, 206, 226, 300, 301, 302, 303, 304, 305, 307, 308, 399, 400, 401, 402, 403, 404, 405, 406),
    *(407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 425, 426, 428, 429, 431, 451),
    *(499, 500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 521, 522, 524, 599, 600, 999),
)
DOCUMENTED = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    409: "conflictingRequest",
    413: "overLimit",
    429: "overLimit",
    500: "computeFault",
    503: "serviceUnavailable",
}
PAGE = b"<html><head><title>No</title></head><body>\n<h1>No</h1></body></html>"

ODD_FAULTS: dict[str, tuple[int, Any]] = {
    "words-of-control": (400, {"badRequest": {"message": "\x1b]0;x\x07\n\u202e\ud800"}}),
    "words-without-end": (400, {"badRequest": {"message": "w" * 100_000}}),
    "words-odd": (400, {"badRequest": {"message": {"a": []}, "details": 1}}),
    "words-null": (400, {"badRequest": {"message": None, "details": None, "code": None}}),
    "words-empty": (400, {"badRequest": {"message": "", "details": ""}}),
    "details": (413, {"overLimit": {"code": 413, "message": "m", "details": "d", "retryAfter": 3}}),
    "details-equal": (413, {"overLimit": {"code": 413, "message": "m", "details": "m"}}),
    "array": (400, [1, 2]),
    "text": (400, "no"),
    "null": (400, None),
    "unknown-key": (400, {"somethingNew": {"code": 400, "message": "m"}}),
    "unknown-key-404": (404, {"somethingNew": {"code": 404, "message": "m"}}),
    "key-of-another-status": (404, {"badRequest": {"code": 400, "message": "m"}}),
    "code-of-another-status": (400, {"badRequest": {"code": 500, "message": "m"}}),
    "item-not-found-500": (500, {"itemNotFound": {"code": 404, "message": "m"}}),
    "two-keys": (400, {"badRequest": {"message": "a"}, "other": {"message": "b"}}),
    "openstack-error": (401, {"error": {"code": 401, "title": "Unauthorized", "message": "m"}}),
    "flat": (400, {"code": 400, "message": "m"}),
    "router": (404, {"code": "404 Not Found", "message": "m", "title": "Not Found"}),
    "key-odd": (400, {"\x1b[31m": {"message": "m"}}),
    "echo-of-the-token": (400, {"badRequest": {"message": "token geheim-token-1 is bad", "details": "geheim-token-1"}}),
    "token-ends-on-the-way": (
        500,
        {"computeFault": {"code": 500, "message": "x <class 'nova.exception.ImageNotAuthorized'>"}},
    ),
}

RETRY_AFTER_HEADERS = {
    "seconds": "7",
    "zero": "0",
    "fraction": "1.5",
    "negative": "-1",
    "spaces": " 5 ",
    "exponent": "1e3",
    "hex": "0x10",
    "full-width": "１２".encode().decode("latin-1"),
    "underscore": "1_000",
    "infinity": "infinity",
    "nan": "nan",
    "word": "soon",
    "empty": "",
    "date-past": "Fri, 31 Dec 1999 23:59:59 GMT",
    "date-old-form": "Friday, 31-Dec-99 23:59:59 GMT",
    "date-asctime": "Fri Dec 31 23:59:59 1999",
    "date-far": "Fri, 31 Dec 2999 23:59:59 GMT",
    "date-wrong": "Fri, 99 Dec 1999 23:59:59 GMT",
    "date-iso": "2999-12-31T23:59:59Z",
    "two": "3, 5",
    "huge": "9" * 400,
}
RETRY_AFTER_MEMBERS: dict[str, Any] = {
    "seconds": 9,
    "text": "9",
    "fraction": 1.5,
    "negative": -1,
    "true": True,
    "null": None,
    "object": {},
    "word": "soon",
    "date-past": "2013-06-07T16:38:49Z",
    "date-far": "2999-12-31T23:59:59Z",
}

IMAGE = response(200, {"image": {"id": IMAGE_ID}})
GOOD = IMAGE.data
HALF = len(GOOD) - 20
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BODY = GOOD.partition(b"\r\n\r\n")[2]
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
NOT_FOUND = response(404, {"itemNotFound": {"code": 404, "message": "Not the one."}})

BREAKS = {
    "closed-before-headers": Reply(b"", "close"),
    "reset-before-headers": Reply(b"", "reset"),
    "closed-in-headers": Reply(b"HTTP/1.1 200 OK\r\nContent-", "close"),
    "reset-in-headers": Reply(b"HTTP/1.1 200 OK\r\nContent-", "reset"),
    "closed-after-headers": Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", "close"),
    "reset-after-headers": Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", "reset"),
    "closed-in-body": Reply(GOOD[:HALF], "close"),
    "reset-in-body": Reply(GOOD[:HALF], "reset"),
    "length-too-long": Reply(GOOD.replace(b"Content-Length: ", b"Content-Length: 9"), "close"),
    "length-too-short": Reply(GOOD.replace(b"Content-Length: ", b"Content-Length: 1\r\nX: ")),
    "two-lengths": Reply(GOOD.replace(b"\r\n\r\n", b"\r\nContent-Length: 7\r\n\r\n", 1)),
    "length-no-number": Reply(GOOD.replace(b"Content-Length: ", b"Content-Length: x")),
    "length-negative": Reply(GOOD.replace(b"Content-Length: ", b"Content-Length: -")),
    "closed-in-chunk": Reply(CHUNKS + b"ff\r\n{", "close"),
    "closed-between-chunks": Reply(CHUNKS + b"1\r\n{\r\n", "close"),
    "reset-in-chunk": Reply(CHUNKS + b"ff\r\n{", "reset"),
    "chunk-size-no-number": Reply(CHUNKS + b"zz\r\n{}\r\n0\r\n\r\n"),
    "chunk-too-long": Reply(CHUNKS + b"1\r\n{}}}}}\r\n0\r\n\r\n"),
    "garbage": Reply(b"\x00\xff\x13\x37" * 8 + b"\r\n\r\n"),
    "another-protocol": Reply(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"),
    "no-version": Reply(b"200 OK\r\n\r\n{}"),
    "status-no-number": Reply(b"HTTP/1.1 OK\r\n\r\n"),
    "header-without-name": Reply(b"HTTP/1.1 200 OK\r\n: x\r\n\r\n"),
    "header-with-line": Reply(b"HTTP/1.1 200 OK\r\nX\n\ry\r\n\r\n"),
    "switching-protocols": Reply(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "close"
    ),
}
ALLOWED = {
    "continue": Reply(b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD),
    "continue-twice": Reply(b"HTTP/1.1 100 Continue\r\n\r\n" * 2 + GOOD),
    "early-hints": Reply(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + GOOD),
    "chunks": Reply(CHUNKS + CHUNKED),
    "chunks-with-trailers": Reply(CHUNKS + CHUNKED[:-2] + b"X: y\r\n\r\n"),
    "no-reason": Reply(GOOD.replace(b" Reason", b" ", 1)),
    "connection-close": Reply(GOOD.replace(b"\r\n", b"\r\nConnection: close\r\n", 1), "close"),
    "long-header": Reply(GOOD.replace(b"\r\n", b"\r\nX: " + b"y" * 7000 + b"\r\n", 1)),
    "latin-1-header": Reply(GOOD.replace(b"\r\n", b"\r\nX: \xe9\xff\r\n", 1)),
    "http-1.0": Reply(b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\n" + BODY, "close"),
    "no-length": Reply(b"HTTP/1.1 200 OK\r\nServer: old\r\n\r\n" + BODY, "close"),
}
SILENT = {
    "before-headers": Reply(b"", "hold"),
    "in-headers": Reply(b"HTTP/1.1 200 OK\r\nX: ", "hold"),
    "in-body": Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", "hold"),
}
PATIENCE = 1.0
"""Seconds that cases with a silent server wait."""

TRIES = Retry(attempts=3)


def fault(status: int, key: str, **members: Any) -> Reply:
    return response(status, {key: {"code": status, "message": "Words.", **members}})


def cases() -> Iterator[Case]:
    for status in STATUSES:
        yield Case(f"status-{status}-empty", [response(status)])
        if status in (204, 304):
            continue
        yield Case(f"status-{status}-page", [response(status, PAGE, {"Content-Type": "text/html"})])
        yield Case(f"status-{status}-fault", [fault(status, DOCUMENTED.get(status, "computeFault"), details="More.")])
    for status, key in DOCUMENTED.items():
        truncated = json.dumps({key: {"code": status, "message": "Words."}}).encode()[:-3]
        yield Case(f"status-{status}-truncated", [response(status, truncated, {"Content-Type": "application/json"})])
        yield Case(f"status-{status}-as-text", [response(status, b"plain words", {"Content-Type": "text/plain"})])
        yield Case(
            f"status-{status}-another-type", [response(status, {key: {"message": "m"}}, {"Content-Type": "text/html"})]
        )
        yield Case(f"status-{status}-image", [response(status, {"image": {"id": IMAGE_ID}})])
        yield Case(f"status-{status}-deep", [response(status, b"[" * 200_000)])
    for name, (status, body) in ODD_FAULTS.items():
        yield Case(f"fault-{name}", [response(status, body)])
    for name, location in {"elsewhere": "http://other.example.com/", "itself": f"/v2/820712/images/{IMAGE_ID}"}.items():
        yield Case(f"redirect-{name}", [response(302, b"", {"Location": location})])
    for name, value in RETRY_AFTER_HEADERS.items():
        for status in (413, 503) if name in ("seconds", "date-past", "word") else (429,):
            yield Case(f"retry-after-{name}-{status}", [response(status, b"", {"Retry-After": value})])
    for name, value in RETRY_AFTER_MEMBERS.items():
        yield Case(f"retry-after-member-{name}", [fault(413, "overLimit", retryAfter=value)])
    yield Case("retry-after-both", [response(413, {"overLimit": {"retryAfter": 3}}, {"Retry-After": "5"})])
    yield Case("retry-after-header-junk", [response(413, {"overLimit": {"retryAfter": 3}}, {"Retry-After": "soon"})])
    yield Case("retry-at", [fault(413, "overLimit", retryAt="2999-12-31T23:59:59Z")])
    yield Case("retry-after-500", [response(500, b"", {"Retry-After": "5"})])
    yield from _breaks()
    yield from _retries()


def _breaks() -> Iterator[Case]:
    for name, reply in BREAKS.items():
        yield Case(f"break-{name}", [reply])
    for name, reply in ALLOWED.items():
        yield Case(f"allowed-{name}", [reply], (GET, GET))
    for name, reply in SILENT.items():
        yield Case(f"silent-{name}", [reply], client=with_token(timeout=PATIENCE))
        yield Case(f"silent-{name}-deadline", [reply], client=with_token(deadline=PATIENCE))
    yield Case("silent-timeout-of-call", [SILENT["before-headers"]], (call("get", IMAGE_ID, timeout=PATIENCE),))
    yield Case("silent-deadline-of-call", [SILENT["before-headers"]], (call("get", IMAGE_ID, deadline=PATIENCE),))
    yield Case("refused", [IMAGE], refuses_connections=True)
    yield Case(
        "refused-and-repeated", [IMAGE], client=with_token(retry=TRIES), refuses_connections=True, tells_attempts=True
    )
    yield Case(
        "tls-to-plain",
        [IMAGE],
        client=lambda kind, server, more: with_token(endpoint=server.endpoint.replace("http:", "https:"))(
            kind, server, more
        ),
    )
    yield Case("surplus-response", [Reply(GOOD + NOT_FOUND.data), IMAGE], (GET, GET))
    yield Case("failure-then-success", [Reply(b"", "reset"), IMAGE], (GET, GET))


def _retries() -> Iterator[Case]:
    """What is sent again: with the first wait of half a second at the most, so that no case takes long."""
    repeating = with_token(retry=TRIES)

    def repeats(name: str, *replies: Reply, **options: Any) -> Case:
        client = with_token(retry=TRIES, **options) if options else repeating
        return Case(f"retry-{name}", replies, client=client, tells_attempts=True)

    soon = {"Retry-After": "1"}
    yield repeats("500-then-image", response(500), IMAGE)
    yield repeats("502-then-image", response(502), IMAGE)
    yield repeats("504-then-image", response(504), IMAGE)
    yield repeats("503-then-image", response(503), IMAGE)
    yield repeats("503-page-then-image", response(503, PAGE), IMAGE)
    yield repeats("429-then-image", response(429, b"", soon), IMAGE)
    yield repeats("413-then-image", fault(413, "overLimit", retryAfter=1), IMAGE)
    yield repeats("413-date-past-then-image", response(413, b"", {"Retry-After": formatdate(0, usegmt=True)}), IMAGE)
    yield repeats("503-retry-after-then-image", response(503, b"", soon), IMAGE)
    yield repeats("500-to-the-end", response(500, example("images", "ComputeFault")))
    yield repeats("reset-then-image", Reply(b"", "reset"), IMAGE)
    yield repeats("closed-then-image", Reply(b"", "close"), IMAGE)
    yield repeats("reset-in-body-then-image", Reply(GOOD[:HALF], "reset"), IMAGE)
    yield repeats("silent-then-image", Reply(b"", "hold"), IMAGE, timeout=PATIENCE)
    yield repeats("500-then-404", response(500), NOT_FOUND)
    yield repeats("500-then-malformed", response(500), response(200, b"<html>"))
    for status in (300, 400, 401, 403, 404, 405, 409, 501, 505, 599):
        yield repeats(f"never-{status}", response(status))
    yield repeats("never-malformed", response(200, b"<html>"))
    yield repeats("never-too-large", Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "hold"))
    yield repeats("retry-after-beyond-the-deadline", response(413, b"", {"Retry-After": "30"}), deadline=5)
    yield repeats("retry-after-beyond-the-limit", response(413, b"", {"Retry-After": "7200"}), deadline=None)
    yield repeats("deadline", Reply(b"", "hold"), deadline=PATIENCE)
    limited = response(429, b"", {"Retry-After": "30"})
    holding = with_token(retry=TRIES, deadline=5)
    yield Case(
        "limit-holds-the-next-call", [limited, IMAGE], (GET, call("get", OTHER_ID)), holding, tells_attempts=True
    )
    yield Case(
        "attempts-of-one-call", [response(500), IMAGE], client=with_token(retry=Retry(attempts=1)), tells_attempts=True
    )
    yield Case(
        "default-retry",
        [response(500), response(500), IMAGE],
        client=lambda kind, server, more: with_token(retry=Retry())(kind, server, more),
        tells_attempts=True,
    )
