"""Where an audit asks: the regions of one cloud or of several."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from rackspace_images.client.async_client import AsyncImagesClient
from rackspace_images.client.bulk import stops_the_run
from rackspace_images.errors import ConfigError, ImagesError, InsecureUrl, RegionNotFound, Unauthorized

from .plan import Plan
from .rows import Answer

MakeClient = Callable[[str | None, str | None], AsyncImagesClient]
"""Makes the client of a cloud and a region, each by its name, or None for what the configuration says."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud, and the regions of it that are asked."""

    name: str | None
    client: AsyncImagesClient
    regions: tuple[str, ...] | None
    """None for all of the catalog's; empty for the client's own."""

    async def ask(self, image_id: str) -> list[Answer]:
        """What each region says of an image. Raises what is no single image's."""
        if self.regions == ():
            return [await self._ask_one(image_id)]
        result = await self.client.locate(image_id, regions=self.regions)
        for error in result.failed.values():
            raise_everyones(error)
        answers: list[Answer] = [(self.place(region), image) for region, image in result.found.items()]
        answers += [(self.place(region), error) for region, error in result.failed.items()]
        return answers + [(self.place(region), None) for region in result.absent]

    async def _ask_one(self, image_id: str) -> Answer:
        try:
            image = await self.client.get(image_id)
        except ImagesError as error:
            raise_everyones(error)
            return self.place(error.region), error
        return self.place(image.response.region if image.response is not None else None), image

    def place(self, region: str | None) -> str:
        """The name of a region, with the cloud's where clouds were named; `-` where an endpoint was given instead."""
        return f"{self.name}/{region or '-'}" if self.name is not None else region or "-"

    async def each_region(self) -> list[tuple[str, AsyncImagesClient]]:
        """A client for each region, with the name of the place."""
        if self.regions == ():
            return [(self.place(None), self.client)]
        names = sorted(await self.client.regions()) if self.regions is None else self.regions
        return [(self.place(name), self.client.in_region(name)) for name in names]


def raise_everyones(error: ImagesError) -> None:
    """Raises an error that every id that is left would meet as well."""
    # A client renews its token where it can; what is refused then is refused for all.
    everyones = isinstance(error, Unauthorized | ConfigError | RegionNotFound | InsecureUrl)
    if everyones or stops_the_run(error):
        raise error


@dataclass(frozen=True, slots=True)
class Places:
    """All clouds of an audit."""

    clouds: tuple[Cloud, ...]

    async def ask(self, image_id: str) -> list[Answer]:
        """What every place says of an image."""
        if len(self.clouds) == 1:
            return await self.clouds[0].ask(image_id)
        return [
            answer for answers in await asyncio.gather(*(c.ask(image_id) for c in self.clouds)) for answer in answers
        ]


@asynccontextmanager
async def places(plan: Plan, client: MakeClient) -> AsyncIterator[Places]:
    """The places of a plan, for as long as the block runs."""
    async with AsyncExitStack() as stack:
        clouds = []
        for name in plan.clouds or (None,):
            one = plan.regions[0] if len(plan.regions) == 1 else None
            regions = None if plan.all_regions else () if one or not plan.regions else plan.regions
            clouds.append(Cloud(name, await stack.enter_async_context(client(name, one)), regions))
        yield Places(tuple(clouds))
