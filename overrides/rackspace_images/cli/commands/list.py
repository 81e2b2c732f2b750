"""`rackspace-images list`: which images there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import click

from rackspace_images.cli import complete, ids, options, output
from rackspace_images.cli.app import command
from rackspace_images.cli.exit_codes import DONE
from rackspace_images.errors import ImagesError

if TYPE_CHECKING:
    from rackspace_images import Image, ImagesClient
    from rackspace_images.cli.formats import Rows

Listed = Callable[["ImagesClient"], Iterator["Image"]]

_STATUSES = complete.words("ACTIVE", "DELETED", "ERROR", "SAVING", "UNKNOWN")
_TYPES = complete.words("base", "snapshot")
_TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"])
_AMOUNT = click.IntRange(min=0)


@command(*options.output_options(options.ROWS), *options.connection_options())
@click.option("--server", metavar="ID", help="Snapshots of this server, by its id or URL.")
@click.option("--name", metavar="NAME", help="Of this name, whole and in this case.")
@click.option("--status", metavar="STATUS", shell_complete=_STATUSES, help="ACTIVE, SAVING, ERROR, …")
@click.option("--type", metavar="TYPE", shell_complete=_TYPES, help="base or snapshot.")
@click.option("--changes-since", type=_TIME, metavar="TIME", help="Changed since 2026-01-31[T12:00:00Z].")
@click.option("--min-disk", type=_AMOUNT, metavar="GB", help="That need exactly this much disk.")
@click.option("--min-ram", type=_AMOUNT, metavar="MIB", help="That need exactly this much memory.")
@click.option("--marker", metavar="IMAGE_ID", help="Those that come after this image.")
@click.option("--limit", type=options.COUNT, metavar="N", help="At most so many in all.")
@click.option("--page-size", type=options.COUNT, metavar="N", help="So many with one request (default: 200).")
@click.option("--all-regions", is_flag=True, help="Of all regions of the catalog, at once.")
def list_command(settings: options.Settings, all_regions: bool, **query: Any) -> int:
    """Lists the images of a region, newest first, or of all regions.

    A table shows what fits the width, and what was asked for by -c whole. JSON and
    YAML have whole images as they were received, CSV and values id, status and
    name. All but the table are written as the pages come. With --all-regions each
    row has the region; a region that fails is reported on standard error, and the
    others are listed all the same. So is an image that cannot be read (code 1).

    examples:
      rackspace-images list --sandbox --status ACTIVE
      rackspace-images list --all-regions --name web-1 --sort created:desc
      rackspace-images list --type snapshot --changes-since 2026-01-31
      rackspace-images list -f csv -c id | rackspace-images show - -f jsonl
    """
    from rackspace_images.cli import client, formats

    if all_regions and (settings.region or query["marker"]):
        raise click.UsageError("--all-regions asks all regions; --region and --marker are of one")
    if query["marker"] is not None:
        ids.check(query["marker"])
    if (since := query["changes_since"]) is not None and since.tzinfo is None:
        query["changes_since"] = since.replace(tzinfo=UTC)
    given = {name: value for name, value in query.items() if value is not None}
    with formats.ImageRows(settings, with_region=all_regions) as rows, client.open_client(settings) as images:

        def listed(one: ImagesClient) -> Iterator[Image]:
            return one.list(**given, on_error=rows.fail)

        for image in islice(_all_regions(images, listed, rows), query["limit"]) if all_regions else listed(images):
            rows.add(image)
    if rows.is_empty and rows.code == DONE and settings.format == "table" and not settings.quiet:
        output.tell("no such images")
    return rows.code


def _all_regions(images: ImagesClient, listed: Listed, rows: Rows) -> Iterator[Image]:
    """The images of all regions, which are asked at once, in the order of their names."""
    from rackspace_images.client.bulk import map_threads

    names = list(images.regions())
    outcomes = map_threads(names, lambda name: list(listed(images.in_region(name))), max(len(names), 1))
    for _, outcome in sorted(outcomes, key=itemgetter(0)):
        if isinstance(outcome, ImagesError):
            rows.fail(outcome)
        else:
            yield from outcome
