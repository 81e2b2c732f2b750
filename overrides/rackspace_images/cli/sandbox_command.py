"""`rackspace-images sandbox`: the pretend API, until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
from typing import TYPE_CHECKING

from rackspace_images.text import escape_control_characters

from . import output
from .arguments import add_common_switches, port
from .exit_codes import DONE, FAILED, USAGE, in_words

if TYPE_CHECKING:
    from rackspace_images.testing.sandbox import Sandbox

DEFAULT_PORT = 8774
"""The document's, for the sandbox."""

_EXAMPLE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"
DESCRIPTION = "Runs a pretend API on 127.0.0.1 and says how to reach it."
EPILOG = f"""\
Its images, faults and sign-in are the examples and vectors of this package's
OpenAPI documents: one image id, one answer. Its user, key and token are no
secrets. Ctrl-C ends it, with exit code 0.

example:
  rackspace-images sandbox --port 0

{in_words([DONE, FAILED, USAGE], failed="it could not be started, or its address not be written")}"""


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "--port",
        type=port,
        default=DEFAULT_PORT,
        metavar="N",
        help="where to listen; 0 takes a free port (default: %(default)s)",
    )
    add_common_switches(parser, verbose="what is asked and answered")


def run(args: argparse.Namespace) -> int:
    """Serves until Ctrl-C."""
    from .connection import started_sandbox

    log = (lambda line: output.tell(escape_control_characters(line))) if args.verbose else str
    with started_sandbox(args.port, log) as sandbox:
        output.write(f"{sandbox.url}\n" if args.quiet else _welcome(sandbox))
        with contextlib.suppress(KeyboardInterrupt):
            sandbox.wait()
    return DONE


def _welcome(sandbox: Sandbox) -> str:
    from rackspace_images.testing.sandbox import spec

    username, api_key = sandbox.api_key
    asked = spec.example("identity", "KeystonePasswordRequest")["auth"]
    password, project = asked["identity"]["password"]["user"]["password"], asked["scope"]["project"]["name"]
    return f"""\
The sandbox listens on {sandbox.url} (Ctrl-C ends it)

In another terminal, as at Rackspace:

  export RS_USERNAME={username} RS_API_KEY={api_key} RS_REGION_NAME=DFW
  export RS_AUTH_URL={sandbox.auth_url}
  rackspace-images show {_EXAMPLE_ID}

or as at an OpenStack cloud, for the openstack command too:

  export OS_AUTH_URL={sandbox.keystone_url} OS_REGION_NAME=DFW
  export OS_USERNAME={username} OS_PASSWORD={password} OS_PROJECT_NAME={project}
  export OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default
  rackspace-images show {_EXAMPLE_ID}

or in a clouds.yaml, with --cloud sandbox:

  clouds:
    sandbox:
      region_name: DFW
      auth:
        auth_url: {sandbox.keystone_url}
        username: {username}
        password: {password}
        user_domain_name: Default
        project_name: {project}
        project_domain_name: Default

Compute, region DFW    {sandbox.compute_url}
Token                  {sandbox.token}
"""
