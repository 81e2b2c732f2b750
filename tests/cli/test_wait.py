"""`show --wait`: how it goes, how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from struct import pack

import pytest
from pauses import skip_pauses
from rackspace_images.testing.sandbox import Sandbox
from slack import SLACK

from .running import Run, environment

BUILDING = "00000000-0000-4000-8000-000000200003"
FAILS = "00000000-0000-4000-8000-000000200017"
VANISHES = "00000000-0000-4000-8000-000000200018"
BASE_ID = "00000000-0000-4000-8000-000000200001"
MISSING_ID = "00000000-0000-4000-8000-0000000000ff"

# The command, looking again after a fifth of a second.
HURRIED = (
    "import sys; from rackspace_images.client import waiting; waiting.POLL_INTERVAL = 0.2;"
    "from rackspace_images.cli.main import main; sys.exit(main())"
)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing sleeps for real."""
    skip_pauses(monkeypatch)


def test_it_waits_and_says_each_change(run: Run, sandbox: Sandbox, at_once: None) -> None:
    """A line for each on standard error; the result is that of a show without --wait."""
    ended = run("show", BUILDING, "--wait", "-f", "value", "-c", "status")
    assert (ended.code, ended.out) == (0, "ACTIVE\n")
    words = ["SAVING 25 %", "SAVING 50 %", "ACTIVE 100 %"]
    assert ended.err.splitlines() == [f"{BUILDING} {word} after 0:00" for word in words]
    sandbox.reset()
    assert run("show", BUILDING, "--wait", "-q", "-f", "value", "-c", "status") == (0, "ACTIVE\n", "")


def test_with_json_how_it_goes_is_json(run: Run, sandbox: Sandbox, at_once: None) -> None:
    """Every line on standard error can be read by a program."""
    ended = run("show", FAILS, "--wait", "-f", "json")
    assert (ended.code, ended.out) == (6, "")
    *changes, error = [json.loads(line) for line in ended.err.splitlines()]
    assert [change["status"] for change in changes] == ["SAVING", "ERROR"]
    assert (error["error"], error["image"]["status"]) == ("ImageBuildFailed", "ERROR")


@pytest.mark.parametrize(
    ("image_id", "code", "error"), [(FAILS, 6, "ImageBuildFailed"), (VANISHES, 6, "ImageVanished")]
)
def test_one_that_fails_prints_nothing(
    run: Run, sandbox: Sandbox, at_once: None, image_id: str, code: int, error: str
) -> None:
    """Exit code 6, and the error's own line."""
    ended = run("show", image_id, "--wait", "-q")
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith(f"{error}: ")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    ("image_id", "code"), [(BASE_ID, 0), (BUILDING, 7), (MISSING_ID, 7), ("00000000-0000-4000-8000-000000200014", 6)]
)
def test_a_timeout_of_0_asks_once(run: Run, sandbox: Sandbox, image_id: str, code: int) -> None:
    """Exit code 0, 6 or 7."""
    ended = run("show", image_id, "--wait", "--timeout", "0", "-q", "-f", "value", "-c", "id")
    assert (ended.code, ended.out) == (code, "" if code else f"{image_id}\n")
    assert len(sandbox.requests) == 1


def test_the_grace_is_how_long_an_image_may_be_missing(run: Run, sandbox: Sandbox, at_once: None) -> None:
    """Without one, an image that is not there is no such image: exit code 3, after one look."""
    ended = run("show", MISSING_ID, "--wait", "--grace", "0")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("ImageNotFound: 404 ")
    assert len(sandbox.requests) == 1
    ended = run("show", MISSING_ID, BASE_ID, "--wait", "--grace", "0.05s", "-f", "value", "-c", "id")
    assert (ended.code, ended.out) == (3, f"{BASE_ID}\n")
    assert f"{MISSING_ID} not there yet after 0:00" in ended.err
    assert f"try: rackspace-images locate {MISSING_ID}; looked for 0 s (grace=, --grace)\n" in ended.err


