"""A proxy that makes CONNECT tunnels, as a test tells it to, and names that lead to loopback."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from typing import Any

import pytest
from faulty import Faulty, Line, Script
from scripted import answer


class Proxy(Faulty):
    """Tunnels to `to`, a port of loopback, whatever host it is asked for, to whoever brings `user`.

    `instead`: what it does with each connection in place of a tunnel. `asked`: the targets, in order.
    """

    def __init__(self, to: int = 0, *, user: str | None = None, instead: Script | None = None) -> None:
        super().__init__(instead or self._tunnel)
        self.to = to
        self.wanted = None if user is None else f"Basic {base64.b64encode(user.encode()).decode()}"

    @property
    def asked(self) -> list[str]:
        return [request.path for request in self.requests]

    def _tunnel(self, line: Line) -> None:
        request = line.request()
        if request is None:
            return
        if self.wanted is not None and request.headers.get("proxy-authorization") != self.wanted:
            line.send(answer(407, b"", reason="Proxy Authentication Required", Proxy_Authenticate="Basic realm=x"))
            return
        with socket.create_connection(("127.0.0.1", self.to)) as other:
            line.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(other, line.sock), daemon=True)
            back.start()
            _pump(line.sock, other)
            back.join(5)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def lead_to_loopback(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[str]:
    """These names are loopback's from here on; gives the list of those that were looked up, as they are."""
    real = socket.getaddrinfo
    looked_up: list[str] = []

    def found(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        looked_up.append(name)
        return real("127.0.0.1" if name in names else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return looked_up
