"""The cloud of the soak, in a process of its own: identity, and compute that fails as planned."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from .plan import LIFE, USES, fault_of, id_of, name_of, number_of


class Cloud:
    """What all connections share."""

    def __init__(self) -> None:
        self.port = 0
        self.logins = 0
        self.uses: dict[str, int] = {}
        self.asked: set[int] = set()

    def login(self) -> bytes:
        self.logins += 1
        token = f"token-{self.logins}"
        self.uses = {token: 0, **{known: used for known, used in self.uses.items() if used < USES}}
        expires = (datetime.now(UTC) + timedelta(seconds=LIFE)).isoformat()
        place = {"region": "DFW", "publicURL": f"http://127.0.0.1:{self.port}/v2/1"}
        catalog = [{"name": "cloudServersOpenStack", "type": "compute", "endpoints": [place]}]
        return answer(200, {"access": {"token": {"id": token, "expires": expires}, "serviceCatalog": catalog}})

    def is_good(self, token: str) -> bool:
        used = self.uses.get(token, USES)
        if used < USES:
            self.uses[token] = used + 1
        return used < USES


def answer(status: int, body: Any, headers: str = "") -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status} Reason\r\nContent-Length: {len(content)}\r\n{headers}\r\n".encode() + content


def image(image_id: str, number: int) -> bytes:
    return answer(200, {"image": {"id": image_id, "name": name_of(number), "metadata": {"padding": "x" * 1000}}})


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._buffer = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if len(rest) < int(headers.get("content-length", 0)):
            return
        self._buffer = b""
        self._answer(first.split()[1], headers.get("x-auth-token", ""))

    def _answer(self, path: str, token: str) -> None:
        write = self._transport.write
        if path.endswith("/tokens"):
            write(self._cloud.login())
        elif path == "/logins":
            write(answer(200, self._cloud.logins))
        elif not self._cloud.is_good(token):
            write(answer(401, {"unauthorized": {"code": 401, "message": "over"}}))
        else:
            image_id = path.rpartition("/")[2]
            number = number_of(image_id)
            fault = fault_of(number)
            again = number in self._cloud.asked
            self._cloud.asked.add(number)
            self._fail(fault, again, image_id, number)

    def _fail(self, fault: str | None, again: bool, image_id: str, number: int) -> None:
        write = self._transport.write
        good = image(image_id, number)
        lasting = {
            "404": answer(404, {"itemNotFound": {"code": 404, "message": "Image not found."}}),
            "403": answer(403, {"forbidden": {"code": 403, "message": "no"}}),
            "no image": answer(200, b"<html>"),
            "another image": image(id_of(number + 1), number + 1),
            "too large": b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n",
        }
        passing = {
            "500": answer(500, {"computeFault": {"code": 500, "message": "no"}}),
            "502": answer(502, b"<html>"),
            "503 with a Retry-After": answer(503, b"", "Retry-After: 0.01\r\n"),
            "413": answer(413, {"overLimit": {"code": 413, "message": "no"}}),
            "429": answer(429, b""),
            "half a body": good[:-10],
            "garbage": b"garbage\r\n\r\n",
        }
        if fault in lasting:
            write(lasting[fault])
        elif fault is None or again:
            write(good)
        elif fault == "says nothing":
            return
        elif fault == "resets":
            linger = struct.pack("ii", 1, 0)
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._transport.abort()
        elif fault == "hangs up":
            self._transport.close()
        else:
            write(passing[fault])
            if fault in ("half a body", "garbage"):
                self._transport.close()


async def serve() -> None:
    """Serves until standard input ends; the port is the first line of standard output."""
    cloud = Cloud()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(cloud), "127.0.0.1", 0, backlog=512)
    cloud.port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"{cloud.port}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
