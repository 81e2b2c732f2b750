"""Every variable of OpenStack's clients and of Rackspace's, in every combination that people have."""

from __future__ import annotations

from typing import Any

import pytest
from rackspace_images import ApiKey, ApplicationCredential, KeystonePassword, Password, StaticToken
from rackspace_images.auth.credentials import UK_AUTH_URL, US_AUTH_URL, Credentials
from rackspace_images.config import load
from rackspace_images.errors import ConfigError

from .examples import OPENRC, SECRET

URL = "https://keystone.example/v3"
USER = {"OS_AUTH_URL": URL, "OS_USERNAME": "me", "OS_PASSWORD": SECRET}
RACKSPACE = {"OS_AUTH_URL": US_AUTH_URL, "OS_USERNAME": "me", "OS_TENANT_NAME": "820712"}


def keystone(**given: Any) -> KeystonePassword:
    """`me` at `URL`, in the default domain where nothing else is given."""
    if "user_id" not in given:
        given = {"username": "me", "user_domain_id": "default", **given}
    return KeystonePassword(auth_url=URL, password=SECRET, **given)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, keystone()),
        ({"OS_PROJECT_NAME": "p"}, keystone(project_name="p", project_domain_id="default")),
        ({"OS_PROJECT_ID": "f00d"}, keystone(project_id="f00d")),
        ({"OS_TENANT_NAME": "p"}, keystone(project_name="p", project_domain_id="default")),
        ({"OS_TENANT_ID": "f00d"}, keystone(project_id="f00d")),
        ({"OS_PROJECT_ID": "f00d", "OS_TENANT_ID": "0ld"}, keystone(project_id="f00d")),
        (
            {"OS_USER_DOMAIN_NAME": "Corp", "OS_PROJECT_NAME": "p"},
            keystone(user_domain_id=None, user_domain_name="Corp", project_name="p", project_domain_id="default"),
        ),
        (
            {"OS_USER_DOMAIN_ID": "d0", "OS_PROJECT_NAME": "p", "OS_PROJECT_DOMAIN_NAME": "Corp"},
            keystone(user_domain_id="d0", project_name="p", project_domain_name="Corp"),
        ),
        (
            {"OS_PROJECT_NAME": "p", "OS_PROJECT_DOMAIN_ID": "d1"},
            keystone(project_name="p", project_domain_id="d1"),
        ),
        (
            {"OS_PROJECT_NAME": "p", "OS_DEFAULT_DOMAIN": "d2"},
            keystone(user_domain_id="d2", project_name="p", project_domain_id="d2"),
        ),
        (
            {"OS_PROJECT_NAME": "p", "OS_DOMAIN_NAME": "Corp"},
            keystone(user_domain_id=None, user_domain_name="Corp", project_name="p", project_domain_name="Corp"),
        ),
        (
            {"OS_PROJECT_NAME": "p", "OS_DOMAIN_ID": "d3", "OS_USER_DOMAIN_ID": "d0", "OS_DEFAULT_DOMAIN": "d2"},
            keystone(user_domain_id="d0", project_name="p", project_domain_id="d3"),
        ),
        ({"OS_USERNAME": "", "OS_USER_ID": "u0"}, keystone(user_id="u0")),
        (
            {"OS_USERNAME": "", "OS_USER_ID": "u0", "OS_PROJECT_NAME": "p"},
            keystone(user_id="u0", project_name="p", project_domain_id="default"),
        ),
        ({"OS_AUTH_TYPE": "password"}, keystone()),
        ({"OS_AUTH_TYPE": "v3password"}, keystone()),
        ({"OS_AUTH_TYPE": " V3Password "}, keystone()),
        ({"OS_AUTH_SYSTEM": "keystone"}, keystone()),
        ({"OS_IDENTITY_API_VERSION": "3"}, keystone()),
        ({"OS_IDENTITY_API_VERSION": "2.0"}, keystone()),
        ({"OS_AUTH_URL": "https://keystone.example"}, keystone()),
        ({"OS_AUTH_URL": "https://keystone.example/v3/auth/tokens"}, keystone()),
        ({"OS_TOKEN": "t"}, keystone()),
    ],
)
def test_keystone_password(more: dict[str, str], expected: Credentials) -> None:
    """A user and a password at a Keystone, with names or ids, old or new words, and the default domain without any."""
    assert load(environ={**USER, **more}).credentials == expected


