"""What a sign-in that goes wrong ends in, and what it says."""

from __future__ import annotations

import pickle
import socket
from typing import Any

import pytest
from cloud import SECRET, Cloud
from conftest import SOURCE_ID
from rackspace_images import (
    ApiKey,
    ApplicationCredential,
    ImagesClient,
    KeystonePassword,
    Password,
    StaticToken,
    errors,
)
from rackspace_images.auth.credentials import US_AUTH_URL
from rackspace_images.auth.identity import identity_error
from reading import response_of
from scripted import answer

WORDS = "Unable to authenticate user with credentials provided."
HTML = b"<html><body>Gateway</body></html>"


def fault(status: int, key: str, message: str = WORDS, **headers: str) -> bytes:
    return answer(status, {key: {"code": status, "message": message}}, **headers)


@pytest.mark.parametrize(
    ("login", "error", "words"),
    [
        (fault(401, "unauthorized"), errors.AuthenticationFailed, WORDS),
        (fault(401, "error"), errors.AuthenticationFailed, WORDS),
        (answer(401, b""), errors.AuthenticationFailed, "refused"),
        (answer(401, HTML), errors.AuthenticationFailed, "refused"),
        (fault(403, "userDisabled", "User demo is disabled."), errors.AuthenticationFailed, "disabled"),
        (fault(403, "forbidden"), errors.AuthenticationFailed, WORDS),
        (
            fault(401, "unauthorized", WWW_Authenticate="OS-MF sessionId='x'"),
            errors.AuthenticationFailed,
            "second factor",
        ),
        (fault(400, "badRequest"), errors.BadRequest, WORDS),
        (fault(404, "itemNotFound"), errors.UnexpectedStatus, "auth_url"),
        (answer(404, HTML), errors.UnexpectedStatus, "auth_url"),
        (answer(300, {"versions": {"values": []}}), errors.UnexpectedStatus, "auth_url"),
        (answer(302, b"", Location="http://127.0.0.1:9/"), errors.UnexpectedStatus, "auth_url"),
        (fault(413, "overLimit", Retry_After="7"), errors.OverLimit, "again in 7 s"),
        (fault(429, "overLimit"), errors.OverLimit, "again later"),
        (fault(500, "identityFault"), errors.ApiFault, "identityFault"),
        (answer(500, HTML), errors.ApiFault, "500"),
        (fault(503, "serviceUnavailable"), errors.ServiceUnavailable, "again later"),
        (answer(503, HTML), errors.ServiceUnavailable, "503"),
        (answer(502, HTML), errors.UnexpectedStatus, "502"),
        (answer(599, b""), errors.UnexpectedStatus, "599"),
        (answer(200, HTML), errors.MalformedResponse, "not JSON"),
        (answer(200, b""), errors.MalformedResponse, "not JSON"),
        (answer(200, b"\xff\xfe\x00"), errors.MalformedResponse, "not JSON"),
        (answer(200, b"[" * 45_000), errors.MalformedResponse, "not JSON"),
        (answer(200, []), errors.MalformedResponse, "no token"),
        (answer(200, {}), errors.MalformedResponse, "no token"),
        (answer(200, {"access": {}}), errors.MalformedResponse, "no token"),
        (answer(200, {"access": {"token": {"id": None}}}), errors.MalformedResponse, "no token"),
        (answer(200, {"access": {"token": {"id": "a\nb"}}}), errors.MalformedResponse, "no token"),
        (answer(200, {"access": {"token": {"id": "t"}}}), errors.ConfigError, "project"),
        (answer(200, {"access": {"token": {"id": "t"}, "serviceCatalog": "odd"}}), errors.ConfigError, "project"),
        (b"garbage\r\n\r\n", errors.ConnectionFailed, "try:"),
        (b"", errors.RequestTimeout, "try:"),
    ],
)
def test_each_refusal_has_its_error(login: bytes, error: type[errors.ImagesError], words: str) -> None:
    """The class says what it is; the line has identity's words, the URL and what to do, and no secret."""
    # Only the silent one is waited for.
    patience = 10 if login else 1
    with Cloud(login=login) as cloud, ImagesClient(cloud.api_key(), timeout=patience, retry=None) as images:
        with pytest.raises(errors.ImagesError) as caught:
            images.get(SOURCE_ID)
    assert type(caught.value) is error
    line = str(caught.value)
    assert words in line
    assert "; try: " in line
    if error is not errors.ConfigError:
        assert f"POST {cloud.auth_url}/tokens" in line
    assert len(cloud.logins) == 1
    assert cloud.asked == []
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == line
    assert SECRET not in line + repr(caught.value.__dict__)


@pytest.mark.parametrize(
    ("login", "error"),
    [
        (answer(201, {"token": {}}), errors.MalformedResponse),
        (answer(201, {"token": {}}, X_Subject_Token="token-9"), errors.ConfigError),
        (answer(201, {"token": {"catalog": []}}, X_Subject_Token="token-9"), errors.ConfigError),
        (answer(201, {}, X_Subject_Token="token-9"), errors.MalformedResponse),
        (answer(300, {"versions": {"values": []}}), errors.UnexpectedStatus),
        (answer(401, {"error": {"code": 401, "message": WORDS}}), errors.AuthenticationFailed),
    ],
)
def test_keystones_refusals(login: bytes, error: type[errors.ImagesError]) -> None:
    """Keystone's token is a header; a token without a catalog is one without a project."""
    with Cloud(login=login) as cloud, ImagesClient(cloud.keystone(), retry=None) as images:
        with pytest.raises(errors.ImagesError) as caught:
            images.get(SOURCE_ID)
    assert type(caught.value) is error
    if error is errors.ConfigError:
        assert "project" in str(caught.value)
    assert "token-9" not in repr(caught.value.__dict__) + str(caught.value)


