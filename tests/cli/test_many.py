"""`show` and `locate` of many ids, and of those that standard input holds."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from argparse import Namespace

import pytest
import yaml
from rackspace_images.testing.sandbox import Sandbox
from scripted import Scripted, answer
from slack import SLACK

from .running import COMMAND, ID, Run, environment, run_on_terminal

SOURCE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"
BASE_ID = "00000000-0000-4000-8000-000000200001"
MISSING_ID = "00000000-0000-4000-8000-000000404001"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> object:
    """Puts text on standard input."""

    def typed(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    return typed


def test_a_bad_id_costs_only_itself(run: Run, sandbox: Sandbox) -> None:
    """Each error is a line of JSON, each image a line of JSON, and the exit code is the worst."""
    ended = run("show", SOURCE_ID, "x", MISSING_ID, BASE_ID, "-f", "json")
    assert ended.code == 2
    assert {json.loads(line)["id"] for line in ended.out.splitlines()} == {SOURCE_ID, BASE_ID}
    errors = {json.loads(line)["error"] for line in ended.err.splitlines()}
    assert errors == {"InvalidImageId", "ImageNotFound"}


@pytest.mark.parametrize(
    ("last", "code"),
    [("200001", 0), ("404001", 3), ("413001", 5), ("500001", 1), ("403001", 4)],
)
def test_the_exit_code_is_that_of_the_worst(run: Run, sandbox: Sandbox, last: str, code: int) -> None:
    """Each is worse than those before it, and one that is found is the best."""
    order = ["200001", "404001", "413001", "500001", "403001"]
    ids = [f"00000000-0000-4000-8000-000000{end}" for end in order[: order.index(last) + 1]]
    assert run("show", *ids, BASE_ID, "-f", "value").code == code


def test_ids_come_from_standard_input(run: Run, sandbox: Sandbox, typed: object) -> None:
    """One a line; blank lines and comments are skipped, a bad line is named, and the rest goes on."""
    typed(f"\ufeff{SOURCE_ID}\r\n\n  # nothing\nweb 1\n {BASE_ID} # good\n{BASE_ID}")  # type: ignore[operator]
    ended = run("show", "-", "-f", "value", "-c", "id")
    assert ended.code == 2
    assert sorted(ended.out.split()) == sorted([SOURCE_ID, BASE_ID, BASE_ID])
    assert ended.err.startswith("InvalidImageId: line 4: 'web 1' is not an image id; try: rackspace-images list --name")
    typed("")  # type: ignore[operator]
    assert run("show", "-", "-f", "json") == (0, "", "")


@pytest.mark.parametrize("ids", [("-",), (BASE_ID, BASE_ID)])
def test_formats_of_many(run: Run, sandbox: Sandbox, typed: object, ids: tuple[str, ...]) -> None:
    """JSON is one object a line whatever number arrives, YAML a document for each."""

    def out(*words: str) -> str:
        typed(f"{BASE_ID}\n")  # type: ignore[operator]
        ended = run("show", *ids, *words)
        assert (ended.code, ended.err) == (0, "")
        return ended.out

    image = json.loads(run("show", BASE_ID, "-f", "json").out)
    for name in ("json", "jsonl"):
        assert [json.loads(line) for line in out("-f", name).splitlines()] == [image] * len(ids)
    assert list(yaml.safe_load_all(out("-f", "yaml"))) == [image] * len(ids)
    assert out("-f", "csv").splitlines()[0] == "id,status,name"
    assert out("-f", "csv", "-c", "size").splitlines() == ["size", *[str(image["OS-EXT-IMG-SIZE:size"])] * len(ids)]
    assert out("-f", "value", "-c", "status") == "ACTIVE\n" * len(ids)
    assert out().startswith("ID                                    Status  Name\n")


def test_one_image_as_a_row(run: Run, sandbox: Sandbox) -> None:
    """`jsonl` and `csv` have a meaning for one as well."""
    assert json.loads(run("show", BASE_ID, "-f", "jsonl").out) == json.loads(run("show", BASE_ID, "-f", "json").out)
    assert run("show", BASE_ID, "-f", "csv", "-c", "status").out == "status\nACTIVE\n"


def test_what_is_nobodys_fault_stops_the_run(run: Run, running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong key is told once, for all of them."""
    for name, value in {"USERNAME": "demo", "API_KEY": "wrong", "AUTH_URL": running.auth_url}.items():
        monkeypatch.setenv(f"RS_{name}", value)
    ended = run("show", *[SOURCE_ID] * 20, "-f", "json")
    assert (ended.code, ended.out) == (4, "")
    assert json.loads(ended.err)["error"] == "AuthenticationFailed"


def start(*words: str, **changes: str | None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *words],
        env=environment(changes),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.parametrize("words", [("show", "-", "-f", "value", "-c", "id"), ("show", "-", "-f", "jsonl", "-c", "id")])
def test_ids_that_come_slowly_are_answered_as_they_come_until_ctrl_c(sandbox: Sandbox, words: tuple[str, ...]) -> None:
    """Nothing waits for the end of standard input; Ctrl-C does not either, and is quiet."""
    with start(*words) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for image_id in (SOURCE_ID, BASE_ID):
            process.stdin.write(f"{image_id}\n")
            process.stdin.flush()
            assert image_id in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(1 + SLACK) == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""
        process.stdin.close()


