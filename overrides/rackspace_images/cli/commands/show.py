"""`rackspace-images show`: one image, or many; with `--wait` when it is ready."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from rackspace_images.cli import ids, options, output
from rackspace_images.cli.app import command
from rackspace_images.errors import ConfigError, ImagesError

if TYPE_CHECKING:
    from rackspace_images import Image, ImagesClient

_PREFIX = "image_"
_LONG_LIST = 50


@command(*options.output_options([*options.ROWS, "shell"]), *options.connection_options())
@click.argument("image_ids", metavar="IMAGE_ID... | - | --name NAME", nargs=-1)
@click.option("--name", metavar="NAME", help="The image of this name, whole and in this case.")
@click.option("--wait", is_flag=True, help="Look again until it is ACTIVE, and say how it goes.")
@click.option("--timeout", type=options.duration, metavar="TIME", help="How long to wait (default: 1h); 0 looks once.")
@click.option("--grace", type=options.duration, metavar="TIME", help="How long it may be missing (default: 1m).")
@click.option("--prefix", metavar="TEXT", default=_PREFIX, help=f"Of -f shell's variables (default: {_PREFIX}).")
def show_command(
    settings: options.Settings, image_ids: tuple[str, ...], name: str | None, wait: bool, prefix: str, **limits: float
) -> int:
    """Shows images: is it ready, how big is it, what does it need?

    Formats of one image given as an argument, and of several or of -:

      table  all of it                           | what fits, when all came
      json   the image as it was received        | an array of them, as they come
      jsonl  one image on each line
      yaml   the same as YAML                    | a list of them
      csv    id, status and name, or the columns asked for, below their names
      value  one value a line: the API's fields  | id, status and name on a line
      shell  image_name='value', for eval "$(…)" | not for several

    Many are requested at once, and come in any order. - reads ids from standard
    input, one a line, or what our commands print. An id that is wrong or missing
    does not stop the others: it is reported on standard error, and the exit code is
    that of the worst: 2, 4, 1, 5, 6, 7, 3, 0. A limit of the API is waited for, up
    to an hour, unless there is a --deadline. A TIME is 90, 90s, 20m or 1h30m.

    examples:
      rackspace-images show e3d37ab2-8dc0-4000-b773-b15aad79ad0a --sandbox
      rackspace-images show IMAGE_ID -f value -c status,size,metadata.os_type
      rackspace-images show --name 'nightly 2026-11-20' --wait --timeout 20m
      rackspace-images show 00000000-0000-4000-8000-000000200003 --wait --sandbox
      rackspace-images list -f csv -c id | rackspace-images show - -f jsonl
    """
    from rackspace_images.cli import columns, formats

    # What is wrong with the command itself is said before anything is started or requested.
    columns.chosen(settings.columns)
    limits = {option: limit for option, limit in limits.items() if limit is not None}
    if bool(image_ids) == (name is not None):
        raise click.UsageError("give ids, or --name, and not both")
    if limits and not wait:
        raise click.UsageError(f"--{next(iter(limits))} needs --wait")
    if not re.fullmatch(r"([A-Za-z_][A-Za-z0-9_]*)?", prefix, re.ASCII):
        raise click.UsageError(f"--prefix {prefix!r} does not begin a variable's name")
    if ids.are_many(image_ids):
        if settings.format == "shell":
            raise click.UsageError("-f shell is for one image")
        return _show_many(settings, image_ids, limits if wait else None)
    for image_id in image_ids:
        ids.check(image_id)
    image = _one(settings, "".join(image_ids), name, limits if wait else None)
    with formats.ImageRows(settings, is_one=True, prefix=prefix) as rows:
        rows.add(image)
    return rows.code


def _one(settings: options.Settings, image_id: str, name: str | None, limits: dict[str, float] | None) -> Image:
    from rackspace_images.cli.client import open_client
    from rackspace_images.cli.progress import Tracker

    tracker = Tracker(settings, 1)
    with open_client(settings, tracker.watch) as images:
        found = None if name is None else _named(images, name)
        if limits is not None:
            with tracker.display():
                return tracker.wait(images, image_id if found is None else str(found.id), **limits)
        return images.get(image_id) if found is None else found


def _named(images: ImagesClient, name: str) -> Image:
    """The only image of this name."""
    from rackspace_images.cli.errors import NameNotFound

    found = [image for image in images.list(name=name) if image.name == name]
    if not found:
        raise NameNotFound(f"no image is named {name!r}", region=images.region, hint="rackspace-images list")
    if len(found) > 1:
        listed = ", ".join(f"{image.id} ({image.status})" for image in found[:8]) + (", …" if len(found) > 8 else "")
        hint = f"rackspace-images show {found[0].id}"
        raise ConfigError(f"{len(found)} images are named {name!r}: {listed}", region=images.region, hint=hint)
    return found[0]


def _show_many(settings: options.Settings, words: Sequence[str], limits: dict[str, float] | None) -> int:
    """Gets them all, each printed or its error reported as soon as it is there."""
    from rackspace_images.cli import client, formats
    from rackspace_images.cli.progress import Tracker
    from rackspace_images.client.bulk import map_threads
    from rackspace_images.defaults import MAX_CONNECTIONS

    given = ids.given(words, quiet=settings.quiet)
    total = None if ids.STDIN in words else len(words)
    # Nothing is drawn for a short list, nor over rows that scroll by or over ids that a person types.
    is_long = limits is not None or total is None or total > _LONG_LIST
    is_busy = (output.is_tty(sys.stdout) and settings.format != "table") or (total is None and output.is_tty(sys.stdin))
    tracker = Tracker(settings, total, draws=is_long and not is_busy)
    with (
        formats.ImageRows(settings) as rows,
        client.open_client(settings, tracker.watch) as images,
        tracker.display(),
    ):
        # A wait has no connection most of the time, so more can wait than are requested at once.
        for one, outcome in (
            images.get_many(given, deadline=settings.deadline)
            if limits is None
            else map_threads(given, lambda one: tracker.wait(images, one, **limits), MAX_CONNECTIONS)
        ):
            if isinstance(outcome, ImagesError):
                rows.fail(ids.explained(one, outcome))
            else:
                rows.add(outcome)
            tracker.count("failed" if isinstance(outcome, ImagesError) else "")
    return rows.code
