"""A loopback server that sends scripted responses, byte for byte, over raw sockets.

It uses the standard library alone, so that nothing that is compared can change how it is compared.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self

RESET_PAUSE = 0.05
"""Seconds before a reset, in which the client reads what was sent before."""

END_TIMEOUT = 5.0
"""Seconds that a connection's thread has to end when the server stops."""


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def last_segment(self) -> str:
        """What stands behind the last slash of the path, such as an image id."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Reply:
    """Bytes to send for one request, and what happens to the connection after that.

    `hold` sends nothing more until the client has gone; `reset` ends the connection with a RST.
    """

    data: bytes
    then: Literal["keep", "close", "reset", "hold"] = "keep"


Script = Sequence[Reply] | Callable[[Request], Reply]
"""The replies in order, the last one repeating; or a function from a request to its reply."""


def response(
    status: int, body: Any = b"", headers: Mapping[str, str] | None = None, *, request_id: str | None = "req-1"
) -> Reply:
    """A whole HTTP response. A body that is not bytes is sent as JSON."""
    fields = dict(headers or {})
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    if not isinstance(body, bytes):
        fields.setdefault("Content-Type", "application/json")
    if request_id is not None:
        fields.setdefault("X-Compute-Request-Id", request_id)
    lines = [f"HTTP/1.1 {status} Reason"]
    if status not in (204, 304):
        lines.append(f"Content-Length: {len(content)}")
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return Reply("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content)


@dataclass
class Server:
    """Serves `script` on a free port of 127.0.0.1 while the `with` block runs, a thread for each connection."""

    script: Script
    requests: list[Request] = field(default_factory=list)
    is_listening: bool = True
    """If not, connections are refused, and the port is kept all the same."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._failure: Exception | None = None
        self._connections: list[tuple[socket.socket, threading.Thread]] = []
        # Bound until the end. (A listener that is shut down to refuse connections loses its port to others.)
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        if self.is_listening:
            self._listener.listen(128)
        self.port: int = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        """A compute endpoint, with version and tenant."""
        return f"{self.url}/v2/820712"

    def __enter__(self) -> Self:
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        if self.is_listening:
            self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_listening:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._accepting.join(END_TIMEOUT)
        self._listener.close()
        for connection, thread in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join(END_TIMEOUT)
        if self._failure is not None:
            raise RuntimeError("a script of the referee failed") from self._failure

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._connections.append((connection, thread))
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, ValueError), connection.makefile("rb") as stream:
            while (request := read_request(stream)) is not None:
                reply = self._reply(request)
                connection.sendall(reply.data)
                if reply.then == "hold":
                    while stream.read(65536):
                        pass
                    return
                if reply.then == "reset":
                    time.sleep(RESET_PAUSE)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                if reply.then == "close":
                    return

    def _reply(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            if callable(self.script):
                try:
                    return self.script(request)
                except Exception as error:
                    self._failure = error
                    raise OSError("no reply") from error
            return self.script[min(len(self.requests), len(self.script)) - 1]


def read_request(stream: Any) -> Request | None:
    """The next request of a connection, or None where the client has gone or does not speak HTTP."""
    first = stream.readline().decode("latin-1").split()
    if len(first) != 3 or not first[2].startswith("HTTP/"):
        return None
    headers: dict[str, str] = {}
    while line := stream.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Request(first[0], first[1], headers, stream.read(int(headers.get("content-length", 0))))
