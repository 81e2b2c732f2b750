"""What a worker of a cluster does: one partition at a time, with its own configuration and one sign-in."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from distributed import Lock, Variable, get_client, get_worker

from rackspace_images.client.async_client import AsyncImagesClient
from rackspace_images.errors import ConnectionFailed, ImagesError
from rackspace_images.http.retry import Attempt, RateLimited, asked_to_wait

from .asking import Ask, Asker, Tell
from .folder import Folder, check_shared
from .given import Partition
from .places import Places, places
from .plan import Connection, Plan
from .rows import Answer, Outcome

T = TypeVar("T")
LOOKS_EVERY = 0.5
"""Seconds between two looks at what the other workers were told."""
LOST = (OSError, RuntimeError, ValueError, asyncio.CancelledError)
"""What Dask raises of a scheduler that has gone."""


@dataclass(frozen=True, slots=True)
class Task:
    """A partition to work on. It holds ids and names, and no secret."""

    run: str
    out: str
    plan: Plan
    connection: Connection
    number: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task: the rows it added, by their outcome, or why this worker cannot work."""

    worker: str
    outcomes: dict[str, int]
    trouble: ImagesError | None = None


def work(task: Task) -> Done:
    """Asks for what a partition has no row of, and writes its file. Called on a worker."""
    address: str = get_worker().address
    outcomes: dict[str, int] = {}

    def tell(outcome: Outcome | None, number: int) -> None:
        if outcome is not None:
            outcomes[outcome] = outcomes.get(outcome, 0) + number

    try:
        folder = Folder(Path(task.out), task.plan)
        check_shared(folder)
        office = _office(task)
        office.run(office.ask(folder, task, tell))
    except ImagesError as error:
        return Done(address, outcomes, error)
    return Done(address, outcomes)


class Office:
    """The clients of one worker process, in an event loop of their own that all its tasks share."""

    def __init__(self, task: Task) -> None:
        self._stack = AsyncExitStack()
        self._limits = SharedLimits(task.run)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="rackspace-images-audit", daemon=True).start()

        def client(cloud: str | None, region: str | None) -> AsyncImagesClient:
            return task.connection.client(cloud, region, lambda attempt: self._limits.tell(cloud, attempt))

        try:
            self._places = self.run(self._stack.enter_async_context(places(task.plan, client)))
        except BaseException:
            self._loop.call_soon_threadsafe(self._loop.stop)
            raise
        self._limits.listen(self._loop, self._places)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs something in the loop, and waits for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def ask(self, folder: Folder, task: Task, tell: Tell) -> None:
        """Works on one partition."""
        partition = Partition(task.number, list(task.ids))
        partition.take(folder.read(task.number))
        ask = _unless_unreachable(self._places.ask, task.connection.concurrency)
        await Asker(folder, ask, task.connection.concurrency, tell).ask([partition])


def _unless_unreachable(ask: Ask, limit: int) -> Ask:
    """`ask`, which raises where nothing can be reached so many times in a row.

    A worker without network would otherwise be through first, with rows that say it of images.
    """
    in_a_row = 0

    async def watched(image_id: str) -> list[Answer]:
        nonlocal in_a_row
        answers = await ask(image_id)
        lost = [answer for _, answer in answers if isinstance(answer, ConnectionFailed)]
        in_a_row = in_a_row + 1 if lost and len(lost) == len(answers) else 0
        if in_a_row >= limit:
            raise lost[0]
        return answers

    return watched


_offices: dict[str, Office] = {}
_opening = threading.Lock()


def _office(task: Task) -> Office:
    """The office of a run in this process: one sign-in for all its tasks."""
    with _opening:
        if task.run not in _offices:
            _offices[task.run] = Office(task)
        return _offices[task.run]


class SharedLimits:
    """A `Retry-After` that one worker is told holds back all of them.

    A variable of the cluster holds until when each place is closed, by the clock of the day, and every worker looks at
    it. Machines whose clocks differ wait for so much longer or shorter; what the API says to each of them still holds.
    """

    def __init__(self, run: str) -> None:
        client = get_client()
        self._until = Variable(f"rackspace-images-{run}", client=client)
        self._changing = Lock(f"rackspace-images-{run}")
        self._told: dict[str, float] = {}

    def tell(self, cloud: str | None, attempt: Attempt) -> None:
        """Tells the others, if an attempt was told to come back later."""
        error, wait = attempt.error, attempt.will_wait
        if wait is None or not isinstance(error, RateLimited) or not asked_to_wait(error):
            return
        key, until = json.dumps([cloud, attempt.region]), time.time() + wait
        if until > self._told.get(key, 0.0) + LOOKS_EVERY:
            self._told[key] = until
            # Not in the loop that asks: the scheduler's answer may take a while.
            threading.Thread(target=self._publish, args=(key, until, error.status_code), daemon=True).start()

    def _publish(self, key: str, until: float, status: int) -> None:
        with suppress(*LOST), self._changing:
            known = self._read()
            if until > known.get(key, (0.0, 0))[0]:
                self._until.set(json.dumps({**known, key: (until, status)}))

    def _read(self) -> dict[str, tuple[float, int]]:
        try:
            text: Any = self._until.get(timeout=LOOKS_EVERY)
        except TimeoutError:  # nothing was set yet
            return {}
        found: dict[str, tuple[float, int]] = json.loads(text)
        return found

    def listen(self, loop: asyncio.AbstractEventLoop, where: Places) -> None:
        """Closes this process's own gates whenever another worker was told to wait."""

        def look() -> None:
            with suppress(*LOST):
                while True:
                    for key, (until, status) in self._read().items():
                        if until > time.time() and until > self._told.get(key, 0.0):
                            self._told[key] = until
                            cloud, region = json.loads(key)
                            left = until - time.time()
                            loop.call_soon_threadsafe(_close, where, cloud, region, left, status)
                    time.sleep(LOOKS_EVERY)

        threading.Thread(target=look, name="rackspace-images-limits", daemon=True).start()


def _close(where: Places, cloud: str | None, region: str | None, seconds: float, status: int) -> None:
    for one in where.clouds:
        if one.name == cloud:
            one.client.hold(region, seconds, status)
