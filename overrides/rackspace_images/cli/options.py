"""The options that several commands share: one table, which fills one settings object; and what values may be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from . import complete

ROWS = ("table", "json", "jsonl", "yaml", "csv", "value")
"""The formats of a command that prints rows."""
COUNT = click.IntRange(min=1)


@dataclass
class Settings:
    """What the shared options say."""

    cloud: str | None = None
    region: str | None = None
    regions: tuple[str, ...] = ()
    interface: str | None = None
    os_cacert: str | None = None
    insecure: bool = False
    no_cache: bool = False
    sandbox: bool = False
    request_timeout: float | None = None
    deadline: float | None = None
    format: str = "table"
    columns: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    as_json: bool = False
    """Whether errors are reported as JSON; known also where the options cannot be parsed."""


class SharedOption(click.Option):
    """Fills a field of the settings, and is not a parameter of the command. `group`: its heading in the help.

    Without a `metavar` it is a flag. `multiple` values may be split by commas, too.
    """

    def __init__(self, group: str, flags: str, metavar: str | None, text: str, **attributes: Any) -> None:
        self.group = group
        attributes |= {"metavar": metavar, "is_flag": metavar is None, "help": text}
        super().__init__(flags.split(), expose_value=False, callback=self._fill, **attributes)

    def _fill(self, ctx: click.Context, param: click.Parameter, value: Any) -> None:
        if self.multiple:
            value = tuple(part for given in value for part in given.split(",") if part)
        if value:
            setattr(ctx.obj, str(self.name), value)


def duration(text: str) -> float:
    """Seconds of a length of time as people write it: 90, 90s, 20m, 1h, 1h30m."""
    found = _DURATION.fullmatch(text.lower()) if len(text) <= 20 else None
    if found is None or not any(found.groups()):
        raise click.BadParameter(f"{text!r} is not a length of time, such as 90, 2.5s, 20m or 1h30m")
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def positive_duration(text: str) -> float:
    """The same, of more than 0 seconds."""
    if not (seconds := duration(text)):
        raise click.BadParameter(f"{text!r} is not more than 0")
    return seconds


_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?", re.ASCII)


def connection_options(*, several_regions: bool = False) -> list[click.Option]:
    """Which cloud is meant, and how it is reached. `several_regions`: --region may be given again: `regions`."""
    region = "regions " if several_regions else ""

    def option(flags: str, metavar: str | None, text: str, **attributes: Any) -> click.Option:
        return SharedOption("Connection", flags, metavar, text, **attributes)

    clouds: dict[str, Any] = {"shell_complete": complete.clouds}
    regions: dict[str, Any] = {"shell_complete": complete.regions, "multiple": several_regions}
    interfaces = complete.words("public", "internal", "admin")
    return [
        option("--cloud --os-cloud", "NAME", "A cloud of clouds.yaml (default: OS_CLOUD).", **clouds),
        option(region + "--region --os-region-name", "NAME", "The region, in any case.", **regions),
        option("--interface", "NAME", "Of a catalog's URLs: public, internal, admin.", shell_complete=interfaces),
        option("--os-cacert", "FILE", "A file or folder of CA certificates to trust.", type=click.Path()),
        option("--insecure", None, "Do not verify the server's certificate."),
        option("--no-cache", None, "Neither use nor keep tokens (also: RACKSPACE_IMAGES_NO_CACHE=1)."),
        option("--sandbox", None, "Use a mock API, started for this command on this machine."),
        option("--request-timeout", "TIME", "For one request (default: 10s).", type=positive_duration),
        option("--deadline", "TIME", "For a response, retries included (default: 1m).", type=positive_duration),
    ]


MESSAGES = (
    SharedOption("Messages", "-q --quiet", None, "Print only the result and errors."),
    SharedOption("Messages", "-v --verbose", None, "Log sign-in, requests and retries."),
    SharedOption("Messages", "--debug", None, "Show requests and responses, secrets hidden."),
)
"""What is said beside the result."""


def output_options(formats: Sequence[str], *own: str) -> list[click.Option]:
    """-f, -c and --sort. `own`: the command's own columns; without them there are those of an image."""
    known = ", ".join(own) or "minDisk, min_disk, size, region, metadata.KEY, … (a wrong one lists all)"
    column = {"multiple": True, "shell_complete": complete.words(*own) if own else complete.image_columns}
    named, sort = f"Only these, split by commas: {known}.", "By this column, COLUMN:desc in reverse, when all is there."
    kinds, default = click.Choice(formats), f"{', '.join(formats)} (default: table)."
    return [
        SharedOption("Output", "-f --format", "FORMAT", default, type=kinds),
        SharedOption("Output", "columns -c --column", "COLUMN", named, **column),
        SharedOption("Output", "--sort", "COLUMN", sort, **column),
    ]


_SECRET = re.compile(r"--.*(passw|secret|token|api[-_]?key).*", re.IGNORECASE)


def refuse_secrets(words: Sequence[str]) -> None:
    """Raises `UsageError` where an option would take a secret. The secret itself is not repeated."""
    options = words[: words.index("--")] if "--" in words else words
    if any(_SECRET.fullmatch(word.partition("=")[0]) for word in options):
        raise click.UsageError(
            "a secret is not an argument, as every user of this machine can read it in the list of processes: "
            "set OS_PASSWORD, OS_TOKEN, OS_APPLICATION_CREDENTIAL_SECRET, RS_API_KEY or RS_PASSWORD, or a cloud of "
            "clouds.yaml"
        )


def check(settings: Settings) -> None:
    """Raises `UsageError` for shared options that do not go together."""
    if settings.quiet and settings.verbose:
        raise click.UsageError("-q and -v do not go together")
    if settings.sandbox and settings.cloud:
        raise click.UsageError("--sandbox is a cloud of its own, and --cloud names another")
