"""What the command says about itself."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest
from pauses import skip_pauses
from rackspace_images import __version__
from rackspace_images.cli.app import COMMANDS
from rackspace_images.cli.exit_codes import MEANINGS

from .running import Run, environment, run_apart

WORDS: list[tuple[str, ...]] = [(), *((name,) for name in COMMANDS)]


@pytest.mark.parametrize("words", WORDS)
def test_help_fits_80_columns_and_has_examples(run: Run, words: tuple[str, ...]) -> None:
    """For the command as a whole and for each of its own; -h leaves out what commands share."""
    ended, short = run(*words, "--help"), run(*words, "-h")
    assert (ended.code, ended.err) == (short.code, short.err) == (0, "")
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "\nexamples:\n" in short.out
    assert "\nMessages:\n" not in short.out
    assert set(short.out.splitlines()) < set(ended.out.splitlines())


def test_the_help_has_the_exit_codes(run: Run) -> None:
    """All of them, in order."""
    lines = run("--help").out.partition("\nExit codes:\n")[2].splitlines()
    assert [int(line.split()[0]) for line in lines] == list(MEANINGS)


def test_the_help_names_every_command(run: Run) -> None:
    """With what it does, in a line."""
    out = run("--help").out
    for name, line in COMMANDS.items():
        assert re.search(rf"^ +{name} +{re.escape(line)}$", out, re.MULTILINE)


def test_the_examples_in_the_help_work(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that need no account are run as they stand."""
    skip_pauses(monkeypatch)
    lines = {line.strip() for words in WORDS for line in run(*words, "--help").out.splitlines()}
    examples = {line for line in lines if line.startswith("rackspace-images ") and "--sandbox" in line}
    assert {line.split()[1] for line in examples} == {"show", "list", "locate", "regions"}
    for line in examples:
        assert run(*shlex.split(line)[1:]).code == 0


def test_without_a_command_it_prints_the_help(run: Run) -> None:
    """On standard error, with exit code 2: nothing was done."""
    ended = run()
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("Usage: rackspace-images ")


def test_the_version_is_the_packages(run: Run) -> None:
    """One line."""
    assert run("--version") == (0, f"rackspace-images {__version__}\n", "")


def test_the_package_runs_as_a_module() -> None:
    """`python -m rackspace_images` is the same command, under the same name."""
    ended = run_apart("show", "--nope")
    assert ended.code == 2
    assert ended.err.endswith("try: rackspace-images show --help\n")


def modules_of(*words: str) -> set[str]:
    """What is imported by a command."""
    script = (
        "import sys; from rackspace_images.cli.main import main; main(sys.argv[1:])\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, *words], env=environment({}), capture_output=True, encoding="utf-8", check=True
    )
    return set(ended.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("words", [("--version",), ("--help",), ("show", "--help"), ("list", "--help"), ("spec",)])
def test_what_asks_nobody_loads_no_client(words: tuple[str, ...]) -> None:
    """Neither httpx nor the generated models, nor the other commands."""
    modules = modules_of(*words)
    unwanted = {
        "httpx",
        "attrs",
        "rich.console",
        "yaml",
        "rackspace_images.client",
        "rackspace_images.cli.commands.locate",
    }
    assert not modules & unwanted
    assert words != ("show", "--help") or "rackspace_images.cli.commands.list" not in modules
