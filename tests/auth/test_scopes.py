"""What Keystone is asked for: a project, a trust, the whole cloud or a domain; and application credentials by name."""

from __future__ import annotations

from typing import Any

import pytest
from rackspace_identity_api import models
from rackspace_images import ApplicationCredential, KeystonePassword, errors

URL = "https://keystone.example.com/v3"
SECRET = "geheim-4711-geheim"
USER: dict[str, Any] = {"auth_url": URL, "username": "me", "user_domain_id": "default", "password": SECRET}
DOMAIN = {"id": "default"}


@pytest.mark.parametrize(
    ("given", "scope"),
    [
        ({}, None),
        ({"project_id": "p1"}, {"project": {"id": "p1"}}),
        ({"project_name": "p"}, {"project": {"name": "p", "domain": DOMAIN}}),
        ({"project_name": "p", "project_domain_name": "Corp"}, {"project": {"name": "p", "domain": {"name": "Corp"}}}),
        ({"trust_id": "t1"}, {"OS-TRUST:trust": {"id": "t1"}}),
        ({"system_scope": "all"}, {"system": {"all": True}}),
        ({"domain_id": "d1"}, {"domain": {"id": "d1"}}),
        ({"domain_name": "Corp"}, {"domain": {"name": "Corp"}}),
    ],
)
def test_scope_of_a_token_request(given: dict[str, str], scope: dict[str, Any] | None) -> None:
    """As keystoneauth sends it; the document knows every part of it."""
    body = KeystonePassword(**USER, **given).auth_body()
    assert body.get("scope") == scope
    sent = models.KeystoneTokenRequest.from_dict({"auth": body})
    assert sent.to_dict() == {"auth": body}
    found = sent.auth.scope
    assert isinstance(found, models.KeystoneScope) is (scope is not None)
    assert not isinstance(found, models.KeystoneScope) or not found.additional_properties


@pytest.mark.parametrize(
    "given",
    [
        {"project_id": "p1", "trust_id": "t1"},
        {"project_name": "p", "system_scope": "all"},
        {"domain_id": "d1", "project_id": "p1"},
        {"trust_id": "t1", "system_scope": "all"},
    ],
)
def test_two_scopes_are_refused(given: dict[str, str]) -> None:
    """Keystone would choose one of them, and say nothing."""
    with pytest.raises(errors.ConfigError, match="give one of them"):
        KeystonePassword(**USER, **given)


@pytest.mark.parametrize(
    ("user", "sent"),
    [
        ({"user_id": "u1"}, {"id": "u1"}),
        ({"username": "me", "user_domain_name": "Corp"}, {"name": "me", "domain": {"name": "Corp"}}),
        ({"username": "me", "user_domain_id": "d1"}, {"name": "me", "domain": {"id": "d1"}}),
    ],
)
def test_application_credential_by_name_names_its_user(user: dict[str, str], sent: dict[str, Any]) -> None:
    """A name is one of a user's."""
    body = ApplicationCredential(auth_url=URL, name="backup", secret=SECRET, **user).auth_body()
    assert body["identity"]["application_credential"] == {"name": "backup", "secret": SECRET, "user": sent}
    assert models.KeystoneTokenRequest.from_dict({"auth": body}).to_dict() == {"auth": body}


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({}, "id or name"),
        ({"name": "backup"}, "username or user_id"),
        ({"name": "backup", "username": "me"}, "user_domain_name or user_domain_id"),
    ],
)
def test_application_credential_that_lacks_something_is_refused(given: dict[str, str], lacks: str) -> None:
    """Before anything is sent."""
    with pytest.raises(errors.ConfigError, match=f"lacks .*{lacks}"):
        ApplicationCredential(auth_url=URL, secret=SECRET, **given)