def test_horizon_openrc() -> None:
    """Horizon writes ids and names both, and leaves empty what it does not know: empty is not set."""
    expected = KeystonePassword(
        auth_url="https://keystone.example/v3",
        username="openrc-user",
        password=SECRET,
        project_id="f00d",
        project_name="demo",
        user_domain_name="Corp",
        project_domain_id="d0",
    )
    assert load(environ=OPENRC).credentials == expected
    empty = dict.fromkeys(
        ["OS_USER_DOMAIN_ID", "OS_PROJECT_DOMAIN_NAME", "OS_TOKEN", "OS_TENANT_ID", "OS_AUTH_TYPE"], ""
    )
    assert load(environ={**OPENRC, **empty, "OS_REGION_NAME": ""}).region is None
    assert load(environ={**OPENRC, **empty}).credentials == expected


def test_blanks_around_a_name_are_dropped_and_those_of_a_password_kept() -> None:
    """An openrc with Windows' line ends works; a password may begin and end as it likes."""
    credentials = load(environ={**USER, "OS_USERNAME": "me\r", "OS_PASSWORD": f" {SECRET} "}).credentials
    assert isinstance(credentials, KeystonePassword)
    assert (credentials.username, credentials.password) == ("me", f" {SECRET} ")


@pytest.mark.parametrize(
    ("environ", "expected", "endpoint"),
    [
        ({"OS_AUTH_URL": URL, "OS_TOKEN": "t"}, StaticToken("t", auth_url=URL), None),
        ({"OS_AUTH_URL": URL, "OS_AUTH_TOKEN": "t"}, StaticToken("t", auth_url=URL), None),
        (
            {"OS_ENDPOINT_OVERRIDE": "https://c.example/v2/1", "OS_TOKEN": "t"},
            StaticToken("t"),
            "https://c.example/v2/1",
        ),
        (
            {**USER, "OS_ENDPOINT_OVERRIDE": "https://c.example/v2/1", "OS_TOKEN": "t"},
            StaticToken("t"),
            "https://c.example/v2/1",
        ),
        ({**USER, "OS_PASSWORD": "", "OS_TOKEN": "t"}, StaticToken("t", auth_url=URL), None),
        ({**USER, "OS_AUTH_TYPE": "token", "OS_TOKEN": "t"}, StaticToken("t", auth_url=URL), None),
        ({**USER, "OS_AUTH_TYPE": "v3token", "OS_TOKEN": "t"}, StaticToken("t", auth_url=URL), None),
        (
            {**USER, "OS_ENDPOINT_OVERRIDE": "https://c.example/v2/1"},
            keystone(),
            "https://c.example/v2/1",
        ),
        (
            {**USER, "OS_COMPUTE_ENDPOINT_OVERRIDE": "https://c.example/v2/1", "OS_ENDPOINT_OVERRIDE": "https://x/"},
            keystone(),
            "https://c.example/v2/1",
        ),
    ],
)
def test_tokens_and_endpoints(environ: dict[str, str], expected: Credentials, endpoint: str | None) -> None:
    """A token goes with its Keystone or with the compute URL; a compute URL goes with any sign-in."""
    config = load(environ=environ)
    assert (config.credentials, config.endpoint) == (expected, endpoint)


