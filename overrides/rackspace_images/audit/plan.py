"""What an audit is, and how it asks. Both hold no secret: they are written to files and sent to other machines."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rackspace_images.client.async_client import AsyncImagesClient
from rackspace_images.http.retry import Attempt


@dataclass(frozen=True, slots=True)
class Plan:
    """What an audit is: two runs that agree in it may share a folder."""

    ids: str | None
    """The digest of the ids, or None for whatever the list of images finds."""
    clouds: tuple[str, ...]
    regions: tuple[str, ...]
    all_regions: bool
    columns: tuple[str, ...]
    format: str
    partition: int
    """Ids that share a file."""

    def differs(self, other: dict[str, Any]) -> list[str]:
        """What another plan, as `facts` gives it, has otherwise."""
        ours = self.facts()
        return [name for name in ours if ours[name] != other.get(name)]

    def facts(self) -> dict[str, Any]:
        """The plan as JSON can hold it."""
        return {
            "ids": self.ids,
            "clouds": list(self.clouds),
            "regions": "all" if self.all_regions else list(self.regions),
            "columns": list(self.columns),
            "format": self.format,
            "partition": self.partition,
        }


OnAttempt = Callable[[Attempt], object]


@dataclass(frozen=True, slots=True)
class Connection:
    """How to ask. Who asks is not in it: each process reads its own configuration."""

    concurrency: int
    interface: str | None = None
    verify: bool | str | None = None
    timeout: float | None = None
    deadline: float | None = None
    keep_tokens: bool = True

    def client(self, cloud: str | None, region: str | None, on_attempt: OnAttempt | None) -> AsyncImagesClient:
        """A client with this process's own credentials. Raises `ConfigError`."""
        return AsyncImagesClient.from_config(cloud, region, **self.options(on_attempt))

    def options(self, on_attempt: OnAttempt | None) -> dict[str, Any]:
        """Those of the client's constructor. Without a deadline of the user's, a limit is waited for."""
        named = {"interface": self.interface, "verify": self.verify, "timeout": self.timeout}
        options: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
        if self.keep_tokens and not os.environ.get("RACKSPACE_IMAGES_NO_CACHE"):
            from rackspace_images.auth.token_cache import TokenCache

            options["token_cache"] = TokenCache()
        return options | {"deadline": self.deadline, "on_attempt": on_attempt}
