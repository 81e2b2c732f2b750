"""A server that is not what is measured: ready answers, no framework, a process of its own.

    python -m benchmarks.server [--latency SECONDS] [--metadata KEYS] [--tls CERTIFICATE KEY]

Identity v3 with a catalog of six regions, and any image of any region. It prints its URL when it listens, and ends
when its standard input does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import sys
from typing import cast

import uvloop
from rackspace_images.testing.sandbox.spec import example

from .cloud import IMAGE_ID, PROJECT, REGIONS, TOKEN

ID = IMAGE_ID.encode()


def an_image(metadata: int) -> bytes:
    """The source's example, whole, with so many more keys of metadata."""
    image = example("images", "Source")
    image["image"]["metadata"] |= {f"key_{number:05}": f"value {number}" for number in range(metadata)}
    return json.dumps(image).encode()


def answered(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """An answer as it is sent."""
    head = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


class Answers:
    """Every answer, made before anybody asks."""

    def __init__(self, url: str, metadata: int) -> None:
        self.requests = 0
        self._image = answered(an_image(metadata), "200 OK", "X-Compute-Request-Id: req-1").split(ID)
        version = {
            "id": "v2.1",
            "status": "CURRENT",
            "version": "2.96",
            "min_version": "2.1",
            "links": [{"rel": "self", "href": f"{url}/v2.1/"}],
        }
        identity = {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": f"{url}/identity/v3/"}]}
        self._compute = answered(json.dumps({"version": version}).encode())
        self._identity = answered(json.dumps({"version": identity}).encode())
        endpoints = [
            {
                "id": region,
                "interface": "public",
                "region": region,
                "region_id": region,
                "url": f"{url}/{region}/v2.1/{PROJECT}",
            }
            for region in REGIONS
        ]
        token = {
            "methods": ["password"],
            "expires_at": "2099-01-01T00:00:00.000000Z",
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "user": {"id": "u", "name": "demo", "domain": {"id": "default", "name": "Default"}},
            "project": {"id": PROJECT, "name": "demo", "domain": {"id": "default", "name": "Default"}},
            "roles": [{"id": "r", "name": "member"}],
            "catalog": [{"id": "c", "type": "compute", "name": "nova", "endpoints": endpoints}],
        }
        self._token = answered(json.dumps({"token": token}).encode(), "201 Created", f"X-Subject-Token: {TOKEN}")

    def of(self, head: bytes) -> bytes:
        """The answer to a request."""
        method, path, _ = head.split(b" ", 2)
        if path == b"/count":
            count, self.requests = self.requests, 0
            return answered(json.dumps(count).encode())
        self.requests += 1
        if method == b"POST":
            return self._token
        before, _, image_id = path.rpartition(b"/")
        if before.endswith(b"/images"):
            return image_id.join(self._image)
        return self._identity if path.startswith(b"/identity") else self._compute


class Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next."""

    def __init__(self, answers: Answers, latency: float) -> None:
        self._answers, self._latency = answers, latency
        self._read = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = self._read[:end]
            end += 4
            if head.startswith(b"POST"):
                length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
                end += int(length)
                if len(self._read) < end:
                    return
            self._read = self._read[end:]
            answer = self._answers.of(head)
            if self._latency and b" /count " not in head:
                asyncio.get_running_loop().call_later(self._latency, self._send, answer)
            else:
                self._send(answer)

    def _send(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


async def serve(latency: float, metadata: int, tls: tuple[str, str] | None) -> None:
    context = None
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*tls)
    loop = asyncio.get_running_loop()
    answers: list[Answers] = []
    server = await loop.create_server(
        lambda: Connection(answers[0], latency), "127.0.0.1", 0, ssl=context, backlog=2048
    )
    url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    answers.append(Answers(url, metadata))
    print(url, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--metadata", type=int, default=0)
    parser.add_argument("--tls", nargs=2)
    given = parser.parse_args()
    uvloop.run(serve(given.latency, given.metadata, given.tls))


if __name__ == "__main__":
    main()
