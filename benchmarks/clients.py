"""The ways to ask that are compared: each runs in a process of its own, and is told how much to ask.

    python -m benchmarks.clients NAME URL

Lines of JSON on standard input, `{"calls": 2000, "at_once": 32}`, each answered by one on standard output with the
seconds, the seconds of CPU and how many images came. A way is set up and warmed before its first line is read.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from .cloud import IMAGE_ID, PROJECT, REGION, REGIONS, TOKEN

HEADERS = {"X-Auth-Token": TOKEN, "Accept": "application/json"}
CA = os.environ.get("BENCH_CA")

# Asks `calls` images, `at_once` of them at a time, and gives how many came.
Run = Callable[[int, int], int]


def endpoint(url: str) -> str:
    """Where a region's images are."""
    return f"{url}/{REGION}/v2.1/{PROJECT}"


def ids(calls: int) -> Iterator[str]:
    """So many ids, none twice."""
    return (str(uuid.UUID(int=number)) for number in range(calls))


def trusted() -> Any:
    """What `verify=` is given."""
    return ssl.create_default_context(cafile=CA) if CA else True


def in_turn(ask: Callable[[], Any]) -> Run:
    """One after the other."""

    def run(calls: int, at_once: int) -> int:
        return sum(ask() == IMAGE_ID for _ in range(calls))

    return run


def of_loop(ask: Callable[[str], Awaitable[str]]) -> Callable[[int, int], Awaitable[int]]:
    """So many tasks, each taking the next id when it is done with one: what `gather` is used for with a semaphore."""

    async def run(calls: int, at_once: int) -> int:
        left = ids(calls)

        async def worker() -> int:
            return sum([await ask(image_id) == image_id for image_id in left])

        return sum(await asyncio.gather(*[worker() for _ in range(at_once)]))

    return run


class Loop:
    """A loop that goes on between runs, as a service's does."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()

    def run(self, asynchronous: Callable[[int, int], Awaitable[int]]) -> Run:
        """From outside of the loop."""

        async def awaited(calls: int, at_once: int) -> int:
            return await asynchronous(calls, at_once)

        return lambda calls, at_once: self.runner.run(awaited(calls, at_once))


# One image at a time.


def ours(url: str) -> Run:
    from rackspace_images import ImagesClient, StaticToken

    images = ImagesClient(StaticToken(TOKEN), endpoint=endpoint(url), verify=trusted())
    return in_turn(lambda: images.get(IMAGE_ID).id)


def raw_httpx(url: str) -> Run:
    import httpx

    client, image_url = httpx.Client(headers=HEADERS, verify=trusted()), f"{endpoint(url)}/images/{IMAGE_ID}"
    return in_turn(lambda: json.loads(client.get(image_url).content)["image"]["id"])


def http_client(url: str) -> Run:
    """The standard library's: close to what a socket allows in Python."""
    import http.client
    from urllib.parse import urlsplit

    parts = urlsplit(f"{endpoint(url)}/images/{IMAGE_ID}")
    host, port = parts.hostname or "", parts.port
    connection: http.client.HTTPConnection = (
        http.client.HTTPSConnection(host, port, context=trusted()) if CA else http.client.HTTPConnection(host, port)
    )

    def ask() -> Any:
        connection.request("GET", parts.path, headers=HEADERS)
        return json.loads(connection.getresponse().read())["image"]["id"]

    return in_turn(ask)


def generated(url: str) -> Run:
    """The generated client alone: no sign-in, no retries, no deadline, no errors."""
    from rackspace_images_api.api.images import get_image
    from rackspace_images_api.client import AuthenticatedClient
    from rackspace_images_api.models import ImageEnvelope

    client = AuthenticatedClient(endpoint(url), TOKEN, prefix="", auth_header_name="X-Auth-Token", verify_ssl=trusted())

    def ask() -> Any:
        found = get_image.sync(client=client, image_id=uuid.UUID(IMAGE_ID))
        assert isinstance(found, ImageEnvelope)
        return found.image.id

    return in_turn(ask)


