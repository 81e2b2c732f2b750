"""`rackspace-images regions`: where compute is."""

from __future__ import annotations

import argparse
from typing import Any

from . import output
from .arguments import SOURCES, add_common_switches, add_connection_switches, add_format_switch
from .exit_codes import DONE, IN_WORDS

_EPILOG = f"""\
example:
  rackspace-images regions --sandbox

{SOURCES}
{IN_WORDS}"""


def add_to(commands: Any) -> None:
    """Adds the command to the parser's."""
    from .rows import FORMATS

    parser = commands.add_parser(
        "regions",
        help="list the regions",
        description="Lists the regions that the service catalog has compute in, and their endpoints.",
        epilog=_EPILOG,
    )
    add_common_switches(parser, verbose="say on standard error whose catalog it is")
    add_format_switch(parser, FORMATS)
    add_connection_switches(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Reads the catalog and prints it."""
    from .connection import connected
    from .rows import rows_text

    with connected(args) as images:
        found = images.regions()
    text = rows_text([{"region": name, "endpoint": url} for name, url in sorted(found.items())], args.format)
    if text:
        output.write(text + "\n")
    return DONE
