"""`rackspace-images locate`: which regions have an image."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rackspace_images.errors import ImagesError, InvalidImageId

from . import ids
from .arguments import MANY_FORMATS, SOURCES, add_common_switches, add_connection_switches, add_format_switches
from .exit_codes import DONE, FAILED, INTERRUPTED, NOT_FOUND, USAGE, exit_code, in_words, worst

if TYPE_CHECKING:
    from rackspace_images.client.bulk import LocateResult
    from rackspace_images.image import Image

DESCRIPTION = "Asks all regions at once which of them have an image."
EPILOG = f"""\
One row for each image and region, as soon as all regions have answered for it.
`result` is found, absent or failed; what failed is told on standard error.
With --region only that one is asked. An image that is found anywhere is
exit code 0, whatever the other regions say.

examples:
  rackspace-images locate 00000000-0000-4000-8000-000000200001 --sandbox
  rackspace-images locate IMAGE_ID IMAGE_ID -f jsonl
  rackspace-images locate - -f value -c image -c region < ids

{SOURCES}
{in_words([DONE, FAILED, USAGE, NOT_FOUND, 4, 5, INTERRUPTED])}"""

_COLUMNS = ("image", "region", "result", "status", "name")


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "image_ids",
        metavar="IMAGE_ID",
        nargs="+",
        help="the UUID of an image; - reads them from standard input, one a line, without what follows a #",
    )
    add_common_switches(parser, verbose="whose catalog it is, and what is asked again")
    add_format_switches(
        parser,
        MANY_FORMATS,
        columns=f"print only this: {', '.join(_COLUMNS)}, or a column of the image as with show; may be given again",
    )
    add_connection_switches(parser)


def run(args: argparse.Namespace) -> int:
    """Asks, prints a row for each image and region, and tells what failed."""
    from .columns import chosen_names, readable_columns, wire_columns
    from .connection import connected
    from .failures import tell_failure
    from .rows import writer

    known = [*_COLUMNS, *(column.name for column in (*wire_columns(), *readable_columns()))]
    columns = chosen_names(args.columns, dict.fromkeys(known)) or _COLUMNS
    given = ids.given(args.image_ids, quiet=args.quiet)
    if not ids.are_many(args.image_ids):
        ids.checked(args.image_ids[0])
    rows = writer(args.format)
    codes = [DONE]
    begun = False
    try:
        with connected(args) as images:
            only = [args.region] if args.region else None
            for one, result in images.locate_many(given, regions=only):
                for row in _rows(one, result, columns):
                    rows.add(row)
                    begun = True
                for error in _failures(result):
                    shown = ids.refused(one) if isinstance(error, InvalidImageId) else error
                    tell_failure(shown, as_json=args.format in ("json", "jsonl"), debug=args.debug)
                codes.append(_code(result))
    except ImagesError as error:
        tell_failure(error, as_json=args.format in ("json", "jsonl"), debug=args.debug)
        codes.append(exit_code(error))
    if begun or worst(codes) == DONE:
        rows.end()
    return worst(codes)


def _rows(image_id: str, result: LocateResult | ImagesError, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    if isinstance(result, ImagesError):
        return
    for region, image in result.found.items():
        yield _row(columns, image, image=str(image_id), region=region, result="found")
    for region in (*result.absent, *result.failed):
        word = "absent" if region in result.absent else "failed"
        yield _row(columns, None, image=str(image_id), region=region, result=word)


def _row(columns: Sequence[str], found: Image | None, **facts: str) -> dict[str, Any]:
    from .columns import chosen

    def value(name: str) -> Any:
        if name in facts:
            return facts[name]
        return chosen([name])[0].read(found) if found is not None else None

    return {name: value(name) for name in columns}


def _failures(result: LocateResult | ImagesError) -> list[ImagesError]:
    return [result] if isinstance(result, ImagesError) else list(result.failed.values())


def _code(result: LocateResult | ImagesError) -> int:
    if isinstance(result, ImagesError):
        return exit_code(result)
    if result.found:
        return DONE
    return worst([NOT_FOUND, *map(exit_code, result.failed.values())])
