"""Asks for what has no row yet, and keeps what comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

from rackspace_images.client.async_bulk import map_tasks
from rackspace_images.client.async_client import AsyncImagesClient
from rackspace_images.errors import ImagesError, InvalidImageId, MalformedResponse
from rackspace_images.image import image_uuid

from .folder import Folder, replaced_json
from .given import Partition, Seen
from .places import Places, raise_everyones
from .rows import Answer, Outcome, Row, image_columns, row

SAVED_EVERY = 30.0
"""Seconds of answers that a killed process may lose."""
LISTED = "listed.json"

Tell = Callable[[Outcome | None, int], object]
"""Told of each new row by its outcome, and of how many an earlier run left by None."""
Ask = Callable[[str], Coroutine[Any, Any, list[Answer]]]
"""Asks every place about an id."""


class Asker:
    """Works on partitions of one folder; each has its file as soon as it is complete."""

    def __init__(self, folder: Folder, ask: Ask, concurrency: int, tell: Tell) -> None:
        self._folder = folder
        self._ask = ask
        self._concurrency = concurrency
        self._tell = tell
        self._columns = image_columns(folder.plan.columns)
        self._open: dict[int, Partition] = {}

    async def ask(self, partitions: Iterable[Partition]) -> None:
        """Asks for every id that has no row. Whatever stops it, what has come is kept."""
        owners: dict[str, Partition] = {}
        async with self._saving():
            asked = map_tasks(self._ids(partitions, owners), self._ask, self._concurrency)
            async with aclosing(asked) as outcomes:  # type: ignore[type-var]
                async for one, answers in outcomes:
                    if isinstance(answers, ImagesError):  # no single id's: those were told apart where they arose
                        raise answers
                    self._add(owners.pop(one), row(one, answers, self._columns))

    def _ids(self, partitions: Iterable[Partition], owners: dict[str, Partition]) -> Iterator[str]:
        for partition in partitions:
            if partition.done:
                self._tell(None, partition.done)
            if not partition.left:
                continue
            self._open[partition.number] = partition
            for one in partition.left:
                try:
                    image_uuid(one)
                except InvalidImageId as error:
                    self._add(partition, row(one, [("", error)], self._columns))
                else:
                    owners[one] = partition
                    yield one

    def _add(self, partition: Partition, new: Row) -> None:
        partition.add(self._folder.format.cells(new))
        self._tell(new["outcome"], 1)
        if not partition.waiting:
            self._folder.save(partition)
            del self._open[partition.number]

    @asynccontextmanager
    async def _saving(self) -> AsyncIterator[None]:
        """Saves what has come, now and then and at the end."""

        async def now_and_then() -> None:
            while True:
                await asyncio.sleep(SAVED_EVERY)
                self._save()

        saving = asyncio.create_task(now_and_then())
        try:
            yield
        finally:
            saving.cancel()
            with suppress(asyncio.CancelledError):
                await saving
            self._save()

    def _save(self) -> None:
        for partition in list(self._open.values()):
            self._folder.save(partition)

    async def list(self, places: Places) -> list[ImagesError]:
        """A row for every image that a list finds; what went wrong with a place, or with an image of its list."""
        taking = _Taking(self._folder)
        self._tell(None, taking.before)
        troubles: list[ImagesError] = []
        listed = _listed(self._folder)

        async def one(place: str, client: AsyncImagesClient, name: Callable[[str | None], str]) -> None:
            unreadable: list[str] = []
            try:
                async for image in client.list(deadline=None, on_error=lambda error: unreadable.append(str(error))):
                    region = image.response.region if image.response is not None else None
                    taking.add(row(image.id, [(name(region), image)], self._columns), self._tell)
            except ImagesError as error:
                raise_everyones(error)
                troubles.append(error)
            else:
                listed[place] = unreadable
                replaced_json(self._folder.path / LISTED, listed)

        try:
            async with asyncio.TaskGroup() as group:
                for cloud in places.clouds:
                    for place, client in await cloud.each_region():
                        if place not in listed:
                            group.create_task(one(place, client, cloud.place))
        except* ImagesError as errors:
            raise next(_leaves(errors)) from None
        finally:
            taking.save()
        return troubles + [MalformedResponse(message) for messages in listed.values() for message in messages]


def _leaves(group: BaseExceptionGroup[Any]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def _listed(folder: Folder) -> dict[str, list[str]]:
    """The places whose list was read to its end, with what could not be read of it."""
    try:
        found: dict[str, list[str]] = json.loads((folder.path / LISTED).read_bytes())
    except FileNotFoundError:
        return {}
    return found


class _Taking:
    """Rows of images that lists find, into one file after another; an image of an earlier run is not taken again."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._seen = Seen()
        self.before = 0
        self._number, self._rows = 0, list[Row]()
        self._saved = 0
        for number in folder.numbers():
            self._number, self._rows = number, folder.read(number)
            for one in self._rows:
                self.before += self._seen.add(_key(one))
        self._saved = len(self._rows)

    def add(self, new: Row, tell: Tell) -> None:
        cells = self._folder.format.cells(new)
        if not self._seen.add(_key(cells)):
            return
        if len(self._rows) >= self._folder.plan.partition:
            self.save()
            self._number, self._rows, self._saved = self._number + 1, [], 0
        self._rows.append(cells)
        tell(new["outcome"], 1)

    def save(self) -> None:
        if len(self._rows) > self._saved:
            self._folder.write(self._number, self._rows)
            self._saved = len(self._rows)


def _key(one: Row) -> str:
    return f"{one['place']} {one['id']}"
