"""One question asked of many: many regions, many ids. What is asked is handed in.

Workers take the ids as they become free, and hand what came of them to whoever iterates. Memory is bounded by
`concurrency`, so the ids may come from an endless iterable, and a slow one holds nothing back.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .errors import (
    AuthenticationFailed,
    ClientClosed,
    ConfigError,
    ImageNotFound,
    ImagesError,
    InsecureUrl,
    RegionNotFound,
)
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


def checked_concurrency(concurrency: int) -> int:
    """`concurrency`, if it is one. Raises `ConfigError`."""
    if not isinstance(concurrency, int) or isinstance(concurrency, bool) or concurrency < 1:
        raise ConfigError(f"concurrency={concurrency!r}: at least 1 is asked at a time")
    return concurrency


@dataclass(slots=True)
class _Ended:
    """What a worker leaves when it has no more to do: the error that stops the run, or None."""

    error: BaseException | None = None


def each(ids: Iterable[Id], ask: Callable[[Id], T], concurrency: int) -> Iterator[tuple[Id, T | ImagesError]]:
    """(id, what `ask` gave or raised) as they arrive. Leaving early asks nothing more, and waits for nothing.

    The ids are taken in the workers' threads, by one at a time.
    """
    source, taking, stop = iter(ids), threading.Lock(), threading.Event()
    # As many as there are workers: none of them is ever left waiting for room by one who went away.
    done: queue.Queue[tuple[Id, T | ImagesError] | _Ended] = queue.Queue(concurrency)
    started = 0

    def start() -> None:
        nonlocal started
        started += 1
        threading.Thread(target=work, name=f"rackspace-images-{started}", daemon=True).start()

    def work() -> None:
        ended = _Ended()
        try:
            while not stop.is_set():
                with taking:
                    one = next(source)
                    if started < concurrency and not stop.is_set():
                        start()
                outcome = _outcome(ask, one)
                if not stop.is_set():
                    done.put((one, outcome))
        except StopIteration:
            pass
        except BaseException as error:  # noqa: BLE001  raised where it is waited for
            ended.error = error
        if not stop.is_set():
            done.put(ended)

    ended = 0
    try:
        start()
        while ended < started:
            item = done.get()
            if not isinstance(item, _Ended):
                yield item
            elif item.error is not None:
                raise item.error
            else:
                ended += 1
    finally:
        stop.set()
        while not done.empty():
            done.get_nowait()


async def each_async(
    ids: Iterable[Id] | AsyncIterable[Id], ask: Callable[[Id], Coroutine[Any, Any, T]], concurrency: int
) -> AsyncIterator[tuple[Id, T | ImagesError]]:
    """`each`, awaited; the ids may come from an async iterable too."""
    source, taking = _aiter(ids), asyncio.Lock()
    done: asyncio.Queue[tuple[Id, T | ImagesError] | _Ended] = asyncio.Queue(concurrency)
    workers: list[asyncio.Task[None]] = []

    async def work() -> None:
        ended = _Ended()
        try:
            while True:
                async with taking:
                    one = await anext(source)
                    if len(workers) < concurrency:
                        workers.append(asyncio.create_task(work()))
                await done.put((one, await _outcome_async(ask, one)))
        except StopAsyncIteration:
            pass
        except Exception as error:  # noqa: BLE001  raised where it is waited for
            ended.error = error
        await done.put(ended)

    ended = 0
    try:
        workers.append(asyncio.create_task(work()))
        while ended < len(workers):
            item = await done.get()
            if not isinstance(item, _Ended):
                yield item
            elif item.error is not None:
                raise item.error
            else:
                ended += 1
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _aiter(ids: Iterable[Id] | AsyncIterable[Id]) -> AsyncIterator[Id]:
    if isinstance(ids, AsyncIterable):
        async for one in ids:
            yield one
    else:
        for one in ids:
            yield one


def _outcome(ask: Callable[[Id], T], one: Id) -> T | ImagesError:
    try:
        return ask(one)
    except ImagesError as error:
        return _of_one(error)


async def _outcome_async(ask: Callable[[Id], Coroutine[Any, Any, T]], one: Id) -> T | ImagesError:
    try:
        return await ask(one)
    except ImagesError as error:
        return _of_one(error)


def _of_one(error: ImagesError) -> ImagesError:
    """An error that is one id's own; raises what stops the run."""
    if is_everyones(error) or isinstance(error, ConfigError | RegionNotFound | InsecureUrl):
        raise error
    return error
