"""Spreads the partitions of an audit over the workers of a Dask cluster."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from typing import Any

from rackspace_images.errors import ConfigError, ConnectionFailed, ImagesError

from .asking import Tell
from .folder import Folder
from .formats import INSTALL
from .given import Partition
from .plan import Connection

PATIENCE = 60.0
"""Seconds without any worker after which the run ends."""
CONNECTING = 10.0
"""Seconds to reach the scheduler, at the beginning and again."""
_LOOKS_EVERY = 2.0


def checked() -> None:
    """Raises `ConfigError` where Dask is not installed."""
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise ConfigError("--scheduler needs Dask, which is not installed", hint=INSTALL) from None


class Cluster:
    """One run on a cluster. `troubles` are those of single workers; the others did their work."""

    def __init__(
        self,
        address: str,
        folder: Folder,
        connection: Connection,
        tell: Tell,
        *,
        patience: float = PATIENCE,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._folder = folder
        self._connection = connection
        self._tell = tell
        self._patience = patience
        self._now = now
        self._run = uuid.uuid4().hex
        self._under_way: dict[Any, Partition] = {}
        self._bad: dict[str, ImagesError] = {}
        self.troubles: list[ImagesError] = []

    def ask(self) -> None:
        """Has every partition worked on that is not complete. Raises what stops the run."""
        from distributed import Client, wait

        # What it logs of a lost connection, with tracebacks, is told in a line.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            client = Client(self._address, timeout=min(self._patience, CONNECTING))
        except (OSError, TimeoutError, ValueError) as error:
            raise ConnectionFailed(f"no scheduler at {self._address}: {error}") from None
        try:
            client.wait_for_workers(1, timeout=self._patience)
            partitions = self._partitions()
            seen = self._now()
            while self._fill(client, partitions):
                try:
                    came: Any = wait(list(self._under_way), timeout=_LOOKS_EVERY, return_when="FIRST_COMPLETED")
                    ready = came.done
                except TimeoutError:
                    ready = set()
                workers = self._workers(client)
                seen = self._now() if workers or ready else seen
                if client.status != "running" or self._now() - seen > self._patience:
                    raise self._lost("has gone" if client.status != "running" else "has no workers")
                for future in ready:
                    self._take(client, future)
        except ImagesError:
            raise
        except CancelledError:
            raise self._lost("has gone") from None
        except (OSError, TimeoutError) as error:
            raise self._lost(f"does not answer: {error}") from None
        finally:
            self._leave(client)

    def _lost(self, what: str) -> ConnectionFailed:
        return ConnectionFailed(f"the scheduler at {self._address} {what}", hint="the same command goes on")

    def _leave(self, client: Any) -> None:
        if client.status == "running":
            client.cancel(list(self._under_way), force=True)
        client.close(timeout=5)

    def _partitions(self) -> Iterator[Partition]:
        for partition in self._folder.partitions():
            if partition.done:
                self._tell(None, partition.done)
            if partition.left:
                yield partition

    def _workers(self, client: Any) -> dict[str, int]:
        """Address → threads."""
        info: dict[str, Any] = client.scheduler_info(n_workers=-1)["workers"]
        return {address: one["nthreads"] for address, one in info.items()}

    def _fill(self, client: Any, partitions: Iterator[Partition]) -> bool:
        """Sends out as many as keep all workers busy; whether any is under way."""
        wanted = 2 * max(sum(self._workers(client).values()), 1)
        while len(self._under_way) < wanted and (partition := next(partitions, None)) is not None:
            self._submit(client, partition)
        return bool(self._under_way)

    def _submit(self, client: Any, partition: Partition) -> None:
        from .worker import Task, work

        task = Task(
            self._run,
            str(self._folder.path.resolve()),
            self._folder.plan,
            self._connection,
            partition.number,
            tuple(partition.ids),
        )
        good = [address for address in self._workers(client) if address not in self._bad]
        where = {"workers": good, "allow_other_workers": True} if self._bad and good else {}
        key = f"rackspace-images-audit-{partition.number}-{uuid.uuid4().hex}"
        self._under_way[client.submit(work, task, key=key, pure=False, **where)] = partition

    def _take(self, client: Any, future: Any) -> None:
        from distributed import KilledWorker

        partition = self._under_way.pop(future)
        if future.status == "cancelled":
            raise self._lost("has gone")
        error = future.exception()
        if isinstance(error, KilledWorker):
            # Whatever killed worker after worker would kill the rest of them too.
            self.troubles.append(ConnectionFailed(f"partition {partition.number}: every worker that took it died"))
        elif error is not None:
            raise ConfigError(
                f"a worker cannot do it: {type(error).__name__}: {error}", hint=f"on every worker: {INSTALL}"
            )
        else:
            self._took(client, partition, future.result())

    def _took(self, client: Any, partition: Partition, done: Any) -> None:
        for outcome, number in done.outcomes.items():
            self._tell(outcome, number)
        if done.trouble is None:
            return
        if done.worker not in self._bad:
            self._bad[done.worker] = done.trouble
            done.trouble.message = f"worker {done.worker}: {done.trouble.message}"
            self.troubles.append(done.trouble)
        if set(self._workers(client)) <= set(self._bad):
            raise self.troubles.pop()
        self._submit(client, partition)
