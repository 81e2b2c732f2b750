"""An audit over workers: whatever is killed, every id ends with one row, and it is the row of an undisturbed run."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from audit.running import MISSING, Auditing, ids, rows, undated, written
from faulty import unreachable
from scripted import Request, answer

from .lab import Lab, Watched, until

EXPECTED_IDS = ids(400)


@pytest.fixture
def undisturbed(tmp_path: Path, cloud: Watched, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The rows of one machine that is left alone. Some ids are absent, one is not an id."""
    absent = set(EXPECTED_IDS[::50])
    cloud.first = lambda request: MISSING if request.path.rpartition("/")[2] in absent else None
    alone = Auditing(tmp_path / "alone", capsys)
    (tmp_path / "alone").mkdir()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in cloud.environment().items():
            environment.setenv(name, value)
        assert alone([*EXPECTED_IDS, "no-id"], "--partition", "20").code == 2
    cloud.requests.clear()
    return undated(alone.out)


@contextmanager
def once(true: Callable[[], bool], act: Callable[[], object]) -> Iterator[None]:
    """Acts as soon as something is so, while the block runs."""
    is_over = threading.Event()

    def wait() -> None:
        until(lambda: true() or is_over.is_set())
        act()

    acting = threading.Thread(target=wait)
    acting.start()
    try:
        yield
    finally:
        is_over.set()
        acting.join()


def has_files(audit: Auditing, number: int) -> Callable[[], bool]:
    return lambda: len(list(audit.out.glob("part-*"))) >= number


def test_two_workers_share_the_work(
    audit: Auditing, lab: Lab, cloud: Watched, undisturbed: list[dict[str, Any]]
) -> None:
    """Each with one sign-in; the command itself knows no secret. The same command again retrieves nothing."""
    cloud.slow = 0.05
    before = len(cloud.logins)
    for _ in range(2):
        lab.add(**cloud.environment())
    lab.ready()
    words = ["--scheduler", lab.address, "--partition", "20", "--concurrency", "8"]
    ended = audit([*EXPECTED_IDS, "no-id"], *words)
    assert ended.code == 2, ended.err
    assert undated(audit.out) == undisturbed
    assert len(cloud.logins) - before == 2
    tokens = Counter(request.headers["x-auth-token"] for request in cloud.asked)
    assert min(tokens.values()) >= 20
    asked = len(cloud.requests)
    ended = audit([*EXPECTED_IDS, "no-id"], *words)
    assert (ended.code, len(cloud.requests)) == (2, asked)
    assert "nothing was left to retrieve" in ended.err


def test_worker_killed_in_the_middle_costs_nothing(
    audit: Auditing, lab: Lab, cloud: Watched, undisturbed: list[dict[str, Any]]
) -> None:
    """What it had under way is retrieved by another."""
    cloud.slow = 0.02
    for _ in range(2):
        lab.add(**cloud.environment())
    lab.ready()
    words = ["--scheduler", lab.address, "--partition", "20", "--concurrency", "8"]
    with once(has_files(audit, 4), lab.workers[0].kill):
        ended = audit([*EXPECTED_IDS, "no-id"], *words)
    assert ended.code == 2, ended.err
    assert lab.workers[0].wait(10) == -signal.SIGKILL
    assert undated(audit.out) == undisturbed


def test_scheduler_killed_in_the_middle_costs_nothing(
    audit: Auditing, lab: Lab, cloud: Watched, undisturbed: list[dict[str, Any]], tmp_path: Path
) -> None:
    """The run ends; over another scheduler the same command continues."""
    cloud.slow = 0.05
    lab.add(**cloud.environment())
    lab.ready()
    words = ["--partition", "20", "--concurrency", "4"]
    with once(has_files(audit, 3), lab.scheduler.kill):
        ended = audit([*EXPECTED_IDS, "no-id"], *words, "--scheduler", lab.address)
    assert ended.code == 1
    assert f"the scheduler at {lab.address} does not answer" in ended.err
    assert "the same command continues" in ended.err
    assert "Traceback" not in ended.err
    lab.workers[0].kill()
    kept = [row["id"] for row in rows(audit.out)]
    assert len(set(kept)) == len(kept) >= 60
    cloud.slow = 0.0
    (tmp_path / "second").mkdir()
    with Lab(tmp_path / "second") as second:
        second.add(**cloud.environment())
        second.ready()
        ended = audit([*EXPECTED_IDS, "no-id"], *words, "--scheduler", second.address)
    assert ended.code == 2, ended.err
    assert undated(audit.out) == undisturbed


