"""Terminals, pipes, full disks, encodings, Ctrl-C: what only a process of its own can show."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import socket
import struct
import subprocess
import termios
from fcntl import ioctl

import pytest
from rackspace_images.testing.sandbox import Sandbox
from rich.cells import cell_len

from .running import COMMAND, environment, run_apart, run_on_terminal, started

SOURCE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"
BEYOND_ASCII = "00000000-0000-4000-8000-000000200012"
HOSTILE = "00000000-0000-4000-8000-000000200013"
ERROR = "00000000-0000-4000-8000-000000200015"
MISSING = "00000000-0000-4000-8000-000000404001"
SAVING = "00000000-0000-4000-8000-000000200003"
OUTPUTS = [
    ("--help",),
    ("--version",),
    ("show", SOURCE_ID),
    ("show", SOURCE_ID, "-f", "value"),
    ("show", SOURCE_ID, SOURCE_ID, "-f", "csv"),
    ("list",),
    ("list", "-f", "yaml"),
    ("spec",),
]


@pytest.mark.parametrize(
    ("image_id", "colour"), [(SOURCE_ID, "\x1b[1;32mACTIVE"), (SAVING, "\x1b[1;35mSAVING"), (ERROR, "\x1b[1;31mERROR")]
)
def test_a_terminal_gets_colours(sandbox: Sandbox, image_id: str, colour: str) -> None:
    """Green is ready, red has failed, magenta is anything else: each can be read on light and on dark."""
    ended = run_on_terminal("show", image_id)
    assert ended.code == 0
    assert colour in ended.out


@pytest.mark.parametrize("changes", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "unknown"}, {"TERM": None}])
def test_a_terminal_gets_no_colours_where_they_are_not_wanted(sandbox: Sandbox, changes: dict[str, str | None]) -> None:
    """No escape sequence at all, bold and dim included."""
    ended = run_on_terminal("show", SOURCE_ID, variables=changes)
    assert ended.code == 0
    assert "ACTIVE" in ended.out
    assert "\x1b" not in ended.out


def test_a_pipe_gets_no_colours_and_80_columns(sandbox: Sandbox) -> None:
    """Unless FORCE_COLOR asks for them, and NO_COLOR does not; programs' formats have none in any case."""
    ended = run_apart("show", SOURCE_ID, TERM="xterm-256color")
    assert "\x1b" not in ended.out
    assert "\x1b[1;32mACTIVE" in run_apart("show", SOURCE_ID, FORCE_COLOR="1").out
    assert "\x1b" not in run_apart("show", SOURCE_ID, FORCE_COLOR="1", NO_COLOR="1").out
    assert "\x1b" not in run_apart("show", SOURCE_ID, "-f", "json", FORCE_COLOR="1").out
    assert max(map(cell_len, ended.out.splitlines())) in range(60, 81)


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_a_terminals_width_is_kept(sandbox: Sandbox, columns: int) -> None:
    """No line is wrapped by the terminal."""
    out = run_on_terminal("show", SOURCE_ID, columns=columns, variables={"NO_COLOR": "1"}).out
    assert max(map(cell_len, out.splitlines())) <= columns


@pytest.mark.parametrize("name", ["table", "json", "yaml", "value", "shell"])
def test_no_sequence_of_the_servers_reaches_a_terminal(sandbox: Sandbox, name: str) -> None:
    """The only escape sequences are our own styles, and only in a table."""
    out = run_on_terminal("show", HOSTILE, "-f", name).out
    for style in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[1;32m"):
        out = out.replace(style, "" if name == "table" else style)
    assert out.replace("\n", "").isprintable()


def _sh(script: str, *words: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, *words], env=environment(changes), capture_output=True, encoding="utf-8"
    )


@pytest.mark.parametrize("words", OUTPUTS)
def test_a_closed_pipe_ends_quietly(sandbox: Sandbox, words: tuple[str, ...]) -> None:
    """As `| head -1` closes it: nothing on standard error, exit code 0."""
    ours, theirs = os.pipe()
    os.close(ours)
    with started(*words, stdout=theirs) as process:
        os.close(theirs)
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert process.returncode == 0


@pytest.mark.parametrize("words", OUTPUTS)
@pytest.mark.parametrize(
    ("script", "reason"), [('exec "$@" >/dev/full', "No space left on device"), ('exec "$@" >&-', "it is closed")]
)
def test_output_that_cannot_be_written_is_an_error(
    sandbox: Sandbox, script: str, reason: str, words: tuple[str, ...]
) -> None:
    """A full disk or a closed standard output: one line, exit code 1."""
    ended = _sh(script, *words)
    assert ended.returncode == 1
    assert f"cannot write to standard output: {reason}" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("script", ['exec "$@" 2>/dev/full', 'exec "$@" 2>&-'])
def test_an_error_that_cannot_be_told_keeps_its_exit_code(script: str) -> None:
    """A full disk or a closed standard error changes nothing else."""
    assert _sh(script, "show", "x").returncode == 2


