"""What commands print: JSON, YAML, CSV, bare values and shell variables for programs, tables for people.

Whatever a server sent, no control character, direction override or other invisible sign is written raw. JSON and
YAML have escapes for them and read back to the very same; the others show them as text, such as \\x1b.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from rackspace_images.errors import ImagesError
from rackspace_images.text import escape_control_characters

from . import output
from .columns import REGION, Column, chosen, image_columns, pick, values, wire_columns
from .exit_codes import DONE, exit_code, worst

if TYPE_CHECKING:
    from .options import Settings

Object = Mapping[str, Any]

_INFINITY = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*")|(?P<sign>-?)Infinity')
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*(?::[A-Za-z0-9_.-]+)*")
# YAML 1.1 reads these as something else, in any case; the first two PyYAML does not, but others do.
_NO_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def json_text(value: object, *, indent: int | None = 2, only_ascii: bool = False) -> str:
    """`value` as JSON."""
    text = json.dumps(value, ensure_ascii=only_ascii, indent=indent)
    # A number beyond what a float holds was read as infinite; JSON has no word for it, but such numbers.
    text = _INFINITY.sub(lambda found: found["string"] or f"{found['sign']}1e999", text)
    return _escaped(text, lambda sign: json.dumps(sign)[1:-1] if sign != "\x7f" else "\\u007f")


def yaml_text(value: Object) -> str:
    """`value` as YAML, the same to readers of YAML 1.1 and 1.2: every text that is more than a word is quoted."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        is_word = _WORD.fullmatch(text) and text.casefold() not in _NO_WORDS
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_word else '"')

    Dumper.add_representer(str, write_text)
    layout: dict[str, Any] = {"sort_keys": False, "allow_unicode": True, "default_flow_style": False}
    text = yaml.dump(dict(value), Dumper=Dumper, width=sys.maxsize, **layout)
    return _escaped(text.rstrip("\n"), lambda sign: f"\\U{ord(sign):08x}")


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    """`text`, already JSON or YAML, with every sign that is invisible as an escape; line breaks are of the layout."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" or unicodedata.category(sign) == "Zs" else escape(sign)
        for sign in text
    )


def bare(value: object) -> str:
    """Text as it is, null as nothing, everything else as JSON."""
    if value is None:
        return ""
    return escape_control_characters(value) if isinstance(value, str) else json_text(value, indent=None)


def value_text(value: Object) -> str:
    """One value a line."""
    return "\n".join(map(bare, value.values()))


def shell_text(value: Object, prefix: str) -> str:
    """One `name='value'` a line, for `eval` in any POSIX shell.

    The names are as in OpenStack's commands: OS-EXT-IMG-SIZE:size is os_ext_img_size_size. In single quotes nothing but
    their end has a meaning, whatever encoding the shell takes the text for.
    """
    lines = []
    for key, item in value.items():
        name = re.sub(r"^(?=[^a-z_])|[^a-z0-9_]", "_", prefix + key.lower())
        lines.append(f"{name}='" + bare(item).replace("'", "'\\''") + "'")
    return "\n".join(lines)


def csv_line(cells: Iterable[object]) -> str:
    import csv
    import io

    text = io.StringIO()
    # A spreadsheet runs text that begins so; with an apostrophe before it, it shows the text.
    runs = re.compile(r"[=+@\t\r-]")
    written = ("'" + bare(cell) if isinstance(cell, str) and runs.match(cell) else bare(cell) for cell in cells)
    csv.writer(text, lineterminator="\n").writerow(written)
    return text.getvalue()


class _Frame(NamedTuple):
    """How a format writes a row, and what stands before, between and after rows, or where there are none."""

    text: Callable[[Object], str]
    before: str = ""
    between: str = ""
    after: str = ""
    empty: str = ""


_FRAMES = {
    "json": _Frame(lambda row: "  " + json_text(row).replace("\n", "\n  "), "[\n", ",\n", "\n]\n", "[]\n"),
    "jsonl": _Frame(lambda row: json_text(row, indent=None) + "\n"),
    "yaml": _Frame(lambda row: "- " + yaml_text(row).replace("\n", "\n  ") + "\n", empty="[]\n"),
    "csv": _Frame(lambda row: csv_line(row.values())),
    "value": _Frame(lambda row: value_text(row).replace("\n", " ") + "\n"),
}


class Rows:
    """Writes items, such as images, as they come; a table, and what is sorted, when all have come.

    It is a context manager: an `ImagesError` that ends its block is reported, and what had come is written.

    `usual`: the columns where none are asked for; `whole`: what JSON and YAML have of an item then.
    """

    def __init__(
        self,
        settings: Settings,
        known: Sequence[Column],
        usual: Sequence[Column],
        whole: Callable[[Any], Object] | None = None,
    ) -> None:
        self.code = DONE
        """The exit code: that of the worst error."""
        self._settings, self._format = settings, settings.format
        self._columns = pick(settings.columns, known) or usual
        is_whole = not settings.columns and settings.format in ("json", "jsonl", "yaml")
        self._row = whole if whole and is_whole else lambda item: values(item, self._columns)
        self._frame = _FRAMES.get(settings.format)
        self._sort = [_sort_key(name, known) for name in settings.sort]
        self._kept: list[Any] = []
        self._is_begun = False
        self.is_empty = True

    def add(self, item: Any) -> None:
        """Writes an item, or keeps it until all have come."""
        self.is_empty = False
        if self._frame is None or self._sort:
            self._kept.append(item)
        else:
            self._write(item, self._frame)

    def fail(self, error: ImagesError) -> None:
        """Reports an error, and goes on."""
        from .errors import report

        report(error, self._settings)
        self.code = worst([self.code, exit_code(error)])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Writes what is left to write; where an error ended the run before the first item, nothing."""
        if error is not None and not isinstance(error, ImagesError):
            return False
        if error is not None:
            self.fail(error)
        for key, is_reversed in reversed(self._sort):
            self._kept.sort(key=key, reverse=is_reversed)
        if self._frame is None:
            if self._kept:
                output.write(self.table(self._kept) + "\n")
            return True
        for item in self._kept:
            self._write(item, self._frame)
        if rest := self._frame.after if self._is_begun else self._frame.empty if error is None else "":
            output.write(rest, for_programs=True)
        return True

    def table(self, items: Sequence[Any]) -> str:
        """What a table of the items is."""
        from .tables import rows_table

        return rows_table(items, self._columns)

    def _write(self, item: Any, frame: _Frame) -> None:
        row = dict(self._row(item))
        before = frame.between if self._is_begun else csv_line(row) if self._format == "csv" else frame.before
        output.write(before + frame.text(row), for_programs=True)
        self._is_begun = True


