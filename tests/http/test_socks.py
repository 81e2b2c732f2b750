"""A SOCKS5 proxy: through httpcore's own, one connection a request."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable

import httpx
import pytest
import trustme
from faults.ways import Way
from faulty import IMAGE_ID, Faulty, Line, answering, image
from over_tls import context, over_tls
from proxying import _pump

USER, PASSWORD = b"demo", b"proxy-geheim"


def socks(to: int, *, asked: list[bytes], refusal: int = 0) -> Callable[[Line], None]:
    """A proxy for `USER` that connects to the port `to` of loopback, whatever it is asked for, or refuses."""

    def script(line: Line) -> None:
        _, methods = line.stream.read(2)
        assert 2 in line.stream.read(methods)
        line.send(b"\x05\x02")
        line.stream.read(1)
        user = line.stream.read(line.stream.read(1)[0])
        password = line.stream.read(line.stream.read(1)[0])
        if (user, password) != (USER, PASSWORD):
            line.send(b"\x01\x01")
            return
        line.send(b"\x01\x00")
        kind = line.stream.read(4)[3]
        length = line.stream.read(1)[0] if kind == 3 else 4
        asked.append(line.stream.read(length))
        line.stream.read(2)
        line.send(b"\x05" + bytes([refusal]) + b"\x00\x01\x7f\x00\x00\x01\x00\x01")
        if refusal:
            return
        with socket.create_connection(("127.0.0.1", to)) as other:
            back = threading.Thread(target=_pump, args=(other, line.sock), daemon=True)
            back.start()
            _pump(line.sock, other)
            back.join(5)

    return script


# httpx knows this scheme since 0.28.
@pytest.mark.parametrize("scheme", ["socks5", *(["socks5h"] if httpx.__version__ >= "0.28" else [])])
def test_socks_proxy_leads_to_a_server_over_tls(way: Way, scheme: str) -> None:
    """Signed in at the proxy; the name is looked up by it, and each request has a connection of its own."""
    ca, asked, trusting = trustme.CA(), list[bytes](), ssl.create_default_context()
    ca.configure_trust(trusting)
    with Faulty(over_tls(context(ca.issue_cert("compute.example.com")), answering(image()))) as server:
        with Faulty(socks(server.port, asked=asked)) as proxy:
            url = f"{scheme}://{USER.decode()}:{PASSWORD.decode()}@127.0.0.1:{proxy.port}"
            endpoint = "https://compute.example.com/v2/1"
            with way.client(endpoint, proxy=url, verify=trusting) as images:
                assert [images.get().id for _ in range(3)] == [IMAGE_ID] * 3
            assert proxy.deserted()
    assert asked == [b"compute.example.com"] * 3
