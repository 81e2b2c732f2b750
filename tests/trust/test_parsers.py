"""What others write is read without a surprise: a value, or the error that it is, and nothing else.

`nox -s fuzz` asks for many more examples.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import pickle
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import yaml
from faulty import IMAGE_ID
from hypothesis import example, given, target
from hypothesis import strategies as st
from rackspace_images import ApiKey, Image, KeystonePassword, errors
from rackspace_images.auth.credentials import versioned
from rackspace_images.auth.identity import AccessInfo, identity_error
from rackspace_images.auth.redaction import Redactor
from rackspace_images.auth.token_cache import TokenCache
from rackspace_images.client.options import proxies_for, read_proxy
from rackspace_images.config import Config, load
from rackspace_images.config.tree import ListNode, MapNode, ScalarNode, Unreadable, parse_json
from rackspace_images.config.yaml_tree import parse_yaml
from rackspace_images.faults import api_error, retry_after
from rackspace_images.http.body import ApiResponse, Body
from rackspace_images.http.call import Exchange, Limits
from rackspace_images.regions import checked_endpoint, has_version
from rackspace_images.text import escape_control_characters, one_line
from reading import access_from_response, image_from_body, page_from_body, response_of, version_from_body

SECRET = "geheim-4711"
KEY = ApiKey("demo", SECRET, auth_url="https://identity.example.com/v2.0")
PASSWORD = KeystonePassword(auth_url="https://keystone.example.com/v3", user_id="u", password=SECRET)

any_text = st.text(st.characters(), max_size=40)
numbers = st.integers() | st.floats() | st.sampled_from([10**400, -(10**30), 1e308, 2**63, 0.1, -0.0])
dates = st.datetimes().map(lambda when: when.isoformat()) | st.sampled_from(
    [
        "Fri, 31 Dec 1999 23:59:59 GMT",
        "Friday, 31-Dec-99 23:59:59 GMT",
        "Fri Dec 31 23:59:59 1999",
        "Fri, 31 Dec 1999 23:59:60 GMT",
        "Fri, 99 Dec 1999 23:59:59 GMT",
        "Fri, 31 Dec 99999 23:59:59 GMT",
        "Fri, 31 Dec 1999 23:59:59 +9999",
        "9999-12-31T23:59:59.999999-23:59",
        "0001-01-01T00:00:00+23:59",
        "2013-06-07T16:38:49Z",
        "2013-W23-5",
        "1e400",
        "0x10",
        "１２",
        "1_000",
        " 5 ",
        "infinity",
        "nan",
    ]
)
words = (
    any_text | dates | st.sampled_from(["itemNotFound", "message", "code", "token-1", SECRET, "", "\x1b[2J", "\ud800"])
)
keys = st.sampled_from(
    [
        *("message", "code", "details", "retryAfter", "retryAt", "title", "error", "overLimit", "itemNotFound"),
        *("access", "token", "id", "expires", "expires_at", "catalog", "serviceCatalog", "endpoints", "region", "url"),
        *("publicURL", "interface", "name", "type", "user", "RAX-AUTH:defaultRegion", "image", "images", "versions"),
        *("images_links", "rel", "href", "status", "metadata", "server", "created", "updated", "links", "progress"),
    ]
)
values = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | any_text, inner, max_size=5),
    max_leaves=25,
)
bodies = st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode())
statuses = st.integers(100, 999)
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40) | dates
headers = st.dictionaries(
    st.sampled_from(["Retry-After", "X-Compute-Request-Id", "WWW-Authenticate", "X-Subject-Token", "Content-Type"]),
    header_values.filter(lambda value: value.isascii()),
).map(httpx.Headers)
answers = st.builds(lambda status, headers, body: response_of(status, body, headers), statuses, headers, bodies)


def fine(error: errors.ImagesError) -> None:
    """An error as any other: one line of what can be shown, and as good after a pickle."""
    line = str(error)
    assert escape_control_characters(line) == line
    assert len(line) < 3000
    assert str(pickle.loads(pickle.dumps(error))) == line


@given(st.lists(values | dates, max_size=3))
@example(["9999-12-31T23:59:59-23:59"])
@example([10**400, True, "1e400"])
def test_a_time_to_wait_is_seconds_or_nothing(said: list[Any]) -> None:
    """Header and fault alike: not negative, not infinite, no error."""
    seconds = retry_after(*said)
    assert seconds is None or (0 <= seconds < math.inf)
    if seconds:
        target(math.log10(seconds) if seconds > 1e-9 else -9.0)


@given(answers)
def test_every_answer_is_some_error(answer: ApiResponse) -> None:
    """Of the API, with the token it was sent hidden."""
    redactor = Redactor()
    redactor.add(SECRET, are_tokens=True)
    error = redactor.redact(api_error(answer))
    fine(error)
    assert error.status_code == answer.status_code
    assert SECRET not in str(error) + repr(error.__dict__)


@given(answers)
def test_every_answer_of_identity_is_a_token_or_an_error(answer: ApiResponse) -> None:
    """And no token that a header cannot carry."""
    for credentials in (KEY, PASSWORD):
        fine(identity_error(answer, credentials, "here"))
        found = access_from_response(credentials, answer)
        assert isinstance(found, AccessInfo | errors.MalformedResponse)
        if isinstance(found, AccessInfo):
            httpx.Headers({"X-Auth-Token": found.token})
            assert found.expires is None or math.isfinite(found.expires)
            assert isinstance(found.is_due(2000.0), bool)


@given(st.dictionaries(keys, values, max_size=8), bodies)
def test_every_success_is_an_image_or_malformed(members: dict[str, Any], raw: bytes) -> None:
    """With every readable name of it at hand, whatever its members are."""
    for body in (raw, json.dumps({"image": {**members, "id": IMAGE_ID}}).encode()):
        try:
            image = image_from_body(body, UUID(IMAGE_ID))
        except errors.MalformedResponse as error:
            fine(error)
        else:
            told = one_line(" ".join(str(getattr(image, name)) for name in _READABLE))
            assert escape_control_characters(told) == told
            assert escape_control_characters(repr(image)) == repr(image)
            assert pickle.loads(pickle.dumps(image)) == image


_READABLE = (
    *("name", "status", "created", "updated", "progress", "size", "disk_config", "is_active", "is_snapshot"),
    *("server_id", "os_distro", "os_version", "metadata", "min_disk", "min_ram"),
)


@given(st.lists(values, max_size=4), values, bodies)
def test_every_list_is_a_page_or_malformed(images: list[Any], links: Any, raw: bytes) -> None:
    """One odd image is its own error."""
    for body in (raw, json.dumps({"images": images, "images_links": links}).encode()):
        try:
            page = page_from_body(body, 10)
        except errors.MalformedResponse as error:
            fine(error)
        else:
            assert all(isinstance(one, Image | errors.MalformedResponse) for one in page)


@given(bodies)
def test_every_list_of_versions_is_read_or_malformed(body: bytes) -> None:
    """What comes of it is an address below the catalog's own."""
    try:
        found = version_from_body("https://compute.example.com", body)
    except errors.MalformedResponse as error:
        fine(error)
    else:
        assert found.startswith("https://compute.example.com/v2")
        assert has_version(found)


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "", "identity", "x, y"]), st.integers(1, 100))
def test_every_body_is_decoded_or_an_error(data: bytes, encoding: str, step: int) -> None:
    """In pieces of any size, and never more than is allowed."""
    received = httpx.Response(200, headers={"Content-Encoding": encoding})
    body = Body(received, Exchange(Limits(None, None), max_body=1000))
    for start in range(0, len(data), step):
        if body.error is not None or not body.add(data[start : start + step]):
            break
    response = body.response()
    outcome = response if isinstance(response, errors.ImagesError) else response.content
    assert isinstance(outcome, bytes | errors.ImagesError)
    assert not isinstance(outcome, bytes) or len(outcome) <= 1000


