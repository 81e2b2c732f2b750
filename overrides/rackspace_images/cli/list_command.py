"""`rackspace-images list`: which images there are."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from rackspace_images.errors import ConfigError, ImagesError

from . import ids, output
from .arguments import (
    MANY_FORMATS,
    SOURCES,
    add_common_switches,
    add_connection_switches,
    add_format_switches,
    amount,
    count,
)
from .exit_codes import ASKING, DONE, exit_code, in_words, worst

if TYPE_CHECKING:
    from rackspace_images.client.client import ImagesClient
    from rackspace_images.image import Image

DESCRIPTION = "Lists the images of a region, newest first, or of all regions."
EPILOG = f"""\
formats:
  table  for people: id, status and name, when all have come
  json   an array of the images, whole, exactly as they were received
  jsonl  one image on each line
  yaml   a list of the images
  csv    id, status and name, or the columns asked for, below their names
  value  id, status and name, or the columns asked for, on a line for each

All but the table are written as the pages come. With --all-regions each row
begins with the region, in JSON and YAML as the member `region`; a region that
fails is told on standard error, and the others are listed all the same. So is
an image that cannot be read (exit code 1).

examples:
  rackspace-images list --sandbox --status ACTIVE
  rackspace-images list --all-regions --name web-1
  rackspace-images list --type snapshot --changes-since 2026-01-31
  rackspace-images list -f value -c id | rackspace-images show - -f jsonl

{SOURCES}
{in_words(ASKING)}"""


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Adds what the command takes."""
    which = parser.add_argument_group("which images", "exactly so; what no image has lists none")
    which.add_argument("--server", metavar="ID", help="snapshots of this server, by its id or URL")
    which.add_argument("--name", help="of this name, whole and in this case")
    which.add_argument("--status", help="ACTIVE, SAVING, DELETED, ERROR, UNKNOWN, …")
    which.add_argument("--type", help="base or snapshot")
    which.add_argument(
        "--changes-since",
        type=_moment,
        metavar="TIME",
        help="changed at this time or later: 2026-01-31, 2026-01-31T12:00:00Z; UTC where it says nothing else",
    )
    which.add_argument("--min-disk", type=amount, metavar="GB", help="that need exactly this much disk")
    which.add_argument("--min-ram", type=amount, metavar="MIB", help="that need exactly this much memory")
    which.add_argument("--marker", metavar="IMAGE_ID", help="those that come after this image")
    which.add_argument("--limit", type=count, metavar="N", help="no more than so many in all")
    which.add_argument("--page-size", type=count, metavar="N", help="so many with one request (default: 200)")
    which.add_argument("--all-regions", action="store_true", help="of all regions of the catalog, at once")
    add_common_switches(parser, verbose="whose catalog it is, and what is asked again")
    add_format_switches(parser, MANY_FORMATS)
    add_connection_switches(parser)


def run(args: argparse.Namespace) -> int:
    """Lists them."""
    from .columns import REGION, chosen
    from .connection import connected
    from .failures import tell_failure
    from .image_rows import ImageRows

    names = [name for name in args.columns if name.casefold() != REGION.name]
    columns = chosen(names)
    if len(names) < len(args.columns):
        columns = tuple(REGION if name.casefold() == REGION.name else chosen([name])[0] for name in args.columns)
    _check(args)
    rows = ImageRows(args.format, columns, region=args.all_regions)
    codes = [DONE]
    found = 0

    def tell(error: ImagesError) -> None:
        tell_failure(error, as_json=args.format in ("json", "jsonl"), debug=args.debug)
        codes.append(exit_code(error))

    try:
        with connected(args) as images:
            for image in _all_regions(args, images, tell) if args.all_regions else _listed(args, images, tell):
                rows.add(image)
                found += 1
    except ImagesError as error:
        tell(error)
    # An array is closed where it was begun; nothing at all is printed where nothing could be listed.
    if found or worst(codes) == DONE:
        rows.end()
    if not found and worst(codes) == DONE and args.format == "table" and not args.quiet:
        output.tell("no such images")
    return worst(codes)


def _check(args: argparse.Namespace) -> None:
    """What can be wrong before anybody is asked."""
    if args.marker is not None:
        ids.checked(args.marker)
        if args.all_regions:
            raise ConfigError("--marker is an image of one region, and --all-regions asks all")
    if args.all_regions and args.region:
        raise ConfigError("--region is one, and --all-regions asks all", hint="one of them")


def _listed(args: argparse.Namespace, images: ImagesClient, on_error: Callable[[ImagesError], None]) -> Iterator[Image]:
    """The images of one region."""
    wanted = ("server", "name", "status", "type", "changes_since", "min_disk", "min_ram", "marker", "page_size")
    options: dict[str, Any] = {name: getattr(args, name) for name in wanted if getattr(args, name) is not None}
    if args.limit is not None:
        from rackspace_images.defaults import PAGE_SIZE

        # No more is asked for than is wanted.
        options["page_size"] = min(options.get("page_size", PAGE_SIZE), args.limit)
    return islice(images.list(**options, on_error=on_error), args.limit)


def _all_regions(
    args: argparse.Namespace, images: ImagesClient, on_error: Callable[[ImagesError], None]
) -> Iterator[Image]:
    """The images of all regions, which are asked at once, region by region in the order of their names."""
    from rackspace_images.client.bulk import map_threads

    regions = sorted(images.regions())
    if not regions:
        return
    arrived: dict[str, list[Image]] = {}
    left = args.limit

    def of(region: str) -> list[Image]:
        listed: list[Image] = []
        try:
            listed.extend(_listed(args, images.in_region(region), on_error))
        except ImagesError as error:
            from rackspace_images.client.bulk import stops_the_run

            if stops_the_run(error):
                raise
            on_error(error)
        return listed

    following = iter(regions)
    region = next(following)
    for name, outcome in map_threads(regions, of, len(regions)):
        if isinstance(outcome, ImagesError):
            on_error(outcome)
            outcome = []
        arrived[name] = outcome
        while region in arrived:
            listed = islice(arrived.pop(region), left)
            for image in listed:
                yield image
                left = None if left is None else left - 1
            region = next(following, "")
            if left == 0:
                return


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: such as 2026-01-31 or 2026-01-31T12:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
