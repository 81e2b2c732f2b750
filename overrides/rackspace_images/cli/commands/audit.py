"""`rackspace-images audit`: looks up many images, and keeps a row for each in a folder."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rackspace_images import errors
from rackspace_images.cli import ids, options, output
from rackspace_images.cli.app import command
from rackspace_images.cli.exit_codes import DONE, exit_code, worst
from rackspace_images.errors import ImagesError

if TYPE_CHECKING:
    from rackspace_images.audit import Plan, Summary
    from rackspace_images.cli.progress import Tracker

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True)
_OUTCOMES = ("found", "absent", "failed")


@command(*options.connection_options(several_regions=True))
@click.argument("file", type=_FILE, metavar="[IDS.txt | -]", required=False)
@click.option("--out", required=True, type=Path, metavar="DIR", help="The folder, new or of the same audit.")
@click.option("--all-regions", is_flag=True, help="Look for each id in all regions of the catalog.")
@click.option("--refresh", is_flag=True, help="Retrieve again what was retrieved before.")
@click.option("--partition", type=options.COUNT, default=1000, metavar="N", help="Ids that share a file (1000).")
@click.option("--concurrency", type=options.COUNT, metavar="N", help="Ids at once (32; 8 in many regions).")
@click.option("--scheduler", metavar="ADDRESS", help="Of a Dask cluster whose workers retrieve the images.")
def audit_command(
    settings: options.Settings,
    file: str | None,
    out: Path,
    all_regions: bool,
    refresh: bool,
    partition: int,
    concurrency: int | None,
    scheduler: str | None,
) -> int:
    """Looks up many images, or all there are, and keeps a row for each in a folder.

    Every id gets one row: found, absent, failed, or invalid (not a UUID); what each
    region said; when it was retrieved; and the image. The same command again
    continues where it was stopped, and retries failures that may be temporary.
    Without ids there is a row for every image that the lists of the regions have.
    - reads ids from standard input, to its end first.

    The rows are in part-000000-….jsonl and so on, as JSON Lines, 1000 ids a file,
    written in one step. docs/how-to/audit.md reads them with duckdb, pandas and jq.

    examples:
      rackspace-images audit ids.txt --out night
      rackspace-images audit ids.txt --out night --all-regions
      rackspace-images audit --out all --all-regions
      rackspace-images list -f value -c id | rackspace-images audit - --out night
    """
    from rackspace_images.audit import Options, Plan, Summary, distinct_ids
    from rackspace_images.cli.progress import Tracker

    if all_regions and settings.regions:
        raise click.UsageError("--region names regions, and --all-regions means all")
    if settings.sandbox and scheduler:
        raise click.UsageError("--sandbox is on this machine alone, and --scheduler on others")
    regions = tuple(dict.fromkeys(name.upper() for name in settings.regions))
    label = f"cloud={settings.cloud} region={regions[0] if len(regions) == 1 else None}"
    # One region is the client's own, so that an endpoint without a catalog can have a name.
    settings.region, regions = (regions[0], ()) if len(regions) == 1 else (None, regions)
    how = Options(None if all_regions else regions, concurrency, settings.deadline, refresh)
    plan = Plan(out, None if file is None else distinct_ids(_lines(file, settings)), label, partition, how)
    total, summaries = None if plan.ids is None else len(plan.ids), [Summary()]
    try:
        _retrieve(settings, plan, scheduler, Tracker(settings, total), summaries)
    finally:
        _tell(settings, summaries[-1], out, total)
    return worst([DONE, *(exit_code(getattr(errors, name, ImagesError)) for name in summaries[-1].errors)])


def _lines(file: str, settings: options.Settings) -> Iterator[str]:
    if file == ids.STDIN:
        yield from ids.given([file], quiet=settings.quiet)
    else:
        with Path(file).open("rb") as opened:
            yield from ids.read(opened)


def _retrieve(
    settings: options.Settings, plan: Plan, scheduler: str | None, tracker: Tracker, summaries: list[Summary]
) -> None:
    """Retrieves what is left, here or on a cluster; the last of `summaries` is the newest."""
    from rackspace_images import ImagesClient, audit
    from rackspace_images.cli.client import given_options, open_client

    def on_progress(summary: Summary) -> None:
        summaries[:] = [summary]
        unusual = {name: summary.outcomes[name] for name in ("absent", "failed", "invalid")}
        tracker.done = Counter(unusual | {"": summary.rows + summary.unsaved - sum(unusual.values())})

    with tracker.display():
        if not scheduler:
            with open_client(settings, tracker.watch) as images:
                audit.run(plan, images, on_progress)
            return
        from rackspace_images.audit.cluster import run_on_cluster

        # Dask logs a lost connection with tracebacks; the command reports it as an error.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        given = {**given_options(settings), "deadline": settings.deadline}
        make_client = partial(ImagesClient.from_config, settings.cloud, settings.region, **given)
        run_on_cluster(plan, make_client, scheduler, on_progress)


def _tell(settings: options.Settings, summary: Summary, out: Path, total: int | None) -> None:
    """A table of the regions, then in words what it does not show."""
    from rackspace_images.cli.columns import tuple_columns
    from rackspace_images.cli.tables import rows_table, span

    if summary.regions and not settings.quiet:
        rows = [(name, *map(summary.regions[name].__getitem__, _OUTCOMES)) for name in sorted(summary.regions)]
        output.write(rows_table(rows, tuple_columns("region", *_OUTCOMES)) + "\n")
    if summary.oldest and summary.newest and not settings.quiet:
        output.tell(f"{summary.rows} rows in {out}, retrieved {span(summary.oldest, summary.newest)}")
    if summary.outcomes["invalid"]:
        output.tell(f"invalid ids (not UUIDs): {summary.outcomes['invalid']}")
    if total is not None and summary.rows < total:
        output.tell(f"stopped after {summary.rows} of {total} ids: the same command continues")
    elif summary.retryable:
        output.tell(f"{summary.retryable} may succeed later: the same command retries them")
    elif summary.rows and not summary.retrieved and not settings.quiet:
        output.tell("nothing was left to retrieve; --refresh retrieves everything again")
