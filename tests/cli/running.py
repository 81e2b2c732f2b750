"""Ways to run the command, and images for it to print."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from fcntl import ioctl
from typing import Any, NamedTuple, Protocol

import pytest
from hypothesis import strategies as st
from rackspace_images import Image, ImageResponse
from rackspace_images.cli.main import main

COMMAND = [sys.executable, "-m", "rackspace_images"]
ID = "00000000-0000-4000-8000-00000000abcd"


class Ended(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


class Run(Protocol):
    def __call__(self, *words: str) -> Ended: ...


def environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    """This process's environment with changes; None takes a variable out."""
    return {name: value for name, value in {**os.environ, **changes}.items() if value is not None}


def run_apart(*words: str, **changes: str | None) -> Ended:
    """The command in a process of its own, with changes to the environment."""
    ended = subprocess.run(
        [*COMMAND, *words], env=environment(changes), stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8"
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def started(*words: str, stdout: int = subprocess.PIPE, **changes: str | None) -> subprocess.Popen[str]:
    """The command, started, with pipes to read from; Ctrl-C reaches it even where this process ignores it."""
    return subprocess.Popen(
        [*COMMAND, *words],
        env=environment(changes),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def run_on_terminal(*words: str, columns: int = 80, variables: Mapping[str, str | None] | None = None) -> Ended:
    """The command with a terminal of that width as its standard output."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    with started(*words, stdout=theirs, **{"TERM": "xterm-256color", **(variables or {})}) as process:
        os.close(theirs)
        out = bytearray()
        with contextlib.suppress(OSError):  # Linux's way to say that the other side has hung up
            while chunk := os.read(ours, 65536):
                out += chunk
        assert process.stderr is not None
        err = process.stderr.read()
    os.close(ours)
    return Ended(process.returncode, out.decode().replace("\r\n", "\n"), err)


@contextlib.contextmanager
def _answering(image: Image) -> Iterator[pytest.MonkeyPatch]:
    class Answering:
        def get(self, image_id: str) -> Image:
            return image

    @contextlib.contextmanager
    def connected(*args: Any) -> Iterator[Answering]:
        yield Answering()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("rackspace_images.cli.client.open_client", connected)
        yield patched


def printed(received: Mapping[str, Any], *words: str, columns: int = 80, region: str | None = "DFW") -> str:
    """What `show` prints of an image that is received like this."""
    # Over JSON, as over the wire: that is what gives two halves of a surrogate pair their meaning.
    image = Image.from_dict(json.loads(json.dumps({"id": ID, **received})))
    image.response = ImageResponse(200, "req-1", region, "http://127.0.0.1:1/v2/1")
    out, err = io.StringIO(), io.StringIO()
    with _answering(image) as patched, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patched.setenv("COLUMNS", str(columns))
        assert main(["show", ID, *words]) == 0, err.getvalue()
    assert err.getvalue() == ""
    return out.getvalue()


_NASTY = [
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b2J", "\u202egnp.exe\u2066", "\r\n", "\n", "\t", "\0", "\x7f",
    "[red]x[/red]", ":smile:", "$(touch made)", "`touch made`", "${IFS}", '"', "'", "\\", "\\\\", "!", "#", "; exit",
    "\ud800", "\ufeff", "\u2028", "日本語", "🐧", "e\u0301", "yes", "2013-06-07T16:38:49Z", "1.5e9", "- a: b",
    "https://example.com/" + "long/" * 30, " ",
]  # fmt: skip
nasty_text = st.lists(st.sampled_from(_NASTY) | st.text(st.characters(exclude_categories=())), max_size=5).map("".join)
"""Text as no decent server would send it."""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | nasty_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(nasty_text, inner, max_size=3),
    max_leaves=10,
)
"""Anything JSON can hold."""

_SOME = ["name", "status", "progress", "minDisk", "OS-EXT-IMG-SIZE:size", "server", "links", "created", "metadata"]
images = st.builds(
    lambda usual, odd: {**odd, **usual},
    st.fixed_dictionaries(
        {},
        optional={
            "name": nasty_text,
            "status": nasty_text,
            "metadata": st.dictionaries(nasty_text, json_values, max_size=4),
            "links": st.lists(st.dictionaries(st.sampled_from(["href", "rel", "type"]), nasty_text), max_size=2),
        },
    ),
    st.dictionaries(st.sampled_from(_SOME) | nasty_text.filter(lambda key: key != "id"), json_values, max_size=4),
)
"""Images with any member missing, odd, unknown or hostile."""
