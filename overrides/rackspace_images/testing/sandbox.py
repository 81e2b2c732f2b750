"""The sandbox with a say in what it answers."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Any

from rackspace_images.errors import ApiError
from rackspace_images.sandbox import Sandbox, spec
from rackspace_images.sandbox.answers import Answer, fault


class TestingSandbox(Sandbox):
    """The sandbox, with images of one's own and faults on demand. `reset()` takes both back."""

    __test__ = False
    """pytest takes no class of this name for tests."""

    def add(self, *stages: Mapping[str, Any], region: str = "DFW") -> str:
        """Puts an image into a region, and gives its id: a new one, unless the first of `stages` has an `id`.

        Each of `stages` holds wire fields (`name`, `status`, `OS-EXT-IMG-SIZE:size`, …); what it leaves out is as in
        the document's base image. With several the image goes from one to the next as it is asked for, and stays
        at the last.
        """
        if region.upper() not in spec.regions():
            raise ValueError(f"the sandbox has no region {region}: {', '.join(spec.regions())}")
        image_id = str((stages[0] if stages else {}).get("id") or uuid.uuid4())
        base = spec.example("images", "Base")["image"]
        images = [{**base, **stage, "id": image_id} for stage in stages or ({},)]
        self._answers.put(region.upper(), image_id, images)
        return image_id

    def fail(
        self,
        what: type[ApiError] | int,
        *,
        times: int = 1,
        image_id: str | None = None,
        retry_after: int | None = None,
        delay: float = 0.0,
    ) -> None:
        """Lets the next `times` answers of compute fail; with `image_id`, those for that image.

        `what` is a class of `rackspace_images.errors` that has a status, or a status itself; the answer is the
        document's example of it. `retry_after`: the seconds of its `Retry-After`, which it else has not. `delay`:
        seconds until it is sent. A single 401 is not seen: the client signs in once more, so ask for two.
        """
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self._interject(dataclasses.replace(fault(_status(what), headers), delay=delay), times, image_id)

    def _interject(self, answer: Answer, times: int, image_id: str | None) -> None:
        for _ in range(times):
            self._answers.interject(answer, image_id)

    def environment(self) -> dict[str, str]:
        """The variables that point `from_config()` and the command at this sandbox, region DFW."""
        username, api_key = self.api_key
        return {
            "RS_USERNAME": username,
            "RS_API_KEY": api_key,
            "RS_AUTH_URL": self.auth_url,
            "RS_REGION_NAME": spec.regions()[0],
        }


def _status(what: type[ApiError] | int) -> int:
    if isinstance(what, int):
        if not 400 <= what <= 599:
            raise ValueError(f"{what} is no fault: a status from 400 to 599")
        return what
    if not what.status_codes:
        raise ValueError(f"{what.__name__} has no status of its own: give the number")
    return what.status_codes[0]
