"""The switches that several commands share, and what their values must be."""

from __future__ import annotations

import argparse
from typing import Any

from .durations import seconds

SOURCES = """\
who asks, and where (the first that is there is taken, whole):
  --cloud, OS_CLOUD                a cloud of clouds.yaml
  OS_AUTH_URL, OS_USERNAME, …      as an openrc file sets them
  OS_TOKEN, OS_ENDPOINT_OVERRIDE   a token, and the compute URL with its tenant
  RS_USERNAME, RS_API_KEY,         a Rackspace user; RS_PASSWORD and RS_AUTH_URL
  RS_REGION_NAME                   are read too
  clouds.yaml                      where it has one cloud only
"""

MANY_FORMATS = ["table", "json", "jsonl", "yaml", "csv", "value"]
"""Of a command that prints rows."""

_OF_IMAGES = (
    "print only this, by its name on the wire (minDisk) or a readable one (min_disk, size), in any case; may be given "
    "again; an unknown one lists the known"
)


def add_format_switches(parser: argparse.ArgumentParser, formats: list[str], *, columns: str = _OF_IMAGES) -> None:
    """`-f` and `-c`, as OpenStack's own commands have them; `columns` says what there is to choose."""
    group = parser.add_argument_group("output")
    group.add_argument(
        "-f",
        "--format",
        choices=formats,
        default="table",
        metavar="FORMAT",
        help=f"one of {', '.join(formats)} (default: %(default)s)",
    )
    group.add_argument("-c", "--column", dest="columns", action="append", default=[], metavar="COLUMN", help=columns)


def add_connection_switches(parser: argparse.ArgumentParser, *, regions: bool = False) -> None:
    """Where to ask, and how long. With `regions` the region may be given again."""
    again: dict[str, Any] = {"action": "append", "default": []} if regions else {}
    once_more = "; may be given again" if regions else ""
    group = parser.add_argument_group("connection")
    group.add_argument("--cloud", "--os-cloud", metavar="NAME", help="a cloud of clouds.yaml (default: OS_CLOUD)")
    group.add_argument(
        "--region",
        "--os-region-name",
        metavar="NAME",
        help=f"the region, in any case (default: the source's, the user's own, or the only one){once_more}",
        **again,
    )
    group.add_argument(
        "--interface",
        metavar="NAME",
        help="which of the catalog's URLs: public, internal or admin (default: public)",
    )
    group.add_argument("--os-cacert", metavar="FILE", help="a file or folder of CA certificates to trust")
    group.add_argument("--insecure", action="store_true", help="do not verify the server's certificate")
    group.add_argument(
        "--no-cache",
        action="store_true",
        help="neither use nor keep a token of another run (also: RACKSPACE_IMAGES_NO_CACHE=1)",
    )
    group.add_argument(
        "--sandbox", action="store_true", help="ask a pretend API, started for this command on this machine"
    )
    group.add_argument(
        "--request-timeout",
        type=seconds,
        metavar="SECONDS",
        help="how long one request may take (default: 10)",
    )
    group.add_argument(
        "--deadline",
        type=seconds,
        metavar="SECONDS",
        help="how long each answer may take, sign-in, waits and repeated requests included (default: 60; none "
        "where many ids are asked for)",
    )


def add_common_switches(parser: argparse.ArgumentParser, *, verbose: str | None = None) -> None:
    """How much to say; `verbose` is what `-v` adds, where a command has more to say."""
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("-q", "--quiet", action="store_true", help="say nothing beside the result and errors")
    if verbose is not None:
        amount.add_argument("-v", "--verbose", action="store_true", help=f"say on standard error {verbose}")
    parser.add_argument(
        "--debug", action="store_true", help="say what is sent and answered, and print the traceback of an error"
    )


def count(text: str) -> int:
    """A whole number of at least 1."""
    return _whole(text, 1)


def amount(text: str) -> int:
    """A whole number, 0 included."""
    return _whole(text, 0)


def _whole(text: str, least: int) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else -1
    if number < least:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least {least}")
    return number


def port(text: str) -> int:
    """A TCP port; 0 asks for a free one."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 5 else -1
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a whole number from 0 to 65535")
    return number
