"""Audits ids with 1, 2 and 4 workers of a real Dask scheduler, against a server that is 20 ms away.

    python -m benchmarks.cluster [--ids 20000] [--concurrency 4]

Low concurrency shows what more workers bring where each waits for the API most of the time; with more of it the
processors of the one machine that this runs on are the limit.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .audit import an_id
from .cloud import PROJECT, REGION
from .measure import serving

NOWHERE: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def start(stack: ExitStack, command: list[str], environment: dict[str, str]) -> None:
    """A process that ends with the stack."""
    process = subprocess.Popen(command, env={**os.environ, **environment}, **NOWHERE)
    stack.callback(process.wait)
    stack.callback(process.kill)


def cluster(stack: ExitStack, folder: Path, workers: int, environment: dict[str, str]) -> str:
    """The address of a scheduler with so many workers."""
    from distributed import Client

    told = folder / "scheduler.json"
    run = [sys.executable, "-m"]
    scheduler = [*run, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    start(stack, [*scheduler, "--scheduler-file", str(told)], {})
    while not told.exists() or not told.read_text().endswith("}"):
        time.sleep(0.05)
    address: str = json.loads(told.read_text())["address"]
    worker = [*run, "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    for _ in range(workers):
        start(stack, [*worker, "--local-directory", str(folder)], environment)
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=30)
    return address


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster")
    parser.add_argument("--ids", type=int, default=20_000)
    parser.add_argument("--concurrency", default="4")
    parser.add_argument("--partition", default="250")
    given = parser.parse_args()
    alone = 0.0
    for workers in (1, 2, 4):
        with serving(latency=0.02) as server, ExitStack() as stack, tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            token = {"OS_TOKEN": "bench", "OS_ENDPOINT_OVERRIDE": f"{server.url}/{REGION}/v2.1/{PROJECT}"}
            address = cluster(stack, folder, workers, token)
            (folder / "ids.txt").write_text("".join(f"{an_id(number)}\n" for number in range(given.ids)))
            command = [sys.executable, "-m", "rackspace_images", "audit", str(folder / "ids.txt"), "-q"]
            command += ["--out", str(folder / "out"), "--scheduler", address]
            command += ["--concurrency", given.concurrency, "--partition", given.partition]
            began = time.monotonic()
            subprocess.run(command, check=True)
            rate = given.ids / (time.monotonic() - began)
            rows = sum(path.read_bytes().count(b"\n") for path in (folder / "out").glob("part-*"))
            assert rows == given.ids == server.requests()
            alone = alone or rate
            efficiency = rate / alone / workers
            print(f"{workers} workers: {rate:.0f} ids a second, efficiency {efficiency:.0%}", flush=True)


if __name__ == "__main__":
    main()
