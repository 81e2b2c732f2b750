"""The command's way in: the parser, the dispatch, and how a command ends."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NoReturn

from rackspace_images.errors import ConfigError
from rackspace_images.version import __version__

from . import locate, logout, output, regions, sandbox_command, show
from .exit_codes import DONE, IN_WORDS, INTERRUPTED, USAGE, exit_code
from .failures import tell_failure

_EPILOG = f"""\
example:
  rackspace-images show e3d37ab2-8dc0-4000-b773-b15aad79ad0a --sandbox

{IN_WORDS}"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code. Never raises."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        args = _parser().parse_args(words)
        run = getattr(args, "run", None)
        if run is None:
            output.tell(_parser().format_help().rstrip())
            return USAGE
        code: int = run(args)
        return code
    except SystemExit:  # argparse has printed what was asked for: --help, --version
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED
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


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="rackspace-images",
        description="What is this image? Asks Rackspace Cloud Servers or any OpenStack cloud.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    show.add_to(commands)
    locate.add_to(commands)
    regions.add_to(commands)
    logout.add_to(commands)
    sandbox_command.add_to(commands)
    return parser


def _wants_json(words: Sequence[str]) -> bool:
    """Whether errors are to be JSON; known also where the words cannot be parsed."""
    apart = any(switch in ("-f", "--format") and name in ("json", "jsonl") for switch, name in pairwise(words))
    return apart or not {"-fjson", "-fjsonl", "--format=json", "--format=jsonl"}.isdisjoint(words)
