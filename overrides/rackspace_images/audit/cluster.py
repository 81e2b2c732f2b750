"""Maps the partitions of an audit over the workers of a Dask cluster, which has its own scheduling and retries.

A task holds ids, names and the path of the folder, and no secret: each worker process makes its own client, by its own
configuration, and keeps it for the run. Needs the extra `dask`.
"""

from __future__ import annotations

import socket
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from rackspace_images import ImagesClient
from rackspace_images.errors import ConfigError, ConnectionFailed, ImagesError

from .files import LOCK, open_folder
from .plan import Options, Partition, Plan
from .run import OnProgress, retrieve
from .summary import Summary

INSTALL = 'pip install ".[dask]"'
RETRIES = 2
"""How often Dask runs a partition again that a worker could not retrieve."""
CONNECT_TIMEOUT = 10.0
"""Seconds to reach the scheduler."""
WORKER_TIMEOUT = 60.0
"""Seconds in which a first worker has to be there."""
BATCH = 100
"""Partitions that are sent to the scheduler at a time."""

MakeClient = Callable[[], ImagesClient]


@dataclass(frozen=True, slots=True)
class Job:
    """What the tasks of one run share. `run` alone tells it from the job of another run."""

    run: str
    make_client: MakeClient = field(compare=False)
    options: Options = field(compare=False)


def run_on_cluster(
    plan: Plan, make_client: MakeClient, scheduler: str, on_progress: OnProgress = lambda summary: None
) -> Summary:
    """`run` on the workers of a Dask cluster, which have to see the folder.

    Args:
        plan: What the audit is of.
        make_client: Makes a client on a worker, by the worker's own configuration: `ImagesClient.from_config`, or a
            `functools.partial` of it. It is pickled, so it must hold no secret.
        scheduler: The address of Dask's scheduler, such as `tcp://10.0.0.1:8786`.
        on_progress: Called with the summary so far: at the beginning, and after each partition.

    Returns:
        What the rows of all files come to.

    Raises:
        ConfigError: Dask is not installed, here or on a worker, or a worker does not see the folder.
        ConnectionFailed: The scheduler cannot be reached or has gone, or a partition ended every worker that took it.
        ImagesError: What stops a worker, which the message names.
    """

    def catalog() -> dict[str, str]:
        with make_client() as images:
            return images.regions()

    summary, work = Summary(), partial(retrieve_on_worker, Job(uuid.uuid4().hex, make_client, plan.options))
    on_progress(summary)
    with _connect(scheduler) as cluster, open_folder(plan.folder, plan.digest()):
        from distributed import as_completed

        partitions = list(plan.partitions(catalog))
        futures = cluster.map(work, partitions, pure=False, retries=RETRIES, batch_size=BATCH)
        for future in as_completed(futures, loop=cluster.loop):
            summary.add(future.result())
            on_progress(summary)
    return summary


@contextmanager
def _connect(scheduler: str) -> Iterator[Any]:
    """Dask's client, once there is a worker. Raises an `ImagesError` for what Dask raises in the block."""
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise ConfigError("a cluster needs Dask, which is not installed", hint=INSTALL) from None
    try:
        with Client(scheduler, timeout=CONNECT_TIMEOUT, set_as_default=False) as cluster:
            cluster.wait_for_workers(1, timeout=WORKER_TIMEOUT)
            yield cluster
    except ImagesError:
        raise
    except (OSError, CancelledError) as error:
        hint = "look at the scheduler, and run the same command again: it continues"
        raise ConnectionFailed(f"the scheduler at {scheduler} does not answer: {error}", hint=hint) from None
    except KilledWorker as error:
        raise ConnectionFailed(f"every worker died that took one of the partitions: {error}") from None
    except Exception as error:  # noqa: BLE001  a worker may raise anything
        what = f"{type(error).__name__}: {error}"
        raise ConfigError(f"a worker cannot do it: {what}", hint=f"on every worker: {INSTALL}") from None


def retrieve_on_worker(job: Job, partition: Partition) -> Summary:
    """Retrieves a partition on a worker. Its errors name the worker."""
    from distributed import get_worker

    try:
        return retrieve_in_shared_folder(job, partition)
    except ImagesError as error:
        error.message = f"worker {get_worker().address}: {error.message}"
        raise


def retrieve_in_shared_folder(job: Job, partition: Partition) -> Summary:
    """Retrieves a partition. The folder is never made here: in one that is not shared, rows would be lost."""
    if not (partition.path.parent / LOCK).is_file():
        raise ConfigError(
            f"there is no audit in {partition.path.parent} on {socket.gethostname()}",
            hint="for --out a folder that all workers share, by its full path",
        )
    return retrieve(partition, _client_of(job), job.options)


@lru_cache(maxsize=1)
def _client_of(job: Job) -> ImagesClient:
    """The client of this process: one sign-in for all partitions of a run."""
    return job.make_client()
