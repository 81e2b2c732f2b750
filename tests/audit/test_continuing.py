"""An audit that was stopped, in whatever way, continues where it was."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scripted import answer
from slack import SLACK

from .running import FAILING, MISSING, Auditing, Images, ids, rows, undated, written

COMMAND = [sys.executable, "-m", "rackspace_images", "audit", "--no-cache"]


def parts(out: Path) -> list[Path]:
    """The files of an audit, in order."""
    return sorted(out.glob("part-*"))


def test_what_is_done_is_not_retrieved_again(audit: Auditing, images: Images) -> None:
    """A second run retries failures that may be temporary, and nothing else; then it says how old the rows are."""
    failing = ids(30)[::7]
    images.answers = {**dict.fromkeys(failing, FAILING), ids(30)[1]: MISSING}
    ended = audit(ids(30), "--partition", "4")
    assert ended.code == 1
    assert f"{len(failing)} may succeed later" in ended.err
    kept = {row["id"]: row for row in audit.rows() if row["id"] not in failing}
    images.requests.clear()
    images.answers = {}
    assert audit(ids(30), "--partition", "4").code == 3
    assert sorted(images.asked) == failing
    assert [row["id"] for row in audit.rows()] == ids(30)
    assert all(row == kept.get(row["id"], row) for row in audit.rows())
    images.requests.clear()
    ended = audit(ids(30), "--partition", "4")
    assert (ended.code, images.asked) == (3, [])
    assert "30 rows in" in ended.err
    assert "UTC (" in ended.err
    assert " ago)" in ended.err
    assert "nothing was left to retrieve; --refresh retrieves everything again" in ended.err


def test_refresh_retrieves_everything_again(audit: Auditing, images: Images) -> None:
    """Every row has a later time, and the image as it is now."""
    audit(ids(5), "--partition", "2")
    for path in parts(audit.out):
        path.write_text(path.read_text().replace('"retrieved": "20', '"retrieved": "19'))
    images.answers = {ids(5)[4]: MISSING}
    assert audit(ids(5), "--partition", "2").code == 0
    assert audit(ids(5), "--partition", "2", "--refresh").code == 3
    assert len(images.asked) == 10
    assert all(row["retrieved"].startswith("20") for row in audit.rows())
    assert audit.rows()[4]["outcome"] == "absent"


def test_old_rows_are_said_to_be_old(audit: Auditing, images: Images) -> None:
    """By the times of the oldest and the newest."""
    audit(ids(2), "--partition", "1")
    for path, day in zip(parts(audit.out), ("02", "03"), strict=True):
        path.write_text(re.sub(r'(?<="retrieved": ")[^"]+', f"2026-01-{day}T04:05:06Z", path.read_text()))
    ended = audit(ids(2), "--partition", "1")
    assert "2 rows in" in ended.err
    assert "retrieved 2026-01-02 04:05:06 UTC to 2026-01-03 04:05:06 UTC (" in ended.err
    assert "mo ago)" in ended.err


def test_rows_are_those_of_an_undisturbed_run_however_often_it_is_killed(
    audit: Auditing, images: Images, tmp_path: Path
) -> None:
    """SIGKILL, wherever it hits: every file is whole, and no row is lost or there twice."""
    images.answers = {ids(200)[3]: MISSING, ids(200)[150]: answer(403, {"forbidden": {"code": 403, "message": "No."}})}
    given = written(tmp_path / "given.txt", ids(200))
    words = [given, "--partition", "10"]
    undisturbed = tmp_path / "undisturbed"
    subprocess.run([*COMMAND, *words, "--out", undisturbed], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    good = images.answers
    for silent in (30, 60, 110, 160):
        # From there on there is no answer, so that the run cannot end before it is killed.
        images.answers = {**good, **dict.fromkeys(ids(200)[silent:], None)}
        before = len(parts(audit.out))
        command = [*COMMAND, *words, "--out", str(audit.out)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
            ends = time.monotonic() + 20
            while len(parts(audit.out)) < before + 2:
                assert time.monotonic() < ends
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        kept = [row["id"] for row in rows(audit.out)]
        assert kept == ids(200)[: len(kept)]
        assert len(kept) >= 20
        (audit.out / ".part-000019-x.jsonl.1.new").write_bytes(b"half a")
    images.answers = good
    assert audit.of_file(given, "--partition", "10").code == 4
    assert undated(audit.out) == undated(undisturbed)
    assert [path.name for path in parts(audit.out)] == [path.name for path in parts(undisturbed)]
    assert [path.name for path in audit.out.glob(".*")] == [".lock"]


def test_ctrl_c_keeps_the_partitions_that_are_done(audit: Auditing, images: Images, tmp_path: Path) -> None:
    """Exit code 130, within a second, and it says how much is left."""
    images.answers = dict.fromkeys(ids(40)[15:], None)
    given = written(tmp_path / "given.txt", ids(40))
    with subprocess.Popen(
        [*COMMAND, given, "--out", str(audit.out), "--partition", "10"],
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
        text=True,
    ) as process:
        ends = time.monotonic() + 20
        while len(set(images.asked)) < 20:
            assert time.monotonic() < ends
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=1 + SLACK)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert [row["id"] for row in audit.rows()] == ids(10)
    assert "stopped after 10 of 40 ids: the same command continues" in told


def test_full_disk_leaves_no_file_that_is_not_whole(audit: Auditing, images: Images, tmp_path: Path) -> None:
    """It says so and ends; with room again it continues."""
    given = written(tmp_path / "given.txt", ids(60))
    words = [given, "--out", str(audit.out), "--partition", "10"]
    # A limit on a file's size is the disk that anybody can fill: the third partition's rows are larger.
    images.answers = {ids(60)[25]: answer(200, {"image": {"id": ids(60)[25], "name": "x" * 20_000}})}
    full = subprocess.run(
        [*COMMAND, *words],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (15_000, 15_000)),
    )
    assert full.returncode == 1
    assert "File too large; try: make room, and run the same command again: it continues" in full.stderr
    assert "Traceback" not in full.stderr
    assert [row["id"] for row in audit.rows()] == ids(20)
    assert [path.name for path in audit.out.glob(".*")] == [".lock"]
    assert audit(ids(60), "--partition", "10").code == 0
    assert [row["id"] for row in audit.rows()] == ids(60)


def test_without_network_the_run_ends_and_no_row_says_it_of_an_image(
    audit: Auditing, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no id of a partition has an answer, the ids are not the reason."""
    endpoint = images.endpoint
    assert audit(ids(10), "--partition", "5").code == 0
    monkeypatch.setenv("OS_ENDPOINT_OVERRIDE", "http://127.0.0.1:1/v2/1")
    ended = audit(ids(10), "--partition", "5", "--refresh")
    assert ended.code == 1
    assert ended.err.count("ConnectionFailed") == 1
    assert [row["outcome"] for row in audit.rows()] == ["found"] * 10
    # Ids that were not reached among others that were are failures of their own.
    monkeypatch.setenv("OS_ENDPOINT_OVERRIDE", endpoint)
    images.answers = dict.fromkeys(ids(10)[3:], b"")
    for _ in range(2):
        assert audit(ids(10), "--partition", "10", "--out", str(audit.out.with_name("b"))).code == 1
    assert [row["outcome"] for row in rows(audit.out.with_name("b"))] == ["found"] * 3 + ["failed"] * 7


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (ids(4), []),
        (ids(3), ["--region", "ORD"]),
        (ids(3), ["--all-regions"]),
        (ids(3), ["--partition", "7"]),
        (None, []),
    ],
)
def test_folder_of_another_audit_is_refused(
    audit: Auditing, images: Images, lines: list[str] | None, words: list[str]
) -> None:
    """Before any request; nothing in the folder changes."""
    audit(ids(3))
    before = {path: path.read_bytes() for path in audit.out.iterdir()}
    images.requests.clear()
    ended = audit(lines, *words)
    assert (ended.code, images.asked) == (2, [])
    assert "holds another audit" in ended.err
    assert {path: path.read_bytes() for path in audit.out.iterdir()} == before


def test_other_files_of_the_folder_are_left_alone(audit: Auditing, images: Images) -> None:
    """Also where they begin with a dot."""
    audit.out.mkdir()
    for name in ("thesis.txt", ".notes.new"):
        (audit.out / name).write_text("mine")
    assert audit(ids(1)).code == 0
    assert (audit.out / "thesis.txt").read_text() == (audit.out / ".notes.new").read_text() == "mine"


def test_two_at_once_are_refused(audit: Auditing, images: Images, tmp_path: Path) -> None:
    """The second one ends with an error that says so."""
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
    """A file that is absent is reported before a folder is made."""
    ended = audit.of_file("nowhere.txt")
    assert ended.code == 2
    assert "File 'nowhere.txt' does not exist" in ended.err
    assert not audit.out.exists()
