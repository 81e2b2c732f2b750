"""One question asked of many: many regions, many ids. What is asked is handed in.

Memory is bounded by `concurrency`, so the ids may come from an endless iterable.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from .errors import AuthenticationFailed, ClientClosed, ConfigError, ImageNotFound, ImagesError, RegionNotFound
from .image import Image

Id = TypeVar("Id")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LocateResult:
    """Where an image is. Region → image where it was found, the regions that do not have it, and region → error."""

    found: dict[str, Image] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    failed: dict[str, ImagesError] = field(default_factory=dict)


def located(outcomes: Iterable[tuple[str, Image | ImagesError]]) -> LocateResult:
    """What one answer from each region comes to."""
    result = LocateResult()
    for region, outcome in outcomes:
        if isinstance(outcome, Image):
            result.found[region] = outcome
        elif isinstance(outcome, ImageNotFound):
            result.absent.append(region)
        else:
            result.failed[region] = outcome
    return result


def is_everyones(error: ImagesError) -> bool:
    """Whether an error would be every id's and every region's: it stops a run."""
    return error.signing_in or isinstance(error, AuthenticationFailed | ClientClosed)


def each(ids: Iterable[Id], ask: Callable[[Id], T], concurrency: int) -> Iterator[tuple[Id, T | ImagesError]]:
    """(id, what `ask` gave or raised) as they arrive. Leaving early asks nothing more."""
    source = iter(ids)
    running: dict[Future[T], Id] = {}
    pool = ThreadPoolExecutor(concurrency, thread_name_prefix="rackspace-images")
    try:
        while True:
            for one in islice(source, concurrency - len(running)):
                running[pool.submit(ask, one)] = one
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                error = _of_one(future.exception())
                yield running.pop(future), future.result() if error is None else error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


async def each_async(
    ids: Iterable[Id], ask: Callable[[Id], Coroutine[Any, Any, T]], concurrency: int
) -> AsyncIterator[tuple[Id, T | ImagesError]]:
    """`each`, awaited."""
    source = iter(ids)
    running: dict[asyncio.Task[T], Id] = {}
    try:
        while True:
            for one in islice(source, concurrency - len(running)):
                running[asyncio.create_task(ask(one))] = one
            if not running:
                return
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = _of_one(task.exception())
                yield running.pop(task), task.result() if error is None else error
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _of_one(error: BaseException | None) -> ImagesError | None:
    """An error that is one id's own; raises what stops the run."""
    if error is None:
        return None
    if not isinstance(error, ImagesError) or is_everyones(error) or isinstance(error, ConfigError | RegionNotFound):
        raise error
    return error