@pytest.mark.parametrize("name", ["table", "json", "yaml", "value", "shell"])
@pytest.mark.parametrize("changes", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_what_programs_read_is_utf_8_and_a_table_follows_the_terminal(
    sandbox: Sandbox, name: str, changes: dict[str, str | None]
) -> None:
    """A sign that the terminal's encoding lacks is an escape in a table."""
    ended = run_apart("show", BEYOND_ASCII, "-f", name, **changes)
    assert (ended.code, ended.err) == (0, "")
    assert "cher" in ended.out
    if name == "json":
        assert json.loads(ended.out)["name"].startswith("Bücher – 日本語")
    if changes.get("PYTHONIOENCODING"):
        assert ended.out.isascii() == (name == "table")
    if name != "table":
        assert "Bücher" in ended.out


@pytest.mark.parametrize("words", [("show", "größe"), ("show", SOURCE_ID, "-f", "größe"), ("show", SOURCE_ID)])
def test_an_error_survives_any_encoding(words: tuple[str, ...]) -> None:
    """The line is there, whatever it holds."""
    ended = run_apart(*words, PYTHONIOENCODING="ascii:strict")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.isascii()
    assert ended.err.count("\n") == 1


def test_ctrl_c_while_waiting_for_an_answer_is_quiet() -> None:
    """Exit code 130 at once, and no word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v2/1"
        with started("show", SOURCE_ID, OS_TOKEN="t", OS_ENDPOINT_OVERRIDE=url) as process:
            connection, _ = server.accept()
            with connection:
                assert connection.recv(1)  # the request is on its way: the command waits for the answer
                process.send_signal(signal.SIGINT)
                out, err = process.communicate()
    assert (process.returncode, out, err) == (130, "", "")


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_sandbox_and_a_wait(signal_number: int) -> None:
    """Ctrl-C and what ends a container: exit code 0 for the sandbox, 130 elsewhere, and no word."""
    with started("sandbox", "--port", "0") as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal_number)
        assert process.wait(20) == 0
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v2/1"
        words = ("show", SOURCE_ID, SOURCE_ID, "--wait")
        with started(*words, OS_TOKEN="t", OS_ENDPOINT_OVERRIDE=url) as process:
            connection, _ = server.accept()
            with connection:
                assert connection.recv(1)
                process.send_signal(signal_number)
                assert process.communicate() == ("", "")
    assert process.returncode == 130


def test_a_list_that_is_piped_has_a_line_for_each_image(sandbox: Sandbox) -> None:
    """Whatever the width: `| grep` finds the id in the same line."""
    lines = run_apart("list", COLUMNS="40").out.splitlines()
    assert lines[0].split() == ["ID", "STATUS", "NAME", "SIZE", "CREATED", "REGION"]
    assert all(len(line.split()[0]) == 36 for line in lines[1:])
    assert "Ubuntu 24.04 LTS (Noble Numbat)" in lines[4]


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        (80, "ID STATUS NAME SIZE"),
        (100, "ID STATUS NAME SIZE CREATED REGION"),
        (120, "ID STATUS NAME SIZE CREATED REGION MIN_DISK"),
    ],
)
def test_a_list_has_the_columns_that_fit(sandbox: Sandbox, columns: int, names: str) -> None:
    """More where there is room; nothing but the name is folded."""
    out = run_on_terminal("list", columns=columns, variables={"NO_COLOR": "1"}).out
    assert max(map(cell_len, out.splitlines())) <= columns
    assert " ".join(out.splitlines()[0].split()) == names


def error_on_terminal(*words: str, columns: int = 80, **changes: str) -> str:
    """What a command that fails prints on a terminal that is its standard error."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    variables = environment({"TERM": "xterm-256color", "COLUMNS": str(columns), **changes})
    process = subprocess.Popen([*COMMAND, *words], env=variables, stdin=subprocess.DEVNULL, stderr=theirs, stdout=-3)
    os.close(theirs)
    drawn = bytearray()
    with contextlib.suppress(OSError):  # Linux's way to say that the other side has hung up
        while chunk := os.read(ours, 65536):
            drawn += chunk
    process.wait()
    os.close(ours)
    return drawn.decode().replace("\r\n", "\n")


def test_an_error_on_a_terminal_is_for_people(sandbox: Sandbox) -> None:
    """The message first, its context dim below it, and what to try on a line of its own; ids and URLs whole."""
    told = error_on_terminal("show", MISSING, "--os-cacert", "/etc/ssl/certs", columns=50)
    lines = told.splitlines()
    assert lines[0] == "\x1b[1;31mError: Image not found.\x1b[0m"
    assert lines[1].startswith("\x1b[2m  ImageNotFound 404 itemNotFound")
    assert f"image={MISSING}" in told
    assert f"{sandbox.compute_url}/images/{MISSING}" in told
    assert lines[-2:] == [
        "\x1b[1mTry: rackspace-images locate\x1b[0m",
        f"\x1b[1m  {MISSING}\x1b[0m",
    ] or lines[-1].startswith("\x1b[1m")
    assert "\x1b" not in error_on_terminal("show", MISSING, NO_COLOR="1")
    assert error_on_terminal("show", MISSING, TERM="dumb").startswith("Error: Image not found.\n  ImageNotFound")
    assert error_on_terminal("shwo").startswith("\x1b[1;31mError: no such command 'shwo': did you mean show?")
