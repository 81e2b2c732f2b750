"""`show` of many images: each printed, or its error told, as soon as it is there."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rackspace_images.errors import ImagesError, InvalidImageId

from . import ids, output
from .connection import connected
from .exit_codes import DONE, exit_code, worst
from .failures import tell_failure
from .image_rows import ImageRows
from .show import answered
from .watch import Watch

if TYPE_CHECKING:
    from rackspace_images.client.client import ImagesClient
    from rackspace_images.image import Image

    from .columns import Column
    from .progress import Bar
    from .wait import Waiting


def run_many(args: argparse.Namespace, columns: tuple[Column, ...]) -> int:
    """Gets them all. The exit code is that of the worst."""
    given = ids.given(args.image_ids, quiet=args.quiet)
    rows = ImageRows(args.format, columns, apart=True)
    as_json = args.format in ("json", "jsonl")
    watch = Watch(args)
    codes = [DONE]
    try:
        with connected(args, watch) as images, _display(args, watch) as display:
            for one, outcome in _answers(args, images, given, display):
                if isinstance(outcome, ImagesError):
                    error = ids.refused(one) if isinstance(outcome, InvalidImageId) else outcome
                    tell_failure(error, as_json=as_json, debug=args.debug)
                    codes.append(exit_code(error))
                else:
                    if args.verbose:
                        output.tell(answered(outcome))
                    rows.add(outcome)
                display.count(failed=isinstance(outcome, ImagesError))
    except ImagesError as error:
        # No single id's: nobody is asked any more, and what has come is printed all the same.
        tell_failure(error, as_json=as_json, debug=args.debug)
        codes.append(exit_code(error))
    rows.end()
    return worst(codes)


def _display(args: argparse.Namespace, watch: Watch) -> Bar | Waiting:
    if args.wait:
        from .wait import Waiting

        return Waiting(args, watch)
    from .progress import Bar

    known = None if ids.STDIN in args.image_ids else len(args.image_ids)
    return Bar(args, watch, known)


def _answers(
    args: argparse.Namespace, images: ImagesClient, given: Iterator[ids.Given], display: Bar | Waiting
) -> Iterator[tuple[ids.Given, Image | ImagesError]]:
    if not args.wait:
        return images.get_many(given, deadline=args.deadline)
    from rackspace_images.client.bulk import map_threads
    from rackspace_images.defaults import MAX_CONNECTIONS

    from .wait import Waiting

    assert isinstance(display, Waiting)  # noqa: S101
    # Who waits has no connection most of the time, so more can wait than are asked for at once.
    return map_threads(given, lambda one: display.wait(images, one), MAX_CONNECTIONS)
