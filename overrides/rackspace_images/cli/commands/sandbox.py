"""`rackspace-images sandbox`: the mock API, until Ctrl-C."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from rackspace_images.cli import output
from rackspace_images.cli.app import command
from rackspace_images.cli.exit_codes import DONE
from rackspace_images.cli.options import Settings
from rackspace_images.text import escape_control_characters

if TYPE_CHECKING:
    from rackspace_images.testing.sandbox import Sandbox

DEFAULT_PORT = 8774
"""The document's, for the sandbox."""
_PORT = click.IntRange(0, 65535)
_SHOW = "  rackspace-images show e3d37ab2-8dc0-4000-b773-b15aad79ad0a"


@command()
@click.option("--port", type=_PORT, default=DEFAULT_PORT, metavar="N", show_default=True, help="0: a free one.")
def sandbox_command(settings: Settings, port: int) -> int:
    """Runs a mock API on 127.0.0.1 and says how to reach it.

    Ctrl-C ends it, with exit code 0.
    Its images, faults and sign-in are the examples and vectors of this package's
    OpenAPI documents: one image id, one answer. Its user, key and token are not
    secret.

    examples:
      rackspace-images sandbox
      rackspace-images sandbox --port 0
    """
    from rackspace_images.cli.client import started_sandbox

    log = (lambda line: output.tell(escape_control_characters(line))) if settings.verbose else str
    with started_sandbox(port, log) as running, contextlib.suppress(KeyboardInterrupt):
        output.write(f"{running.url}\n" if settings.quiet else _welcome(running))
        running.wait()
    return DONE


def _welcome(sandbox: Sandbox) -> str:
    from rackspace_images.testing.sandbox import spec

    username, api_key = sandbox.api_key
    asked = spec.example("identity", "KeystonePasswordRequest")["auth"]
    keystone = {
        "auth_url": sandbox.keystone_url,
        "username": username,
        "password": asked["identity"]["password"]["user"]["password"],
        "user_domain_name": "Default",
        "project_name": asked["scope"]["project"]["name"],
        "project_domain_name": "Default",
    }
    return "\n".join(
        [
            f"The sandbox listens on {sandbox.url} (Ctrl-C ends it)\n\nIn another terminal, as at Rackspace:\n",
            f"  export RS_USERNAME={username} RS_API_KEY={api_key} RS_REGION_NAME=DFW",
            f"  export RS_AUTH_URL={sandbox.auth_url}",
            f"{_SHOW}\n\nor as at an OpenStack cloud, for the openstack command too:\n",
            *(f"  export OS_{name.upper()}={value}" for name, value in keystone.items()),
            f"  export OS_REGION_NAME=DFW\n{_SHOW}\n\nor in a clouds.yaml, with --cloud sandbox:\n",
            "  clouds:\n    sandbox:\n      region_name: DFW\n      auth:",
            *(f"        {name}: {value}" for name, value in keystone.items()),
            f"\nCompute, region DFW    {sandbox.compute_url}\nToken                  {sandbox.token}\n",
        ]
    )
