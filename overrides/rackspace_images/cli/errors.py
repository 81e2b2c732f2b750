"""How an error is reported: in several lines on a terminal, in one elsewhere, or as JSON.

Imported where something failed, so that a command that goes well does not wait for it.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
import textwrap
import traceback
from typing import Any

import click

from rackspace_images.errors import ApiError, ImagesError, NotActive
from rackspace_images.text import escape_control_characters, one_line

from . import output
from .options import Settings


class NameNotFound(ImagesError):
    """There is no image of a name."""


_FACTS = (
    *("message", "status_code", "fault", "details", "retryable", "retry_after", "region", "endpoint", "request_id"),
    *("image_id", "attempts", "elapsed"),
)
# What the library says in the words of Python, in those of the command line.
_WORDS = (
    (re.compile(r"\b\w+=, (?=--)"), ""),
    (re.compile(r"\bverify=(?=')"), "--os-cacert "),
    (re.compile(r", project_name=\), or give endpoint="), "), or set OS_ENDPOINT_OVERRIDE"),
    (re.compile(r"\bendpoint= "), "OS_ENDPOINT_OVERRIDE "),
    (re.compile(r"https://, or allow_http=True if you mean it"), "a sign-in and a catalog with https:// URLs"),
)
_COMMAND = re.compile(r"rackspace-images (locate|regions|list|show)\b(?! --help)( [0-9a-f-]{36}\b)?")


def report(error: Exception, settings: Settings, command: str = "") -> None:
    """Reports `error` on standard error; any thread may. `command`: the one whose words are wrong."""
    if settings.debug and not isinstance(error, ApiError | click.UsageError):
        for line in "".join(traceback.format_exception(error)).splitlines():
            output.tell(escape_control_characters(line))
    what, hint = _in_words(error, command)
    hint = hint and _COMMAND.sub(lambda found: found[0] + _switches(settings, found[1]), hint)
    if settings.as_json:
        tell_json(_facts(error, what) | {"hint": hint})
    elif output.is_tty(sys.stderr):
        output.tell(_paragraphs(error, what, hint))
    else:
        output.tell(f"{what}; try: {hint}" if hint else what)


def tell_json(facts: dict[str, Any]) -> None:
    """Writes facts on a line of standard error, in ASCII, which every encoding has."""
    output.tell(json.dumps(facts).replace("\x7f", "\\u007f"))


def _in_words(error: Exception, command: str) -> tuple[str, str | None]:
    """The error's own line without its hint, and the hint."""
    if isinstance(error, click.UsageError):
        near = getattr(error, "possibilities", None)
        message = (error.message if near else error.format_message()).rstrip(".")
        message += f": did you mean {near[0]}?" if near else ""
        what = escape_control_characters(f"UsageError: {message[:1].lower()}{message[1:]}")
        return what, " ".join(["rackspace-images", *command.split(), "--help"])
    if not isinstance(error, ImagesError):
        what = f"{type(error).__name__}: {one_line(str(error))}"
        return what, "the same with --debug, and report what it prints"
    what = _translated(str(error).removesuffix(f"; try: {error.hint}"))
    return what, error.hint and _translated(error.hint)


def _translated(text: str) -> str:
    for pattern, words in _WORDS:
        text = pattern.sub(words, text)
    return text


def _switches(settings: Settings, command: str) -> str:
    """The options with which a command that is to be tried reaches the same cloud."""
    names = ["cloud", "region", "interface", "os_cacert", "insecure", "sandbox"]
    if command in ("locate", "regions"):  # they ask all regions, or say which there are
        names.remove("region")
    given = {f" --{name.replace('_', '-')}": getattr(settings, name) for name in names}
    return "".join(flag if value is True else f"{flag} {shlex.quote(value)}" for flag, value in given.items() if value)


def _facts(error: Exception, what: str) -> dict[str, Any]:
    kind, _, message = what.partition(": ")
    facts: dict[str, Any] = {"error": kind} | {name: getattr(error, name, None) for name in _FACTS}
    if facts["elapsed"] is not None:
        facts["elapsed"] = round(facts["elapsed"], 3)
    if isinstance(error, NotActive):
        facts["image"] = error.image.to_dict() if error.image is not None else None
    return facts if isinstance(error, ImagesError) else facts | {"message": message, "retryable": False}


def _paragraphs(error: Exception, what: str, hint: str | None) -> str:
    """The message, the facts around it, and what to try, each broken at words."""
    kind, _, rest = what.partition(": ")
    message = _translated(one_line(getattr(error, "message", None) or ""))
    if isinstance(error, ApiError):
        message = message or f"the service answered {error.status_code}"
        rest = rest.replace(f'"{message}"', "")
    elif not message or not rest.startswith(message):
        message = rest
    facts = " ".join(rest.removeprefix(message).split())
    lines = _folded(f"Error: {message}", "1;31") + _folded(f"  {kind} {facts}" if facts else "", "2")
    return "\n".join(lines + _folded(f"Try: {hint}" if hint else "", "1"))


def _folded(text: str, style: str) -> list[str]:
    """Lines of a paragraph; an id or a URL is broken by nobody, so that it can be copied."""
    width = max(shutil.get_terminal_size().columns - 1, 16)
    whole: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
    lines = textwrap.wrap(text, width, subsequent_indent="  ", **whole)
    return [f"\x1b[{style}m{line}\x1b[0m" for line in lines] if output.has_colour(sys.stderr) else lines
