"""Many calls at once, by tasks; `bulk` says how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterable
from typing import Any, TypeVar

from rackspace_images.errors import ImagesError

from .bulk import Ended, error_of_one_id

Id = TypeVar("Id")
T = TypeVar("T")


async def map_tasks(
    ids: Iterable[Id] | AsyncIterable[Id], ask: Callable[[Id], Coroutine[Any, Any, T]], concurrency: int
) -> AsyncIterator[tuple[Id, T | ImagesError]]:
    """`map_threads` with tasks. The ids may also come from an async iterable."""
    source, taking, emptied = _aiter(ids), asyncio.Lock(), asyncio.Event()
    heap: list[tuple[Id, T | ImagesError] | Ended] = []
    workers: list[asyncio.Task[None]] = []
    waiting: asyncio.Future[None] | None = None
    started = 1  # counted before each starts: an eager task runs before `create_task` returns it

    def hand_over(item: tuple[Id, T | ImagesError] | Ended) -> None:
        heap.append(item)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    async def work() -> None:
        nonlocal started
        ended = Ended()
        try:
            while True:
                async with taking:
                    one = await anext(source)
                    if started < concurrency:
                        started += 1
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
        while ended < started:
            if not heap:
                waiting = asyncio.get_running_loop().create_future()
                await waiting
            came, heap = heap, []
            emptied.set()
            for item in came:
                if not isinstance(item, Ended):
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


async def _outcome_async(ask: Callable[[Id], Coroutine[Any, Any, T]], one: Id) -> T | ImagesError:
    try:
        return await ask(one)
    except ImagesError as error:
        return error_of_one_id(error)
