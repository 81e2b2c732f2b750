"""Audits many ids on one machine, with a tenth of faults, killed on the way and started again.

    python -m benchmarks.audit [--ids 200000] [--concurrency 64]

It prints what each run did and held, and fails unless every id has exactly one row.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import uvloop

from .cloud import PROJECT, REGION
from .measure import plain_environment
from .server import Answers, Connection, answered

KILLED_AT = (1 / 3, 2 / 3)


def an_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


class Faults(Answers):
    """Every tenth id is trouble: missing, refused, failing or limited for a while, or a connection that breaks."""

    def __init__(self, url: str) -> None:
        super().__init__(url, 0)
        self._tries: Counter[int] = Counter()
        self._missing = _fault(404, "itemNotFound")
        self._forbidden = _fault(403, "forbidden")
        self._failing = _fault(500, "computeFault")
        self._limited = _fault(429, "overLimit", "Retry-After: 1")

    def of(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1]
        if b"/images/" not in path:
            return super().of(head)
        number = int(path.rpartition(b"-")[2])
        if number % 10:
            return super().of(head)
        self._tries[number] += 1
        kind, tries = number // 10 % 5, self._tries[number]
        if kind == 0:
            return self._missing
        if kind == 1:
            return self._forbidden
        if kind == 2:
            # One in twenty fails for as long as a run tries, so that the next run has something to retry.
            return self._failing if tries <= (4 if number % 1000 == 20 else 1) else super().of(head)
        if kind == 3:
            return b"" if tries == 1 else super().of(head)
        return self._limited if number % 10_000 == 40 and tries == 1 else self._missing


def _fault(status: int, key: str, *headers: str) -> bytes:
    return answered(json.dumps({key: {"code": status, "message": "No."}}).encode(), f"{status} No", *headers)


class Breaking(Connection):
    """A connection that breaks where there is nothing to say."""

    def _send(self, answer: bytes) -> None:
        if answer:
            super()._send(answer)
        else:
            self._transport.abort()


async def serve() -> None:
    loop = asyncio.get_running_loop()
    answers: list[Faults] = []
    server = await loop.create_server(lambda: Breaking(answers[0], 0.0), "127.0.0.1", 0, backlog=2048)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    answers.append(Faults(url))
    print(url, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def memory_of(process: subprocess.Popen[bytes]) -> float:
    """Megabytes that a process holds now; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1e3 for line in lines if line.startswith("VmRSS")), 0.0)


def run(command: list[str], environment: dict[str, str], out: Path, until: int | None) -> dict[str, Any]:
    """One run, killed when there are so many files; what it held each time a tenth more was done."""
    began = time.monotonic()
    before = len(list(out.glob("part-*")))
    held: dict[int, float] = {}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            files = len(list(out.glob("part-*")))
            held[files] = max(held.get(files, 0.0), memory_of(process))
            if until is not None and files >= until:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.1)
    seconds = time.monotonic() - began
    seen = sorted(held)[1:]
    shown = {number: round(held[number]) for number in seen[:: max(len(seen) // 6, 1)]}
    done = len(list(out.glob("part-*"))) - before
    return {"ended": process.returncode, "seconds": round(seconds, 1), "files": done, "MB at a number of files": shown}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audit")
    parser.add_argument("--ids", type=int, default=200_000)
    parser.add_argument("--concurrency", default="64")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        uvloop.run(serve())
        return
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.audit", "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    assert server.stdin is not None
    url = server.stdout.readline().strip()
    token = {"OS_TOKEN": "bench-token", "OS_ENDPOINT_OVERRIDE": f"{url}/{REGION}/v2.1/{PROJECT}"}
    environment = plain_environment() | token
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "ids.txt", Path(folder) / "out"
        source.write_text("".join(f"{an_id(number)}\n" for number in range(given.ids)))
        command = [sys.executable, "-m", "rackspace_images", "audit", str(source), "--out", str(out), "--no-cache"]
        command += ["--concurrency", given.concurrency]
        files = -(-given.ids // 1000)
        # The last run retries what failed in those before it.
        for until in (*(round(files * share) for share in KILLED_AT), None, None):
            print(json.dumps(run(command, environment, out, until)), flush=True)
        rows = Counter(json.loads(line)["id"] for path in out.glob("part-*") for line in path.read_text().splitlines())
    server.stdin.close()
    server.wait(20)
    assert len(rows) == given.ids, len(rows)
    assert set(rows.values()) == {1}
    print(f"{given.ids} ids, {rows.total()} rows, each once")


if __name__ == "__main__":
    main()
