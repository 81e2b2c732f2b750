"""`rackspace-images audit`: many images, kept in a folder, to be stopped and gone on with."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rackspace_images import errors
from rackspace_images.errors import ConfigError, ImagesError

from . import ids, output
from .arguments import SOURCES, add_common_switches, add_connection_switches, count
from .exit_codes import ASKING, DONE, FAILED, INTERRUPTED, NOT_FOUND, exit_code, in_words, worst

if TYPE_CHECKING:
    from rackspace_images.audit.folder import Folder
    from rackspace_images.audit.given import Ids
    from rackspace_images.audit.places import MakeClient
    from rackspace_images.audit.plan import Connection, Plan
    from rackspace_images.audit.summary import Summary

    from .audit_progress import AuditProgress
    from .watch import Watch

DESCRIPTION = "Looks at many images, or all there are, and keeps a row of each in a folder."
EPILOG = f"""\
Every id gets one row: found, missing, refused (no right to it, or no UUID) or
failed, and what each region said. The same command again goes on where it was
stopped, and asks again for what failed and may pass. Without ids there is a row
for every image that the lists of the regions have.

  part-000000.jsonl, …  the rows, 1000 ids a file, always whole
  summary.json          how many of each, by region; `complete` says whether all
                        ids have a row
  remaining.txt         the ids without one, where there are any
  manifest.json         what the audit is of; another one is refused
  ids.txt               the ids as they were given

examples:
  rackspace-images audit ids.txt --out night
  rackspace-images audit ids.txt --out night --all-regions -f csv
  rackspace-images audit --out all --all-regions --cloud one --cloud two
  rackspace-images list -f value -c id | rackspace-images audit - --out night

