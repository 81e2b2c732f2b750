"""`rackspace-images regions`: where compute is."""

from __future__ import annotations

from rackspace_images.cli import options
from rackspace_images.cli.app import command
from rackspace_images.errors import RegionNotFound

_COLUMNS = ("region", "endpoint")


@command(*options.output_options(options.ROWS, *_COLUMNS), *options.connection_options())
def regions_command(settings: options.Settings) -> int:
    """Lists the regions that the service catalog has compute in, and their endpoints.

    With --region only that one.

    examples:
      rackspace-images regions --sandbox
      rackspace-images regions -f value -c region
    """
    from rackspace_images.cli import client, columns, formats

    own, wanted = columns.tuple_columns(*_COLUMNS), (settings.region or "").casefold()
    with formats.Rows(settings, own, own) as rows, client.open_client(settings) as images:
        found = sorted(images.regions().items())
        shown = [row for row in found if wanted in ("", row[0].casefold())]
        if wanted and not shown:
            names = ", ".join(name for name, _ in found) or "none"
            raise RegionNotFound(f"no region {settings.region}; compute is in: {names}")
        for row in shown:
            rows.add(row)
    return rows.code
