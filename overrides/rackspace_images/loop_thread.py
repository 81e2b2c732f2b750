"""An event loop in a thread of its own, for many at once: its tasks cost a fraction of what threads do."""

from __future__ import annotations

import os
import threading
import weakref
from typing import TYPE_CHECKING

from .transport import AsyncEngine

if TYPE_CHECKING:
    import asyncio
else:
    from .later import asyncio


class LoopThread:
    """Ends when it is closed, when nobody has it any more, or when the interpreter ends."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        """What sends for tasks of the loop."""
        self.loop = asyncio.new_event_loop()
        self.loop.call_soon(engine.begin)
        thread = threading.Thread(target=_run, args=(self.loop,), name="rackspace-images", daemon=True)
        thread.start()
        self.close = weakref.finalize(self, _stop, engine, self.loop, thread, os.getpid())
        """Ends it, with all that its tasks wait for."""


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
        loop.run_until_complete(_rest())
    finally:
        loop.close()


async def _rest() -> None:
    """What was begun until the loop stopped ends, and its outcome is handed over."""
    await asyncio.sleep(0)
    while left := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.sleep(0)


def _stop(engine: AsyncEngine, loop: asyncio.AbstractEventLoop, thread: threading.Thread, pid: int) -> None:
    async def stop() -> None:
        try:
            await engine.aclose()
        finally:
            loop.stop()

    if pid == os.getpid() and thread.is_alive():
        asyncio.run_coroutine_threadsafe(stop(), loop)
        if threading.current_thread() is not thread:
            thread.join(1.0)
