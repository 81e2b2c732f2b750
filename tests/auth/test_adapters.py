"""Our sign-in under other people's clients."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx
import pytest
from cloud import Cloud
from conftest import SOURCE_ID
from rackspace_images import ApiKey, StaticToken, client_auth, errors, generated_client
from rackspace_images_api.api.images import get_image
from rackspace_images_api.models import ImageEnvelope
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


def test_a_sign_in_that_fails_is_our_error() -> None:
    """What identity refuses is raised through httpx as it is."""
    with Cloud(login=answer(401, b"")) as cloud:
        with generated_client(cloud.api_key()) as generated, pytest.raises(errors.AuthenticationFailed):
            get_image.sync(client=generated, image_id=UUID(SOURCE_ID))
        with httpx.Client(auth=client_auth(cloud.api_key())) as client, pytest.raises(errors.AuthenticationFailed):
            client.get(cloud.url)


def catalog(*urls: str) -> bytes:
    """Identity's answer: compute where the first URL says, and another service at each further one."""
    where = [
        {"name": "cloudServersOpenStack", "type": "compute", "endpoints": [{"region": "DFW", "publicURL": urls[0]}]}
    ]
    where += [{"name": "other", "type": "other", "endpoints": [{"publicURL": url}]} for url in urls[1:]]
    return answer(200, {"access": {"token": {"id": "tok"}, "serviceCatalog": where}})


def test_plain_http_is_for_the_endpoint_that_was_given_alone() -> None:
    """An http `endpoint=` does not excuse an http host of an https sign-in's catalog."""
    sent: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(
            200, content=catalog("https://c.example.com/v2", "http://s.example.com/v1").split(b"\r\n\r\n")[1]
        )

    key = ApiKey("demo", "key", auth_url="https://identity.example.com")
    transport = httpx.MockTransport(handle)
    auth = client_auth(key, endpoint="http://127.0.0.1:1/v2/1", transport=transport)
    with httpx.Client(auth=auth, transport=transport) as client:
        assert client.get("http://127.0.0.1:1/v2/1/images").status_code == 200
        assert client.get("https://c.example.com/v2/limits?x=1").status_code == 200
        with pytest.raises(errors.InsecureUrl):
            client.get("http://s.example.com/v1/a")
    assert [request.url.host for request in sent if "X-Auth-Token" in request.headers] == ["127.0.0.1", "c.example.com"]


def test_a_broken_url_of_another_service_spoils_nothing() -> None:
    """A catalog entry that nobody can read is no place that a token may go, and nothing else."""
    with Cloud() as cloud:
        cloud.login = catalog(f"{cloud.url}/dfw/v2/1", "https://x:%(port)s/v2/1", "nonsense", "http://[::1")
        cloud.good.add("tok")
        with httpx.Client(auth=client_auth(cloud.api_key())) as client:
            assert client.get(f"{cloud.url}/dfw/v2/1/images/{SOURCE_ID}").status_code == 200


def test_a_transport_that_was_given_stays_open() -> None:
    """It is its owner's to close, and one transport serves the sign-in and every call."""
    with Cloud() as cloud, httpx.HTTPTransport() as transport:
        client = generated_client(cloud.api_key(), region="DFW", transport=transport)
        for _ in range(3):
            assert isinstance(get_image.sync(client=client, image_id=UUID(SOURCE_ID)), ImageEnvelope)
        assert len(cloud.logins) == 1
