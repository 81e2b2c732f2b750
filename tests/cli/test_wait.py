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
from rackspace_images.cli.options import Settings
from rackspace_images.cli.progress import Tracker
from rackspace_images.testing.sandbox import Sandbox
from slack import SLACK

from .running import Run, environment

BUILDING = "00000000-0000-4000-8000-000000200003"
FAILS = "00000000-0000-4000-8000-000000200017"
VANISHES = "00000000-0000-4000-8000-000000200018"
BASE_ID = "00000000-0000-4000-8000-000000200001"
MISSING_ID = "00000000-0000-4000-8000-0000000000ff"

# The command, looking again after half a second.
HURRIED = (
    "import sys; from rackspace_images.client import waiting; waiting.POLL_INTERVAL = 0.5;"
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
    assert ended.err.splitlines() == [f"{BUILDING} {word} after 0:00:00" for word in words]
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
    assert f"{MISSING_ID} not there yet after 0:00:00" in ended.err
    assert f"try: rackspace-images locate {MISSING_ID}; looked for 0 s (--grace)\n" in ended.err


def test_many_are_waited_for_at_once(run: Run, sandbox: Sandbox, at_once: None) -> None:
    """Each is printed when it is ready, and the exit code is the worst."""
    ended = run("show", BUILDING, BASE_ID, VANISHES, "x", "--wait", "-f", "jsonl", "-q")
    assert ended.code == 2
    assert {json.loads(line)["id"] for line in ended.out.splitlines()} == {BUILDING, BASE_ID}
    assert {json.loads(line)["error"] for line in ended.err.splitlines()} == {"ImageVanished", "InvalidImageId"}
    sandbox.reset()
    assert run("show", BUILDING, FAILS, MISSING_ID, "--wait", "--timeout", "0", "-q").code == 7


def on_terminal(
    *words: str, columns: int = 80, interrupt_after: bytes | None = None, **changes: str
) -> tuple[int, str, float]:
    """Exit code, everything that standard error drew on a terminal, and the seconds from Ctrl-C to the end."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, pack("HHHH", 40, columns, 0, 0))
    variables = {"TERM": "xterm-256color", "COLUMNS": str(columns), **changes}
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
    """One line, drawn again: a bar, the status, the server's percentage, the time; erased at the end."""
    code, drawn, _ = on_terminal("show", BUILDING, "--wait", "-f", "json")
    assert code == 0
    frames = shown(drawn)
    assert any(re.search(r"━ SAVING 25 %  0:00:0\d$", frame) for frame in frames)
    assert any(re.search(r"━ SAVING 50 %  0:00:0\d$", frame) for frame in frames)
    assert drawn.endswith("\x1b[1A\x1b[2K")


def shown(drawn: str) -> list[str]:
    """What the display showed, one after another, without escape sequences."""
    return [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", frame).strip() for frame in re.split(r"[\r\n]", drawn)]


def test_the_display_fits_a_narrow_terminal(sandbox: Sandbox) -> None:
    """What matters most comes first, and nothing wraps."""
    code, drawn, _ = on_terminal("show", BUILDING, "--wait", "-f", "json", columns=20)
    assert code == 0
    assert max(map(len, shown(drawn))) <= 20
    assert any(re.match(r"SAVING 25 %  0:0", frame) for frame in shown(drawn))


def test_the_display_has_no_colours_where_they_are_not_wanted(sandbox: Sandbox) -> None:
    """With NO_COLOR; on a dumb terminal it is a line for each change."""
    _, drawn, _ = on_terminal("show", BUILDING, "--wait", "-f", "json", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9;]*m", drawn)
    sandbox.reset()
    _, drawn, _ = on_terminal("show", BUILDING, "--wait", "-f", "table", TERM="dumb")
    assert drawn.splitlines()[0] == f"{BUILDING} SAVING 25 % after 0:00:00"


def test_a_silent_wait_prints_a_line_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no terminal: CI systems end a job that prints nothing for long."""
    told: list[str] = []
    monkeypatch.setattr("rackspace_images.cli.output.tell", told.append)
    monkeypatch.setattr("rackspace_images.cli.progress.MINUTE", 0.05)
    settings = Settings()
    with Tracker(settings, None).display():
        deadline = time.monotonic() + SLACK
        while len(told) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert told[:2] == ["0 done  0:00:00", "0 done  0:00:00"]


def test_the_progress_of_many_counts_what_became_of_each() -> None:
    """What is worth a word has one."""
    tracker = Tracker(Settings(), 2000)
    tracker.count("", 800)
    tracker.count("failed", 3)
    tracker.count("missing")
    assert tracker.text() == "804 of 2000, 3 failed, 1 missing  0:00:00"
    tracker = Tracker(Settings(), None)
    tracker.count()
    assert tracker.text() == "1 done  0:00:00"


@pytest.mark.parametrize("words", [(MISSING_ID,), (MISSING_ID, MISSING_ID)])
def test_ctrl_c_while_waiting_is_quiet_and_at_once(sandbox: Sandbox, words: tuple[str, ...]) -> None:
    """Exit code 130; no line is left behind."""
    code, drawn, seconds = on_terminal("show", *words, "--wait", interrupt_after=b"not there yet")
    assert code == 130
    assert seconds < 1 + SLACK
    assert drawn.endswith("\x1b[1A\x1b[2K")


def test_a_long_list_has_a_bar(sandbox: Sandbox) -> None:
    """On a terminal, from fifty ids on; a short list has none."""
    code, drawn, _ = on_terminal("show", *[BASE_ID] * 60, "-f", "value")
    assert code == 0
    assert any(re.search(r"━ \d+ of 60  0:00:0\d$", frame) for frame in shown(drawn))
    assert drawn.endswith("\x1b[1A\x1b[2K")
    assert on_terminal("show", *[BASE_ID] * 3, "-f", "value")[1] == ""
    assert on_terminal("show", *[BASE_ID] * 60, "-f", "value", "-q")[1] == ""


def test_ctrl_c_while_importing_is_quiet() -> None:
    """At any moment from when our own code begins: exit code 130, or the interpreter's own death before it."""
    script = (
        "import builtins, os, signal, sys; original = builtins.__import__\n"
        "def slow(name, *rest):\n"
        "    if name == 'click': os.kill(os.getpid(), signal.SIGINT)\n"
        "    return original(name, *rest)\n"
        "builtins.__import__ = slow\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from rackspace_images.cli.main import main; sys.exit(main())"
    )
    ended = subprocess.run([sys.executable, "-c", script, "list"], env=environment({}), capture_output=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")