def test_many_are_waited_for_at_once(run: Run, sandbox: Sandbox, at_once: None) -> None:
    """Each is printed when it is ready, and the exit code is the worst."""
    ended = run("show", BUILDING, BASE_ID, VANISHES, "x", "--wait", "-f", "jsonl", "-q")
    assert ended.code == 2
    assert {json.loads(line)["id"] for line in ended.out.splitlines()} == {BUILDING, BASE_ID}
    assert {json.loads(line)["error"] for line in ended.err.splitlines()} == {"ImageVanished", "InvalidImageId"}
    sandbox.reset()
    assert run("show", BUILDING, FAILS, MISSING_ID, "--wait", "--timeout", "0", "-q").code == 7


def on_terminal(*words: str, columns: int = 80, interrupt_after: bytes | None = None) -> tuple[int, str, float]:
    """Exit code, everything that standard error drew on a terminal, and the seconds from Ctrl-C to the end."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, pack("HHHH", 40, columns, 0, 0))
    variables = {"TERM": "xterm-256color", "COLUMNS": str(columns)}
    process = subprocess.Popen(
        [sys.executable, "-c", HURRIED, *words],
        env=environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(theirs)
    drawn = bytearray()
    stopped = time.monotonic()
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # Linux's way to say that the other side has hung up
            break
        drawn += chunk
        if interrupt_after is not None and interrupt_after in drawn:
            interrupt_after = None
            stopped = time.monotonic()
            process.send_signal(signal.SIGINT)
    process.communicate()
    os.close(ours)
    return process.returncode, drawn.decode(), time.monotonic() - stopped


def test_the_display_moves(sandbox: Sandbox) -> None:
    """One line, drawn again: the status, the server's percentage, the time; erased at the end."""
    code, drawn, _ = on_terminal("show", BUILDING, "--wait", "-f", "json")
    assert code == 0
    assert "\n" not in drawn
    frames = [re.sub(r"0:0\d", "0:00", frame) for frame in drawn.split("\r")]
    assert f"[#####...............]  SAVING 25 %  0:00  {BUILDING}\x1b[K" in frames
    assert f"[##########..........]  SAVING 50 %  0:00  {BUILDING}\x1b[K" in frames
    assert frames[-1] == "\x1b[K"


def test_the_display_fits_a_narrow_terminal(sandbox: Sandbox) -> None:
    """What matters most comes first, and nothing wraps."""
    code, drawn, _ = on_terminal("show", BUILDING, "--wait", "-f", "json", columns=20)
    assert code == 0
    frames = [re.sub(r"\x1b\[K", "", frame) for frame in drawn.split("\r")]
    assert max(map(len, frames)) < 20
    assert any(re.match(r"SAVING 25 %  0:0\d", frame) for frame in frames)


@pytest.mark.parametrize("words", [(MISSING_ID,), (MISSING_ID, MISSING_ID)])
def test_ctrl_c_while_waiting_is_quiet_and_at_once(sandbox: Sandbox, words: tuple[str, ...]) -> None:
    """Exit code 130; no line is left behind."""
    code, drawn, seconds = on_terminal("show", *words, "--wait", interrupt_after=b"not there yet")
    assert code == 130
    assert seconds < 1 + SLACK
    assert "\n" not in drawn


def test_a_long_list_has_a_bar(sandbox: Sandbox) -> None:
    """On a terminal, from fifty ids on; a short list has none."""
    code, drawn, _ = on_terminal("show", *[BASE_ID] * 60, "-f", "value")
    assert code == 0
    assert re.search(r"\[#*\.*\]  \d+ of 60  0:0\d\x1b\[K", drawn)
    assert drawn.endswith("\r\x1b[K")
    assert on_terminal("show", *[BASE_ID] * 3, "-f", "value")[1] == ""
    assert on_terminal("show", *[BASE_ID] * 60, "-f", "value", "-q")[1] == ""


def test_ctrl_c_while_importing_is_quiet() -> None:
    """At any moment from when our own code begins: exit code 130, or the interpreter's own death before it."""
    script = (
        "import builtins, os, signal, sys; original = builtins.__import__\n"
        "def slow(name, *rest):\n"
        "    if name == 'argparse': os.kill(os.getpid(), signal.SIGINT)\n"
        "    return original(name, *rest)\n"
        "builtins.__import__ = slow\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from rackspace_images.cli.main import main; sys.exit(main())"
    )
    ended = subprocess.run([sys.executable, "-c", script, "list"], env=environment({}), capture_output=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")