def test_command_killed_in_the_middle_costs_nothing(
    audit: Auditing, lab: Lab, cloud: Watched, undisturbed: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Its workers end what they have under way; the same command continues."""
    cloud.slow = 0.05
    lab.add(**cloud.environment())
    lab.ready()
    given = written(tmp_path / "given.txt", [*EXPECTED_IDS, "no-id"])
    words = [given, "--scheduler", lab.address, "--partition", "20", "--concurrency", "4"]
    command = [sys.executable, "-m", "rackspace_images", "audit", *words, "--out", str(audit.out)]
    for number in (3, 6):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            until(has_files(audit, number))
            process.kill()
    cloud.slow = 0.0
    ended = audit.of_file(given, *words[1:])
    assert ended.code == 2, ended.err
    assert undated(audit.out) == undisturbed


def test_worker_without_credentials_ends_the_run_and_is_named(audit: Auditing, lab: Lab) -> None:
    """No row says it of an image."""
    lab.add()
    lab.ready()
    ended = audit(ids(30), "--scheduler", lab.address, "--partition", "10")
    assert ended.code == 2
    assert "ConfigError: worker tcp://127.0.0.1:" in ended.err
    assert "nothing says who signs in" in ended.err
    assert audit.rows() == []


def test_worker_without_network_ends_the_run_and_is_named(audit: Auditing, lab: Lab) -> None:
    """No row says it of an image."""
    lab.add(OS_TOKEN="token", OS_ENDPOINT_OVERRIDE="http://127.0.0.1:1/v2/1")
    lab.ready()
    ended = audit(ids(20), "--scheduler", lab.address, "--partition", "10", "--concurrency", "10")
    assert ended.code == 1
    assert "ConnectionFailed: worker tcp://127.0.0.1:" in ended.err
    assert audit.rows() == []


def test_token_revoked_in_the_middle_is_renewed(audit: Auditing, lab: Lab, cloud: Watched) -> None:
    """By the worker whose it was; no row says so."""
    revoked: list[str] = []

    def revoke(request: Request) -> bytes | None:
        if request.path.endswith(ids(200)[120]) and not revoked:
            revoked.append(request.headers["x-auth-token"])
            cloud.good.discard(revoked[0])
        return None

    cloud.first = revoke
    for _ in range(2):
        lab.add(**cloud.environment())
    lab.ready()
    ended = audit(ids(200), "--scheduler", lab.address, "--partition", "10")
    assert ended.code == 0, ended.err
    assert [row["id"] for row in audit.rows()] == ids(200)
    assert len(revoked) == 1
    assert len(cloud.logins) <= 3


def test_lists_of_regions_are_partitions_too(audit: Auditing, lab: Lab, cloud: Watched) -> None:
    """Named regions, so that the command itself needs no sign-in."""
    listed = answer(200, {"images": [{"id": one} for one in ids(3)]})
    cloud.first = lambda request: listed if "/images/detail" in request.path else None
    lab.add(**cloud.environment())
    lab.ready()
    ended = audit(None, "--scheduler", lab.address, "--region", "DFW", "--region", "ORD")
    assert ended.code == 0, ended.err
    assert [(row["region"], row["id"]) for row in audit.rows()] == [
        (region, one) for region in ("DFW", "ORD") for one in ids(3)
    ]


def test_key_that_identity_refuses_is_sent_once(audit: Auditing, lab: Lab, cloud: Watched) -> None:
    """Exit code 4, and no row that says it of an image."""
    cloud.login = answer(401, {"unauthorized": {"code": 401, "message": "Unable to authenticate."}})
    lab.add(**cloud.environment())
    lab.ready()
    ended = audit(ids(50), "--scheduler", lab.address, "--partition", "10")
    assert (ended.code, audit.rows(), len(cloud.logins)) == (4, [], 1)


def test_scheduler_that_is_not_there(audit: Auditing) -> None:
    """Exit code 1, and no folder."""
    with unreachable() as url:
        port = url.split(":")[2].split("/")[0]
    ended = audit(ids(3), "--scheduler", f"tcp://127.0.0.1:{port}")
    assert ended.code == 1
    assert f"the scheduler at tcp://127.0.0.1:{port} does not answer" in ended.err
    assert not audit.out.exists()


def test_scheduler_without_workers(audit: Auditing, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for for ever."""
    monkeypatch.setattr("rackspace_images.audit.cluster.WORKER_TIMEOUT", 0.5)
    began = time.monotonic()
    ended = audit(ids(3), "--scheduler", lab.address)
    assert ended.code == 1
    assert "worker" in ended.err
    assert time.monotonic() - began < 30
