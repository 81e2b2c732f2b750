"""An audit over workers: whatever happens to them, every id ends with one row, or is named as one without."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from audit.running import Auditing, ids
from faulty import unreachable
from scripted import Request, answer
from slack import SLACK

from .lab import LIMITED, RETRY_AFTER, Lab, Watched, until


def parquet_rows(out: Path) -> list[dict[str, Any]]:
    """All rows, of all files."""
    return [row for path in sorted(out.glob("part-*.parquet")) for row in pq.read_table(path).to_pylist()]


def test_two_workers_do_it_together(audit: Auditing, lab: Lab, cloud: Watched) -> None:
    """Each with one sign-in and a share of the work; the command itself knows no secret. Again it asks nobody."""
    cloud.slow = 0.05
    for _ in range(2):
        lab.add(**cloud.environment())
    lab.ready()
    words = ["--scheduler", lab.address, "-f", "parquet", "--partition", "20", "--concurrency", "8"]
    given = [*ids(400), "no-id", ids(1)[0]]
    ended = audit(given, *words)
    assert ended.code == 2, ended.err
    rows = parquet_rows(audit.out)
    assert [row["id"] for row in rows] == [*ids(400), "no-id"]
    assert Counter(row["outcome"] for row in rows) == {"found": 400, "refused": 1}
    assert len(cloud.logins) == 2
    tokens = Counter(request.headers["x-auth-token"] for request in cloud.asked)
    assert min(tokens.values()) >= 20
    assert audit.summary()["complete"] is True
    asked = len(cloud.requests)
    assert audit(given, *words).code == 2
    assert len(cloud.requests) == asked


def test_a_worker_killed_in_the_middle_costs_nothing(audit: Auditing, lab: Lab, cloud: Watched) -> None:
    """What it had is asked by another."""
    cloud.slow = 0.02
    for _ in range(2):
        lab.add(**cloud.environment())
    lab.ready()

    def kill() -> None:
        until(lambda: len(list(audit.out.glob("part-*"))) >= 4)
        lab.workers[0].kill()

    killing = threading.Thread(target=kill)
    killing.start()
    ended = audit(ids(400), "--scheduler", lab.address, "--partition", "20", "--concurrency", "8")
    killing.join()
    assert ended.code == 0, ended.err
    assert lab.workers[0].wait(10) == -9
    assert [row["id"] for row in audit.rows()] == ids(400)


def test_a_worker_without_credentials_is_named_and_done_without(audit: Auditing, lab: Lab, cloud: Watched) -> None:
    """Its partitions go to the other; the exit code says that something is to be set right."""
    lab.add()
    lab.add(**cloud.environment())
    lab.ready()
    ended = audit(ids(200), "--scheduler", lab.address, "--partition", "10")
    assert ended.code == 2
    assert ended.err.count("nothing says who signs in") == 1
    assert "ConfigError: worker tcp://127.0.0.1:" in ended.err
    assert [(row["id"], row["outcome"]) for row in audit.rows()] == [(one, "found") for one in ids(200)]


def test_a_worker_without_network_is_named_and_done_without(audit: Auditing, lab: Lab, cloud: Watched) -> None:
    """It says nothing of any image."""
    cloud.slow = 0.05
    lab.add(OS_TOKEN="token", OS_ENDPOINT_OVERRIDE="http://127.0.0.1:1/v2/1")
    lab.add(**cloud.environment())
    lab.ready()
    ended = audit(ids(200), "--scheduler", lab.address, "--partition", "10", "--concurrency", "4")
    assert ended.code == 1
    assert "ConnectionFailed: worker tcp://127.0.0.1:" in ended.err
    assert [(row["id"], row["outcome"]) for row in audit.rows()] == [(one, "found") for one in ids(200)]


def test_with_no_worker_that_can_it_ends(audit: Auditing, lab: Lab) -> None:
    """And names the ids without a row: all."""
    lab.add()
    lab.ready()
    ended = audit(ids(30), "--scheduler", lab.address, "--partition", "10")
    assert ended.code == 2
    assert "nothing says who signs in" in ended.err
    assert (audit.out / "remaining.txt").read_text().split() == ids(30)


def test_a_scheduler_that_is_lost(audit: Auditing, lab: Lab, cloud: Watched, tmp_path: Path) -> None:
    """The run ends and names what is missing; with another scheduler, or none, it goes on."""
    cloud.slow = 0.05
    lab.add(**cloud.environment())
    lab.ready()

    def kill() -> None:
        until(lambda: len(list(audit.out.glob("part-*"))) >= 3)
        lab.scheduler.kill()
        lab.workers[0].kill()

    killing = threading.Thread(target=kill)
    killing.start()
    ended = audit(ids(400), "--scheduler", lab.address, "--partition", "20", "--concurrency", "4")
    killing.join()
    assert ended.code == 1
    assert "the scheduler at" in ended.err
    kept = [row["id"] for row in audit.rows()]
    assert sorted(kept + (audit.out / "remaining.txt").read_text().split()) == ids(400)
    cloud.slow = 0.0
    (tmp_path / "second").mkdir()
    with Lab(tmp_path / "second") as second:
        second.add(**cloud.environment())
        second.ready()
        ended = audit(ids(400), "--scheduler", second.address, "--partition", "20")
    assert ended.code == 0, ended.err
    assert [row["id"] for row in audit.rows()] == ids(400)


def test_a_token_revoked_in_the_middle_is_renewed(audit: Auditing, lab: Lab, cloud: Watched) -> None:
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


def test_a_limit_that_one_worker_meets_holds_back_all(audit: Auditing, lab: Lab, cloud: Watched) -> None:
    """A `Retry-After`, told once: a second later nobody asks, until it has passed."""
    cloud.slow = 0.02
    told: list[float] = []
    lock = threading.Lock()

    def limited(request: Request) -> bytes | None:
        with lock:
            if len(cloud.times) > 100 and not told:
                told.append(time.monotonic())
                return LIMITED
        return None

    cloud.first = limited
    for _ in range(2):
        lab.add(**cloud.environment())
    lab.ready()
    ended = audit(ids(600), "--scheduler", lab.address, "--partition", "10", "--concurrency", "2")
    assert ended.code == 0, ended.err
    assert len({request.headers["x-auth-token"] for request in cloud.asked}) == 2
    after = [moment - told[0] for moment in cloud.times]
    assert [moment for moment in after if 1 + SLACK < moment < RETRY_AFTER - 0.1] == []
    assert max(after) > RETRY_AFTER


def test_no_scheduler(audit: Auditing) -> None:
    """Exit code 1, and the ids without a row."""
    with unreachable() as url:
        port = url.split(":")[2].split("/")[0]
    ended = audit(ids(3), "--scheduler", f"tcp://127.0.0.1:{port}")
    assert ended.code == 1
    assert "no scheduler at" in ended.err
    assert len((audit.out / "remaining.txt").read_text().split()) == 3


def test_a_key_that_identity_refuses(audit: Auditing, lab: Lab, cloud: Watched) -> None:
    """One sign-in a worker, exit code 4, and no row that says it of an image."""
    cloud.login = answer(401, {"unauthorized": {"code": 401, "message": "Unable to authenticate."}})
    lab.add(**cloud.environment())
    lab.ready()
    ended = audit(ids(50), "--scheduler", lab.address, "--partition", "10")
    assert (ended.code, audit.rows(), len(cloud.logins)) == (4, [], 1)
