"""The client that the arguments and the environment ask for."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from rackspace_images import ApiKey, ImagesClient
from rackspace_images.errors import ConfigError

from . import output
from .logs import told
from .watch import Watch

if TYPE_CHECKING:
    from rackspace_images.testing.sandbox import Sandbox


@contextmanager
def connected(args: Namespace, watch: Watch | None = None) -> Iterator[ImagesClient]:
    """The client, open for as long as the block runs, and the sandbox with it where `--sandbox` asks for one.

    `watch` is told of every request; without one the usual is said of them.
    """
    watch = watch or Watch(args)
    with told(args):
        if args.sandbox:
            with started_sandbox() as sandbox, _sandbox_client(sandbox, args, watch) as images:
                yield images
            return
        options = _options(args, watch)
        with ImagesClient.from_config(args.cloud, args.region, prompt=_asker(), **options) as images:
            if args.verbose:
                output.tell(f"credentials from {images.source}")
            yield images


def _options(args: Namespace, watch: Watch) -> dict[str, Any]:
    options = given_options(args) | {"on_attempt": watch.on_attempt}
    if not args.no_cache and not os.environ.get("RACKSPACE_IMAGES_NO_CACHE"):
        from rackspace_images.auth.token_cache import TokenCache

        options["token_cache"] = TokenCache()
    return options


def given_options(args: Namespace) -> dict[str, Any]:
    """The options of the client that the arguments name. None of them is a secret."""
    return _limits(args) | _given(interface=args.interface, verify=False if args.insecure else args.os_cacert)


def _limits(args: Namespace) -> dict[str, Any]:
    return _given(timeout=args.request_timeout, deadline=args.deadline)


def _given(**options: Any) -> dict[str, Any]:
    """What is not None: for the rest the client has its own defaults."""
    return {name: value for name, value in options.items() if value is not None}


def _asker() -> Callable[[str], str] | None:
    """What asks a person for a password; nothing where there is no person."""
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty()):
        return None
    import getpass

    return lambda prompt: getpass.getpass(prompt, stream=sys.stderr)


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


def _sandbox_client(sandbox: Sandbox, args: Namespace, watch: Watch) -> ImagesClient:
    from rackspace_images.http.proxies import Proxies
    from rackspace_images.http.tls import Tls
    from rackspace_images.http.transport import Transport

    return ImagesClient(
        ApiKey(*sandbox.api_key, auth_url=sandbox.auth_url),
        region=args.region,
        on_attempt=watch.on_attempt,
        # It speaks http to this very process: what proxies and certificates the environment names, good or bad, is
        # left out.
        transport=Transport(Tls(), Proxies(None)),
        **_limits(args),
    )