urls = any_text | st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https", "HTTPS", "ftp", "socks5", ""]),
    st.sampled_from(["", "u:p@", "@", "\\@", "a@b@"]),
    st.sampled_from(["h", "[::1]", "[::1", "h:1", "h:99999", "h:x", "é.example", "xn--", "%2f", "\x00", "a" * 300]),
    any_text,
)


@given(urls)
def test_every_url_is_taken_or_refused(url: str) -> None:
    """What is taken has a scheme and a host that every reader sees alike, and is fit to be shown."""
    for take in (checked_endpoint, lambda given: versioned(given, "v3")):
        try:
            taken = take(url)
        except errors.ConfigError as error:
            fine(error)
        else:
            assert taken.startswith(("http://", "https://"))
            assert escape_control_characters(taken) == taken
            assert "@" not in taken.split("/")[2]


@given(urls, st.text(st.sampled_from("*.,:/[]0123456789abcdefh "), max_size=30))
def test_every_proxy_is_taken_or_refused(url: str, entries: str) -> None:
    """And `NO_PROXY` may hold anything."""
    with contextlib.suppress(errors.ConfigError):
        assert read_proxy(url, "proxy=").url.host
    os.environ["NO_PROXY"], os.environ["HTTPS_PROXY"] = entries, "http://proxy.example.com"
    try:
        proxies = proxies_for(None)
    finally:
        del os.environ["NO_PROXY"], os.environ["HTTPS_PROXY"]
    for host in ("h", "10.0.0.1", "[fd00::1]", "a.b.c"):
        assert proxies.of(f"https://{host}:1/") is None or entries != "*"


