"""`rackspace-images show`: one image, or many; with `--wait` when it is ready."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from rackspace_images.errors import ConfigError

from . import ids, output
from .arguments import SOURCES, add_common_switches, add_connection_switches, add_format_switches
from .durations import duration
from .exit_codes import DONE, in_words

if TYPE_CHECKING:
    from rackspace_images.image import Image

    from .columns import Column

FORMATS = ["table", "json", "jsonl", "yaml", "csv", "value", "shell"]
DESCRIPTION = "Shows images: is it ready, how big is it, what does it need?"
EPILOG = f"""\
formats (of one image given as an argument / of several, or of -):
  table  for people: all of it / id, status and name, when all have come
  json   the image, whole, exactly as it was received / one on each line
  jsonl  one image on each line
  yaml   the same as YAML / a document for each image
  csv    id, status and name, or the columns asked for, below their names
  value  one value a line: the documented fields, or the columns asked for
         / id, status and name, or the columns asked for, on a line for each
  shell  the same as name="value", for eval "$(…)" / not for several

Many are asked for at once, and come in any order. An id that is not there, or
is none, costs only itself: it is told on standard error, with its line where
it came from standard input, and the exit code is that of the worst:
2, 4, 1, 5, 6, 7, 3, 0. A limit of the API is waited for, up to an hour, unless
there is a --deadline.

--wait prints an image when it is ACTIVE. One that fails, is gone or takes too
long is told on standard error only.

examples:
  rackspace-images show e3d37ab2-8dc0-4000-b773-b15aad79ad0a --sandbox
  rackspace-images show IMAGE_ID -f value -c status -c size
  rackspace-images show 00000000-0000-4000-8000-000000200003 --wait --sandbox
  rackspace-images show IMAGE_ID --wait --timeout 20m
  rackspace-images list -f value -c id | rackspace-images show - -f jsonl

{SOURCES}
{in_words()}"""


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "image_ids",
        metavar="IMAGE_ID",
        nargs="+",
        help="the UUID of an image; - reads them from standard input, one a line, without what follows a #",
    )
    parser.add_argument(
        "--wait", action="store_true", help="look again until it is ACTIVE, and show on standard error how it goes"
    )
    parser.add_argument(
        "--timeout",
        type=duration,
        metavar="TIME",
        help="how long to --wait for each image: 90, 90s, 20m, 1h30m (default: 1h); 0 looks once",
    )
    parser.add_argument(
        "--grace",
        type=duration,
        metavar="TIME",
        help='for how long "not found" means "not there yet", with --wait (default: 1m)',
    )
    add_common_switches(parser, verbose="where each answer came from, and what is asked again")
    add_format_switches(parser, FORMATS)
    add_connection_switches(parser)


def run(args: argparse.Namespace) -> int:
    """Gets what is asked for, and prints it."""
    from .columns import chosen

    # What is wrong with the command itself is said before anything is started or asked.
    columns = chosen(args.columns)
    if args.timeout is not None and not args.wait:
        raise ConfigError("--timeout is how long to wait, and nobody waits", hint="--wait, or --deadline")
    if args.grace is not None and not args.wait:
        raise ConfigError("--grace is for an image that is waited for, and nobody waits", hint="--wait")
    if ids.are_many(args.image_ids):
        if args.format == "shell":
            raise ConfigError("-f shell is for one image", hint="-f jsonl, or -f value")
        from .show_many import run_many

        return run_many(args, columns)
    ids.checked(args.image_ids[0])
    image = _awaited(args) if args.wait else _got(args)
    if args.verbose:
        output.tell(answered(image))
    if args.format in ("jsonl", "csv"):
        from .image_rows import ImageRows

        rows = ImageRows(args.format, columns)
        rows.add(image)
    else:
        output.write(_text(image, args.format, columns) + "\n")
    return DONE


def _got(args: argparse.Namespace) -> Image:
    from .connection import connected

    with connected(args) as images:
        return images.get(args.image_ids[0])


def _awaited(args: argparse.Namespace) -> Image:
    from .connection import connected
    from .wait import Waiting
    from .watch import Watch

    watch = Watch(args)
    with connected(args, watch) as images, Waiting(args, watch) as waiting:
        return waiting.wait(images, args.image_ids[0])


def _text(image: Image, name: str, columns: tuple[Column, ...]) -> str:
    if name == "table":
        from .table import image_table

        return image_table(image, columns)
    from .columns import values, wire_columns
    from .formats import WRITERS

    if columns:
        shown = values(image, columns)
    elif name in ("json", "yaml"):
        shown = image.to_dict()
    else:
        # The same lines for every image; and no server chooses the names of a shell's variables.
        shown = values(image, wire_columns())
    return WRITERS[name](shown, output.encoding_of(sys.stdout))


def answered(image: Image) -> str:
    """Where an image came from, in the order of an error's line."""
    from rackspace_images.text import one_line

    answer = image.response
    if answer is None:
        return f"image={image.id}"
    parts = [
        f"answered {answer.status_code}",
        f"image={image.id}",
        f"region={one_line(answer.region)}" if answer.region else "",
        f"endpoint={one_line(answer.endpoint)}" if answer.endpoint else "",
        f"request_id={one_line(answer.request_id)}" if answer.request_id else "",
        f"attempts={answer.attempts}",
        f"{answer.elapsed:.2f}s",
    ]
    return " ".join(part for part in parts if part)
