"""The options of a client: what they keep, what they refuse, and how many connections they allow."""

from __future__ import annotations

import asyncio
import pickle
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import certifi
import httpx
import pytest
from faults.ways import WAYS, Way, ids
from faulty import Faulty, Line, its_image
from rackspace_images import (
    ApiKey,
    AsyncImagesClient,
    Attempt,
    Image,
    ImagesClient,
    Retry,
    StaticToken,
    client_auth,
    errors,
    generated_client,
)
from rackspace_images.auth.token_cache import TokenCache
from rackspace_images.client.bulk import checked_concurrency
from rackspace_images.client.options import ClientOptions
from rackspace_images.defaults import CONCURRENCY, LOCATE_CONCURRENCY, MAX_CONNECTIONS
from telling import everything

TOKEN = StaticToken("geheim-4711")
ENDPOINT = "https://compute.example.com/v2/820712"


def note(attempt: Attempt) -> None:
    """A callback that pickles."""


PICKLES: dict[str, Any] = {
    "timeout": httpx.Timeout(3.0, read=7.0),
    "deadline": None,
    "retry": Retry(attempts=7),
    "interface": "internal",
    "verify": False,
    "cert": None,
    "proxy": "http://demo:geheim-4711@proxy.example.com:3128",
    "allow_http": True,
    "user_agent": "my-tool/1",
    "max_connections": 7,
    "on_attempt": note,
}


@pytest.mark.parametrize("name", PICKLES)
def test_options_pickle_with_their_client(way: Way, name: str) -> None:
    """What was made of them is the same in another process."""
    images = way.made(TOKEN, endpoint=ENDPOINT, **{name: PICKLES[name]})
    again = pickle.loads(pickle.dumps(images))
    assert type(again) is type(images)
    assert repr(again._options) == repr(images._options)
    if name == "proxy":
        assert again._options.proxy.raw_auth == (b"demo", b"geheim-4711")


def test_token_cache_pickles_with_its_client(way: Way, tmp_path: Any) -> None:
    """It is a folder."""
    images = pickle.loads(pickle.dumps(way.made(TOKEN, endpoint=ENDPOINT, token_cache=TokenCache())))
    assert isinstance(images._options.token_cache, TokenCache)


class Store:
    """A store of tokens that keeps none, with a lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def load(self, credentials: Any) -> None:
        """Keeps nothing."""

    def save(self, credentials: Any, access: Any) -> None:
        """Keeps nothing."""


class Odd(Store):
    """What cannot be pickled, and says so in a way of its own."""

    def __reduce__(self) -> Any:
        raise RuntimeError("geheim-4711")


NOT_PICKLED: dict[str, tuple[str, Any]] = {
    "a transport": ("transport", httpx.MockTransport(lambda _: httpx.Response(200))),
    "a lambda": ("on_attempt", lambda _: None),
    "a method of an object with a lock": ("on_attempt", threading.Thread().start),
    "an SSLContext": ("verify", ssl.create_default_context()),
    "a store with a lock": ("token_cache", Store()),
    "an object that raises": ("token_cache", Odd()),
}


@pytest.mark.parametrize(("name", "value"), NOT_PICKLED.values(), ids=NOT_PICKLED)
def test_option_that_cannot_be_pickled_is_named(way: Way, name: str, value: Any) -> None:
    """By an error of ours, which says what to do; it holds nothing of the value."""
    options: dict[str, Any] = {name: value}
    images = way.made(TOKEN, endpoint=ENDPOINT, **options)
    for one in (images, images._options):
        with pytest.raises(
            errors.ImagesError, match=f"^ConfigError: {name}= cannot be pickled .*in each process"
        ) as caught:
            pickle.dumps(one)
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)
        assert "geheim-4711" not in str(caught.value)


@pytest.mark.parametrize("make", [ImagesClient, AsyncImagesClient, client_auth, generated_client])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_connections", 0),
        ("max_connections", True),
        ("max_connections", 1.5),
        ("max_connections", None),
        ("interface", "external"),
        ("timeout", 0),
        ("deadline", -1),
        ("proxy", "ftp://proxy.example.com"),
        ("endpoint", "nonsense"),
        ("user_agent", "a\nb"),
        ("cert", "/there/is/no/such/file.pem"),
        ("verify", "/there/is/no/such/file.pem"),
    ],
)
def test_option_that_cannot_be_used_is_refused_by_everything_that_takes_it(make: Any, name: str, value: Any) -> None:
    """When it is given, in the same words."""
    with pytest.raises(errors.ConfigError, match=name.replace("interface", "no interface")):
        make(TOKEN, **{"endpoint": ENDPOINT, name: value})


@pytest.mark.parametrize("make", [ImagesClient, AsyncImagesClient, client_auth, generated_client])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("region", 3),
        ("region", b"DFW"),
        ("retry", 3),
        ("retry", {"attempts": 3}),
        ("interface", 3),
        ("interface", None),
        ("verify", 3),
        ("verify", Path("/etc/ssl")),
        ("verify", None),
        ("allow_http", "yes"),
        ("allow_http", 1),
        ("user_agent", 3),
        ("user_agent", b"tool"),
        ("token_cache", 3),
        ("token_cache", "/tmp"),
        ("on_attempt", 3),
        ("endpoint", 3),
        ("timeout", "3"),
        ("deadline", "3"),
        ("max_connections", "3"),
        ("proxy", 3),
        ("cert", 3),
        ("transport", 3),
    ],
)
def test_option_of_another_type_is_refused_by_its_name(make: Any, name: str, value: Any) -> None:
    """By everything that takes it, when it is given."""
    with pytest.raises(errors.ConfigError, match=f"^ConfigError: {name}"):
        make(TOKEN, **{"endpoint": ENDPOINT, name: value})


@pytest.mark.parametrize("make", [ImagesClient, AsyncImagesClient])
@pytest.mark.parametrize("variables", [("RS_USERNAME", "RS_API_KEY"), ("OS_USERNAME", "OS_PASSWORD", "OS_AUTH_URL")])
def test_os_cacert_beside_a_transport_is_refused(
    make: Any, variables: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A configuration that names certificates, and a transport that has its own."""
    for name in variables:
        monkeypatch.setenv(name, "https://keystone.example.com/v3" if name.endswith("URL") else "geheim-4711")
    monkeypatch.setenv("OS_PROJECT_NAME", "demo")
    monkeypatch.setenv("OS_USER_DOMAIN_NAME", "Default")
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    assert make.from_config(region="DFW", transport=transport)
    monkeypatch.setenv("OS_CACERT", certifi.where())
    assert make.from_config(region="DFW")
    with pytest.raises(errors.ConfigError, match=r"set verify in the transport"):
        make.from_config(region="DFW", transport=transport)


