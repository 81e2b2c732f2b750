"""The sandbox on a loopback port, served by threads.

How this works: `Sandbox` starts a thread that accepts connections, and each connection has a thread of its own, which
reads a request, asks `Sandbox` for the response and writes it. Responses are made one at a time.
"""

import contextlib
import os
import socket
import threading
import time
import uuid
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

from . import compute, identity, spec
from .responses import CannedResponses, Request, Response, fault_of_status

HOST = "127.0.0.1"
MAX_BODY = 1024 * 1024
"""The most bytes that are kept of a request's body; a larger one is refused with 413."""
_BLOCK = 64 * 1024
_FOR_BROWSERS = {
    f"Access-Control-{what}": "*" for what in ("Allow-Origin", "Allow-Methods", "Allow-Headers", "Expose-Headers")
}
"""A page of any origin may send any request and read the response: nothing in it is a secret."""


class Sandbox:
    """The sandbox, served from threads while the `with` block runs.

    Sequences, images and faults are this instance's own; `reset()` begins anew.

    Args:
        port: The port to listen on; 0 takes a free one.
        log: Is called with a line for each request: its first line, and the status of the response. A line is as the
            client sent it: make control characters visible before you write it to a terminal.

    Attributes:
        port: The port that it listens on.
        url: Its own address.
        auth_url: Rackspace Identity v2.0.
        keystone_url: Keystone v3.
        compute_url: The compute endpoint of the first region, DFW.
        api_key: The user name and API key that the identity service takes.
        token: A token that is good. No secret: it stands in the documents.
        requests: Method and path of what was served, the last ten thousand.
    """

    def __init__(self, port: int = 0, *, log: Callable[[str], object] = str) -> None:
        if not 0 <= port <= 65535:
            raise ValueError(f"{port} is no port: they go from 0 to 65535")
        self._wanted_port = port
        self._use_port(port)
        self.log = log
        self.requests: deque[tuple[str, str]] = deque(maxlen=10_000)
        self.token = spec.TOKENS[0]
        given = spec.example("identity", "ApiKeyRequest")["auth"]["RAX-KSKEY:apiKeyCredentials"]
        self.api_key: tuple[str, str] = (given["username"], given["apiKey"])
        self._canned = CannedResponses()
        self._lock = threading.Lock()
        self._server: _Server | None = None

    def endpoint(self, region: str) -> str:
        """The compute endpoint of a region, as Rackspace's catalog names it."""
        return f"{self.url}/{region.lower()}/v2/{spec.TENANT}"

    def environment(self) -> dict[str, str]:
        """The variables that point `from_config()` and the command at this sandbox, region DFW."""
        user, key = self.api_key
        return {"RS_USERNAME": user, "RS_API_KEY": key, "RS_AUTH_URL": self.auth_url, "RS_REGION_NAME": spec.REGIONS[0]}

    def add(self, *stages: Mapping[str, Any], region: str = "DFW") -> str:
        """Puts an image into a region, and gives its id: a new one, unless the first of `stages` has an `id`.

        Each of `stages` holds wire fields (`name`, `status`, `OS-EXT-IMG-SIZE:size`, …); what it leaves out is as in
        the document's base image. With several the image goes from one to the next as it is asked for, and stays
        at the last.
        """
        if region.upper() not in spec.REGIONS:
            raise ValueError(f"the sandbox has no region {region}: {', '.join(spec.REGIONS)}")
        stages = stages or ({},)
        image_id = str(stages[0].get("id") or uuid.uuid4())
        base = spec.example("images", "Base")["image"]
        with self._lock:
            self._canned.put(region.upper(), image_id, [{**base, **stage, "id": image_id} for stage in stages])
        return image_id

    def fail(
        self, what: Any, *, times: int = 1, image_id: str = "", retry_after: int | None = None, delay: float = 0
    ) -> None:
        """Lets the next `times` responses of compute fail; with `image_id`, those for that image.

        `what` is a class of `rackspace_images.errors` that has a status, or a status itself; the response is the
        document's example of it. `retry_after`: the seconds of its `Retry-After`, which it else has not. `delay`:
        seconds until it is sent. A single 401 is not seen: the client signs in once more, so ask for two.
        """
        status = what if isinstance(what, int) else next(iter(what.status_codes), 0)
        if not 400 <= status <= 599:
            raise ValueError(f"{what} is no fault: give a status from 400 to 599, or a class of errors that has one")
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        response = fault_of_status(status)._replace(delay=delay).with_headers(headers)
        with self._lock:
            self._canned.interjections += [(image_id, response)] * times

    def _use_port(self, port: int) -> None:
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.auth_url = f"{self.url}/identity/v2.0"
        self.keystone_url = f"{self.url}/identity/v3"
        self.compute_url = self.endpoint(spec.REGIONS[0])

    def reset(self) -> None:
        """Begins every sequence anew, and forgets the requests, what was added and what was to fail."""
        with self._lock:
            self._canned = CannedResponses()
            self.requests.clear()

    def start(self) -> None:
        """Serves from now on. A port in use is an `OSError` that says so."""
        if self._server is not None:
            raise RuntimeError("this sandbox is running already")
        self._server = _Server(self, self._wanted_port)
        self._use_port(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def wait(self) -> None:
        """Blocks for as long as the sandbox serves. Ctrl-C gets through."""
        while self._server is not None:
            time.sleep(0.2)

    def close(self) -> None:
        """Stops serving, ends all connections and frees the port. A second call does nothing."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
            for connection in list(server.connections):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def respond(self, request: Request, path: str) -> Response:
        """The response to a request, whose path was sent as `path`."""
        is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        with self._lock:
            self.requests.append((request.method, path))
            response = Response(204, b"", {}) if is_preflight else identity.respond(request)
            response = response or compute.respond(request, self._canned)
        return response.with_headers(_FOR_BROWSERS) if "Origin" in request.headers else response


class _Server(ThreadingTCPServer):
    """The standard library's server, whose connections can be ended. Its HTTPServer asks DNS for this host's name."""

    allow_reuse_address = os.name == "posix"  # elsewhere it would share a port in use
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, sandbox: Sandbox, port: int) -> None:
        self.sandbox = sandbox
        self.connections = weakref.WeakSet[socket.socket]()
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise OSError(error.errno, f"cannot listen on {HOST}:{port}: {error.strerror}") from error

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def finish_request(self, request: Any, client_address: Any) -> None:
        with contextlib.suppress(OSError):  # the client hung up
            super().finish_request(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """A connection: reads requests and writes responses."""

    protocol_version = default_request_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # a response is sent at once, not its headers before its body
    timeout = 75
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]  it is made by that alone

    def __getattr__(self, name: str) -> Any:
        """`do_GET` and its like: every method is answered in the same way."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        try:
            body = self._read_body()
        except ValueError:
            return self.send_error(400, "The length of the body cannot be read")
        if len(body) > MAX_BODY:
            return self.send_error(413, f"The body is larger than {MAX_BODY} bytes")
        return self._respond(body)

    def _respond(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        parameters = dict(parse_qsl(query, keep_blank_values=True))
        request = Request(self.command, unquote(path), parameters, self.headers, body, self.server.sandbox.url)
        response = self.server.sandbox.respond(request, path)
        time.sleep(response.delay)
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name there
        """Tells of a request in the usual words of HTTP servers, or of why there is none."""
        self.server.sandbox.log(format % args)

    def _read_body(self) -> bytes:
        """Reads the body, and keeps no more of it than shows that it is too large."""
        kept = b""
        for size in self._sizes():
            while size > 0 and (block := self.rfile.read(min(size, _BLOCK))):
                size -= len(block)
                kept += block[: MAX_BODY + 1 - len(kept)]
        return kept

    def _sizes(self) -> Iterator[int]:
        """The sizes of the chunks of the body; its length, where it is not chunked."""
        if "Transfer-Encoding" not in self.headers:
            yield int(self.headers.get("Content-Length", "0"))
            return
        while size := int(self.rfile.readline(_BLOCK).partition(b";")[0], 16):
            yield size
            self.rfile.readline(_BLOCK)
        while self.rfile.readline(_BLOCK).strip():
            pass  # a trailer
