"""The client that the arguments and the environment ask for."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from rackspace_images import ImagesClient, StaticToken
from rackspace_images.errors import ConfigError

if TYPE_CHECKING:
    from rackspace_images.sandbox import Sandbox


@contextmanager
def connected(args: Namespace) -> Iterator[ImagesClient]:
    """The client, open for as long as the block runs, and the sandbox with it where `--sandbox` asks for one."""
    options: dict[str, Any] = {}
    if args.request_timeout is not None:
        options["timeout"] = args.request_timeout
    if args.sandbox:
        with started_sandbox() as sandbox, _sandbox_client(sandbox, options) as images:
            yield images
    else:
        with _client_from_environment(options) as images:
            yield images


@contextmanager
def started_sandbox(port: int = 0) -> Iterator[Sandbox]:
    """A running sandbox. Raises `ConfigError` where its extra is not installed or the port cannot be had."""
    try:
        from rackspace_images.sandbox import Sandbox
    except ImportError as error:
        missing = f" (no module {error.name})" if error.name else ""
        raise ConfigError(
            f"the sandbox is not installed{missing}", hint='pip install "rackspace-images[sandbox]"'
        ) from None
    with ExitStack() as stack:
        try:
            sandbox = stack.enter_context(Sandbox(port))
        except OSError as error:
            hint = "another --port, or --port 0 for a free one" if port else None
            raise ConfigError(f"the sandbox: {error.strerror or error}", hint=hint) from None
        yield sandbox


def _sandbox_client(sandbox: Sandbox, options: dict[str, Any]) -> ImagesClient:
    import httpx

    return ImagesClient(
        StaticToken(sandbox.token),
        endpoint=sandbox.compute_url,
        region="DFW",
        # A transport of its own keeps out whatever proxies and certificates the environment names, good or bad.
        # It speaks http to this very process: there is nothing to verify.
        transport=httpx.HTTPTransport(verify=False, trust_env=False),
        **options,
    )


def _client_from_environment(options: dict[str, Any]) -> ImagesClient:
    token, endpoint = os.environ.get("OS_TOKEN"), os.environ.get("OS_ENDPOINT_OVERRIDE")
    if not token or not endpoint:
        unset = [name for name in ("OS_TOKEN", "OS_ENDPOINT_OVERRIDE") if not os.environ.get(name)]
        raise ConfigError(
            f"nothing says where to ask and who asks: {' and '.join(unset)} not set",
            hint="set OS_TOKEN and OS_ENDPOINT_OVERRIDE=https://…/v2/TENANT, or --sandbox to try it out",
        )
    region = os.environ.get("OS_REGION_NAME") or None
    return ImagesClient(StaticToken(token), endpoint=endpoint, region=region, **options)