def _sort_key(name: str, known: Sequence[Column]) -> tuple[Callable[[Any], Any], bool]:
    """What to sort by, and whether in reverse. Without a value comes last; numbers come before text."""
    is_reversed = name.endswith(":desc")
    (column,) = pick([name.removesuffix(":desc")], known)

    def key(item: Any) -> tuple[bool, bool, float, str]:
        value = column.read(item)
        is_number = isinstance(value, int | float)
        return (value is None) != is_reversed, not is_number, value if is_number else 0, str(value).casefold()

    return key, is_reversed


class ImageRows(Rows):
    """Writes images: what is usual of many, and all of one, if there `is_one` alone; `prefix`: of a shell's names."""

    def __init__(
        self, settings: Settings, *, with_region: bool = False, is_one: bool = False, prefix: str = ""
    ) -> None:
        region = (REGION,) if with_region else ()
        usual = (*region, *chosen(("id", "status", "name")))
        if is_one and settings.format in ("value", "shell"):
            # The same lines for every image; and no server chooses the names of a shell's variables.
            usual = wire_columns()
        super().__init__(settings, image_columns(), usual, lambda image: {**values(image, region), **image.to_dict()})
        self._is_one = is_one
        shell = partial(shell_text, prefix=prefix)
        texts: dict[str, Any] = {"json": json_text, "yaml": yaml_text, "value": value_text, "shell": shell}
        if is_one and (text := texts.get(settings.format)):
            self._frame = _Frame(lambda row: text(row) + "\n")

    def table(self, items: Sequence[Any]) -> str:
        from .tables import image_table, rows_table

        asked = chosen(self._settings.columns)
        if self._is_one:
            return image_table(items[0], asked)
        return rows_table(items, self._columns, () if asked else chosen(("size", "created", "region", "min_disk")))
