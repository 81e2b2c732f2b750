"""`rackspace-images audit`: looks up many images, and keeps a row for each in a folder."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rackspace_images import errors
from rackspace_images.errors import ConfigError, ImagesError

from . import ids, output
from .arguments import SOURCES, add_common_switches, add_connection_switches, count
from .exit_codes import ASKING, DONE, NOT_FOUND, exit_code, in_words, worst

if TYPE_CHECKING:
    from rackspace_images.audit import Plan, Summary

    from .audit_progress import AuditProgress
    from .watch import Watch

DESCRIPTION = "Looks up many images, or all there are, and keeps a row for each in a folder."
EPILOG = f"""\
Every id gets one row: found, absent, failed, or invalid (not a UUID); what each
region said; when it was retrieved; and the image. The same command again
continues where it was stopped, and retries failures that may be temporary.
Without ids there is a row for every image that the lists of the regions have.

The rows are in part-000000-….jsonl and so on, as JSON Lines, 1000 ids a file,
written in one step. docs/how-to/audit.md reads them with duckdb, pandas and jq.

examples:
  rackspace-images audit ids.txt --out night
  rackspace-images audit ids.txt --out night --all-regions
  rackspace-images audit --out all --all-regions
  rackspace-images list -f value -c id | rackspace-images audit - --out night

{SOURCES}
{in_words(sorted({*ASKING, NOT_FOUND}))}"""


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "ids",
        metavar="IDS.txt",
        nargs="?",
        help="a file of ids, one a line, without what follows a #; - reads standard input, to its end first",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="the folder, new or of the same audit")
    parser.add_argument("--all-regions", action="store_true", help="look for each id in all regions of the catalog")
    parser.add_argument("--refresh", action="store_true", help="retrieve again what was retrieved before")
    parser.add_argument(
        "--partition", type=count, default=1000, metavar="N", help="ids that share a file (default: %(default)s)"
    )
    parser.add_argument("--concurrency", type=count, metavar="N", help="ids at once (default: 32; 8 in many regions)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster whose workers retrieve the images")
    add_common_switches(parser, verbose="where the credentials come from, and what is retried")
    add_connection_switches(parser, regions=True)


def run(args: argparse.Namespace) -> int:
    """Retrieves what is left, and says what all of it comes to."""
    from .audit_progress import AuditProgress
    from .watch import Watch

    plan, watch = _plan(args), Watch(args)
    total = None if plan.ids is None else len(plan.ids)
    progress = AuditProgress(args, watch, total)
    try:
        with progress:
            _retrieve(args, plan, progress, watch)
    finally:
        _tell(args, progress.summary, total)
    return worst([DONE, *(exit_code(_error(name)) for name in progress.summary.errors)])


def _plan(args: argparse.Namespace) -> Plan:
    from rackspace_images.audit import Options, Plan, distinct_ids

    if args.all_regions and args.region:
        raise ConfigError("--region names regions, and --all-regions means all", hint="one of them")
    if args.sandbox and args.scheduler:
        raise ConfigError("--sandbox is on this machine alone", hint="without --scheduler")
    regions = tuple(dict.fromkeys(name.upper() for name in args.region))
    label = f"cloud={args.cloud} region={regions[0] if len(regions) == 1 else None}"
    # One region is the client's own, so that an endpoint without a catalog can have a name.
    args.region, regions = (regions[0], ()) if len(regions) == 1 else (None, regions)
    options = Options(None if args.all_regions else regions, args.concurrency, args.deadline, args.refresh)
    return Plan(args.out, None if args.ids is None else distinct_ids(_lines(args)), label, args.partition, options)


def _lines(args: argparse.Namespace) -> Iterator[str]:
    if args.ids == ids.STDIN:
        yield from map(str, ids.given([ids.STDIN], quiet=args.quiet))
        return
    try:
        with Path(args.ids).open("rb") as file:
            yield from ids.of_lines(file)
    except OSError as error:
        raise ConfigError(f"cannot read {args.ids}: {error.strerror or error}") from None


def _retrieve(args: argparse.Namespace, plan: Plan, progress: AuditProgress, watch: Watch) -> None:
    from rackspace_images import ImagesClient, audit

    from .connection import connected, given_options

    if not args.scheduler:
        with connected(args, watch) as images:
            audit.run(plan, images, progress.show)
        return
    from rackspace_images.audit.cluster import run_on_cluster

    # Dask logs a lost connection with tracebacks; the command reports it as an error.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    options = {**given_options(args), "deadline": args.deadline}
    make_client = partial(ImagesClient.from_config, args.cloud, args.region, **options)
    run_on_cluster(plan, make_client, args.scheduler, progress.show)


def _error(name: str) -> ImagesError:
    """An error of a class, for its exit code."""
    kind: type[ImagesError] = getattr(errors, name, ImagesError)
    return kind.__new__(kind)


def _tell(args: argparse.Namespace, summary: Summary, total: int | None) -> None:
    """A table of the regions, then in words what it does not show."""
    from .rows import writer

    if summary.regions and not args.quiet:
        table = writer("table")
        for region, outcomes in sorted(summary.regions.items()):
            table.add({"region": region, **{name: outcomes[name] for name in ("found", "absent", "failed")}})
        table.end()
    if summary.oldest and summary.newest and not args.quiet:
        output.tell(f"{summary.rows} rows in {args.out}, retrieved {_span(summary.oldest, summary.newest)}")
    if summary.outcomes["invalid"]:
        output.tell(f"invalid ids (not UUIDs): {summary.outcomes['invalid']}")
    if total is not None and summary.rows < total:
        output.tell(f"stopped after {summary.rows} of {total} ids: the same command continues")
    elif summary.retryable:
        output.tell(f"{summary.retryable} may succeed later: the same command retries them")
    elif summary.rows and not summary.retrieved and not args.quiet:
        output.tell("nothing was left to retrieve; --refresh retrieves everything again")


def _span(oldest: str, newest: str) -> str:
    """`2026-11-28 16:30:00 UTC (3 hours ago)`."""
    age = (datetime.now(UTC) - datetime.fromisoformat(newest)).total_seconds()
    size, unit = next((size, unit) for size, unit in _UNITS if age >= size or unit == "second")
    number = max(int(age / size), 0)
    ago = f"{number} {unit}{'' if number == 1 else 's'} ago"
    times = [time.replace("T", " ").removesuffix("Z") for time in dict.fromkeys((oldest, newest))]
    return f"{' to '.join(times)} UTC ({ago})"


_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
