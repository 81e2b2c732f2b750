"""What the command says about itself."""

from __future__ import annotations

import shlex

import pytest
from rackspace_images import __version__
from rackspace_images.cli.exit_codes import IN_WORDS

from .running import Run, run_apart

COMMANDS = [(), ("show",), ("sandbox",)]


@pytest.mark.parametrize("words", COMMANDS)
def test_help_fits_80_columns_and_ends_with_an_example_and_the_exit_codes(run: Run, words: tuple[str, ...]) -> None:
    """For the command as a whole and for each of its own."""
    ended = run(*words, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "example" in ended.out
    assert ended.out.endswith(f"{IN_WORDS}\n") or ended.out.endswith(IN_WORDS)


def test_the_examples_in_the_help_work(run: Run) -> None:
    """Those that need no account are run as they stand."""
    lines = {line.strip() for words in COMMANDS for line in run(*words, "--help").out.splitlines()}
    examples = {line for line in lines if line.startswith("rackspace-images show") and line.endswith("--sandbox")}
    assert examples
    for line in examples:
        assert run(*shlex.split(line)[1:]).code == 0


def test_without_a_command_it_prints_the_help(run: Run) -> None:
    """On standard error, with exit code 2: nothing was done."""
    ended = run()
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("usage: rackspace-images ")


def test_the_version_is_the_packages(run: Run) -> None:
    """One line."""
    assert run("--version") == (0, f"rackspace-images {__version__}\n", "")


def test_the_package_runs_as_a_module() -> None:
    """`python -m rackspace_images` is the same command, under the same name."""
    ended = run_apart("show")
    assert ended.code == 2
    assert ended.err.endswith("try: rackspace-images show --help\n")
