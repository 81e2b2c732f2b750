"""What becomes of each id, known to the server and to whoever asks it."""

from __future__ import annotations

from rackspace_images import errors

PASSING = (
    "500",
    "502",
    "503 with a Retry-After",
    "413",
    "429",
    "hangs up",
    "resets",
    "half a body",
    "garbage",
    "says nothing",
)
"""Faults of the first request for an id; the second one gets its image."""

LASTING: dict[str, type[errors.ImagesError]] = {
    "404": errors.ImageNotFound,
    "403": errors.Forbidden,
    "no image": errors.MalformedResponse,
    "another image": errors.MalformedResponse,
    "too large": errors.ResponseTooLarge,
}
"""Faults that stay, and what they are."""

_FAULTS = (*PASSING, *LASTING)

USES = 1500
"""Requests that a token is good for."""

LIFE = 20
"""Seconds that it says it is good for."""


def id_of(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-{number:012x}"


def number_of(image_id: str) -> int:
    return int(image_id[:8], 16)


def fault_of(number: int) -> str | None:
    """The fault of an id: one in ten has one."""
    if number % 10:
        return None
    return _FAULTS[number // 10 % len(_FAULTS)]


def name_of(number: int) -> str:
    """The name of its image, by which an answer that went astray is known."""
    return f"image {number} of {number * 7919 % 1_000_003}"
