"""`rackspace-images show`: one image."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from . import output
from .arguments import SOURCES, add_common_switches, add_connection_switches, add_format_switches
from .exit_codes import DONE, IN_WORDS

if TYPE_CHECKING:
    from rackspace_images.image import Image

    from .columns import Column

_FORMATS = ["table", "json", "yaml", "value", "shell"]
_EPILOG = f"""\
formats:
  table  for people; nothing else should read it
  json   the image, whole, exactly as it was received
  yaml   the same as YAML
  value  one value a line: the documented fields, or the columns asked for
  shell  the same as name="value", for eval "$(…)"

examples:
  rackspace-images show e3d37ab2-8dc0-4000-b773-b15aad79ad0a --sandbox
  rackspace-images show IMAGE_ID -f value -c status -c size

{SOURCES}
{IN_WORDS}"""


def add_to(commands: Any) -> None:
    """Adds the command to the parser's."""
    parser = commands.add_parser(
        "show",
        help="show one image",
        description="Shows one image: is it ready, how big is it, what does it need?",
        epilog=_EPILOG,
    )
    parser.add_argument("image_id", metavar="IMAGE_ID", help="the UUID of the image")
    add_common_switches(parser, verbose="say on standard error where the answer came from")
    add_format_switches(parser, _FORMATS)
    add_connection_switches(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Gets the image and prints it."""
    from rackspace_images.image import image_uuid

    from .columns import chosen
    from .connection import connected

    # What is wrong with the command itself is said before anything is started or asked.
    image_uuid(args.image_id)
    columns = chosen(args.columns)
    with connected(args) as images:
        image = images.get(args.image_id)
    if args.verbose:
        output.tell(_answered(image))
    output.write(_text(image, args.format, columns) + "\n")
    return DONE


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


def _answered(image: Image) -> str:
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
