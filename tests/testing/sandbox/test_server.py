"""The sandbox as a thing that runs: its start, its stop, its port, and that it stands apart."""

import ast
import asyncio
import json
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import rackspace_images.testing.sandbox
from rackspace_images.testing.sandbox import Sandbox
from rackspace_images.testing.sandbox.server import MAX_BODY
from rackspace_images.testing.sandbox.spec import example

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
        with pytest.raises(OSError, match=f"127.0.0.1:{port}: Address already in use") as caught, Sandbox(port):
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
        with pytest.raises(httpx.TransportError):
            client.get(sandbox.url)
        ending = time.monotonic() + 10
        while threading.active_count() > before and time.monotonic() < ending:
            time.sleep(0.01)
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


def test_600_connections_at_once_are_all_answered() -> None:
    """None is refused while they are opened, and all that are open are answered."""
    with Sandbox() as sandbox:
        ended = subprocess.run(
            [sys.executable, "-c", BURST, str(sandbox.port), "600"], capture_output=True, text=True, timeout=110
        )
    assert (ended.returncode, ended.stdout) == (0, "600\n"), ended.stderr


BURST = """
import asyncio, sys

async def one(port, everyone):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await everyone.wait()
    writer.write(b"GET /identity/v3 HTTP/1.1\\r\\nHost: sandbox\\r\\n\\r\\n")
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    writer.close()
    return head.startswith(b"HTTP/1.1 200 ")

async def main(port, number):
    everyone = asyncio.Barrier(number)
    print(sum(await asyncio.gather(*(one(port, everyone) for _ in range(number)))))

asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
"""


def chunks(length: int) -> Iterator[bytes]:
    for _ in range(length // 65536):
        yield b" " * 65536


def posted(sandbox: Sandbox, length: int, *, chunked: bool) -> int:
    """The status of a sign-in whose body is good, with `length` blanks before it."""
    body = json.dumps(example("identity", "ApiKeyRequest")).encode()
    headers = {} if chunked else {"Content-Length": str(length + len(body))}
    content = (part for parts in (chunks(length), [body]) for part in parts)
    url = f"{sandbox.auth_url}/tokens"
    return httpx.post(url, content=content, headers=headers, trust_env=False, timeout=60).status_code


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_is_bounded(chunked: bool) -> None:
    """A large body is read, one above the bound is refused with 413, and is not kept in memory."""
    with Sandbox() as sandbox:
        assert posted(sandbox, MAX_BODY // 2, chunked=chunked) == 200
        assert posted(sandbox, MAX_BODY, chunked=chunked) == 413
        tracemalloc.start()
        assert posted(sandbox, 50 * MAX_BODY, chunked=chunked) == 413
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert most < 10 * MAX_BODY


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /identity/v2.0/tokens HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST /identity/v2.0/tokens HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/one\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused_and_ends_the_connection(request_: bytes) -> None:
    """With a 400, and nothing on standard error."""
    with Sandbox() as sandbox, socket.create_connection(("127.0.0.1", sandbox.port)) as client:
        client.sendall(request_)
        with client.makefile("rb") as received:
            assert received.readline().startswith(b"HTTP/1.1 400 ")
            received.read()


def test_a_client_that_hangs_up_is_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    """In the middle of a request, of its body, and before the response: nothing is said, and others are served."""
    with Sandbox() as sandbox:
        for request in (
            b"GET / HT",
            b"POST /identity/v2.0/tokens HTTP/1.1\r\nContent-Length: 9\r\n\r\n{",
            b"GET / HTTP/1.1\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", sandbox.port)) as client:
                client.sendall(request)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert get(sandbox).status_code == 200
    assert capfd.readouterr() == ("", "")


def test_a_page_of_another_origin_may_ask() -> None:
    """A browser's question before a request is answered without a token, and so may be what it then sends."""
    asked = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "GET"}
    with Sandbox() as sandbox:
        url = f"{sandbox.compute_url}/images/{SOURCE}"
        with httpx.Client(trust_env=False, headers={"Origin": "http://localhost:5173"}) as page:
            preflight = page.options(url, headers={**asked, "Access-Control-Request-Headers": "x-auth-token"})
            image = page.get(url, headers={"X-Auth-Token": sandbox.token})
            refused = page.get(url)
        plain = get(sandbox)
    assert (preflight.status_code, preflight.content) == (204, b"")
    assert preflight.headers["Access-Control-Allow-Methods"] == preflight.headers["Access-Control-Allow-Headers"] == "*"
    for response, status in ((preflight, 204), (image, 200), (refused, 401)):
        assert (response.status_code, response.headers["Access-Control-Allow-Origin"]) == (status, "*")
        assert response.headers["Access-Control-Expose-Headers"] == "*"
    assert "Access-Control-Allow-Origin" not in plain.headers


def test_a_line_is_logged_for_each_request() -> None:
    """Its first line, and the status of the response."""
    lines: list[str] = []
    with Sandbox(log=lines.append) as sandbox:
        get(sandbox)
        httpx.post(f"{sandbox.auth_url}/tokens", json={}, trust_env=False)
    assert lines == [
        f'"GET /dfw/v2/820712/images/{SOURCE} HTTP/1.1" 200 -',
        '"POST /identity/v2.0/tokens HTTP/1.1" 400 -',
    ]


def test_it_stands_apart() -> None:
    """The sandbox imports nothing of this package but the documents, and nothing that a client is made of."""
    allowed = {*sys.stdlib_module_names}
    (folder,) = map(Path, rackspace_images.testing.sandbox.__path__)
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert {name.name.partition(".")[0] for name in node.names} <= allowed, file.name
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                module = node.module or ""
                assert module == "rackspace_images.documents" or module.partition(".")[0] in allowed, file.name
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 1, file.name