@pytest.mark.parametrize("auth_type", ["v3applicationcredential", ""])
def test_application_credential(auth_type: str) -> None:
    """An application credential's id is enough to mean it; a user beside it does not matter."""
    environ = {
        "OS_AUTH_URL": URL,
        "OS_AUTH_TYPE": auth_type,
        "OS_APPLICATION_CREDENTIAL_ID": "ac",
        "OS_APPLICATION_CREDENTIAL_SECRET": SECRET,
    }
    expected = ApplicationCredential(auth_url=URL, id="ac", secret=SECRET)
    assert load(environ=environ).credentials == expected
    assert load(environ={**USER, **environ}).credentials == expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({**RACKSPACE, "OS_PASSWORD": SECRET}, Password("me", SECRET)),
        ({**RACKSPACE, "OS_API_KEY": SECRET}, ApiKey("me", SECRET)),
        ({**RACKSPACE, "OS_API_KEY": SECRET, "OS_PASSWORD": "x"}, ApiKey("me", SECRET)),
        ({**RACKSPACE, "OS_PASSWORD": SECRET, "OS_AUTH_TYPE": "v2password"}, Password("me", SECRET)),
        ({**RACKSPACE, "OS_PASSWORD": SECRET, "OS_IDENTITY_API_VERSION": "2.0"}, Password("me", SECRET)),
        (
            {**RACKSPACE, "OS_PASSWORD": SECRET, "OS_AUTH_URL": "https://lon.identity.api.rackspacecloud.com"},
            Password("me", SECRET, auth_url=UK_AUTH_URL),
        ),
        ({**RACKSPACE, "OS_PASSWORD": SECRET, "OS_AUTH_SYSTEM": "rackspace"}, ApiKey("me", SECRET)),
        ({"OS_USERNAME": "me", "OS_PASSWORD": SECRET, "OS_AUTH_SYSTEM": "rackspace"}, ApiKey("me", SECRET)),
        ({"OS_USERNAME": "me", "OS_PASSWORD": SECRET, "OS_AUTH_SYSTEM": "rackspace_us"}, ApiKey("me", SECRET)),
        (
            {"OS_USERNAME": "me", "OS_PASSWORD": SECRET, "OS_AUTH_SYSTEM": "rackspace_uk"},
            ApiKey("me", SECRET, auth_url=UK_AUTH_URL),
        ),
        ({"OS_USERNAME": "me", "OS_API_KEY": SECRET, "OS_AUTH_SYSTEM": "rackspace"}, ApiKey("me", SECRET)),
        ({"OS_USERNAME": "me", "OS_API_KEY": SECRET, "OS_AUTH_TYPE": "rackspace_apikey"}, ApiKey("me", SECRET)),
        ({"OS_USERNAME": "me", "OS_PASSWORD": SECRET, "OS_AUTH_TYPE": "rackspace_password"}, Password("me", SECRET)),
        (
            {
                "OS_USERNAME": "me",
                "OS_API_KEY": SECRET,
                "OS_AUTH_TYPE": "rackspace_apikey",
                "OS_AUTH_URL": "http://127.0.0.1:8774/v2.0",
            },
            ApiKey("me", SECRET, auth_url="http://127.0.0.1:8774/v2.0"),
        ),
        ({"RS_USERNAME": "me", "RS_API_KEY": SECRET}, ApiKey("me", SECRET)),
        ({"RS_USERNAME": "me", "RS_PASSWORD": SECRET}, Password("me", SECRET)),
        ({"RS_USERNAME": "me", "RS_API_KEY": SECRET, "RS_PASSWORD": "x"}, ApiKey("me", SECRET)),
        (
            {"RS_USERNAME": "me", "RS_API_KEY": SECRET, "RS_AUTH_URL": "http://127.0.0.1:8774"},
            ApiKey("me", SECRET, auth_url="http://127.0.0.1:8774/v2.0"),
        ),
    ],
)
def test_rackspace_identity(environ: dict[str, str], expected: Credentials) -> None:
    """Rackspace Identity by its host, by keystoneauth's or novaclient's word for it, or by `RS_*`."""
    assert load(environ=environ).credentials == expected


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({**USER, "OS_AUTH_TYPE": "v3oidcpassword"}, "OS_AUTH_TYPE asks for v3oidcpassword"),
        ({**USER, "OS_AUTH_TYPE": "v2password"}, "OS_AUTH_TYPE is Keystone v2.0's"),
        ({**USER, "OS_AUTH_SYSTEM": "hpcloud"}, "OS_AUTH_SYSTEM asks for hpcloud"),
        ({**USER, "OS_AUTH_TYPE": "rackspace"}, "OS_AUTH_TYPE asks for rackspace"),
        ({**USER, "OS_AUTH_TYPE": "token"}, "lacks OS_TOKEN"),
        ({"OS_AUTH_TYPE": "rackspace_apikey"}, "lacks OS_USERNAME, and OS_API_KEY"),
        ({**USER, "OS_AUTH_URL": "https://keystone.example/v2.0"}, "OS_AUTH_URL is Keystone v2.0's"),
        (
            {**USER, "OS_AUTH_URL": "https://keystone.example/", "OS_IDENTITY_API_VERSION": "2"},
            "OS_IDENTITY_API_VERSION",
        ),
        ({**USER, "OS_AUTH_URL": "keystone.example"}, "OS_AUTH_URL is not the URL of an identity service"),
        ({**USER, "OS_AUTH_URL": "http://[::1"}, "OS_AUTH_URL is not the URL of an identity service"),
        ({**USER, "OS_AUTH_TYPE": "rackspace_password"}, "OS_AUTH_URL is Keystone v3's"),
        ({"RS_USERNAME": "me", "RS_API_KEY": SECRET, "RS_AUTH_URL": URL}, "RS_AUTH_URL is Keystone v3's"),
        ({**USER, "OS_TRUST_ID": "t", "OS_PROJECT_ID": "p"}, "OS_TRUST_ID is given beside OS_PROJECT_ID"),
        ({**USER, "OS_SYSTEM_SCOPE": "some"}, "system_scope='some' is not known"),
        ({**USER, "OS_PASSWORD": "", "OS_API_KEY": SECRET}, "lacks OS_PASSWORD"),
        ({"OS_AUTH_URL": URL, "OS_APPLICATION_CREDENTIAL_NAME": "n"}, "lacks OS_APPLICATION_CREDENTIAL_SECRET"),
        ({"OS_AUTH_URL": URL, "OS_APPLICATION_CREDENTIAL_ID": "i"}, "lacks OS_APPLICATION_CREDENTIAL_SECRET"),
        ({"OS_AUTH_URL": US_AUTH_URL, "OS_TOKEN": "t"}, "lacks OS_ENDPOINT_OVERRIDE"),
        ({"OS_AUTH_URL": URL, "OS_TOKEN": f"{SECRET} \u20ac"}, "the environment (OS_*): the token"),
    ],
)
def test_what_cannot_be_used_is_named(environ: dict[str, str], words: str) -> None:
    """What is unknown, missing or no URL is a `ConfigError` with the variable's name and no secret."""
    with pytest.raises(ConfigError) as caught:
        load(environ=environ)
    assert words in str(caught.value)
    assert SECRET not in str(caught.value)


