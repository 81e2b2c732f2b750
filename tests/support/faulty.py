"""A server that misbehaves as a test scripts it, step by step, over raw sockets."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from scripted import Request, _read, answer
from slack import SLACK

IMAGE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"


def image(image_id: str = IMAGE_ID, **members: Any) -> bytes:
    """A good answer."""
    return answer(200, {"image": {"id": image_id, **members}})


def asked_for(request: Request) -> str:
    """The id of the image that a request is about."""
    return request.path.rpartition("/")[2]


def chunked(*chunks: bytes) -> bytes:
    """A body in chunks, with its end."""
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


class Line:
    """One connection, as the server has it."""

    def __init__(self, server: Faulty, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self.stream = sock.makefile("rb")
        self.ended = threading.Event()
        self.requests: list[Request] = []

    def request(self) -> Request | None:
        """Waits for the next request; None once the client has gone."""
        request = _read(self.stream)
        if request is not None:
            self.requests.append(request)
            self.server.requests.append(request)
        return request

    def asked_for(self, image_id: str) -> bool:
        """Whether an image was asked for on this connection."""
        return any(asked_for(request) == image_id for request in self.requests)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, data: bytes, every: float = 0.02) -> None:
        """Sends byte after byte, until the client has gone."""
        for number in range(len(data)):
            self.sock.sendall(data[number : number + 1])
            time.sleep(every)

    def hold(self) -> None:
        """Says nothing until the client has gone."""
        while self.stream.read(65536):
            pass

    def reset(self) -> None:
        """Breaks the connection, so that the client gets a RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


Script = Callable[[Line], None]


class Faulty:
    """Runs a script for each connection, in a thread of its own, and closes it after that."""

    def __init__(self, script: Script, listening: socket.socket | None = None) -> None:
        self.script = script
        self.requests: list[Request] = []
        self.lines: list[Line] = []
        self._listening = listening or socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listening.getsockname()[1]

    def __enter__(self) -> Self:
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listening.close()
        for line in self.lines:
            with contextlib.suppress(OSError):
                line.sock.shutdown(socket.SHUT_RDWR)
        for line in self.lines:
            line.ended.wait(5)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = Line(self, sock)
            self.lines.append(line)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: Line) -> None:
        try:
            self.script(line)
        except (OSError, ValueError):
            pass  # the client has gone
        finally:
            line.stream.close()
            line.sock.close()
            line.ended.set()

    def deserted(self, within: float = SLACK) -> bool:
        """Whether no client is connected any more."""
        ends = time.monotonic() + within
        return all(line.ended.wait(max(ends - time.monotonic(), 0)) for line in list(self.lines))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        return f"{self.url}/v2/820712"


Serve = Callable[..., Faulty]
"""The fixture `serve`: starts a `Faulty` that stops after the test."""


def answering(*answers: bytes | Callable[[Request], bytes]) -> Script:
    """Answers request after request on each connection: with the next of `answers` in all, the last one repeating."""
    left = list(answers)
    lock = threading.Lock()

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            with lock:
                chosen = left.pop(0) if len(left) > 1 else left[0]
            line.send(chosen(request) if callable(chosen) else chosen)

    return script


def its_image(request: Request) -> bytes:
    """The image that was asked for."""
    return image(asked_for(request))


def once(data: bytes = b"", *, reset: bool = False) -> Script:
    """Answers the first request of each connection with some bytes, and ends it."""

    def script(line: Line) -> None:
        line.request()
        line.send(data)
        if reset:
            line.reset()

    return script


def token(endpoint: str, name: str = "token-1") -> bytes:
    """A good sign-in at Rackspace Identity, with compute in two regions."""
    places = [{"region": region, "publicURL": f"{endpoint}/{region.lower()}/v2/1"} for region in ("DFW", "ORD")]
    catalog = [{"name": "cloudServersOpenStack", "type": "compute", "endpoints": places}]
    user = {"RAX-AUTH:defaultRegion": "DFW"}
    access = {"token": {"id": name, "expires": "2999-01-01T00:00:00Z"}, "serviceCatalog": catalog, "user": user}
    return answer(200, json.dumps({"access": access}).encode())


def look_up_by(find: Callable[[], Iterable[str]]) -> Callable[..., Any]:
    """What to put in the place of `socket.getaddrinfo`: `compute.example.com` has the addresses that `find` gives."""
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        if host != "compute.example.com":
            return real(host, port, *args, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in find()]

    return look_up


@contextlib.contextmanager
def unreachable(address: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """An endpoint that takes no connection and refuses none: its queue is full."""
    with contextlib.ExitStack() as sockets:
        full = sockets.enter_context(socket.socket())
        full.bind((address, port))
        full.listen(0)
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield f"http://{address}:{full.getsockname()[1]}/v2/820712"
