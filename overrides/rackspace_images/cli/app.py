"""The group of commands, their help, and how a command ends."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import click

from rackspace_images import __version__

from . import output
from .exit_codes import DONE, MEANINGS, USAGE, exit_code
from .options import MESSAGES, Settings, check, refuse_secrets

NAME = "rackspace-images"
COMPLETE = "_RACKSPACE_IMAGES_COMPLETE"
"""The variable by which a shell's function asks what fits."""
COMMANDS = {
    "show": "Show images, or wait until they are ready.",
    "list": "List the images of a region, or of all.",
    "locate": "Find the regions that have an image.",
    "audit": "Look up many images, and keep a row for each.",
    "regions": "List the regions.",
    "spec": "Print the OpenAPI document.",
    "sandbox": "Run a mock API on this machine.",
    "logout": "Forget the tokens that were kept.",
    "completion": "Print a shell's completion script.",
}
"""Each command, whose module in `commands` has a function named for it, and what it does."""


class Command(click.Command):
    """A command whose help is its docstring: what it does, notes, examples."""

    def invoke(self, ctx: click.Context) -> Any:
        check(ctx.obj)
        return super().invoke(ctx)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it does and examples come first, then notes, and options by their groups; -h leaves the shared out."""
        is_short = ctx.meta.get(__name__, False)
        about, _, rest = inspect.cleandoc(self.help or "").partition("\n\n")
        notes, _, examples = rest.rpartition("examples:\n")
        self.format_usage(ctx, formatter)
        formatter.write(f"\n{about}\n\nexamples:\n{examples}\n" + ("" if is_short else f"\n{notes}".rstrip() + "\n"))
        groups = self.first_groups()
        for param in self.get_params(ctx):
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx)) is not None:
                groups.setdefault(getattr(param, "group", "Options"), []).append(record)
        for title, records in groups.items():
            if not (is_short and title in ("Connection", "Messages", "Exit codes")):
                with formatter.section(title):
                    formatter.write_dl(records)

    def first_groups(self) -> dict[str, list[tuple[str, str]]]:
        """What the help lists, by headings; shared options come below."""
        return {"Options": []}


class _Commands(Command, click.Group):
    """The commands, each imported when it is meant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = getattr(import_module(f".commands.{cmd_name}", __package__), f"{cmd_name}_command")
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        self.commands = dict.fromkeys(COMMANDS, self)  # what click looks for near names in
        return super().resolve_command(ctx, args)

    def first_groups(self) -> dict[str, list[tuple[str, str]]]:
        codes = [(str(code), meaning) for code, meaning in MEANINGS.items()]
        return {"Commands": list(COMMANDS.items()), "Options": [], "Exit codes": codes}


def _printing(flag: str, text: Callable[[click.Context], str], about: str) -> click.Option:
    """An option that prints a text and ends the command."""

    def show(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value:
            ctx.meta[__name__] = flag == "-h"
            output.write(text(ctx) + "\n")
            ctx.exit()

    return click.Option([flag], is_flag=True, is_eager=True, expose_value=False, callback=show, help=about)


_HELP = (
    _printing("-h", click.Context.get_help, "Show a short help."),
    _printing("--help", click.Context.get_help, "Show the whole help."),
)
_VERSION = _printing("--version", lambda ctx: f"{NAME} {__version__}", "Print the version.")


def command(*options: click.Option) -> Callable[[Any], Command]:
    """Makes a command of a function that takes the settings and its own parameters, and returns the exit code."""

    def decorate(function: Any) -> Command:
        made = click.command(cls=Command, add_help_option=False)(click.pass_obj(function))
        made.params += [*options, *MESSAGES, *_HELP]
        return made

    return decorate


@click.group(cls=_Commands, params=[_VERSION, *_HELP], add_help_option=False)
def commands() -> None:
    """What is this image? Asks Rackspace Cloud Servers or any OpenStack cloud.

    rackspace-images COMMAND --help says more, with examples.

    examples:
      rackspace-images show e3d37ab2-8dc0-4000-b773-b15aad79ad0a --sandbox
      rackspace-images list --sandbox
    """


def run(words: Sequence[str]) -> int:
    """Runs the command and returns its exit code. Raises `KeyboardInterrupt` only."""
    words = list(words)
    # Known also where the words cannot be parsed.
    settings = Settings(as_json=re.search(r"(^|\s)(-f\s?|--format[ =])jsonl?(\s|$)", " ".join(words)) is not None)
    try:
        if COMPLETE in os.environ:
            from click.shell_completion import shell_complete

            return shell_complete(commands, {"obj": settings}, NAME, COMPLETE, os.environ[COMPLETE])
        refuse_secrets(words)
        with commands.make_context(NAME, words, obj=settings) as context:
            code: int = commands.invoke(context)
            return code
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        output.tell(error.format_message())
        return USAGE
    except BrokenPipeError:  # the reader has read enough, as `head` does
        return DONE
    except Exception as error:  # noqa: BLE001  a person is told of anything in one message
        from .errors import report

        report(error, settings, next((word for word in words if word in COMMANDS), ""))
        return exit_code(error)
