"""Our sign-in under other people's clients."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx
import pytest
from cloud import Cloud
from conftest import SOURCE_ID
from rackspace_images import StaticToken, client_auth, errors, generated_client
from rackspace_images_api import Client
from rackspace_images_api.api.images import get_image
from rackspace_images_api.models import ImageEnvelope, ItemNotFoundFault
from scripted import Scripted, answer


def test_any_httpx_client_signs_in() -> None:
    """Sync and async clients share one sign-in; a 401 renews the token once."""

    async def ask(auth: httpx.Auth, url: str) -> int:
        async with httpx.AsyncClient(auth=auth) as client:
            return (await client.get(url)).status_code

    with Cloud() as cloud:
        auth = client_auth(cloud.api_key())
        url = f"{cloud.url}/dfw/v2/820712/images/{SOURCE_ID}"
        with httpx.Client(auth=auth) as client, ThreadPoolExecutor(8) as pool:
            assert {response.status_code for response in pool.map(client.get, [url] * 8)} == {200}
            assert asyncio.run(ask(auth, url)) == 200
            assert len(cloud.logins) == 1
            cloud.good.clear()
            assert client.get(url).status_code == 200
            assert len(cloud.logins) == 2
            cloud.image = answer(401, b"")
            assert client.get(url).status_code == 401
            assert len(cloud.logins) == 3
            assert asyncio.run(ask(auth, url)) == 401


def test_the_token_goes_nowhere_else() -> None:
    """A host that neither the catalog nor `endpoint=` names gets no token, and no request."""
    with Cloud() as cloud, Scripted([answer(200)]) as other:
        auth = client_auth(cloud.api_key())
        with httpx.Client(auth=auth) as client:
            with pytest.raises(errors.InsecureUrl, match="not sent"):
                client.get(other.url)
        assert other.requests == []
        token = StaticToken("given")
        with httpx.Client(auth=client_auth(token, endpoint=other.endpoint)) as client:
            assert client.get(f"{other.endpoint}/images").status_code == 200
            assert other.requests[0].headers["x-auth-token"] == "given"
            with pytest.raises(errors.InsecureUrl):
                client.get(cloud.url)


def test_the_generated_client_signed_in() -> None:
    """The bare generated functions, sync and async, against the region that is asked for."""

    async def ask(client: Client) -> object:
        async with client:
            return await get_image.asyncio(client=client, image_id=UUID(SOURCE_ID))

    with Cloud() as cloud:
        with generated_client(cloud.api_key(), region="ord") as client:
            envelope = get_image.sync(client=client, image_id=UUID(SOURCE_ID))
            assert isinstance(envelope, ImageEnvelope)
            assert envelope.image.name == f"/ord/v2/820712/images/{SOURCE_ID}"
            cloud.image = answer(404, {"itemNotFound": {"code": 404, "message": "No."}})
            assert isinstance(get_image.sync(client=client, image_id=UUID(SOURCE_ID)), ItemNotFoundFault)
            assert len(cloud.logins) == 1
            assert "token-1" not in repr(client)
        cloud.image = None
        assert isinstance(asyncio.run(ask(generated_client(cloud.api_key()))), ImageEnvelope)


def test_a_sign_in_that_fails_is_our_error() -> None:
    """What identity refuses is raised through httpx as it is."""
    with Cloud(login=answer(401, b"")) as cloud:
        with pytest.raises(errors.AuthenticationFailed):
            generated_client(cloud.api_key())
        with httpx.Client(auth=client_auth(cloud.api_key())) as client, pytest.raises(errors.AuthenticationFailed):
            client.get(cloud.url)