def test_a_pipe_that_closes_ends_an_endless_list(sandbox: Sandbox) -> None:
    """`yes ID | show - | head -1`: exit code 0, and no word."""
    script = f'(yes {BASE_ID} | "$@"; echo $? >&2) | head -1'
    words = ["sh", "-c", script, "sh", *COMMAND, "show", "-", "-f", "value", "-c", "id"]
    ended = subprocess.run(words, env=environment({}), capture_output=True, encoding="utf-8", timeout=30)
    assert (ended.stdout, ended.stderr) == (f"{BASE_ID}\n", "0\n")


def test_a_closed_standard_input_is_said(sandbox: Sandbox) -> None:
    """Exit code 2."""
    words = ["sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, "show", "-"]
    ended = subprocess.run(words, env=environment({}), capture_output=True, encoding="utf-8")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "standard input is closed" in ended.stderr


def test_the_lists_ids_can_be_shown(sandbox: Sandbox) -> None:
    """`list … | show - -f jsonl`, over a pipe."""
    script = '"$0" -m rackspace_images list -f value -c id --status ACTIVE | "$0" -m rackspace_images show - -f jsonl'
    ended = subprocess.run(
        ["sh", "-c", script, sys.executable], env=environment({}), capture_output=True, encoding="utf-8", check=True
    )
    images = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(images) > 5
    assert {image["status"] for image in images} == {"ACTIVE"}
    assert ended.stderr == ""


def test_locate_reads_standard_input_and_chooses_columns(run: Run, typed: object) -> None:
    """Its own columns, and those of the image where it is found."""
    typed(f"{SOURCE_ID}\n")  # type: ignore[operator]
    ended = run("locate", "-", "--sandbox", "-f", "value", "-c", "region", "-c", "result", "-c", "minDisk")
    assert ended == (0, "DFW found 40\nORD absent \n", "")
    assert run("regions", "--sandbox", "-f", "value", "-c", "REGION").out == "DFW\nORD\n"


@pytest.mark.parametrize("words", [("list",), ("locate", BASE_ID), ("show", BASE_ID, SOURCE_ID)])
def test_a_narrow_terminal_gets_a_block_for_each_row(words: tuple[str, ...]) -> None:
    """Ids break at their dashes, not in the middle of a part."""
    out = run_on_terminal(*words, "--sandbox", columns=20, variables={"NO_COLOR": "1"}).out
    assert "  00000000-0000-\n  4000-8000-\n  000000200001\n" in out
    assert max(map(len, out.splitlines())) <= 20


def test_a_long_name_is_broken_at_a_mark() -> None:
    """Where the last column is folded; the columns before it, an id for one, are not."""
    out = run_on_terminal("list", "--sandbox", "--type", "snapshot", columns=60, variables={"NO_COLOR": "1"}).out
    gap = " " * 46
    assert f"00000000-0000-4000-8000-000000200003  SAVING  nightly-2026-\n{gap}11-20\n" in out


def test_a_wait_is_said_on_a_terminal_and_every_repetition_with_v(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of some seconds, in one line; nothing of it elsewhere or with -q."""
    from rackspace_images.cli.watch import Watch
    from rackspace_images.errors import OverLimit
    from rackspace_images.http.retry import Attempt

    told: list[str] = []
    monkeypatch.setattr("rackspace_images.cli.output.tell", told.append)
    monkeypatch.setattr("rackspace_images.cli.live.is_possible", lambda: True)

    def watch(wait: float | None, *, quiet: bool = False, verbose: bool = False) -> list[str]:
        told.clear()
        watched = Watch(Namespace(quiet=quiet, verbose=verbose))
        error = OverLimit(429, "overLimit", "slow")
        for _ in range(3):
            watched.on_attempt(Attempt("GET", "http://x/1", "DFW", 429, error, 1, 0.1, wait, "req-1"))
        return list(told)

    assert watch(30.0) == ["DFW is limited: waiting 30 s"]
    assert watch(1.0) == watch(None) == watch(30.0, quiet=True) == []
    line = "attempt 1: OverLimit 429 region=DFW GET http://x/1 request_id=req-1 0.10s; again in 1.0 s"
    assert watch(1.0, verbose=True) == [line] * 3
    monkeypatch.setattr("rackspace_images.cli.live.is_possible", lambda: False)
    assert watch(30.0) == []


def test_debug_says_what_is_sent_and_never_a_secret(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's loggers, on standard error, for this command only."""
    import logging

    with Scripted([answer(200, {"image": {"id": ID}})]) as server:
        monkeypatch.setenv("OS_TOKEN", "geheim-4711")
        monkeypatch.setenv("OS_ENDPOINT_OVERRIDE", server.endpoint)
        ended = run("show", ID, "--debug", "-f", "json")
        assert "DEBUG rackspace_images: GET http://127.0.0.1:" in ended.err
        assert "geheim" not in ended.err
        assert run("show", ID, "-f", "json").err == ""
        assert run("show", ID, "-f", "json", "--insecure").err.startswith("warning: ")
        assert run("show", ID, "-f", "json", "--insecure", "-q").err == ""
    assert [type(handler) for handler in logging.getLogger("rackspace_images").handlers] == [logging.NullHandler]