def test_an_unknown_way_of_signing_in_lists_the_known() -> None:
    """Who asks for a way that does not exist here sees those that do."""
    with pytest.raises(ConfigError, match=r"one of password, v3password, .*v3applicationcredential, rackspace_apikey"):
        load(environ={**USER, "OS_AUTH_TYPE": "v3kerberos"})


def test_variable_that_would_change_who_signs_in_is_refused() -> None:
    """It is named, with what to do."""
    with pytest.raises(ConfigError, match="OS_PASSCODE is not supported") as caught:
        load(environ={**USER, "OS_PROJECT_NAME": "p", "OS_PASSCODE": "123456"})
    assert caught.value.hint


@pytest.mark.parametrize(
    ("given", "scope"),
    [
        ({"OS_TRUST_ID": "t1"}, {"trust_id": "t1"}),
        ({"OS_SYSTEM_SCOPE": "all"}, {"system_scope": "all"}),
        ({"OS_DOMAIN_ID": "d1"}, {"domain_id": "d1", "user_domain_id": "d1"}),
        ({"OS_DOMAIN_NAME": "Corp"}, {"domain_name": "Corp", "user_domain_name": "Corp"}),
        ({"OS_TRUST_ID": "t1", "OS_USER_DOMAIN_NAME": "Corp"}, {"trust_id": "t1", "user_domain_name": "Corp"}),
    ],
)
def test_scope_other_than_a_project_is_obeyed(given: dict[str, str], scope: dict[str, str]) -> None:
    """As OpenStack's clients read it; a domain is that of the user too, where it has none of its own."""
    named = {} if any(name.startswith("user_domain") for name in scope) else {"user_domain_id": "default"}
    expected = KeystonePassword(auth_url=URL, username="me", password=SECRET, **named, **scope)
    assert load(environ={**USER, **given}).credentials == expected


@pytest.mark.parametrize(
    ("given", "user"),
    [
        ({"OS_USER_ID": "u0"}, {"user_id": "u0"}),
        ({"OS_USERNAME": "me"}, {"username": "me", "user_domain_id": "default"}),
        ({"OS_USERNAME": "me", "OS_USER_DOMAIN_NAME": "Corp"}, {"username": "me", "user_domain_name": "Corp"}),
    ],
)
def test_application_credential_by_name_has_its_user(given: dict[str, str], user: dict[str, str]) -> None:
    """A name is one of a user's; an id needs none."""
    environ = {"OS_AUTH_URL": URL, "OS_APPLICATION_CREDENTIAL_SECRET": SECRET, **given}
    found = load(environ={**environ, "OS_APPLICATION_CREDENTIAL_NAME": "backup"}).credentials
    assert found == ApplicationCredential(auth_url=URL, name="backup", secret=SECRET, **user)
    found = load(environ={**environ, "OS_APPLICATION_CREDENTIAL_ID": "i"}).credentials
    assert found == ApplicationCredential(auth_url=URL, id="i", secret=SECRET)
