"""One question asked of many: many regions, many ids. What is asked is handed in.

Workers take the ids as they become free, and hand what came of them to whoever iterates. No more than a few times
`concurrency` are under way or wait to be taken, so the ids may come from an endless iterable, and a slow one holds
nothing back.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

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
from .transport import AsyncEngine, Tasks

if TYPE_CHECKING:
    import asyncio
else:
    from .later import asyncio

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


def each_in_loop(
    ids: Iterable[Id],
    ask: Callable[[Id, AsyncEngine], Coroutine[Any, Any, T]],
    concurrency: int,
    place: Tasks,
) -> Iterator[tuple[Id, T | ImagesError]]:
    """`each`, by tasks of a loop that runs in another thread: they cost a fraction of what threads do.

    The ids are taken in one thread of their own.
    """
    loop, stop, room = place.running(), threading.Event(), threading.Semaphore(concurrency)
    engine = place.engine
    # Both ways in heaps, as each word between threads costs more than an answer.
    taken: deque[Id] = deque()
    heap: list[tuple[Id, T | ImagesError] | _Ended] = []
    done: queue.SimpleQueue[list[tuple[Id, T | ImagesError] | _Ended] | int] = queue.SimpleQueue()
    tasks: set[asyncio.Task[None]] = set()

    async def work(one: Id) -> None:
        item: tuple[Id, T | ImagesError] | _Ended
        try:
            item = (one, await _outcome_async(lambda one: ask(one, engine), one))
        except asyncio.CancelledError:
            item = _Ended(ClientClosed("this client was closed meanwhile"))
        except Exception as error:  # noqa: BLE001  raised where it is waited for
            item = _Ended(error)
        heap.append(item)
        if len(heap) == 1:
            loop.call_soon(hand_over)

    def hand_over() -> None:
        nonlocal heap
        done.put(heap)
        heap = []

    def begin() -> None:
        try:
            engine.begin()
        except ClientClosed as error:
            done.put([_Ended(error)])
            return
        while taken and not stop.is_set():
            task = loop.create_task(work(taken.popleft()))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    def feed() -> None:
        given, source = 0, iter(ids)
        try:
            while room.acquire() and not stop.is_set():
                taken.append(next(source))
                given += 1
                if len(taken) == 1:
                    loop.call_soon_threadsafe(begin)
                place.running()  # or it is closed, and nobody may ever begin
        except StopIteration:
            done.put(given)
        except BaseException as error:  # noqa: BLE001  raised where it is waited for
            done.put([_Ended(ClientClosed("this client is closed") if loop.is_closed() else error)])

    def cancel() -> None:
        for task in tasks:
            task.cancel()

    threading.Thread(target=feed, name="rackspace-images-ids", daemon=True).start()
    left: int | None = None
    yielded = 0
    try:
        while left is None or yielded < left:
            came = done.get()
            if isinstance(came, int):
                left = came
                continue
            room.release(len(came))
            for item in came:
                if isinstance(item, _Ended):
                    raise item.error or ClientClosed("this client is closed")
                yielded += 1
                yield item
    finally:
        stop.set()
        room.release()
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(cancel)


async def each_async(
    ids: Iterable[Id] | AsyncIterable[Id], ask: Callable[[Id], Coroutine[Any, Any, T]], concurrency: int
) -> AsyncIterator[tuple[Id, T | ImagesError]]:
    """`each`, awaited; the ids may come from an async iterable too."""
    source, taking, emptied = _aiter(ids), asyncio.Lock(), asyncio.Event()
    heap: list[tuple[Id, T | ImagesError] | _Ended] = []
    workers: list[asyncio.Task[None]] = []
    waiting: asyncio.Future[None] | None = None

    def hand_over(item: tuple[Id, T | ImagesError] | _Ended) -> None:
        heap.append(item)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    async def work() -> None:
        ended = _Ended()
        try:
            while True:
                async with taking:
                    one = await anext(source)
                    if len(workers) < concurrency:
                        workers.append(asyncio.create_task(work()))
                hand_over((one, await _outcome_async(ask, one)))
                while len(heap) >= concurrency:
                    emptied.clear()
                    await emptied.wait()
        except StopAsyncIteration:
            pass
        except Exception as error:  # noqa: BLE001  raised where it is waited for
            ended.error = error
        hand_over(ended)

    ended = 0
    try:
        workers.append(asyncio.create_task(work()))
        while ended < len(workers):
            if not heap:
                waiting = asyncio.get_running_loop().create_future()
                await waiting
            came, heap = heap, []
            emptied.set()
            for item in came:
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
