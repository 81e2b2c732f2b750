"""Runs the command as a process of its own, in an environment that the referee makes."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import shlex
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fcntl import ioctl
from pathlib import Path
from typing import Any, Literal

from referee.outcomes import Normaliser, describe_requests
from referee.server import Script, Server

COMMAND = (sys.executable, "-m", "rackspace_images")
AT_ONCE = 5
LONGEST_COMMAND = 90.0
"""Seconds that a command may take: none takes ten on an idle machine."""

Variables = Callable[[Server], Mapping[str, str]]


@dataclass(frozen=True)
class Command:
    """Words of a command line, and what is around it."""

    name: str
    words: str
    """As a shell reads them; `{url}` in them is the server's address."""
    script: Script
    variables: Variables
    """The variables that say who signs in, and where."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Files in the current folder; `{url}` in them is the server's address."""
    stdin: str = ""
    columns: int = 80
    more: Mapping[str, str] = field(default_factory=dict)
    """Further variables."""
    output: Literal["pipe", "terminal", "full", "closed"] = "pipe"
    signal: int | None = None
    """Sent as soon as the server has `signal_after` requests for an image."""
    signal_after: int = 1
    in_order: bool = True
    """Whether the order of the lines is the product's. Requests are sorted in any case."""
    keeps: str | None = None
    """A glob for files in the current folder that are recorded afterwards."""
    last_line: bool = False
    """Whether only the last line of standard error is recorded: before it stands a traceback."""


def run_all(commands: Callable[[], Iterable[Command]]) -> Callable[[Path], dict[str, Any]]:
    """A group of commands, some of them side by side."""

    def run(home: Path) -> dict[str, Any]:
        found = list(commands())
        names = [command.name for command in found]
        assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip(names, pool.map(run_command, found), strict=True))

    return run


def run_command(command: Command) -> dict[str, Any]:
    """Runs it with a HOME and a current folder of its own, and describes what it left."""
    with tempfile.TemporaryDirectory(prefix="referee-") as made, Server(command.script) as server:
        home = Path(made).resolve()
        work = home / "work"
        work.mkdir()
        for name, text in command.files.items():
            path = (work / name).resolve()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("{url}", server.url), encoding="utf-8")
        variables = {
            **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
            **{"HOME": os.fspath(home), "LC_ALL": "C.UTF-8", "TZ": "UTC", "COLUMNS": str(command.columns)},
            **command.variables(server),
            **command.more,
        }
        words = [*COMMAND, *shlex.split(command.words.replace("{url}", server.url))]
        code, out, err = _run(command, words, variables, work, server)
        recorded: dict[str, Any] = {
            "exit": code,
            "stdout": _lines(out, command.in_order),
            "stderr": _lines(err, command.in_order)[-1:] if command.last_line else _lines(err, command.in_order),
            "requests": describe_requests(server.requests, in_order=False),
        }
        if command.keeps is not None:
            recorded["files"] = {
                path.name: [_parsed(line) for line in _lines(path.read_text(encoding="utf-8"), command.in_order)]
                for path in sorted(work.glob(command.keeps))
            }
        words_of_paths = {os.fspath(home): "<home>", sys.executable: "<python>"}
        normalised: dict[str, Any] = Normaliser(words_of_paths)(recorded)
        return normalised


def _run(
    command: Command, words: list[str], variables: Mapping[str, str], work: Path, server: Server
) -> tuple[int | str, str, str]:
    theirs: Any = subprocess.PIPE
    ours: int | None = None
    if command.output == "terminal":
        ours, theirs = pty.openpty()
        ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, command.columns, 0, 0))
    elif command.output == "full":
        theirs = os.open("/dev/full", os.O_WRONLY)
    elif command.output == "closed":
        reading, theirs = os.pipe()
        os.close(reading)
    process = subprocess.Popen(
        words,
        cwd=work,
        env=dict(variables),
        stdin=subprocess.PIPE,
        stdout=theirs,
        stderr=subprocess.PIPE,
        # A job that a shell started in the background ignores Ctrl-C, and what it starts would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    if theirs != subprocess.PIPE:
        os.close(theirs)
    if command.signal is not None:
        threading.Thread(target=_send_signal, args=(process, command, server), daemon=True).start()
    drawn = bytearray()
    reader = None
    if ours is not None:
        reader = threading.Thread(target=_read_terminal, args=(ours, drawn), daemon=True)
        reader.start()
    try:
        out, err = process.communicate(command.stdin.encode(), timeout=LONGEST_COMMAND)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return "did not end", "", ""
    if ours is not None and reader is not None:
        reader.join(LONGEST_COMMAND)
        os.close(ours)
        out = bytes(drawn).replace(b"\r\n", b"\n")
    return process.returncode, (out or b"").decode("utf-8", "backslashreplace"), err.decode("utf-8", "backslashreplace")


def _send_signal(process: subprocess.Popen[bytes], command: Command, server: Server) -> None:
    """Waits until the images are asked for, as long as the command runs."""
    while process.poll() is None:
        asked = sum("/images/" in request.path for request in list(server.requests))
        if command.signal is not None and asked >= command.signal_after:
            process.send_signal(command.signal)
            return
        time.sleep(0.02)


def _read_terminal(ours: int, drawn: bytearray) -> None:
    with contextlib.suppress(OSError):  # Linux's way to say that the other side has hung up
        while chunk := os.read(ours, 65536):
            drawn += chunk


def _lines(text: str, in_order: bool) -> list[str]:
    """The lines of a text; what is not ended by a line break is said."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    else:
        lines[-1] += "<no line break>"
    return lines if in_order else sorted(lines)


def _parsed(line: str) -> Any:
    """A line of JSON as what it says, so that a report names the member that differs; another line as it is."""
    try:
        return json.loads(line)
    except ValueError:
        return line