@pytest.mark.parametrize("make", [ImagesClient, AsyncImagesClient, client_auth, generated_client])
@pytest.mark.parametrize("name", ["engine", "concurrency", "ca", "_region"])
def test_option_that_there_is_not_is_a_type_error(make: Any, name: str) -> None:
    """As for any function."""
    with pytest.raises(TypeError, match=name):
        make(TOKEN, endpoint=ENDPOINT, **{name: "x"})


def test_options_show_no_password() -> None:
    """In their `repr`, or in a traceback with local variables."""
    options = {"cert": ("/c.pem", "/k.pem", "geheim-4711"), "proxy": "http://demo:geheim-4711@proxy.example.com"}
    assert "geheim-4711" not in repr(ClientOptions.of(options))
    with pytest.raises(errors.ConfigError) as caught:
        ImagesClient(TOKEN, endpoint="nonsense", **options)  # type: ignore[arg-type]
    assert "geheim-4711" not in everything(caught.value)


def test_options_are_the_same_for_both_clients() -> None:
    """And cannot be changed."""
    made: list[Any] = [way.made(TOKEN, endpoint=ENDPOINT)._options for way in WAYS]
    assert made[0] == made[1] == ClientOptions(endpoint=ENDPOINT)
    with pytest.raises(AttributeError):
        made[0].timeout = 3.0


# Connections.


class Counting(Faulty):
    """A server that counts how many connections are open, and how many requests wait, at once."""

    def __init__(self, takes: float = 0.03) -> None:
        super().__init__(self._script)
        self.takes = takes
        self.lock = threading.Lock()
        self.was_asked = threading.Event()
        self.waiting = self.most_waiting = self.open = self.most_open = 0

    def _script(self, line: Line) -> None:
        with self.lock:
            self.open += 1
            self.most_open = max(self.most_open, self.open)
        try:
            while (request := line.request()) is not None:
                with self.lock:
                    self.waiting += 1
                    self.most_waiting = max(self.most_waiting, self.waiting)
                self.was_asked.set()
                time.sleep(self.takes)
                with self.lock:
                    self.waiting -= 1
                line.send(its_image(request))
        finally:
            with self.lock:
                self.open -= 1


@pytest.fixture
def server() -> Iterator[Counting]:
    with Counting() as running:
        yield running


def test_max_connections_is_respected(way: Way, server: Counting) -> None:
    """By as many calls as there may be."""
    with way.client(server.endpoint, max_connections=3) as images:
        assert all(isinstance(one, Image) for one in images.outcomes(ids(24), at_once=12))
    assert server.most_waiting == server.most_open == 3


def test_call_beyond_max_connections_waits_within_its_timeout(way: Way) -> None:
    """And says what it waited for."""
    with Counting(takes=2.0) as server, way.client(server.endpoint, max_connections=1, retry=None) as images:
        error = images.run(lambda client: beside_another(client, server, timeout=0.5))
    assert isinstance(error, errors.RequestTimeout)
    assert "no free connection" in str(error)


def beside_another(images: Any, server: Counting, **options: Any) -> Any:
    """What a call ends in that begins while the server answers another."""
    busy, asked = ids(2)
    if isinstance(images, ImagesClient):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(images.get, busy, timeout=None)
            server.was_asked.wait()
            with pytest.raises(errors.ImagesError) as caught:
                images.get(asked, **options)
        return caught.value

    async def ask() -> Any:
        first = asyncio.create_task(images.get(busy, timeout=None))
        await asyncio.to_thread(server.was_asked.wait)
        with pytest.raises(errors.ImagesError) as caught:
            await images.get(asked, **options)
        await first
        return caught.value

    return ask()


