"""Completion by real Tab keys, in the shells that are there."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest
from slack import SLACK

from .running import environment, run_apart

START = {
    "bash": (["bash", "--norc", "-i"], 'eval "$(rackspace-images completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'eval "$(rackspace-images completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "rackspace-images completion fish | source"),
}


@pytest.fixture
def clouds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A clouds.yaml with two clouds."""
    file = tmp_path / "clouds.yaml"
    file.write_text("clouds: {northern: {}, southern: {}}")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", os.fspath(file))


def completed(words: str) -> set[str]:
    """What the command offers for the last of these words, as bash asks for it."""
    number = str(len(words.split(" ")) - 1)
    ended = run_apart(_RACKSPACE_IMAGES_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=number)
    assert (ended.code, ended.err) == (0, "")
    return {line.partition(",")[2] for line in ended.out.splitlines() if line}


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("rackspace-images lo", {"locate", "logout"}),
        ("rackspace-images show --wa", {"--wait"}),
        ("rackspace-images list --all", {"--all-regions"}),
        ("rackspace-images show x -f js", {"json", "jsonl"}),
        ("rackspace-images list --status A", {"ACTIVE"}),
        ("rackspace-images list --type s", {"snapshot"}),
        ("rackspace-images show x -c min_", {"min_disk", "min_ram"}),
        ("rackspace-images show x -c id,min_d", {"id,min_disk"}),
        ("rackspace-images regions -c e", {"endpoint"}),
        ("rackspace-images list --sort is_a", {"is_active"}),
        ("rackspace-images list --region d", {"DFW"}),
        ("rackspace-images list --interface p", {"public"}),
        ("rackspace-images list --cloud n", {"northern"}),
        ("rackspace-images audit --cloud s", {"southern"}),
        ("rackspace-images completion z", {"zsh"}),
        ("rackspace-images spec i", {"images", "identity"}),
    ],
)
def test_what_fits(clouds: None, line: str, fits: set[str]) -> None:
    """Commands, options, and values: clouds, regions, columns, formats, statuses."""
    assert completed(line) == fits


def test_a_broken_configuration_completes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And prints nothing into the line that is being typed."""
    file = tmp_path / "clouds.yaml"
    file.write_text("clouds: [")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", os.fspath(file))
    assert completed("rackspace-images list --cloud ") == set()


@pytest.mark.parametrize("shell", START)
def test_tab_completes(clouds: None, shell: str, tmp_path: Path) -> None:
    """In a shell without any configuration of its own."""
    words, source = START[shell]
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell}")
    command = tmp_path / "bin" / "rackspace-images"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m rackspace_images "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    changes = {"PATH": path, "TERM": "xterm", "PS1": "$ ", "ZDOTDIR": os.fspath(tmp_path), "HOME": os.fspath(tmp_path)}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        words,
        env=environment(changes),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        # fish runs on no other terminal than its own.
        preexec_fn=lambda: ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    try:
        typed(ours, f"{source}; echo read''y\r", "ready")
        typed(ours, "rackspace-images reg\t", "regions")
        typed(ours, "\x15rackspace-images list --cloud no\t", "northern")
        typed(ours, "\x15rackspace-images show -c is_a\t", "is_active")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        os.close(ours)


def typed(terminal: int, keys: str, awaited: str) -> None:
    """Types keys, and waits until something is drawn."""
    os.write(terminal, keys.encode())
    drawn, end = "", time.monotonic() + 10 + SLACK
    while awaited not in drawn:
        assert time.monotonic() < end, drawn
        if select.select([terminal], [], [], 0.2)[0]:
            text = os.read(terminal, 65536).decode("utf-8", "replace")
            if "\x1b[c" in text or "\x1b[0c" in text:  # fish asks the terminal what it is
                os.write(terminal, b"\x1b[?62;c")
            drawn += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