def openstacksdk(url: str) -> Run:
    return in_turn(_openstacksdk(url))


def _openstacksdk(url: str) -> Callable[[], Any]:
    import warnings

    import openstack

    warnings.simplefilter("ignore")
    connection = openstack.connect(  # type: ignore[attr-defined]
        auth_url=f"{url}/identity/v3",
        username="demo",
        password="bench",
        project_name="demo",
        user_domain_id="default",
        project_domain_id="default",
        region_name=REGION,
        cacert=CA,
        load_yaml_config=False,
        load_envvars=False,
    )
    return lambda: connection.compute.get_image(IMAGE_ID).id


def libcloud(url: str) -> Run:
    import libcloud.security
    from libcloud.compute.providers import get_driver

    if CA:
        libcloud.security.CA_CERTS_PATH = CA
    driver = get_driver("openstack")(
        "demo",
        "bench",
        api_version="1.1",
        secure=url.startswith("https"),
        ex_force_auth_url=f"{url}/identity/v3/auth/tokens",
        ex_force_auth_version="3.x_password",
        ex_force_base_url=endpoint(url),
        ex_tenant_name="demo",
        ex_force_service_region=REGION,
    )
    return in_turn(lambda: driver.get_image(IMAGE_ID).id)


# Many at once.


def ours_many(url: str) -> Run:
    from rackspace_images import Image, ImagesClient, StaticToken

    images = ImagesClient(StaticToken(TOKEN), endpoint=endpoint(url), verify=trusted())

    def run(calls: int, at_once: int) -> int:
        found = images.get_many(ids(calls), concurrency=at_once)
        return sum(isinstance(image, Image) and image.id == image_id for image_id, image in found)

    return run


def ours_many_async(url: str) -> Run:
    from rackspace_images import AsyncImagesClient, StaticToken

    return _get_many_async(AsyncImagesClient(StaticToken(TOKEN), endpoint=endpoint(url), verify=trusted()))


def _get_many_async(images: Any) -> Run:
    from rackspace_images import Image

    async def run(calls: int, at_once: int) -> int:
        found = 0
        async for image_id, image in images.get_many(ids(calls), concurrency=at_once):
            found += isinstance(image, Image) and image.id == image_id
        return found

    return Loop().run(run)


def ours_many_aiohttp(url: str) -> Run:
    """Ours over aiohttp, by the transport that httpx-aiohttp has for httpx."""
    import aiohttp
    from httpx_aiohttp import AiohttpTransport
    from rackspace_images import AsyncImagesClient, StaticToken

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=1000, ssl=trusted())
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    transport = AiohttpTransport(client=session)
    return _get_many_async(AsyncImagesClient(StaticToken(TOKEN), endpoint=endpoint(url), transport=transport))


def ours_threads(url: str) -> Run:
    """Threads of the user's own, which share a client."""
    from rackspace_images import ImagesClient, StaticToken

    images = ImagesClient(StaticToken(TOKEN), endpoint=endpoint(url), verify=trusted())

    def run(calls: int, at_once: int) -> int:
        with ThreadPoolExecutor(at_once) as pool:
            return sum(pool.map(lambda image_id: images.get(image_id).id == image_id, ids(calls)))

    return run


def raw_httpx_threads(url: str) -> Run:
    import httpx

    client, base = httpx.Client(headers=HEADERS, verify=trusted()), f"{endpoint(url)}/images/"

    def ask(image_id: str) -> bool:
        return bool(json.loads(client.get(base + image_id).content)["image"]["id"] == image_id)

    def run(calls: int, at_once: int) -> int:
        with ThreadPoolExecutor(at_once) as pool:
            return sum(pool.map(ask, ids(calls)))

    return run