def many(images: Any, number: int, **options: Any) -> Any:
    """A call of `images` for so many ids, by `get_many`."""
    if isinstance(images, ImagesClient):
        return [outcome for _, outcome in images.get_many(ids(number), **options)]

    async def ask() -> list[Any]:
        return [outcome async for _, outcome in images.get_many(ids(number), **options)]

    return ask()


def test_bulk_call_with_more_concurrency_brings_its_own_connections(way: Way, server: Counting) -> None:
    """For as long as it runs; another call beside it has the client's."""
    with way.client(server.endpoint, max_connections=2) as images:
        found = images.run(lambda client: many(client, 60, concurrency=12))
        assert len([one for one in found if isinstance(one, Image)]) == 60
        assert 2 < server.most_waiting <= 12
        server.most_waiting = 0
        images.outcomes(ids(20), at_once=10)
        assert server.most_waiting <= 2


def test_bulk_call_with_less_concurrency_shares_the_clients_connections(way: Way, server: Counting) -> None:
    """Two of them have no more together."""
    with way.client(server.endpoint, max_connections=4) as images:
        if way.is_async:

            async def both(client: Any) -> None:
                await asyncio.gather(*(many(client, 20, concurrency=4) for _ in range(2)))

            images.run(both)
        else:
            threads = [threading.Thread(target=many, args=(images.images, 20), kwargs={"concurrency": 4}) for _ in "ab"]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert server.most_waiting <= 4


def test_threads_of_a_bulk_call_are_at_most_a_thousand() -> None:
    """When it is given, before any is started; tasks may be more."""
    with ImagesClient(TOKEN, endpoint=ENDPOINT) as images:
        for call in (images.get_many, images.locate_many):
            with pytest.raises(errors.ConfigError, match=r"concurrency=1001: at most 1000 threads.*AsyncImagesClient"):
                call([], concurrency=1001)


LIMITED = """
import asyncio, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[1])))
from rackspace_images import AsyncImagesClient, ImagesClient, StaticToken, errors
async def asynchronous(concurrency):
    async with AsyncImagesClient(StaticToken("t"), endpoint=sys.argv[3]) as images:
        return len([1 async for _, one in images.get_many(ids, **concurrency) if not isinstance(one, Exception)])
ids = [f"00000000-0000-4000-8000-{one:012d}" for one in range(60)]
concurrency = {} if sys.argv[2] == "default" else {"concurrency": int(sys.argv[2])}
try:
    with ImagesClient(StaticToken("t"), endpoint=sys.argv[3]) as images:
        print(len([1 for _, one in images.get_many(ids, **concurrency) if not isinstance(one, Exception)]))
except errors.ConfigError as error:
    print(error)
try:
    print(asyncio.run(asynchronous(concurrency)))
except errors.ConfigError as error:
    print(error)
"""


def limited(descriptors: int, concurrency: str, endpoint: str) -> list[str]:
    """What bulk calls of both clients come to in a process with so many file descriptors."""
    command = [sys.executable, "-c", LIMITED, str(descriptors), concurrency, endpoint]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout.splitlines()


def test_concurrency_above_the_file_descriptors_is_refused() -> None:
    """By both clients; the message says how many there are, and what to change."""
    told = limited(40, "200", ENDPOINT)
    assert len(told) == 2
    for line in told:
        assert line.startswith("ConfigError: concurrency=200: this process may open ")
        assert "ulimit -n" in line


@pytest.mark.parametrize("descriptors", [32, 40])
def test_default_concurrency_is_lowered_to_the_file_descriptors(descriptors: int) -> None:
    """Nothing fails for want of one."""
    with Counting(takes=0.005) as server:
        assert limited(descriptors, "default", server.endpoint) == ["60", "60"]
        assert server.most_open < min(CONCURRENCY, descriptors)


def test_concurrency_that_there_are_file_descriptors_for_is_taken() -> None:
    """Whatever `max_connections` is."""
    assert CONCURRENCY < MAX_CONNECTIONS
    with Counting(takes=0.005) as server:
        assert limited(120, "50", server.endpoint) == ["60", "60"]
    assert checked_concurrency(LOCATE_CONCURRENCY) == LOCATE_CONCURRENCY


def test_client_of_a_process_with_few_file_descriptors_can_be_made() -> None:
    """The connections of `max_connections` are opened when they are needed."""
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24));"
        "from rackspace_images import ImagesClient, StaticToken;"
        f"ImagesClient(StaticToken('t'), endpoint='{ENDPOINT}').close()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_key_of_pickled_options_is_that_of_its_credentials(way: Way) -> None:
    """The options hold none."""
    images = way.made(ApiKey("demo", "geheim-4711"), region="DFW")
    assert b"geheim-4711" not in pickle.dumps(images._options)
