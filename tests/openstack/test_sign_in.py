"""Signing in to a real Keystone."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from rackspace_images import KeystonePassword, StaticToken, client_auth, errors, generated_client
from rackspace_images_api.api.images import get_image
from rackspace_images_api.models import ImageEnvelope

from .clients import NOBODYS_ID, Opened, application_credential_of, both, password_of
from .lab import Credentials, OpenStackLab

NO = "The request you have made requires authentication."

USERS = {
    "name": lambda who: {"username": who.username, "user_domain_name": who.domain_name},
    "name-domain-id": lambda who: {"username": who.username, "user_domain_id": "default"},
    "id": lambda who: {"user_id": who.user_id},
}
PROJECTS = {
    "name": lambda who: {"project_name": who.project_name, "project_domain_name": who.domain_name},
    "name-domain-id": lambda who: {"project_name": who.project_name, "project_domain_id": "default"},
    "id": lambda who: {"project_id": who.project_id},
}


@both
@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("user", USERS)
def test_password(lab: OpenStackLab, opened: Opened, user: str, project: str) -> None:
    """A user signs in by name and domain or by id, to a project by name and domain or by id."""
    who = {**USERS[user](lab.demo), **PROJECTS[project](lab.demo)}
    auth = KeystonePassword(auth_url=lab.auth_url, password=lab.demo.password, **who)
    with opened(auth, region="DFW") as images:
        assert images.get(lab.images["private"]).name == "only for demo"


@both
def test_application_credential(lab: OpenStackLab, opened: Opened) -> None:
    """An application credential signs in to the project that it belongs to."""
    with opened(application_credential_of(lab, lab.demo), region="DFW") as images:
        assert images.get(lab.images["private"]).name == "only for demo"


@both
@pytest.mark.parametrize("ending", ["", "/", "/v3", "/v3/", "/v3/auth/tokens"])
def test_auth_url_as_people_write_it(lab: OpenStackLab, opened: Opened, ending: str) -> None:
    """The identity URL is found with and without its version."""
    auth_url = lab.auth_url.removesuffix("/v3") + ending
    for auth in (
        password_of(lab, lab.demo, auth_url=auth_url),
        application_credential_of(lab, lab.demo, auth_url=auth_url),
    ):
        with opened(auth) as images:
            assert images.regions() == lab.regions


@both
def test_given_token(lab: OpenStackLab, opened: Opened) -> None:
    """A token learns the catalog from its own Keystone; a token that is none cannot."""
    with opened(StaticToken(lab.token(lab.demo), auth_url=lab.auth_url), region="DFW") as images:
        assert images.get(lab.images["base"]).id == lab.images["base"]
        assert images.endpoint == lab.compute_url
    with opened(StaticToken("none", auth_url=lab.auth_url), region="DFW") as images:
        with pytest.raises(errors.AuthenticationFailed) as caught:
            images.get(lab.images["base"])
    assert (caught.value.status_code, caught.value.message) == (401, NO)


@both
def test_token_that_nova_refuses(lab: OpenStackLab, opened: Opened) -> None:
    """A token that is none is `Unauthorized`, once: there is no other to try with."""
    with opened(StaticToken("none"), endpoint=lab.compute_url) as images:
        with pytest.raises(errors.Unauthorized) as caught:
            images.get(lab.images["base"])
    assert (caught.value.status_code, caught.value.attempts) == (401, 1)


def refused(lab: OpenStackLab, who: Credentials) -> dict[str, Any]:
    return {
        "password": password_of(lab, who, password="not this one"),
        "user": password_of(lab, who, username="nobody"),
        "user-id": password_of(lab, who, username=None, user_id="0" * 32),
        "domain": password_of(lab, who, user_domain_name="nowhere"),
        "project": password_of(lab, who, project_name="nothing"),
        "project-of-another": password_of(lab, who, project_name=None, project_id=lab.other.project_id),
        "secret": application_credential_of(lab, who, secret="not this one"),
    }


@both
@pytest.mark.parametrize("wrong", ["password", "user", "user-id", "domain", "project", "project-of-another", "secret"])
def test_refused(lab: OpenStackLab, opened: Opened, wrong: str) -> None:
    """What Keystone refuses is told in its words, without what was sent, and with a hint at the secret."""
    auth = refused(lab, lab.demo)[wrong]
    with opened(auth, region="DFW") as images:
        with pytest.raises(errors.AuthenticationFailed) as caught:
            images.get(lab.images["base"])
    error = caught.value
    assert (error.status_code, error.fault, error.message) == (401, "error", NO)
    assert error.url == f"{lab.auth_url}/auth/tokens"
    assert error.hint == f"check the {auth.secret_kind} that was sent"
    assert "not this one" not in f"{error!s}{error.__dict__}"


@both
def test_application_credential_that_is_none(lab: OpenStackLab, opened: Opened) -> None:
    """Keystone says 404 of an application credential that it does not know: that is a refusal too."""
    with opened(application_credential_of(lab, lab.demo, id="0" * 32), region="DFW") as images:
        with pytest.raises(errors.AuthenticationFailed, match="Could not find Application Credential") as caught:
            images.get(lab.images["base"])
    assert caught.value.status_code == 404
    assert caught.value.hint == "check the application credential's secret that was sent"


@both
def test_no_project(lab: OpenStackLab, opened: Opened) -> None:
    """Without a project Keystone gives a token and no catalog: the error says that the project is missing."""
    with opened(password_of(lab, lab.demo, project_name=None), region="DFW") as images:
        for ask in (lambda: images.get(lab.images["base"]), images.regions, lambda: images.locate(NOBODYS_ID)):
            with pytest.raises(errors.ConfigError, match="belongs to no project") as caught:
                ask()
            assert "project" in (caught.value.hint or "")


@both
@pytest.mark.parametrize("service", ["glance", "nova"])
def test_auth_url_that_is_none(lab: OpenStackLab, opened: Opened, service: str) -> None:
    """Another service's URL taken for Keystone's is told as such."""
    auth_url = {"glance": lab.image_url, "nova": lab.compute_url.removesuffix("/v2.1")}[service]
    with opened(password_of(lab, lab.demo, auth_url=auth_url), region="DFW") as images:
        with pytest.raises(errors.ImagesError) as caught:
            images.get(lab.images["base"])
    assert "check auth_url" in (caught.value.hint or "")


def test_client_auth(lab: OpenStackLab) -> None:
    """Any httpx client signs in with our credentials, for the hosts of the catalog and no other."""
    url = f"{lab.compute_url}/images/{lab.images['private']}"
    with httpx.Client(auth=client_auth(password_of(lab, lab.demo)), trust_env=False) as client:
        assert client.get(url).json()["image"]["name"] == "only for demo"
        assert client.get(f"{lab.image_url}/v2/images/{lab.images['private']}").json()["visibility"] == "private"
        with pytest.raises(errors.InsecureUrl, match="neither the catalog nor endpoint="):
            client.get("http://127.0.0.1:9/")


def test_client_auth_awaited(lab: OpenStackLab) -> None:
    """The same for an asynchronous client of httpx."""

    async def ask() -> Any:
        auth = client_auth(application_credential_of(lab, lab.demo))
        async with httpx.AsyncClient(auth=auth, trust_env=False) as client:
            return (await client.get(f"{lab.compute_url}/images/{lab.images['private']}")).json()

    assert asyncio.run(ask())["image"]["name"] == "only for demo"


def test_generated_client(lab: OpenStackLab) -> None:
    """The generated functions work, awaited or not, with a client that is signed in and knows the region's URL."""
    with generated_client(password_of(lab, lab.demo), region="dfw") as client:
        answer = get_image.sync(UUID(lab.images["private"]), client=client)
        with pytest.raises(errors.ImageNotFound, match="Image not found") as caught:
            get_image.sync_detailed(UUID(NOBODYS_ID), client=client)
    assert isinstance(answer, ImageEnvelope)
    assert answer.image.name == "only for demo"
    assert (caught.value.status_code, caught.value.fault, caught.value.image_id) == (404, "itemNotFound", NOBODYS_ID)

    async def ask() -> Any:
        async with generated_client(password_of(lab, lab.demo), region="DFW") as client:
            return await get_image.asyncio(UUID(lab.images["private"]), client=client)

    assert asyncio.run(ask()) == answer
