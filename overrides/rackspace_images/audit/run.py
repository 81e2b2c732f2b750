"""Retrieves the partitions of an audit, one after another."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing

from rackspace_images import ImagesClient
from rackspace_images.client.bulk import LocateResult, error_of_one_id, locate_result
from rackspace_images.errors import ConnectionFailed, ImagesError, InvalidImageId, RequestTimeout, Unauthorized
from rackspace_images.image import Image

from .files import FileError, open_folder, read_rows, write_rows
from .plan import Options, Partition, Plan
from .rows import Row, make_row
from .summary import Summary

OnProgress = Callable[[Summary], object]
OnRow = Callable[[], object]

MAX_UNREACHABLE = 32
"""Ids without any answer, at the beginning of a partition, after which the run ends: the network is down."""


def run(plan: Plan, images: ImagesClient, on_progress: OnProgress = lambda summary: None) -> Summary:
    """Retrieves what the files of an audit do not have yet.

    Args:
        plan: What the audit is of.
        images: The client that retrieves it.
        on_progress: Called with the summary so far: at the beginning, and after each row.

    Returns:
        What the rows of all files come to.

    Raises:
        ImagesError: What stops the run: an error of the sign-in, the configuration, the network or a file. What was
            retrieved before is kept, and the next run continues.
    """
    summary = Summary()

    def on_row() -> None:
        summary.unsaved += 1
        on_progress(summary)

    on_progress(summary)
    with open_folder(plan.folder, plan.digest()):
        for partition in plan.partitions(images.regions):
            counted = retrieve(partition, images, plan.options, on_row)
            summary.unsaved = 0
            summary.add(counted)
            on_progress(summary)
    return summary


def retrieve(partition: Partition, images: ImagesClient, options: Options, on_row: OnRow = lambda: None) -> Summary:
    """Retrieves what the file of a partition does not have yet, writes the file, and counts its rows."""
    kept: dict[str, Row] = {}
    if not options.refresh:
        earlier, kept = _read_earlier(partition)
        if earlier is not None:
            return earlier
    if partition.ids:
        rows: Iterable[Row] = _retrieve_ids(partition, images, options, kept, on_row)
    else:
        region = images if partition.region is None else images.in_region(partition.region)
        rows = _list_images(region, options, on_row)
    summary = Summary()
    write_rows(partition.path, summary.count(rows))
    summary.retrieved = summary.rows - len(kept)
    return summary


def _read_earlier(partition: Partition) -> tuple[Summary | None, dict[str, Row]]:
    """The summary of the partition's file, if it is done; else the rows to keep, by their ids."""
    summary, kept, ids = Summary(), dict[str, Row](), set(partition.ids)
    try:
        for row in summary.count(read_rows(partition.path)):
            if row["id"] in ids and not row["retryable"]:
                kept[row["id"]] = row
    except FileNotFoundError:
        return None, {}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        hint = "delete it, and run the same command again"
        raise FileError(f"{partition.path} cannot be read: {type(error).__name__}: {error}", hint=hint) from None
    is_done = summary.rows == len(kept) == len(ids) if ids else not summary.retryable
    return summary if is_done else None, kept


def _retrieve_ids(
    partition: Partition, images: ImagesClient, options: Options, kept: dict[str, Row], on_row: OnRow
) -> list[Row]:
    """The rows of the ids, in their order: those that are kept, and new ones of the others."""
    rows, is_reached, lost = dict(kept), bool(kept), 0
    left = [one for one in partition.ids if one not in kept]
    with closing(_results(images, left, options)) as results:
        for one, result in results:
            error = _check(result)
            if isinstance(error, ConnectionFailed | RequestTimeout):
                lost += 1
                if not is_reached and lost >= min(len(left), MAX_UNREACHABLE):
                    raise error
            elif not isinstance(error, InvalidImageId):
                is_reached = True
            rows[one] = make_row(one, result)
            on_row()
    return [rows[one] for one in partition.ids]


def _results(images: ImagesClient, ids: list[str], options: Options) -> Generator[tuple[str, LocateResult]]:
    concurrency = {} if options.concurrency is None else {"concurrency": options.concurrency}
    if options.regions == ():
        for one, image in images.get_many(ids, deadline=options.deadline, **concurrency):
            yield one, _in_one_region(image)
    else:
        for one, result in images.locate_many(ids, regions=options.regions, deadline=options.deadline, **concurrency):
            yield one, result if isinstance(result, LocateResult) else _in_one_region(result)


def _list_images(images: ImagesClient, options: Options, on_row: OnRow) -> Iterator[Row]:
    """The rows of a region's list; at its end those of what could not be read, and of an error that ended it."""
    errors: list[ImagesError] = []
    try:
        for image in images.list(deadline=options.deadline, on_error=errors.append):
            yield make_row(image.id, _in_one_region(image))
            on_row()
    except ImagesError as error:
        _check(LocateResult(failed={"": error}))
        # Whatever it was, the next run lists the region again.
        yield make_row(None, _in_one_region(error)) | {"retryable": True}
    yield from (make_row(None, _in_one_region(error)) for error in errors)


def _in_one_region(result: Image | ImagesError) -> LocateResult:
    """Names a region `-` if it has no name, as with an endpoint that was given instead."""
    region = result.region if isinstance(result, ImagesError) else result.response and result.response.region
    return locate_result([(region or "-", result)], str)


def _check(result: LocateResult) -> ImagesError | None:
    """The error of an id of which no region says anything. Raises an error that every other id would meet too."""
    for error in result.failed.values():
        # The client has renewed its token, if it can.
        if isinstance(error, Unauthorized):
            raise error
        error_of_one_id(error)
    return None if result.found or result.absent else next(iter(result.failed.values()))
