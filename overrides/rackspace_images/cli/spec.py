"""`rackspace-images spec`: the OpenAPI document itself."""

from __future__ import annotations

import argparse

from . import output
from .arguments import add_common_switches
from .exit_codes import DONE, LOCAL, in_words

DESCRIPTION = "Prints an OpenAPI document, byte for byte, for whoever generates a client."
EPILOG = f"""\
examples:
  rackspace-images spec > images.yaml
  rackspace-images spec identity

{in_words(LOCAL, failed="it could not be written")}"""


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "document",
        nargs="?",
        choices=["images", "identity"],
        default="images",
        metavar="DOCUMENT",
        help="images (default), or identity: signing in",
    )
    add_common_switches(parser)


def run(args: argparse.Namespace) -> int:
    """Prints it."""
    from rackspace_images.documents import path

    output.write_bytes(path(args.document).read_bytes())
    return DONE
