"""The ways to ask: both clients, called alike."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from faulty import IMAGE_ID
from rackspace_images import AsyncImagesClient, Image, ImagesClient, StaticToken
from rackspace_images.errors import ImagesError
from rackspace_images.http.flow import Pause
from rackspace_images.text import escape_control_characters
from slack import SLACK

TOKEN = StaticToken("geheim-4711")


def ids(number: int) -> list[str]:
    """So many ids."""
    return [f"00000000-0000-4000-8000-{one:012d}" for one in range(number)]


class Caller:
    """One client, whichever it is, called from outside of an event loop."""

    def __init__(self, images: Any, runner: asyncio.Runner | None) -> None:
        self.images = images
        self._runner = runner

    def get(self, image_id: str = IMAGE_ID, *, images: Any = None, **options: Any) -> Image:
        client = images or self.images
        if self._runner is None:
            got: Image = client.get(image_id, **options)
            return got
        awaited: Image = self._runner.run(client.get(image_id, **options))
        return awaited

    def error(self, image_id: str = IMAGE_ID, **options: Any) -> Any:
        """The error that a get ends in; fails where there is an image."""
        outcome = self.outcome(image_id, **options)
        assert not isinstance(outcome, Image), outcome
        return outcome

    def outcome(self, image_id: str = IMAGE_ID, **options: Any) -> Image | ImagesError:
        try:
            return self.get(image_id, **options)
        except ImagesError as error:
            check(error)
            return error

    def outcomes(self, image_ids: Iterable[str], *, at_once: int, images: Any = None) -> list[Image | ImagesError]:
        """What many gets end in, asked by so many threads or tasks."""
        client = images or self.images
        if self._runner is None:
            with ThreadPoolExecutor(at_once) as pool:
                return list(pool.map(lambda one: self.outcome(one, images=client), image_ids))
        ids = list(image_ids)
        found: dict[int, Image | ImagesError] = {}
        left = iter(enumerate(ids))

        async def work() -> None:
            for number, image_id in left:
                try:
                    found[number] = await client.get(image_id)
                except ImagesError as error:
                    check(error)
                    found[number] = error

        async def all_of_them() -> None:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(at_once):
                    tasks.create_task(work())

        self._runner.run(all_of_them())
        return [found[number] for number in range(len(ids))]

    def run(self, call: Callable[[Any], Any], images: Any = None) -> Any:
        """Any method of the client."""
        found = call(images or self.images)
        return found if self._runner is None else self._runner.run(found)

    def close(self) -> None:
        if self._runner is None:
            self.images.close()
        else:
            self._runner.run(self.images.aclose())


@dataclass(frozen=True)
class Way:
    """A client."""

    is_async: bool

    def __str__(self) -> str:
        return "async" if self.is_async else "sync"

    def made(self, auth: Any = TOKEN, **options: Any) -> Any:
        """The client."""
        return (AsyncImagesClient if self.is_async else ImagesClient)(auth, **options)

    @contextlib.contextmanager
    def client(self, endpoint: str | None = None, *, auth: Any = TOKEN, **options: Any) -> Iterator[Caller]:
        """The client, closed at the end."""
        with contextlib.ExitStack() as stack:
            runner = stack.enter_context(asyncio.Runner()) if self.is_async else None
            caller = Caller(self.made(auth, endpoint=endpoint, **options), runner)
            stack.callback(caller.close)
            yield caller

    def error(self, endpoint: str, **options: Any) -> Any:
        """What one get of a client of its own ends in, without `retry=` after one attempt."""
        with self.client(endpoint, **{"retry": None, **options}) as images:
            return images.error()

    def get(self, endpoint: str, **options: Any) -> Image:
        """One get of a client of its own, without `retry=` in one attempt."""
        with self.client(endpoint, **{"retry": None, **options}) as images:
            return images.get()


WAYS = [Way(False), Way(True)]


def check(error: ImagesError) -> None:
    """What holds for every error: one printable line, no secret, nothing of a library below."""
    said = str(error)
    assert escape_control_characters(said) == said, said
    assert said.startswith(f"{type(error).__name__}: ")
    assert TOKEN.token not in said + repr(error.__dict__)
    chained = [error.__cause__, error.__context__]
    while chained:
        below = chained.pop()
        assert below is None or isinstance(below, ImagesError), below
        if below is not None:
            chained += [below.__cause__, below.__context__]


def is_a(error: Any, kind: type[ImagesError]) -> bool:
    """Whether it is of this very class."""
    return type(error) is kind


class FakeTime:
    """A clock that only a client's waits move: an hour passes in no time, and is written down."""

    def __init__(self, images: Any) -> None:
        self.began = time.monotonic()
        self.skipped = 0.0
        self.waits: list[float] = []
        images._session.clock = self.now
        images._api.sender.pause = self._skip_async if hasattr(images, "aclose") else self._skip

    def now(self) -> float:
        return self.began + self.skipped

    def _skip(self, pause: Pause, scope: object = None) -> None:
        assert pause.until is None
        self.waits.append(pause.seconds or 0.0)
        self.skipped += pause.seconds or 0.0

    async def _skip_async(self, pause: Pause) -> None:
        self._skip(pause)
        await asyncio.sleep(0)


def within(promised: float, what: Callable[[], Any]) -> float:
    """Returns the seconds that `what` takes; fails where it takes longer than promised."""
    began = time.monotonic()
    what()
    took = time.monotonic() - began
    assert took < promised + SLACK, took
    return took
