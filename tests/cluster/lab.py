"""A scheduler and workers, started and ended as processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from cloud import SECRET, Cloud
from scripted import Request

NOWHERE = subprocess.DEVNULL


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits for something that another process does."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)


class Lab:
    """One scheduler, and the workers that were added to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes = ExitStack()
        self.workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        told = self._folder / "scheduler.json"
        command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
        self.scheduler = subprocess.Popen(
            [*command, "--no-dashboard", "--scheduler-file", str(told)], stdin=NOWHERE, stdout=NOWHERE, stderr=NOWHERE
        )
        self._processes.callback(_end, self.scheduler)
        until(lambda: told.exists() and told.read_text().endswith("}"))
        self.address: str = json.loads(told.read_text())["address"]
        return self

    def add(self, **environment: str) -> subprocess.Popen[bytes]:
        """Starts a worker with an environment of its own."""
        command = [sys.executable, "-m", "distributed.cli.dask_worker", self.address, "--nthreads", "1", "--no-nanny"]
        worker = subprocess.Popen(
            [*command, "--no-dashboard", "--local-directory", str(self._folder)],
            env={**os.environ, "RACKSPACE_IMAGES_NO_CACHE": "1", **environment},
            stdin=NOWHERE,
            stdout=NOWHERE,
            stderr=NOWHERE,
        )
        self.workers.append(worker)
        self._processes.callback(_end, worker)
        return worker

    def ready(self) -> None:
        """Waits until every worker has registered."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=60)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._processes.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait(10)


class Watched(Cloud):
    """A cloud that notes when it was asked, and where some ids are answered otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []
        self.slow = 0.0
        self.first: Callable[[Request], bytes | None] = lambda request: None

    def _answer(self, request: Request) -> bytes:
        if "/images/" in request.path:
            self.times.append(time.monotonic())
            time.sleep(self.slow)
            if (said := self.first(request)) is not None:
                return said
        return super()._answer(request)

    def environment(self) -> dict[str, str]:
        """Of a worker that has its credentials."""
        return {"RS_USERNAME": "demo", "RS_API_KEY": SECRET, "RS_AUTH_URL": self.auth_url, "RS_REGION_NAME": "DFW"}
