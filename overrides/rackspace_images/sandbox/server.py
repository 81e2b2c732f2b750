"""The sandbox on a loopback port: in a thread of its own, or blocking for a command."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette

from . import spec
from .answers import Answers
from .app import create_app

HOST = "127.0.0.1"
_START_SECONDS = 10.0
_STOP_SECONDS = 5.0
_REQUESTS_KEPT = 10_000


class Sandbox:
    """The sandbox, served from a thread while the `with` block runs.

    `port` 0 takes a free one. `requests` holds (method, path) of what was served, the last ten thousand.
    Sequences are this instance's own; `reset()` begins them anew.
    """

    def __init__(self, port: int = 0) -> None:
        if not 0 <= port <= 65535:
            raise ValueError(f"{port} is no port: they go from 0 to 65535")
        self._wanted = port
        self._answers = Answers()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.port = port
        self.requests: deque[tuple[str, str]] = deque(maxlen=_REQUESTS_KEPT)

    @property
    def url(self) -> str:
        """The sandbox's own address."""
        return f"http://{HOST}:{self.port}"

    @property
    def auth_url(self) -> str:
        """Rackspace Identity v2.0."""
        return f"{self.url}/identity/v2.0"

    @property
    def keystone_url(self) -> str:
        """Keystone v3."""
        return f"{self.url}/identity/v3"

    @property
    def compute_url(self) -> str:
        """The compute endpoint of the first region, DFW."""
        return self.endpoint(spec.regions()[0])

    def endpoint(self, region: str) -> str:
        """The compute endpoint of a region, as Rackspace's catalog names it."""
        return f"{self.url}/{region.lower()}/v2/{spec.tenant()}"

    @property
    def api_key(self) -> tuple[str, str]:
        """The user name and API key that the identity service takes."""
        given = spec.example("identity", "ApiKeyRequest")["auth"]["RAX-KSKEY:apiKeyCredentials"]
        return given["username"], given["apiKey"]

    @property
    def token(self) -> str:
        """A token that is good. No secret: it stands in the documents."""
        return spec.tokens()[0]

    def reset(self) -> None:
        """Begins every sequence anew and forgets the requests."""
        self._answers.reset()
        self.requests.clear()

    def start(self) -> None:
        """Serves from now on. A port in use is an `OSError` that says so."""
        if self._thread is not None:
            raise RuntimeError("this sandbox is running already")
        listener = _listen(self._wanted)
        self.port = listener.getsockname()[1]
        app = create_app(self.url, answers=self._answers, on_request=self._seen)
        self._server = _Server(app)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="rackspace-images-sandbox", daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(_START_SECONDS) or not self._server.started:
            self.close()
            raise RuntimeError("the sandbox did not start")

    def wait(self) -> None:
        """Blocks for as long as the sandbox serves. Ctrl-C gets through."""
        while self._thread is not None and self._thread.is_alive():
            self._thread.join(0.5)

    def close(self) -> None:
        """Stops serving and frees the port. A second call does nothing."""
        thread, self._thread = self._thread, None
        if self._server is not None and thread is not None:
            self._server.stop()
            thread.join(_STOP_SECONDS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _seen(self, method: str, path: str) -> None:
        self.requests.append((method, path))


def serve(port: int, ready: Callable[[Sandbox], None]) -> None:
    """Serves on `port` until Ctrl-C; `ready` is called once, when requests are answered."""
    with Sandbox(port) as sandbox:
        ready(sandbox)
        try:
            sandbox.wait()
        except KeyboardInterrupt:
            return


def _listen(port: int) -> socket.socket:
    # The protocol is said, as asyncio sends at once (TCP_NODELAY) only where it is: else answers take 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would share a port in use
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"cannot listen on {HOST}:{port}: {_reason(error)}") from error
    return listener


def _reason(error: OSError) -> str:
    return "the port is in use" if error.errno == errno.EADDRINUSE else str(error.strerror or error)


class _Server(uvicorn.Server):
    """uvicorn's server, started and stopped by events: by itself it looks every tenth of a second, and a
    command that starts and stops a sandbox for one answer would wait for that."""

    def __init__(self, app: Starlette) -> None:
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            workers=1,
            log_config=None,
            # Its warnings tell what clients offer, such as Java's to go on in HTTP/2, and nothing to act on.
            log_level="error",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=75,
        )
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = asyncio.Event()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            self.ready.set()

    def stop(self) -> None:
        """Ends `run`; from any thread, and also when it has ended by itself."""
        self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: it has ended by itself
                self._loop.call_soon_threadsafe(self._stopped.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # on_tick(0) sets the Date of the answers
            try:
                await asyncio.wait_for(self._stopped.wait(), 1.0)
            except TimeoutError:
                continue

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Answers take no time here: there is nothing to wait for.
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
