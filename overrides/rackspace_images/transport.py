"""One request out, one answer back: the only place that does I/O to the API.

Decisions are made elsewhere, by generators that yield what is to be done (`Send`) and are given what came
of it. `run` and `run_async` drive the same generator; they differ in how they wait and in nothing else.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import ssl
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from .errors import ConfigError, ConnectionFailed, ImagesError, MalformedResponse, RequestTimeout
from .text import without_userinfo

T = TypeVar("T")

# Loopback is this machine, whatever proxies the environment names. More precise patterns win in httpx.
NEVER_PROXIED: dict[str, None] = {"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None}


class _NoTokens(logging.Filter):
    """httpcore writes the headers of every answer at DEBUG, and Keystone's answer has the token in one."""

    _TOKEN = re.compile(r"""(b'x-(?:subject|auth)-token', )b(?:'[^']*'|"[^"]*")""", re.IGNORECASE)

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, str):
            record.msg = self._TOKEN.sub(r"\1***", record.msg)
        return True


for _name in ("httpcore.http11", "httpcore.http2"):
    logging.getLogger(_name).addFilter(_NoTokens())


class Unchanged:
    """The type of `UNCHANGED`: an argument that was not given, where None has a meaning of its own."""

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED = Unchanged()
Timeout = float | httpx.Timeout | None | Unchanged


@dataclass(frozen=True, slots=True)
class Send:
    """A request to send. Its token, and its body, which may hold a key, are not shown."""

    method: str
    url: str
    headers: Mapping[str, str]
    token: str | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout: Timeout = UNCHANGED


@dataclass(frozen=True, slots=True)
class Join:
    """Waiting for a sign-in that another call has begun; gives its error, or None."""

    flight: Future[ImagesError | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever it is."""

    status_code: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """The server's name for the request."""
        found: str | None = self.headers.get("X-Compute-Request-Id") or self.headers.get("X-Openstack-Request-Id")
        return found


Steps = Generator[Send | Join, Any, T]


def tls_context(
    verify: bool | str | ssl.SSLContext, cert: str | tuple[str, str] | tuple[str, str, str] | None
) -> bool | ssl.SSLContext:
    """What httpx is to verify with; a path is a file or a folder of CA certificates."""
    if cert is None and not isinstance(verify, str):
        return verify
    context = httpx.create_ssl_context(verify) if isinstance(verify, bool) else verify
    try:
        if isinstance(context, str):
            where = {"capath" if Path(context).is_dir() else "cafile": context}
            context = ssl.create_default_context(**where)  # type: ignore[arg-type]
        if cert is not None:
            context.load_cert_chain(*([cert] if isinstance(cert, str) else cert))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"verify={verify!r}, cert: cannot be read: {error}") from None
    return context


@contextmanager
def sending_options_checked() -> Iterator[None]:
    """Says what httpx cannot be made with: a proxy, or a file of certificates that the environment names."""
    failure: ConfigError | None = None
    try:
        yield
    except ImportError:
        failure = ConfigError(
            "a SOCKS proxy is asked for, and its package is missing", hint='pip install "httpx[socks]"'
        )
    except (OSError, ValueError, httpx.InvalidURL) as trouble:
        what = f"{type(trouble).__name__}: {_said(trouble)}"
        failure = ConfigError(
            f"proxy or certificates cannot be used: {what}", hint="check proxy=, verify= and SSL_CERT_FILE"
        )
    if failure is not None:
        raise failure


def run(steps: Steps[T], client: httpx.Client) -> T:
    """Drives `steps` to their result, sending over `client`."""
    try:
        step = next(steps)
        while True:
            outcome: Answer | ImagesError | None
            if isinstance(step, Join):
                outcome = step.flight.result()
                step = steps.send(outcome)
                continue
            try:
                response = client.send(_built(client, step), follow_redirects=False)
                outcome = Answer(response.status_code, response.headers, response.content)
            except _TROUBLE as trouble:
                outcome = _explained(trouble, step)
            # Outside the except block: the error must not hold httpx's, whose frames hold the token.
            step = steps.throw(outcome) if isinstance(outcome, ImagesError) else steps.send(outcome)
    except StopIteration as stop:
        result: T = stop.value
    finally:
        steps.close()
    return result


async def run_async(steps: Steps[T], client: httpx.AsyncClient) -> T:
    """`run`, awaited."""
    try:
        step = next(steps)
        while True:
            outcome: Answer | ImagesError | None
            if isinstance(step, Join):
                # Shielded: who stops waiting must not stop the sign-in of the others.
                outcome = await asyncio.shield(asyncio.wrap_future(step.flight))
                step = steps.send(outcome)
                continue
            try:
                response = await client.send(_built(client, step), follow_redirects=False)
                outcome = Answer(response.status_code, response.headers, response.content)
            except _TROUBLE as trouble:
                outcome = _explained(trouble, step)
            step = steps.throw(outcome) if isinstance(outcome, ImagesError) else steps.send(outcome)
    except StopIteration as stop:
        result: T = stop.value
    finally:
        steps.close()
    return result


def _built(client: httpx.Client | httpx.AsyncClient, send: Send) -> httpx.Request:
    headers = {**send.headers, "X-Auth-Token": send.token} if send.token is not None else send.headers
    timeout = httpx.USE_CLIENT_DEFAULT if isinstance(send.timeout, Unchanged) else send.timeout
    return client.build_request(send.method, send.url, headers=headers, content=send.body, timeout=timeout)


# What httpx, and transports that users write for it, raise when no answer came.
_TROUBLE = (httpx.HTTPError, httpx.InvalidURL, OSError)


def _explained(trouble: Exception, send: Send) -> ImagesError:
    context: dict[str, Any] = {"method": send.method, "url": send.url}
    said = _said(trouble)
    match trouble:
        case httpx.ConnectTimeout():
            return RequestTimeout("no connection in time", **context)
        case httpx.PoolTimeout():
            return RequestTimeout("no free connection in time", **context)
        case httpx.WriteTimeout():
            return RequestTimeout("the request could not be sent in time", **context)
        case httpx.TimeoutException() | TimeoutError():
            return RequestTimeout("no answer in time", **context)
        case httpx.DecodingError():
            return MalformedResponse("the body is not in the encoding that its Content-Encoding names", **context)
        case httpx.LocalProtocolError():
            # Its words quote the header that it found wrong, which may be the token.
            return ConfigError("the request cannot be written as HTTP; a header holds a forbidden character", **context)
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return ConfigError(f"not a URL that a request can go to: {said}", **context)
        case _:
            return ConnectionFailed(said, **context)


def _said(trouble: BaseException) -> str:
    """The innermost reason: httpx over asyncio says only "All connection attempts failed" of a refused one."""
    while (cause := trouble.__cause__ or trouble.__context__) is not None and str(cause):
        trouble = cause
    if isinstance(trouble, OSError) and not isinstance(trouble, ssl.SSLError) and (trouble.errno or 0) > 0:
        # The system's own words: asyncio's differ from those of a plain socket.
        return os.strerror(trouble.errno or 0)
    return without_userinfo(str(trouble)) or type(trouble).__name__
