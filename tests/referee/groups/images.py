"""Successes: images with members that are odd, missing, hostile or unknown, and bodies that are no image."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import Any

from referee.cases import IMAGE_ID, OTHER_ID, Case, call, with_token
from referee.server import Reply, response

HUGE = "9" * 5000

# Members as JSON texts, since some of them cannot be written by `json.dumps`.
ODD_MEMBERS = {
    "huge-integer": f'"minDisk": {HUGE}',
    "huge-negative-integer": f'"x": -{HUGE}',
    "long-integer": f'"x": {"9" * 4000}',
    "huge-size": f'"OS-EXT-IMG-SIZE:size": {HUGE}',
    "more-than-64-bits": '"minRam": 18446744073709551616',
    "lone-surrogate": '"name": "\\ud800x"',
    "duplicate-names": '"name": "a", "name": "b"',
    "duplicate-id": f'"id": "x", "id": "{IMAGE_ID}"',
    "metadata-of-anything": '"metadata": {"a": [1, {"b": null}], "c": 1.5, "d": null, "image_type": "snapshot"}',
    "metadata-text": '"metadata": "x"',
    "metadata-array": '"metadata": []',
    "metadata-null": '"metadata": null',
    "metadata-empty": '"metadata": {}',
    "metadata-base": '"metadata": {"image_type": "base"}, "server": {"id": "a"}',
    "metadata-os": '"metadata": {"os_distro": "ubuntu", "os_version": 24.04, "org.openstack__1__os_distro": "x"}',
    "metadata-os-long": '"metadata": {"org.openstack__1__os_distro": "x", "org.openstack__1__os_version": "14.04"}',
    "metadata-os-odd": '"metadata": {"os_distro": {}, "os_version": true}',
    "metadata-python-names": '"metadata": {"items": "x", "keys": 1, "to_dict": "x", "additional_properties": "x"}',
    "server-text": '"server": "abc"',
    "server-null": '"server": null',
    "server-empty": '"server": {}',
    "server-array": '"server": []',
    "server-number-id": '"server": {"id": 7, "links": null}',
    "dates-junk": '"created": "junk", "updated": 7',
    "dates-forms": '"created": "2013-06-07T16:38:49.123456+02:00", "updated": "2013-06-07 16:38:49"',
    "dates-bounds": '"created": "9999-12-31T23:59:59-23:59", "updated": "0001-01-01T00:00:00+23:59"',
    "dates-no-zone": '"created": "2013-06-07T16:38:49", "updated": "2013-06-07"',
    "links-object": '"links": {"href": 1}',
    "links-odd": '"links": [null, 1, "x", {}, {"rel": "self"}, {"rel": "self", "href": "http://h/"}, {"href": 3}]',
    "links-twice": '"links": [{"rel": "self", "href": "http://a/"}, {"rel": "self", "href": "http://b/"}]',
    "controls": '"name": "\\u001b[31m\\u0000\\r\\n\\u202e"',
    "name-number": '"name": 7',
    "name-empty": '"name": ""',
    "status-lower": '"status": "active"',
    "status-number": '"status": 1',
    "progress-text": '"progress": "50"',
    "progress-real": '"progress": 99.5',
    "disk-config-odd": '"OS-DCF:diskConfig": ["AUTO"]',
    "disk-config-word": '"OS-DCF:diskConfig": "SOMETIMES"',
    "size-zero": '"OS-EXT-IMG-SIZE:size": 0',
    "size-exponent": '"OS-EXT-IMG-SIZE:size": 1.5e9',
    "size-text": '"OS-EXT-IMG-SIZE:size": "5562828800"',
    "size-text-exponent": '"OS-EXT-IMG-SIZE:size": "1.5e9"',
    "size-fraction": '"OS-EXT-IMG-SIZE:size": 1.5',
    "size-negative": '"OS-EXT-IMG-SIZE:size": -1',
    "size-true": '"OS-EXT-IMG-SIZE:size": true',
    "size-word": '"OS-EXT-IMG-SIZE:size": "big"',
    "size-infinite-text": '"OS-EXT-IMG-SIZE:size": "inf"',
    "size-beyond-floats": '"OS-EXT-IMG-SIZE:size": 1e400',
    "fault-member": '"status": "ERROR", "fault": {"message": "no disk", "code": 500}',
    "python-names": '"self": 1, "class": 2, "from_dict": 3, "_received": 4, "response": 5, "size": 6',
    "python-names-of-attrs": '"additional_properties": {}, "__attrs_attrs__": 1, "__class__": 2, "to_dict": 3',
    "empty-key": '"": 1, " ": 2',
    "upper-case-id": f'"id": "{IMAGE_ID.upper()}"',
    "dashless-id": f'"id": "{IMAGE_ID.replace("-", "")}"',
    "deep-99": f'"x": {"[" * 90}{"]" * 90}',
    "deep-900": f'"x": {"[" * 900}{"]" * 900}',
    "many-members": ", ".join(f'"k{number}": {number}' for number in range(2000)),
    "nan": '"minDisk": NaN',
    "infinity": '"minDisk": Infinity',
    "negative-infinity": '"minDisk": -Infinity',
}

GOOD = json.dumps({"image": {"id": IMAGE_ID, "name": "ü"}}, ensure_ascii=False).encode()

BODIES: dict[str, bytes] = {
    "empty": b"",
    "spaces": b"  \n",
    "html": b"<html>Sign in</html>",
    "truncated": b'{"image": {"id": "',
    "cut-at-the-end": GOOD[:-1],
    "more-than-one-value": GOOD + GOOD,
    "array": b"[]",
    "null": b"null",
    "true": b"true",
    "text": b'"image"',
    "number": b"7",
    "huge-number": HUGE.encode(),
    "no-image": b'{"images": []}',
    "server-instead": b'{"server": 1}',
    "image-null": b'{"image": null}',
    "image-array": b'{"image": []}',
    "image-text": b'{"image": "x"}',
    "image-empty": b'{"image": {}}',
    "image-twice": b'{"image": 1, "image": {"id": "%s"}}' % IMAGE_ID.encode(),
    "id-null": b'{"image": {"id": null}}',
    "id-number": b'{"image": {"id": 7}}',
    "id-no-uuid": b'{"image": {"id": "7"}}',
    "id-huge": b'{"image": {"id": %s}}' % HUGE.encode(),
    "id-surrogate": b'{"image": {"id": "\\ud800"}}',
    "id-newline": b'{"image": {"id": "%s\\n"}}' % IMAGE_ID.encode(),
    "id-braces": b'{"image": {"id": "{%s}"}}' % IMAGE_ID.encode(),
    "id-of-another": b'{"image": {"id": "%s"}}' % OTHER_ID.encode(),
    "fault": b'{"itemNotFound": {"code": 404, "message": "Gone."}}',
    "fault-500": b'{"computeFault": {"code": 500, "message": "x"}}',
    "fault-without-words": b'{"itemNotFound": {}}',
    "fault-and-image": b'{"itemNotFound": {"code": 404, "message": "x"}, "image": {"id": "%s"}}' % IMAGE_ID.encode(),
    "two-faults": b'{"a": {"code": 400, "message": "x"}, "b": {"code": 400, "message": "y"}}',
    "no-text": b"\x80\x81\x82\x83",
    "latin-1": b'{"image": {"name": "\xfc"}}',
    "byte-order-mark": b"\xef\xbb\xbf" + GOOD,
    "utf-16": GOOD.decode().encode("utf-16"),
    "utf-16-cut": GOOD.decode().encode("utf-16")[:-1],
    "utf-32": GOOD.decode().encode("utf-32"),
    "deep-array": b"[" * 200_000,
    "deep-object": b'{"image":' * 100_000,
    "controls": b"\x1b[2J\x00\r\n",
    "the-token": b'{"image": {"id": "geheim-token-1"}}',
    "single-quotes": b"{'image': {}}",
    "trailing-comma": b'{"image": {"id": "%s",}}' % IMAGE_ID.encode(),
    "comment": b'{"image": {"id": "%s"}} // fine' % IMAGE_ID.encode(),
    "leading-zero": b'{"image": {"id": "%s", "minDisk": 020}}' % IMAGE_ID.encode(),
}

CONTENT_TYPES = (
    "application/json; charset=utf-8",
    "text/html; charset=utf-16",
    "text/plain",
    "application/octet-stream",
    "",
    "nonsense",
)


def encoded(encoding: str, body: bytes) -> Reply:
    return response(200, body, {"Content-Encoding": encoding, "Content-Type": "application/json"})


ENCODINGS = {
    "gzip": encoded("gzip", gzip.compress(GOOD, mtime=0)),
    "gzip-upper": encoded("GZIP", gzip.compress(GOOD, mtime=0)),
    "x-gzip": encoded("x-gzip", gzip.compress(GOOD, mtime=0)),
    "gzip-twice": encoded("gzip, gzip", gzip.compress(gzip.compress(GOOD, mtime=0), mtime=0)),
    "gzip-members": encoded("gzip", gzip.compress(GOOD[:9], mtime=0) + gzip.compress(GOOD[9:], mtime=0)),
    "gzip-cut": encoded("gzip", gzip.compress(GOOD, mtime=0)[:-9]),
    "gzip-spoiled": encoded("gzip", gzip.compress(GOOD, mtime=0)[:15] + b"\xff" * 9),
    "gzip-junk": encoded("gzip", gzip.compress(GOOD, mtime=0) + b"junk"),
    "gzip-that-is-none": encoded("gzip", GOOD),
    "gzip-empty": encoded("gzip", b""),
    "deflate": encoded("deflate", zlib.compress(GOOD)),
    "deflate-that-is-none": encoded("deflate", GOOD),
    "identity": encoded("identity", GOOD),
    "empty": encoded("", GOOD),
    "br": encoded("br", b"\x0b\x02\x80{}\x03"),
    "zstd": encoded("zstd", b"\x28\xb5\x2f\xfd"),
    "utf-8": encoded("utf-8", GOOD),
    "none": encoded("none", GOOD),
    "gzip-and-br": encoded("gzip, br", gzip.compress(GOOD, mtime=0)),
    "gzip-of-a-fault": response(
        404,
        gzip.compress(b'{"itemNotFound": {"code": 404, "message": "Image not found."}}', mtime=0),
        {"Content-Encoding": "gzip"},
    ),
}

IDS: dict[str, Any] = {
    "upper-case": IMAGE_ID.upper(),
    "dashless": IMAGE_ID.replace("-", ""),
    "empty": "",
    "word": "x",
    "name": "web 1",
    "path": "../../v2.0/tokens",
    "longer-path": f"{IMAGE_ID}/metadata",
    "query": f"{IMAGE_ID}?a=1",
    "newline": f"{IMAGE_ID}\n",
    "urn": f"urn:uuid:{IMAGE_ID}",
    "braces": f"{{{IMAGE_ID}}}",
    "odd-dashes": "e3d37ab28dc0-4000-b773-b15aad79ad0a",
    "other-digits": IMAGE_ID.replace("0", "٠"),
    "long": "a" * 9000,
    "surrogate": "\udcff",
    "none": None,
    "number": 5,
    "bytes": IMAGE_ID.encode(),
    "percent": "%2e%2e",
}


def cases() -> Iterator[Case]:
    for name, members in ODD_MEMBERS.items():
        body = f'{{"image": {{"id": "{IMAGE_ID}", {members}}}}}'.encode()
        yield Case(f"member-{name}", [response(200, body, {"Content-Type": "application/json"})])
    for name, body in BODIES.items():
        yield Case(f"body-{name}", [response(200, body, {"Content-Type": "application/json"})])
    for name in ("empty", "html", "fault", "id-of-another", "array"):
        yield Case(f"body-203-{name}", [response(203, BODIES[name])])
    for kind in CONTENT_TYPES:
        yield Case(f"content-type-{kind or 'empty'}", [response(200, GOOD, {"Content-Type": kind})])
    yield Case("content-type-absent", [response(200, GOOD)])
    yield Case(
        "latin-1-declared",
        [response(200, GOOD.decode().encode("latin-1"), {"Content-Type": "application/json; charset=latin-1"})],
    )
    for name, reply in ENCODINGS.items():
        yield Case(f"encoding-{name}", [reply])
    for name, image_id in IDS.items():
        yield Case(f"id-{name}", [response(200, GOOD)], (call("get", image_id),))
    yield Case("request-id-of-openstack", [response(200, GOOD, {"X-Openstack-Request-Id": "req-2"}, request_id=None)])
    yield Case("request-ids-both", [response(200, GOOD, {"X-Openstack-Request-Id": "req-2"})])
    yield Case("request-id-absent", [response(200, GOOD, request_id=None)])
    yield Case("request-id-odd", [response(404, b"", request_id="req-\x1b[31m " + "x" * 500)])
    yield Case(
        "cookies-are-not-kept", [response(200, GOOD, {"Set-Cookie": "a=b; Path=/"})], (call("get", IMAGE_ID),) * 2
    )
    yield Case("headers", [response(200, GOOD)], records_headers=True)
    yield Case(
        "headers-user-agent", [response(200, GOOD)], client=with_token(user_agent="mine/1.0"), records_headers=True
    )
    yield Case("too-large", [response(200, b" " * (17 << 20))])
    yield Case("too-large-fault", [response(404, b" " * (17 << 20))])
    yield Case("too-large-gzip", [encoded("gzip", gzip.compress(b" " * (40 << 20), mtime=0))])
    yield Case("too-large-announced", [Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "hold")])
