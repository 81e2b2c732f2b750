"""`rackspace-images locate`: which regions have an image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from rackspace_images.cli import ids, options
from rackspace_images.cli.app import command
from rackspace_images.cli.exit_codes import NOT_FOUND, exit_code, worst
from rackspace_images.errors import ImagesError

if TYPE_CHECKING:
    from rackspace_images import LocateResult


_COLUMNS = ("image", "region", "result", "status", "name")


@command(*options.output_options(options.ROWS, *_COLUMNS), *options.connection_options())
@click.argument("image_ids", metavar="IMAGE_ID... | -", nargs=-1, required=True)
def locate_command(settings: options.Settings, image_ids: tuple[str, ...]) -> int:
    """Asks all regions at once which of them have an image.

    One row for each image and region, as soon as all regions have answered for it:
    image, region, result (found, absent or failed), status, name. What failed is
    reported on standard error. With --region only that one is asked. An image that
    is found anywhere is exit code 0, whatever the other regions say. - reads ids
    from standard input, one a line, or what our commands print.

    examples:
      rackspace-images locate 00000000-0000-4000-8000-000000200001 --sandbox
      rackspace-images locate IMAGE_ID IMAGE_ID -f jsonl
      rackspace-images locate - -f value -c image,region < ids
    """
    from rackspace_images.cli import client, columns, errors, formats

    own = columns.tuple_columns(*_COLUMNS)
    given, only = ids.given(image_ids, quiet=settings.quiet), [settings.region] if settings.region else None
    if not ids.are_many(image_ids):
        ids.check(image_ids[0])
    with formats.Rows(settings, own, own) as rows, client.open_client(settings) as images:
        for one, result in images.locate_many(given, regions=only):
            if isinstance(result, ImagesError):
                rows.fail(ids.explained(one, result))
                continue
            for row in _rows(one, result):
                rows.add(row)
            for error in result.failed.values():
                errors.report(error, settings)
            if not result.found:
                rows.code = worst([rows.code, NOT_FOUND, *map(exit_code, result.failed.values())])
    return rows.code


def _rows(image_id: str, result: LocateResult) -> Iterator[tuple[Any, ...]]:
    """What the columns have for each region."""
    for region, image in result.found.items():
        yield image_id, region, "found", image.status, image.name
    for region in (*result.absent, *result.failed):
        yield image_id, region, "absent" if region in result.absent else "failed", None, None
