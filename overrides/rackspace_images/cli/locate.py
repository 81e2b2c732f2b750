"""`rackspace-images locate`: which regions have an image."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import output
from .arguments import SOURCES, add_common_switches, add_connection_switches, add_format_switch
from .exit_codes import DONE, IN_WORDS, NOT_FOUND, exit_code, worst

if TYPE_CHECKING:
    from rackspace_images.bulk import LocateResult
    from rackspace_images.errors import ImagesError

_EPILOG = f"""\
One row for each image and region. `result` is found, absent or failed; what failed is told on standard error.

examples:
  rackspace-images locate 00000000-0000-4000-8000-000000200001 --sandbox
  rackspace-images locate IMAGE_ID IMAGE_ID -f jsonl

{SOURCES}
{IN_WORDS}
An image that is found anywhere is 0, whatever the other regions say."""


def add_to(commands: Any) -> None:
    """Adds the command to the parser's."""
    from .rows import FORMATS

    parser = commands.add_parser(
        "locate",
        help="find the regions that have an image",
        description="Asks all regions at once which of them have an image.",
        epilog=_EPILOG,
    )
    parser.add_argument("image_ids", metavar="IMAGE_ID", nargs="+", help="the UUID of an image")
    add_common_switches(parser, verbose="say on standard error whose catalog it is")
    add_format_switch(parser, FORMATS)
    add_connection_switches(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Asks, prints a row for each image and region, and tells what failed."""
    from .connection import connected
    from .failures import tell_failure
    from .rows import rows_text

    as_json = args.format in ("json", "jsonl")
    codes = [DONE]
    rows: list[dict[str, Any]] = []
    with connected(args) as images:
        only = [args.region] if args.region else None
        for image_id, result in images.locate_many(args.image_ids, regions=only):
            rows += _rows(image_id, result)
            for error in _failures(result):
                tell_failure(error, as_json=as_json, debug=args.debug)
            codes.append(_code(result))
    text = rows_text(rows, args.format)
    if text:
        output.write(text + "\n")
    return worst(codes)


def _rows(image_id: str, result: LocateResult | ImagesError) -> Iterator[dict[str, Any]]:
    if isinstance(result, Exception):
        return
    for region, image in result.found.items():
        yield {"image": image_id, "region": region, "result": "found", "status": image.status, "name": image.name}
    for region in (*result.absent, *result.failed):
        word = "absent" if region in result.absent else "failed"
        yield {"image": image_id, "region": region, "result": word, "status": None, "name": None}


def _failures(result: LocateResult | ImagesError) -> list[ImagesError]:
    return [result] if isinstance(result, Exception) else list(result.failed.values())


def _code(result: LocateResult | ImagesError) -> int:
    if isinstance(result, Exception):
        return exit_code(result)
    if result.found:
        return DONE
    return worst([NOT_FOUND, *map(exit_code, result.failed.values())])
