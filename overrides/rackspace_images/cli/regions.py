"""`rackspace-images regions`: where compute is."""

from __future__ import annotations

import argparse

from .arguments import MANY_FORMATS, SOURCES, add_common_switches, add_connection_switches, add_format_switches
from .exit_codes import ASKING, DONE, in_words

DESCRIPTION = "Lists the regions that the service catalog has compute in, and their endpoints."
EPILOG = f"""\
examples:
  rackspace-images regions --sandbox
  rackspace-images regions -f value -c region

{SOURCES}
{in_words(ASKING)}"""

_COLUMNS = ("region", "endpoint")


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Adds what the command takes."""
    add_common_switches(parser, verbose="whose catalog it is, and what is asked again")
    add_format_switches(parser, MANY_FORMATS, columns=f"print only this: {' or '.join(_COLUMNS)}; may be given again")
    add_connection_switches(parser)


def run(args: argparse.Namespace) -> int:
    """Reads the catalog and prints it."""
    from .columns import chosen_names
    from .connection import connected
    from .rows import writer

    columns = chosen_names(args.columns, _COLUMNS) or _COLUMNS
    with connected(args) as images:
        found = images.regions()
    rows = writer(args.format)
    for name, url in sorted(found.items()):
        row = {"region": name, "endpoint": url}
        rows.add({column: row[column] for column in columns})
    rows.end()
    return DONE
