"""Where a key, a password and a token are not."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from cloud import SECRET, Cloud
from conftest import SOURCE_ID
from rackspace_images import (
    ApiKey,
    ApplicationCredential,
    AsyncImagesClient,
    ImagesClient,
    KeystonePassword,
    Password,
    StaticToken,
    client_auth,
    errors,
)
from scripted import answer
from telling import everything

URL = "https://keystone.example.com"
ALL: list[Any] = [
    ApiKey("demo", SECRET),
    Password("demo", SECRET),
    KeystonePassword(auth_url=URL, user_id="u", password=SECRET),
    ApplicationCredential(auth_url=URL, id="i", secret=SECRET),
    StaticToken(SECRET, auth_url=URL),
]


@pytest.mark.parametrize("credentials", ALL, ids=lambda value: type(value).__name__)
def test_credentials_are_values_that_show_nothing(credentials: Any) -> None:
    """Frozen, equal by value, picklable; neither `repr` nor `str` has the secret."""
    again = pickle.loads(pickle.dumps(credentials))
    assert again == credentials
    assert hash(again) == hash(credentials)
    assert SECRET not in repr(credentials) + str(credentials) + f"{credentials}"
    with pytest.raises(AttributeError):
        credentials.auth_url = "https://elsewhere"
    assert SECRET not in repr(client_auth(credentials, endpoint="https://compute.example.com/v2"))
    assert SECRET not in repr(ImagesClient(credentials, endpoint="https://compute.example.com/v2"))


def outcomes(cloud: Cloud, make: Callable[[Cloud], Any]) -> list[BaseException]:
    """What a get ends in, with either client."""
    caught: list[BaseException] = []
    patience = 0.3 if b"" in (cloud.login, cloud.image) else 10
    try:
        with ImagesClient(make(cloud), timeout=patience, retry=None) as images:
            images.get(SOURCE_ID)
    except errors.ImagesError as error:
        caught.append(error)

    async def ask() -> None:
        async with AsyncImagesClient(make(cloud), timeout=patience, retry=None) as images:
            await images.get(SOURCE_ID)

    try:
        asyncio.run(ask())
    except errors.ImagesError as error:
        caught.append(error)
    return caught


TROUBLE: dict[str, dict[str, Any]] = {
    "none": {},
    "refused": {"login": answer(401, b"")},
    "limited": {"login": answer(413, b"")},
    "not json": {"login": answer(200, b"<html>")},
    "no token": {"login": answer(200, {"access": {"token": {"id": 7}}})},
    "broken": {"login": b"garbage\r\n\r\n"},
    "silent": {"login": b""},
    "no region": {"regions": ("A", "B"), "default_region": None},
    "token refused": {"image": answer(401, b"")},
    "image not found": {"image": answer(404, b"")},
    "image malformed": {"image": answer(200, b"<html>")},
    "image broken": {"image": b"garbage\r\n\r\n"},
    "image silent": {"image": b""},
    "no catalog": {"login": answer(201, {"token": {}}, X_Subject_Token="token-1")},
}


@pytest.mark.parametrize("make", [Cloud.api_key, Cloud.keystone], ids=["rackspace", "keystone"])
@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_no_trouble_shows_a_secret(
    trouble: dict[str, Any], make: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever goes wrong: not in logs at DEBUG, httpx's and httpcore's included, nor in errors, with all they hold."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection", "rackspace_images"):
        caplog.set_level(logging.DEBUG, logger=name)
    with Cloud(**trouble) as cloud:
        caught = outcomes(cloud, make)
    assert trouble == {} or len(caught) == 2
    assert "httpcore.http11" in {record.name for record in caplog.records}
    told = "".join(map(everything, caught)) + caplog.text + "".join(capfd.readouterr())
    for secret in (SECRET, "token-1", "token-2", "token-3"):
        assert secret not in told


def test_credentials_that_are_refused_when_made_show_nothing() -> None:
    """A `ConfigError` from a constructor holds no secret in the locals of its frames."""
    for make in (
        lambda: ApiKey("", SECRET),
        lambda: Password("", SECRET),
        lambda: KeystonePassword(auth_url="https://k", password=SECRET),
        lambda: ApplicationCredential(auth_url="https://k", id="", secret=SECRET),
        lambda: StaticToken(SECRET + "\n"),
        lambda: ApiKey("demo", SECRET, auth_url="DFW"),
        lambda: Password("demo", SECRET, auth_url="DFW"),
        lambda: KeystonePassword(auth_url="DFW", user_id="u", password=SECRET),
        lambda: ApplicationCredential(auth_url="DFW", id="i", secret=SECRET),
        lambda: StaticToken(SECRET, auth_url="DFW"),
    ):
        with pytest.raises(errors.ConfigError) as caught:
            make()
        assert SECRET not in everything(caught.value)


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ('pa"ss\\word-geheim', r"bad key \*\*\*"),
        ("pässwörd-geheim-0", r"bad key \*\*\*"),
        ("pässwörd-geheim", "left out"),
        ("plain-geheim", "left out"),
    ],
)
def test_a_secret_that_identity_quotes_is_hidden(secret: str, shown: str) -> None:
    """However JSON writes it, what was sent is not in the error; nor is a text that quotes a short password."""
    said = {"unauthorized": {"code": 401, "message": f"bad key {secret}", "details": secret}}
    with Cloud(login=answer(401, said)) as cloud:
        with ImagesClient(ApiKey("demo", secret, auth_url=cloud.auth_url)) as images:
            with pytest.raises(errors.AuthenticationFailed, match=shown) as caught:
                images.get(SOURCE_ID)
    assert caught.value.fault == "unauthorized"
    assert "geheim" not in str(caught.value) + repr(caught.value.__dict__)


def test_a_secret_of_broken_characters_is_refused_when_it_is_made() -> None:
    """Bytes of the environment that are no UTF-8 are a `ConfigError`, not an error that holds the secret."""
    with pytest.raises(errors.ConfigError, match="ApiKey lacks api_key") as caught:
        ApiKey("demo", "geh\udce9im")
    assert "geh" not in str(caught.value)