@given(st.binary(max_size=300) | any_text.map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b"&a [*a]")
@example(b"a: &a {b: *a}")
@example(b"!!python/object/apply:os.system [id]")
@example(b"? [a]\n: b")
@example(b"<<: [{a: b}, 3]")
@example(b"\xff\xfe\x00")
@example(b"[" * 500)
@example(b"{" * 500)
@example(b"- " * 500)
def test_every_file_is_read_or_unreadable(data: bytes) -> None:
    """YAML and JSON, with no more than words, lists and mappings in them, and no error of a library's."""
    for parse in (parse_yaml, parse_json):
        assert isinstance(parse(data), ScalarNode | ListNode | MapNode | Unreadable | None)


cloud_keys = st.sampled_from(
    [
        "auth",
        "auth_url",
        "username",
        "password",
        "token",
        "region_name",
        "regions",
        "profile",
        "verify",
        "cacert",
        "cert",
    ]
)
clouds = st.recursive(
    st.none()
    | st.booleans()
    | numbers.filter(lambda n: n == n)
    | any_text
    | st.sampled_from(["https://k/v3", "rackspace"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(cloud_keys, inner, max_size=5),
    max_leaves=15,
)


@given(clouds, clouds)
def test_every_clouds_yaml_is_a_configuration_or_an_error(cloud: Any, secure: Any) -> None:
    """Whatever stands in it and in `secure.yaml`."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("clouds", cloud), ("secure", secure)):
            Path(folder, f"{name}.yaml").write_text(yaml.safe_dump({"clouds": {"mine": content}}), encoding="utf-8")
        environ = {
            "OS_CLIENT_CONFIG_FILE": f"{folder}/clouds.yaml",
            "OS_CLIENT_SECURE_FILE": f"{folder}/secure.yaml",
        }
        try:
            found = load("mine", environ=environ)
        except errors.ConfigError as error:
            fine(error)
        else:
            assert isinstance(found, Config)


@given(bodies, st.dictionaries(st.sampled_from(["format", "of", "token", "expires", "endpoints"]), values, max_size=4))
def test_every_kept_token_is_read_or_ignored(raw: bytes, changed: dict[str, Any]) -> None:
    """A cache file of any content: a token fit to be sent, or another sign-in."""
    with tempfile.TemporaryDirectory() as folder:
        cache = TokenCache(folder)
        cache.save(KEY, AccessInfo("token-1", 2000.0, 1000.0))
        (path,) = Path(folder).glob("*.json")
        good = json.loads(path.read_bytes())
        for content in (raw, json.dumps({**good, **changed}).encode()):
            path.write_bytes(content)
            found = cache.load(KEY)
            assert found is None or isinstance(found, AccessInfo)
            if found is not None:
                httpx.Headers({"X-Auth-Token": found.token})
                assert isinstance(found.is_due(1500.0), bool)