def test_nobody_listens() -> None:
    """A refused connection names identity's URL."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        auth_url = f"http://127.0.0.1:{taken.getsockname()[1]}/v2.0"
        with pytest.raises(errors.ConnectionFailed, match=auth_url):
            ImagesClient(ApiKey("demo", SECRET, auth_url=auth_url)).get(SOURCE_ID)


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        (ApiKey("demo", SECRET), ["the API key that was sent", "(from here)", "UK account", "lon.identity"]),
        (Password("demo", SECRET), ["the password that was sent", "if it is an API key, use ApiKey", "UK account"]),
        (ApiKey("demo", SECRET, auth_url="https://lon.identity.api.rackspacecloud.com/v2.0"), ["the API key"]),
        (
            ApplicationCredential(auth_url="https://k/v3", id="i", secret=SECRET),
            ["the application credential's secret"],
        ),
    ],
)
def test_a_401_says_what_was_sent_from_where(credentials: Any, expected: list[str]) -> None:
    """Which kind of secret, from which source, and the UK service where that could be it."""
    hint = identity_error(response_of(401), credentials, "here").hint or ""
    for words in expected:
        assert words in hint
    assert ("UK" in hint) == (credentials.auth_url == US_AUTH_URL.rstrip("/"))


def test_what_a_server_echoes_is_not_kept() -> None:
    """Identity's body is not kept on the error: a server may echo what it was sent."""
    with Cloud(login=answer(500, {"echo": SECRET})) as cloud, ImagesClient(cloud.api_key(), retry=None) as images:
        with pytest.raises(errors.ApiFault) as caught:
            images.get(SOURCE_ID)
    assert caught.value.body == b""
    with Cloud(login=fault(401, "unauthorized", f"wrong key {SECRET}")) as cloud:
        with pytest.raises(errors.AuthenticationFailed) as refused, ImagesClient(cloud.api_key(), retry=None) as images:
            images.get(SOURCE_ID)
    assert SECRET not in str(refused.value) + repr(refused.value.__dict__)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"username": "u"},
        {"username": "u", "project_name": "p"},
        {"username": "u", "project_name": "p", "project_domain_name": "d"},
        {"user_id": "u", "project_name": "p"},
        {"username": "u", "user_domain_id": "d", "password": ""},
    ],
)
def test_what_is_missing_is_named(options: dict[str, str]) -> None:
    """Credentials that identity could not read are refused when they are made, by the names of what they lack."""
    given = {"auth_url": "https://keystone.example.com", "password": SECRET, **options}
    with pytest.raises(errors.ConfigError, match="KeystonePassword lacks") as caught:
        KeystonePassword(**given)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("auth_url", ["DFW", "", "ftp://h", "https://", "http://[::1", "https://h/v3?x", None])
def test_an_auth_url_is_a_url(auth_url: Any) -> None:
    """What is no URL of an identity service is a `ConfigError` when the credentials are made."""
    for make in (
        lambda: ApiKey("demo", SECRET, auth_url=auth_url),
        lambda: KeystonePassword(auth_url=auth_url, user_id="u", password=SECRET),
    ):
        with pytest.raises(errors.ConfigError, match="auth_url"):
            make()


@pytest.mark.parametrize(
    "given", ["https://k/identity", "https://k/identity/", "https://k/identity/v3", "https://k/identity/v3/auth/tokens"]
)
def test_an_auth_url_may_leave_out_the_version(given: str) -> None:
    """People write the identity URL with and without `/v3`."""
    credentials = KeystonePassword(auth_url=given, user_id="u", password=SECRET)
    assert credentials.auth_url == "https://k/identity/v3"
    assert (
        ApiKey("u", SECRET, auth_url=given.replace("v3", "v2.0").replace("/auth", "")).auth_url
        == "https://k/identity/v2.0"
    )


def test_the_wrong_version_is_named() -> None:
    """A v2.0 URL with Keystone's credentials is a `ConfigError` that says so."""
    with pytest.raises(errors.ConfigError, match=r"names v2\.0, these credentials need v3"):
        KeystonePassword(auth_url="https://k/v2.0", user_id="u", password=SECRET)


def test_a_static_token_is_never_renewed() -> None:
    """A given token is used as it is: a 401 is the caller's to mend."""
    with Cloud() as cloud, ImagesClient(StaticToken("given"), endpoint=f"{cloud.url}/dfw/v2/820712") as images:
        with pytest.raises(errors.Unauthorized):
            images.get(SOURCE_ID)
    assert cloud.logins == []
    assert len(cloud.asked) == 1


def test_only_a_password_may_be_an_api_key() -> None:
    """An API key that was refused is not taken for one that was sent as a password."""
    for credentials, says in ((Password("demo", SECRET), True), (ApiKey("demo", SECRET), False)):
        hint = identity_error(response_of(401), credentials).hint or ""
        assert ("if it is an API key" in hint) is says
        assert "(from" not in hint
