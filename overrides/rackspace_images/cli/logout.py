"""`rackspace-images logout`: forget the tokens that were kept."""

from __future__ import annotations

import argparse
from typing import Any

from . import output
from .arguments import add_common_switches
from .exit_codes import DONE, IN_WORDS

_EPILOG = f"""\
example:
  rackspace-images logout

{IN_WORDS}"""


def add_to(commands: Any) -> None:
    """Adds the command to the parser's."""
    parser = commands.add_parser(
        "logout",
        help="forget the tokens that were kept",
        description="Forgets the tokens that earlier commands kept on this machine. The next command signs in again.",
        epilog=_EPILOG,
    )
    add_common_switches(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Forgets every kept token."""
    from rackspace_images.token_cache import TokenCache

    cache = TokenCache()
    gone = cache.clear()
    if not args.quiet:
        output.tell(f"forgot {gone} token{'' if gone == 1 else 's'} in {cache.folder}")
    return DONE
