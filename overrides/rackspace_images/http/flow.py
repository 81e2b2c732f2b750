"""Flows: decisions without I/O.

How this works: a flow is a generator that decides and does no I/O. It yields the next step, which is a request to send,
a generated operation to run or a pause, and receives the outcome. `drive` performs the steps in the calling thread,
`drive_async` with `await`. They differ in how they wait and in nothing else, so both clients make the same decisions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from rackspace_images.errors import ImagesError

if TYPE_CHECKING:
    from .api_client import ApiClient, AsyncApiClient
    from .call import Call

T = TypeVar("T")


@dataclass(slots=True)
class Pause:
    """A sleep of so many seconds, or without a limit. `until` ends it early; the thread `leader` sets that."""

    seconds: float | None
    until: Future[Any] | None = None
    leader: int | None = None


@dataclass(slots=True)
class Operation:
    """A generated operation to run, in both forms, and the client and call to run it with.

    What it returns is in the call: `parsed`, and `response`.
    """

    sync: Callable[..., Any] = field(repr=False)
    asyncio: Callable[..., Awaitable[Any]] = field(repr=False)
    client: Callable[..., Any]
    """The class `Client` of the generated package."""
    call: Call


Step = httpx.Request | Operation | Pause
Flow = Generator[Step, Any, T]


def drive(flow: Flow[T], client: ApiClient) -> T:
    """Drives `flow` to its result. `client` performs the steps, and returns errors instead of raising them.

    An error is raised without secrets, and without the frames of the flow, whose variables hold what a server sent.
    """
    try:
        client.sender.check_open()
        outcome = client.perform(next(flow))
        while True:
            outcome = client.perform(_advance(flow, outcome))
    except StopIteration as stop:
        result: T = stop.value
        return result
    except ImagesError as error:
        failure = client.redactor.redact(error)
    except RuntimeError as error:
        # What interrupts a wait of `threading` may come out as "release unlocked lock".
        if isinstance(error.__context__, KeyboardInterrupt | SystemExit):
            raise error.__context__ from None
        raise
    finally:
        flow.close()
    raise failure


async def drive_async(flow: Flow[T], client: AsyncApiClient) -> T:
    """`drive`, awaited."""
    try:
        client.sender.check_open()
        outcome = await client.perform(next(flow))
        while True:
            outcome = await client.perform(_advance(flow, outcome))
    except StopIteration as stop:
        result: T = stop.value
        return result
    except ImagesError as error:
        failure = client.redactor.redact(error)
    finally:
        flow.close()
    raise failure


def _advance(flow: Flow[Any], outcome: Any) -> Step:
    return flow.throw(outcome) if isinstance(outcome, ImagesError) else flow.send(outcome)
