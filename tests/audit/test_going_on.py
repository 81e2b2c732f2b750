"""An audit that was stopped, however, goes on where it was."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scripted import answer
from slack import SLACK

from .running import FAILING, Auditing, Images, ids, rows, written

COMMAND = [sys.executable, "-m", "rackspace_images", "audit", "--no-cache"]


def test_what_is_done_is_not_asked_again(audit: Auditing, images: Images) -> None:
    """A second run asks for what failed and may pass, and for nothing else."""
    failing = ids(30)[::7]
    images.answers = dict.fromkeys(failing, FAILING)
    assert audit(ids(30), "--partition", "4").code == 1
    assert len(audit.rows()) == 30
    assert audit.summary()["retryable"] == len(failing)
    images.requests.clear()
    images.answers = {}
    assert audit(ids(30), "--partition", "4").code == 0
    assert sorted(images.asked) == failing
    assert [(row["id"], row["outcome"]) for row in audit.rows()] == [(one, "found") for one in ids(30)]
    images.requests.clear()
    ended = audit(ids(30), "--partition", "4")
    assert (ended.code, images.asked) == (0, [])
    assert audit.summary()["asked"] == 0


def test_killed_twice_it_still_has_every_row_once(audit: Auditing, images: Images, tmp_path: Path) -> None:
    """SIGKILL, wherever it hits: every file is whole, and no row is lost or there twice."""
    given = written(tmp_path / "ids.txt", ids(200))
    words = [given, "--out", str(audit.out), "--partition", "10"]
    for silent in (60, 130):
        # From there on nobody answers, so that it cannot be through before it is killed.
        images.answers = dict.fromkeys(ids(200)[silent:], None)
        before = len(list(audit.out.glob("part-*")))
        with subprocess.Popen([*COMMAND, *words], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
            ends = time.monotonic() + 20
            while len(list(audit.out.glob("part-*"))) < before + 5:
                assert time.monotonic() < ends
                assert process.poll() is None
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        kept = [row["id"] for row in rows(audit.out)]
        assert kept == sorted(set(kept))
        assert len(kept) >= 50
    images.answers = {}
    (audit.out / ".part-000019.jsonl.1.new").write_bytes(b"half a")
    assert audit(ids(200), "--partition", "10").code == 0
    assert [row["id"] for row in audit.rows()] == ids(200)
    assert [path.name for path in audit.out.glob(".*")] == [".lock"]


def test_ctrl_c_keeps_what_came(audit: Auditing, images: Images, tmp_path: Path) -> None:
    """Also of a partition that is not complete; exit code 130, and the rest is named."""
    images.answers = dict.fromkeys(ids(40)[5:], None)
    given = written(tmp_path / "ids.txt", ids(40))
    with subprocess.Popen(
        [*COMMAND, given, "--out", str(audit.out)],
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
        text=True,
    ) as process:
        ends = time.monotonic() + 20
        while len(set(images.asked)) < 36:
            assert time.monotonic() < ends
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=1 + SLACK)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert [row["id"] for row in audit.rows()] == ids(5)
    assert (audit.out / "remaining.txt").read_text().split() == ids(40)[5:]


def test_on_a_full_disk_no_file_is_half(audit: Auditing, images: Images, tmp_path: Path) -> None:
    """It says so and ends, with what was written before; with room again it goes on."""
    given = written(tmp_path / "ids.txt", ids(60))
    words = [given, "--out", str(audit.out), "--partition", "10"]
    # A limit on a file's size is the disk that anybody can fill: the third partition's rows are larger.
    long = answer(200, {"image": {"id": ids(60)[25], "name": "x" * 20_000}})
    images.answers = {ids(60)[25]: long}
    full = subprocess.run(
        [*COMMAND, *words],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (15_000, 15_000)),
    )
    assert full.returncode == 1
    assert "cannot write" in full.stderr
    assert "it goes on" in full.stderr
    assert "Traceback" not in full.stderr
    kept = [row["id"] for row in audit.rows()]
    assert ids(60)[25] not in kept
    assert len(kept) == len(set(kept))
    left = (audit.out / "remaining.txt").read_text().split()
    assert sorted(kept + left) == ids(60)
    assert audit(ids(60), "--partition", "10").code == 0
    assert [row["id"] for row in audit.rows()] == ids(60)


@pytest.mark.parametrize(
    ("lines", "words", "differs"),
    [
        (ids(4), [], "ids"),
        (ids(3), ["-f", "csv"], "format"),
        (ids(3), ["--region", "ORD"], "regions"),
        (ids(3), ["--all-regions"], "regions"),
        (ids(3), ["--cloud", "other"], "clouds"),
        (ids(3), ["-c", "name"], "columns"),
        (ids(3), ["--partition", "7"], "partition"),
        (None, [], "ids"),
    ],
)
def test_a_folder_of_another_audit_is_refused(
    audit: Auditing, images: Images, lines: list[str] | None, words: list[str], differs: str
) -> None:
    """With what differs, before anybody is asked; nothing in the folder changes."""
    audit(ids(3))
    before = {path: path.read_bytes() for path in audit.out.iterdir()}
    images.requests.clear()
    ended = audit(lines, *words)
    assert (ended.code, images.asked) == (2, [])
    assert f"holds another audit: its {differs} differ" in ended.err
    assert {path: path.read_bytes() for path in audit.out.iterdir()} == before


def test_a_folder_of_something_else_is_refused(audit: Auditing, images: Images) -> None:
    """A folder with files that are not its own, one with a manifest of nobody's, and a file."""
    audit.out.mkdir()
    (audit.out / "thesis.txt").write_text("mine")
    assert "holds no audit" in audit(ids(1)).err
    assert [path.name for path in audit.out.iterdir()] == ["thesis.txt"]
    (audit.out / "manifest.json").write_text("[]")
    assert "no manifest of this version" in audit(ids(1)).err
    (audit.out / "manifest.json").write_text("{")
    assert "cannot read" in audit(ids(1)).err
    file = audit.out / "thesis.txt"
    audit.out = file
    assert audit(ids(1)).code in (1, 2)
    assert file.read_text() == "mine"


def test_a_file_that_somebody_cut_is_named(audit: Auditing, images: Images) -> None:
    """It is not guessed what was in it."""
    audit(ids(3))
    part = audit.out / "part-000000.jsonl"
    part.write_bytes(part.read_bytes()[:-5])
    ended = audit(ids(3))
    assert ended.code == 2
    assert str(part) in ended.err
    part.unlink()
    assert audit(ids(3)).code == 0


def test_two_at_once_are_refused(audit: Auditing, images: Images, tmp_path: Path) -> None:
    """Whoever comes second is told."""
    images.answers = dict.fromkeys(ids(3), None)
    given = written(tmp_path / "other.txt", ids(3))
    with subprocess.Popen([*COMMAND, given, "--out", str(audit.out)], stderr=subprocess.DEVNULL) as process:
        try:
            ends = time.monotonic() + 20
            while not images.asked:
                assert time.monotonic() < ends
                time.sleep(0.02)
            ended = audit(ids(3))
            assert (ended.code, "another process works in" in ended.err) == (2, True)
        finally:
            os.kill(process.pid, signal.SIGKILL)


def test_ids_that_cannot_be_read(audit: Auditing) -> None:
    """A file that is not there is said before a folder is made."""
    ended = audit.of_file("nowhere.txt")
    assert ended.code == 2
    assert "cannot read nowhere.txt" in ended.err
    assert not audit.out.exists()
