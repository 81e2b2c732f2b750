"""`rackspace-images logout`: forget the tokens that were kept."""

from __future__ import annotations

import argparse

from . import output
from .arguments import add_common_switches
from .exit_codes import DONE, LOCAL, in_words

DESCRIPTION = """\
Forgets the tokens that earlier commands kept on this machine.
The next command signs in again."""
EPILOG = f"""\
example:
  rackspace-images logout

{in_words(LOCAL, failed="they could not be removed")}"""


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Adds what the command takes."""
    add_common_switches(parser)


def run(args: argparse.Namespace) -> int:
    """Forgets every kept token."""
    from rackspace_images.auth.token_cache import TokenCache

    cache = TokenCache()
    gone = cache.clear()
    if not args.quiet:
        output.tell(f"forgot {gone} token{'' if gone == 1 else 's'} in {cache.folder}")
    return DONE
