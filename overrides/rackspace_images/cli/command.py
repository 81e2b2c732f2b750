"""The parser, the dispatch, and how a command ends."""

from __future__ import annotations

import argparse
import os
from collections.abc import Container, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any, NoReturn

from rackspace_images import __version__
from rackspace_images.errors import ConfigError

from . import output, secrets
from .exit_codes import DONE, FAILED, USAGE, exit_code, in_words
from .failures import tell_failure

COMMANDS = {
    "show": ("show", "show images, or wait until they are ready"),
    "list": ("list_command", "list the images of a region, or of all"),
    "locate": ("locate", "find the regions that have an image"),
    "audit": ("audit", "look up many images, and keep a row for each"),
    "regions": ("regions", "list the regions"),
    "spec": ("spec", "print the OpenAPI document"),
    "sandbox": ("sandbox_command", "run a pretend API on this machine"),
    "logout": ("logout", "forget the tokens that were kept"),
}
"""Each command's module, which has `DESCRIPTION`, `EPILOG`, `add_switches` and `run`, and what it does in a line."""

_EPILOG = f"""\
examples:
  rackspace-images show e3d37ab2-8dc0-4000-b773-b15aad79ad0a --sandbox
  rackspace-images list --sandbox

rackspace-images COMMAND --help says more, with examples.

{in_words()}"""


def run(words: Sequence[str]) -> int:
    """Runs the command and returns its exit code. Raises `KeyboardInterrupt` only."""
    words = list(words)
    try:
        if "_ARGCOMPLETE" in os.environ:  # set by the shell's function, which runs the command to ask what fits
            return _complete()
        secrets.refuse(words)
        parser = _parser([word for word in words if not word.startswith("-")][:1])
        args, unknown = parser.parse_known_args(words)
        if unknown:
            # What follows a switch that is not known may be a secret.
            switches = [word.partition("=")[0] for word in unknown if word.startswith("-")]
            parser.error(f"unrecognized arguments: {' '.join(switches or unknown)}")
        module = getattr(args, "module", None)
        if module is None:
            output.tell(parser.format_help().rstrip())
            return USAGE
        code: int = module.run(args)
        return code
    except SystemExit:  # argparse has printed what was asked for: --help, --version
        return DONE
    except BrokenPipeError:  # whoever reads has read enough, as `head` does
        return DONE
    except Exception as error:  # noqa: BLE001  a person is told of anything in one line
        tell_failure(error, as_json=_wants_json(words), debug="--debug" in words)
        return exit_code(error)


class _Parser(argparse.ArgumentParser):
    """argparse, whose complaints are errors like any other, and which prints through our own output."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        raise ConfigError(message, hint=f"{self.prog} --help")

    def print_help(self, file: Any = None) -> None:
        output.write(self.format_help())


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        output.write(f"rackspace-images {__version__}\n")
        parser.exit()


def _complete() -> int:
    try:
        import argcomplete
    except ImportError:
        return FAILED  # the shell's function is another environment's; nobody reads what is told here
    argcomplete.autocomplete(_parser(COMMANDS))
    return DONE


def _parser(meant: Container[str]) -> argparse.ArgumentParser:
    """The parser; only the commands that are meant are imported and described whole."""
    parser = _Parser(
        prog="rackspace-images",
        description="What is this image? Asks Rackspace Cloud Servers or any OpenStack cloud.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, (home, line) in COMMANDS.items():
        if name not in meant:
            commands.add_parser(name, help=line)
            continue
        module = import_module(f".{home}", __package__)
        command = commands.add_parser(name, help=line, description=module.DESCRIPTION, epilog=module.EPILOG)
        module.add_switches(command)
        command.set_defaults(module=module)
    return parser


def _wants_json(words: Sequence[str]) -> bool:
    """Whether errors are to be JSON; known also where the words cannot be parsed."""
    apart = any(switch in ("-f", "--format") and name in ("json", "jsonl") for switch, name in pairwise(words))
    return apart or not {"-fjson", "-fjsonl", "--format=json", "--format=jsonl"}.isdisjoint(words)
