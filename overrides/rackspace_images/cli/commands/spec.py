"""`rackspace-images spec`: the OpenAPI document itself."""

from __future__ import annotations

from typing import Literal

import click

from rackspace_images.cli import output
from rackspace_images.cli.app import command
from rackspace_images.cli.exit_codes import DONE
from rackspace_images.cli.options import Settings


@command()
@click.argument("document", type=click.Choice(["images", "identity"]), default="images", metavar="[images|identity]")
def spec_command(settings: Settings, document: Literal["images", "identity"]) -> int:
    """Prints an OpenAPI document, byte for byte, to generate a client from.

    examples:
      rackspace-images spec > images.yaml
      rackspace-images spec identity
    """
    from rackspace_images.documents import path

    output.write(path(document).read_bytes().decode(), for_programs=True)
    return DONE
