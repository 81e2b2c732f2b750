"""A secret that is missing is asked for where somebody is there to answer."""

from __future__ import annotations

import pytest
from rackspace_images import ApiKey, ApplicationCredential, KeystonePassword, Password
from rackspace_images.auth.credentials import US_AUTH_URL, Credentials
from rackspace_images.config import load
from rackspace_images.errors import ConfigError

from .conftest import Machine
from .examples import SECRET

URL = "https://keystone.example/v3"


class Person:
    """Gives an answer and remembers the questions."""

    def __init__(self, answer: str = SECRET) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def __call__(self, prompt: str) -> str:
        self.asked.append(prompt)
        return self.answer


@pytest.mark.parametrize(
    ("environ", "prompt", "expected"),
    [
        (
            {"OS_AUTH_URL": URL, "OS_USERNAME": "me"},
            f"Password of me at {URL}: ",
            KeystonePassword(auth_url=URL, username="me", password=SECRET, user_domain_id="default"),
        ),
        (
            {"OS_AUTH_URL": URL, "OS_USER_ID": "u0"},
            f"Password of u0 at {URL}: ",
            KeystonePassword(auth_url=URL, user_id="u0", password=SECRET),
        ),
        (
            {"OS_AUTH_URL": URL, "OS_APPLICATION_CREDENTIAL_ID": "ac"},
            f"Secret of ac at {URL}: ",
            ApplicationCredential(auth_url=URL, id="ac", secret=SECRET),
        ),
        ({"RS_USERNAME": "me"}, f"API key of me at {US_AUTH_URL}: ", ApiKey("me", SECRET)),
        (
            {"OS_AUTH_SYSTEM": "rackspace", "OS_USERNAME": "me\x1b[2J"},
            f"API key of me\\x1b[2J at {US_AUTH_URL}: ",
            ApiKey("me\x1b[2J", SECRET),
        ),
        (
            {"OS_AUTH_TYPE": "rackspace_password", "OS_USERNAME": "me"},
            f"Password of me at {US_AUTH_URL}: ",
            Password("me", SECRET),
        ),
    ],
)
def test_only_the_secret_is_missing(environ: dict[str, str], prompt: str, expected: Credentials) -> None:
    """One question, which says whose secret and where it is sent."""
    person = Person()
    assert load(environ=environ, prompt=person).credentials == expected
    assert person.asked == [prompt]


def test_a_cloud_without_a_password(machine: Machine) -> None:
    """The same for a cloud of clouds.yaml."""
    machine.write("clouds: {mine: {profile: rackspace, auth: {username: me}}}")
    person = Person()
    assert load(environ={}, prompt=person).credentials == ApiKey("me", SECRET)
    assert person.asked == [f"API key of me at {US_AUTH_URL}: "]


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"RS_USERNAME": "me", "RS_API_KEY": "k"},
        {"OS_AUTH_URL": URL},
        {"OS_AUTH_URL": "nonsense", "OS_USERNAME": "me"},
        {"OS_AUTH_URL": URL, "OS_USERNAME": "me", "OS_INTERFACE": "nonsense"},
        {"OS_AUTH_URL": URL, "OS_USERNAME": "me", "OS_TRUST_ID": "t0", "OS_PROJECT_ID": "p0"},
        {"OS_AUTH_URL": URL, "OS_USERNAME": "me", "OS_API_KEY": "k"},
        {"OS_AUTH_URL": URL, "OS_AUTH_TYPE": "token"},
    ],
)
def test_nobody_is_asked_in_vain(environ: dict[str, str]) -> None:
    """No question where nothing is missing, or where the answer would not be enough."""
    person = Person()
    try:
        load(environ=environ, prompt=person)
    except ConfigError:
        assert "RS_API_KEY" not in environ
    assert person.asked == []


def test_no_answer() -> None:
    """An empty answer, or the end of the input, is a missing secret."""
    environ = {"OS_AUTH_URL": URL, "OS_USERNAME": "me"}
    with pytest.raises(ConfigError, match="lacks OS_PASSWORD"):
        load(environ=environ, prompt=Person(""))

    def end(prompt: str) -> str:
        raise EOFError

    with pytest.raises(ConfigError, match="lacks OS_PASSWORD"):
        load(environ=environ, prompt=end)


def test_an_interruption_is_passed_on() -> None:
    """Ctrl-C at the question is the caller's to handle."""

    def interrupted(prompt: str) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(environ={"RS_USERNAME": "me"}, prompt=interrupted)
