"""The client that the options and the environment ask for, and what it logs."""

from __future__ import annotations

import contextlib
import gc
import getpass
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx

from rackspace_images import ApiKey, ImagesClient
from rackspace_images.auth.redaction import Redactor
from rackspace_images.errors import ConfigError, ImagesError
from rackspace_images.http.api_client import ApiClient, Handle
from rackspace_images.http.body import ApiResponse
from rackspace_images.text import escape_control_characters

from . import output
from .progress import Watch

if TYPE_CHECKING:
    from rackspace_images.testing.sandbox import Sandbox

    from .options import Settings


@contextmanager
def open_client(settings: Settings, watch: Watch | None = None) -> Iterator[ImagesClient]:
    """The client, open for as long as the block runs, and the sandbox with it where `--sandbox` asks for one.

    `watch` is told of every request; without one the usual is said of them.
    """
    kind = _TracedClient if settings.debug else ImagesClient
    options: dict[str, Any] = given_options(settings) | {"on_attempt": (watch or Watch(settings)).on_attempt}
    with logged(settings), ExitStack() as stack:
        if settings.sandbox:
            options |= sandbox_options(stack.enter_context(started_sandbox()))
            images = kind(region=settings.region, **options)
        else:
            images = _configured_client(kind, settings, options)
        stack.enter_context(images)
        if not gc.isenabled():  # switched off by `main`: what is there now stays, and what comes is collected
            gc.freeze()
            gc.enable()
        yield images


def given_options(settings: Settings) -> dict[str, Any]:
    """The options of a client that were given. None of them is a secret."""
    names = {"timeout": settings.request_timeout, "deadline": settings.deadline, "interface": settings.interface}
    names["verify"] = False if settings.insecure else settings.os_cacert
    return {name: value for name, value in names.items() if value is not None}


def _configured_client(kind: type[ImagesClient], settings: Settings, options: dict[str, Any]) -> ImagesClient:
    if not settings.no_cache and not os.environ.get("RACKSPACE_IMAGES_NO_CACHE"):
        from rackspace_images.auth.token_cache import TokenCache

        options["token_cache"] = TokenCache()
    # Only a person is asked for a password.
    is_person = output.is_tty(sys.stdin) and output.is_tty(sys.stderr)
    prompt = partial(getpass.getpass, stream=sys.stderr) if is_person else None
    images = kind.from_config(settings.cloud, settings.region, prompt=prompt, **options)
    if settings.verbose:
        output.tell(f"credentials from {images.source}")
    return images


@contextmanager
def started_sandbox(port: int = 0, log: Callable[[str], object] = str) -> Iterator[Sandbox]:
    """A running sandbox, whose requests are told to `log`. Raises `ConfigError` where the port cannot be had."""
    from rackspace_images.testing.sandbox import Sandbox

    with ExitStack() as stack:
        try:
            sandbox = stack.enter_context(Sandbox(port, log=log))
        except OSError as error:
            hint = "another --port, or --port 0 for a free one" if port else None
            raise ConfigError(f"the sandbox: {error.strerror or error}", hint=hint) from None
        yield sandbox


def sandbox_options(sandbox: Sandbox) -> dict[str, Any]:
    """A client's, for the sandbox's own user."""
    from rackspace_images.http.proxies import Proxies
    from rackspace_images.http.tls import Tls
    from rackspace_images.http.transport import Transport

    # It speaks http to this very process: what proxies and certificates the environment names is left out.
    auth = ApiKey(*sandbox.api_key, auth_url=sandbox.auth_url)
    return {"auth": auth, "transport": Transport(Tls(), Proxies(None)), "verify": True}


class _TracedClient(ImagesClient):
    """A client that shows what is sent and received."""

    def _connect(self, handle: Handle) -> ApiClient:
        api = super()._connect(handle)
        api.sender.send = partial(_traced, api.sender.send, api.redactor)
        return api


def _traced(
    send: Callable[[httpx.Request], ApiResponse | ImagesError], redactor: Redactor, request: httpx.Request
) -> ApiResponse | ImagesError:
    """Sends as `send` does, and shows the request and the response, with headers and bodies, secrets hidden."""
    _show(redactor, f"> {request.method} {request.url}", request.headers, request.content)
    outcome = send(request)
    if isinstance(outcome, ImagesError):
        _show(redactor, f"< {outcome}", httpx.Headers(), b"")
    else:
        _show(redactor, f"< {outcome.status_code} {outcome.reason_phrase}", outcome.headers, outcome.content)
    return outcome


def _show(redactor: Redactor, first: str, headers: httpx.Headers, body: bytes) -> None:
    text = body.decode("utf-8", "backslashreplace")
    # A token that is new: in a header of Keystone's, in the body of Rackspace's.
    redactor.add(headers.get("x-subject-token", ""), headers.get("x-auth-token", ""), are_tokens=True)
    with contextlib.suppress(ValueError, RecursionError):
        document = json.loads(body)
        with contextlib.suppress(LookupError, TypeError):
            redactor.add(document["access"]["token"]["id"], are_tokens=True)
        text = json.dumps(document, indent=2, ensure_ascii=False)
    lines = [first, *(f"{first[0]} {name}: {value}" for name, value in headers.items())]
    for line in (*lines, *(f"{first[0]} {line}" for line in text.splitlines())):
        output.tell(escape_control_characters(redactor.text(line)))


class _Told(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        for line in self.format(record).splitlines():
            output.tell(escape_control_characters(line))


@contextmanager
def logged(settings: Settings) -> Iterator[None]:
    """Says on standard error what the library logs while the block runs: warnings, and with -v everything."""
    logger, handler = logging.getLogger("rackspace_images"), _Told()
    before = logger.level
    is_chatty = settings.verbose or settings.debug
    if not is_chatty:  # waits are said by `Watch`, once for all ids
        handler.addFilter(lambda record: record.name != "rackspace_images.retry")
        handler.setFormatter(logging.Formatter("warning: %(message)s"))
    handler.setLevel(logging.DEBUG if is_chatty else logging.CRITICAL if settings.quiet else logging.WARNING)
    logger.setLevel(logging.DEBUG if is_chatty else before)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