{SOURCES}
{in_words(sorted({*ASKING, NOT_FOUND}))}"""

PARTITION = 1000
_FORMATS = ("jsonl", "csv", "parquet")


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "ids",
        metavar="IDS.txt",
        nargs="?",
        help="a file of ids, one a line, without what follows a #; - reads standard input, to its end first",
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="the folder, new or of the same audit")
    parser.add_argument("--all-regions", action="store_true", help="ask all regions of the catalog for each id")
    parser.add_argument(
        "--partition", type=count, default=PARTITION, metavar="N", help="ids that share a file (default: %(default)s)"
    )
    parser.add_argument("--concurrency", type=count, metavar="N", help="ask for so many at once (default: 32)")
    add_common_switches(parser, verbose="whose catalog it is, and what is asked again")
    group = parser.add_argument_group("output")
    group.add_argument(
        "-f",
        "--format",
        choices=_FORMATS,
        default="jsonl",
        metavar="FORMAT",
        help=f"of the rows: {', '.join(_FORMATS)} (default: %(default)s)",
    )
    group.add_argument(
        "-c",
        "--column",
        dest="columns",
        action="append",
        default=[],
        metavar="COLUMN",
        help="keep only this of an image, by a name as with show; may be given again (default: all of the document)",
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster whose workers are to ask")
    add_connection_switches(parser, many=True)


def run(args: argparse.Namespace) -> int:
    """Does what is left to do, and says what it came to."""
    from rackspace_images.audit.folder import opened

    from .logs import told

    plan, connection = _plan(args), _connection(args)
    if args.scheduler:
        _check_scheduler(args)
    with told(args), _lines(args) as lines, opened(Path(args.out), plan, lines) as (folder, given):
        return _run(args, folder, given, connection)


def _run(args: argparse.Namespace, folder: Folder, given: Ids | None, connection: Connection) -> int:
    from rackspace_images.audit.folder import replaced_json
    from rackspace_images.audit.summary import SUMMARY, surveyed

    from .audit_progress import AuditProgress
    from .failures import tell_failure
    from .watch import Watch

    watch = Watch(args)
    troubles: list[Exception] = []
    stopped = False
    with AuditProgress(args, watch, given.different if given is not None else None) as progress:
        try:
            troubles += _ask(args, folder, given, connection, progress, watch)
        except ImagesError as error:
            troubles.append(error)
        except KeyboardInterrupt:
            stopped = True
    summary = surveyed(folder, given)
    codes = [DONE, *map(exit_code, troubles), *(exit_code(_error(name)) for name in summary.errors)]
    whole = not summary.remaining and not troubles and not stopped
    if not whole and worst(codes) == DONE:
        codes.append(FAILED)
    code = INTERRUPTED if stopped else worst(codes)
    for trouble in troubles:
        tell_failure(trouble, as_json=False, debug=args.debug)
    facts = summary.facts(given) | {
        "complete": whole,
        "asked": progress.asked,
        "seconds": round(progress.seconds, 3),
        "exit_code": code,
    }
    try:
        replaced_json(folder.path / SUMMARY, facts)
    except ImagesError as error:
        tell_failure(error, as_json=False, debug=args.debug)
        code = code or FAILED
    _say(args, folder, summary)
    return code


def _ask(
    args: argparse.Namespace,
    folder: Folder,
    given: Ids | None,
    connection: Connection,
    progress: AuditProgress,
    watch: Watch,
) -> list[ImagesError]:
    from rackspace_images.audit.asking import Asker
    from rackspace_images.audit.places import places

    async def ask(client: MakeClient) -> list[ImagesError]:
        async with places(folder.plan, client) as where:
            asker = Asker(folder, where.ask, connection.concurrency, progress.count)
            if given is None:
                return await asker.list(where)
            await asker.ask(folder.partitions())
            return []

    if args.scheduler:
        from rackspace_images.audit.cluster import Cluster

        cluster = Cluster(args.scheduler, folder, connection, progress.count)
        cluster.ask()
        return cluster.troubles
    with _client(args, connection, watch) as client:
        return asyncio.run(ask(client))


@contextmanager
def _client(args: argparse.Namespace, connection: Connection, watch: Watch) -> Iterator[MakeClient]:
    from rackspace_images import ApiKey, AsyncImagesClient

    from .connection import started_sandbox

    def own(cloud: str | None, region: str | None) -> AsyncImagesClient:
        images = connection.client(cloud, region, watch.on_attempt)
        if args.verbose:
            output.tell(f"credentials from {images.source}")
        return images

    with started_sandbox() if args.sandbox else nullcontext() as sandbox:

        def of_sandbox(cloud: str | None, region: str | None) -> AsyncImagesClient:
            assert sandbox is not None  # noqa: S101
            options: dict[str, Any] = {**connection.options(watch.on_attempt), "token_cache": None}
            return AsyncImagesClient(ApiKey(*sandbox.api_key, auth_url=sandbox.auth_url), region=region, **options)

        yield own if sandbox is None else of_sandbox


def _plan(args: argparse.Namespace) -> Plan:
    from rackspace_images.audit.plan import Plan
    from rackspace_images.audit.rows import image_columns

    if args.all_regions and args.region:
        raise ConfigError("--region names regions, and --all-regions asks all", hint="one of them")
    regions = tuple(dict.fromkeys(name.upper() for name in args.region))
    columns = tuple(column.name for column in image_columns(args.columns))
    return Plan(None, tuple(dict.fromkeys(args.cloud)), regions, args.all_regions, columns, args.format, args.partition)


def _check_scheduler(args: argparse.Namespace) -> None:
    from rackspace_images.audit.cluster import checked

    checked()
    if args.ids is None:
        raise ConfigError("--scheduler needs ids: the lists are read soonest by one machine", hint="without it")
    if args.sandbox:
        raise ConfigError("--sandbox is on this machine alone", hint="without --scheduler")


def _connection(args: argparse.Namespace) -> Connection:
    from rackspace_images.audit.plan import Connection
    from rackspace_images.defaults import CONCURRENCY

    return Connection(
        concurrency=args.concurrency or CONCURRENCY,
        interface=args.interface,
        verify=False if args.insecure else args.os_cacert,
        timeout=args.request_timeout,
        deadline=args.deadline,
        keep_tokens=not args.no_cache,
    )


@contextmanager
def _lines(args: argparse.Namespace) -> Iterator[Iterator[str] | None]:
    """The ids, or None where the lists are to say which there are."""
    if args.ids is None:
        yield None
    elif args.ids == ids.STDIN:
        yield (str(one) for one in ids.given([ids.STDIN], quiet=args.quiet))
    else:
        try:
            file = Path(args.ids).open("rb")  # noqa: SIM115  closed below
        except OSError as error:
            raise ConfigError(f"cannot read {args.ids}: {error.strerror or error}") from None
        with file:
            yield ids.of_lines(file)


def _error(name: str) -> ImagesError:
    """An error of a class, for its exit code."""
    kind: type[ImagesError] = getattr(errors, name, ImagesError)
    return kind.__new__(kind)


def _say(args: argparse.Namespace, folder: Folder, summary: Summary) -> None:
    from rackspace_images.audit.summary import REMAINING

    from .rows import writer

    if summary.rows and not args.quiet:
        table = writer("table")
        for row in summary.table():
            table.add(row)
        table.end()
    if summary.remaining:
        where = folder.path / REMAINING
        output.tell(f"{summary.remaining} ids have no row yet: see {where}; the same command goes on with them")
    if summary.retryable:
        output.tell(f"{summary.retryable} failed and may pass: the same command asks for them again")