def raw_httpx_async(url: str) -> Run:
    import httpx

    loop, base = Loop(), f"{endpoint(url)}/images/"
    client = httpx.AsyncClient(headers=HEADERS, verify=trusted(), timeout=60)

    async def ask(image_id: str) -> str:
        found: str = json.loads((await client.get(base + image_id)).content)["image"]["id"]
        return found

    return loop.run(of_loop(ask))


def raw_aiohttp(url: str) -> Run:
    import aiohttp

    loop, base = Loop(), f"{endpoint(url)}/images/"

    async def opened() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=1000, ssl=trusted())
        return aiohttp.ClientSession(headers=HEADERS, connector=connector)

    session = loop.runner.run(opened())

    async def ask(image_id: str) -> str:
        async with session.get(base + image_id) as answer:
            found: str = json.loads(await answer.read())["image"]["id"]
            return found

    return loop.run(of_loop(ask))


# All regions.


def ours_locate(url: str) -> Run:
    """Every region that there is, or the one, as many as `at_once` says."""
    from rackspace_images import ImagesClient

    images = ImagesClient(_password(url), verify=trusted())

    def run(calls: int, at_once: int) -> int:
        found = (images.locate(IMAGE_ID, regions=REGIONS[:at_once]).found for _ in range(calls))
        return sum(len(one) == at_once for one in found)

    return run


def _password(url: str) -> Any:
    from rackspace_images import KeystonePassword

    return KeystonePassword(
        auth_url=f"{url}/identity/v3",
        username="demo",
        password="bench",
        user_domain_id="default",
        project_name="demo",
        project_domain_id="default",
    )


# From nothing to a first image: what a process costs, imports included.


def first_ours(url: str) -> Run:
    def ask() -> Any:
        from rackspace_images import Image, ImagesClient

        image = ImagesClient(_password(url), region=REGION, verify=trusted()).get(IMAGE_ID)
        assert isinstance(image, Image)
        return image.id

    return in_turn(ask)


def first_openstacksdk(url: str) -> Run:
    return in_turn(lambda: _openstacksdk(url)())


ONE: dict[str, Callable[[str], Run]] = {
    "ImagesClient.get": ours,
    "httpx.Client.get + json.loads": raw_httpx,
    "the generated client": generated,
    "openstacksdk compute.get_image": openstacksdk,
    "apache-libcloud get_image": libcloud,
    "http.client + json.loads": http_client,
}
MANY_ASYNC: dict[str, Callable[[str], Run]] = {
    "AsyncImagesClient.get_many": ours_many_async,
    "AsyncImagesClient.get_many, httpx-aiohttp": ours_many_aiohttp,
    "httpx.AsyncClient, gather": raw_httpx_async,
    "aiohttp, gather": raw_aiohttp,
}
MANY: dict[str, Callable[[str], Run]] = {
    "ImagesClient.get_many": ours_many,
    "ImagesClient.get, threads": ours_threads,
    "httpx.Client, threads": raw_httpx_threads,
}
LOCATE: dict[str, Callable[[str], Run]] = {"ImagesClient.locate": ours_locate}
FIRST: dict[str, Callable[[str], Run]] = {
    "first get": first_ours,
    "openstacksdk's first get_image": first_openstacksdk,
}
WAYS = ONE | MANY_ASYNC | MANY | LOCATE | FIRST
COLD = FIRST


def main() -> None:
    name, url = sys.argv[1:]
    run = WAYS[name](url)
    if name not in COLD:
        run(20, 1)
    print("{}", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        began, cpu = time.perf_counter(), time.process_time()
        came = run(asked["calls"], asked["at_once"])
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        print(json.dumps({"seconds": took, "cpu": cpu, "came": came, "memory": _memory()}), flush=True)
    # Without taking leave of connections: that is not what is measured.
    os._exit(0)


def _memory() -> int:
    """The most bytes that this process held so far; what `getrusage` says may be of the process that started it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
