"""A name with several addresses: the first that takes a connection is asked."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from faulty import Faulty, answering, its_image, unreachable
from rackspace_images.fast_tasks import connected
from slack import SLACK


def leading_to(monkeypatch: pytest.MonkeyPatch, *urls: str) -> None:
    """Every name has these addresses."""
    addresses = [(urlsplit(url).hostname, urlsplit(url).port) for url in urls]

    def found(*args: Any, **options: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)


async def peer() -> tuple[int, float]:
    """The port that a connection leads to, and the seconds it took."""
    began = time.monotonic()
    transport = await connected(asyncio.Protocol(), "compute.example.com", 80)
    port: int = transport.get_extra_info("peername")[1]
    transport.abort()
    await asyncio.sleep(0)
    return port, time.monotonic() - began


def refusing() -> str:
    """Where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def test_one_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """An IPv6 address that leads nowhere costs a quarter of a second."""
    with unreachable() as nowhere, Faulty(answering(its_image)) as server:
        leading_to(monkeypatch, nowhere, server.url)
        port, took = asyncio.run(peer())
        assert port == urlsplit(server.url).port
    assert 0.2 < took < 0.25 + SLACK


def test_one_that_refuses_is_left_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next is asked without a wait."""
    with Faulty(answering(its_image)) as server:
        leading_to(monkeypatch, refusing(), server.url)
        port, took = asyncio.run(peer())
        assert port == urlsplit(server.url).port
    assert took < SLACK


def test_where_none_answers_the_last_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a name without addresses is an error too."""
    leading_to(monkeypatch, refusing(), refusing())
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(peer())
    leading_to(monkeypatch)
    with pytest.raises(OSError, match="no address"):
        asyncio.run(peer())
