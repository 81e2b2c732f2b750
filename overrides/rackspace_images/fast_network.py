"""Connections of an event loop, for the fast engine."""

from __future__ import annotations

import asyncio
import select
import socket
import threading
from concurrent.futures import Future
from typing import Any

_HEAD_START = 0.25
"""Seconds that an address has before the next is tried beside it, as RFC 8305 has it."""


async def connected(protocol: asyncio.Protocol, host: str, port: int) -> asyncio.Transport:
    """A connection to the first of a host's addresses that takes one. Raises `OSError`."""
    left = await _addresses(host, port)
    tasks: list[asyncio.Task[socket.socket]] = []
    failed = OSError("the name has no address")
    try:
        while True:
            if left:
                tasks.append(asyncio.create_task(_socket(*left.pop(0))))
            trying = [task for task in tasks if not task.done()]
            if trying:
                limit = _HEAD_START if left else None
                await asyncio.wait(trying, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in tasks if task.done()]:
                tasks.remove(task)
                error = task.exception()
                if error is None:
                    loop = asyncio.get_running_loop()
                    return (await loop.create_connection(lambda: protocol, sock=task.result()))[0]
                if not isinstance(error, OSError):
                    raise error
                failed = error
            if not (tasks or left):
                raise failed
    finally:
        for task in tasks:
            task.cancel()
            task.add_done_callback(_forgotten)


async def _socket(family: int, address: Any) -> socket.socket:
    """A socket that is connected to an address."""
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(made, address)
    except BaseException:
        made.close()
        raise
    return made


def _forgotten(task: asyncio.Task[socket.socket]) -> None:
    """Closes a connection that came too late."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()


async def _addresses(host: str, port: int) -> list[tuple[int, Any]]:
    """A name's addresses, looked up in a thread that can be left behind: no pool fills, and no exit waits for it."""
    found: Future[list[Any]] = Future()

    def look() -> None:
        try:
            addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError:
            found.set_exception(socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
        except OSError as error:
            found.set_exception(error)
        else:
            found.set_result(addresses)

    threading.Thread(target=look, name="rackspace-images-resolve", daemon=True).start()
    # Shielded, as a future that is cancelled cannot be set.
    return [(family, address) for family, _, _, _, address in await asyncio.shield(asyncio.wrap_future(found))]


def has_something(transport: asyncio.BaseTransport) -> bool:
    """Whether something came on a connection that is at rest: its end, or an answer that nobody asked for.

    The loop, which may not have run since, has not seen it yet.
    """
    number = transport.get_extra_info("socket").fileno()
    if number < 0:
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
