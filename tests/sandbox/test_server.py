"""The sandbox as a thing that runs: its start, its stop, its port, and that it stands apart."""

import ast
import asyncio
import signal
import socket
import sys
import threading
from pathlib import Path

import httpx
import pytest
import rackspace_images.sandbox
from rackspace_images.sandbox import Sandbox, create_app, serve

SOURCE = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"


def get(sandbox: Sandbox) -> httpx.Response:
    url = f"{sandbox.compute_url}/images/{SOURCE}"
    return httpx.get(url, headers={"X-Auth-Token": sandbox.token}, trust_env=False)


def test_it_is_ready_when_entered_and_gone_when_left() -> None:
    """A request right after the start is answered, and after the end nobody listens."""
    with Sandbox() as sandbox:
        assert get(sandbox).status_code == 200
    with pytest.raises(httpx.ConnectError):
        get(sandbox)


def test_its_addresses_are_all_on_its_port() -> None:
    """Every address names the port that was taken."""
    with Sandbox() as sandbox:
        assert sandbox.port > 0
        assert sandbox.url == f"http://127.0.0.1:{sandbox.port}"
        assert sandbox.auth_url == f"{sandbox.url}/identity/v2.0"
        assert sandbox.keystone_url == f"{sandbox.url}/identity/v3"
        assert sandbox.compute_url == f"{sandbox.url}/dfw/v2/820712" == sandbox.endpoint("DFW")


def test_a_port_can_be_chosen_and_used_again() -> None:
    """The port that was asked for is taken, and is free again at once."""
    with Sandbox() as first:
        port = first.port
        assert get(first).status_code == 200
    with Sandbox(port) as second:
        assert (second.port, get(second).status_code) == (port, 200)


def test_a_port_in_use_is_said() -> None:
    """A port in use is an OSError with its number, its errno and the reason."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"127.0.0.1:{port}: the port is in use") as caught, Sandbox(port):
            pass
    assert caught.value.errno


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    """A port goes from 0 to 65535."""
    with pytest.raises(ValueError, match="no port"):
        Sandbox(port)


def test_it_starts_once_and_closes_as_often_as_one_likes() -> None:
    """A second start is refused; a second close, or one before the start, does nothing."""
    sandbox = Sandbox()
    sandbox.close()
    with sandbox:
        with pytest.raises(RuntimeError):
            sandbox.start()
        sandbox.close()
    sandbox.close()
    with sandbox:
        assert get(sandbox).status_code == 200


def test_it_notes_requests_without_secrets() -> None:
    """Method and path are kept as they were sent, and neither query nor headers."""
    with Sandbox() as sandbox:
        httpx.get(f"{sandbox.url}/dfw/a%2Fb?token=secret", trust_env=False)
        assert list(sandbox.requests) == [("GET", "/dfw/a%2Fb")]
        sandbox.reset()
        assert not sandbox.requests


def test_a_connection_kept_open_does_not_hold_it_up() -> None:
    """It ends at once, though a client keeps its connection."""
    before = threading.active_count()
    with httpx.Client(trust_env=False) as client:
        with Sandbox() as sandbox:
            client.get(sandbox.url)
        assert threading.active_count() == before


def test_it_leaves_signals_alone() -> None:
    """Starting it takes no signal handler from the program around it."""
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Sandbox():
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_it_runs_beside_a_running_event_loop() -> None:
    """It can be started from inside asynchronous code."""

    async def ask() -> int:
        with Sandbox() as sandbox:
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(sandbox.url)).status_code

    assert asyncio.run(ask()) == 200


def test_many_at_once() -> None:
    """A hundred connections at once are all answered."""

    async def ask(sandbox: Sandbox) -> list[int]:
        limits = httpx.Limits(max_connections=100)
        async with httpx.AsyncClient(trust_env=False, limits=limits, timeout=30) as client:
            answers = await asyncio.gather(*(client.get(f"{sandbox.url}/identity/v3") for _ in range(100)))
        return [answer.status_code for answer in answers]

    with Sandbox() as sandbox:
        assert asyncio.run(ask(sandbox)) == [200] * 100


def test_answers_are_sent_at_once() -> None:
    """An answer on an open connection does not wait for the client to acknowledge its first half (40 ms)."""
    with Sandbox() as sandbox, httpx.Client(trust_env=False) as client:
        taken = [client.get(f"{sandbox.url}/identity/v3").elapsed.total_seconds() for _ in range(60)]
    # Linux acknowledges the first answers of a connection at once; after those, every one would take 40 ms.
    assert min(taken[30:]) < 0.03


def test_serve_is_ready_and_ends_with_ctrl_c() -> None:
    """The blocking form says when it is ready, serves, and returns on Ctrl-C with the port free."""
    seen: list[Sandbox] = []

    def ready(sandbox: Sandbox) -> None:
        seen.append(sandbox)
        assert get(sandbox).status_code == 200
        threading.Timer(0.1, signal.raise_signal, [signal.SIGINT]).start()

    serve(0, ready)
    with pytest.raises(httpx.ConnectError):
        get(seen[0])


def test_an_application_without_an_address_uses_the_requests() -> None:
    """Mounted under another server, the catalog names the address that the request came to."""

    async def ask() -> str:
        transport = httpx.ASGITransport(app=create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test:81") as client:
            version = (await client.get("/identity/v3")).json()["version"]
            return str(version["links"][0]["href"])

    assert asyncio.run(ask()) == "http://sandbox.test:81/identity/v3/"


def test_it_stands_apart() -> None:
    """The sandbox imports nothing of this package but the documents, and nothing that a client is made of."""
    allowed = {*sys.stdlib_module_names, "markdown_it", "starlette", "uvicorn", "yaml"}
    (folder,) = map(Path, rackspace_images.sandbox.__path__)
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert {name.name.partition(".")[0] for name in node.names} <= allowed, file.name
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                module = node.module or ""
                assert module == "rackspace_images.documents" or module.partition(".")[0] in allowed, file.name
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 1, file.name
