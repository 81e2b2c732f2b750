"""Polling an image until it is ACTIVE."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from rackspace_images import errors
from rackspace_images.defaults import ATTEMPT_TIMEOUT, MAX_POLL_INTERVAL, POLL_INTERVAL
from rackspace_images.http.call import Limits
from rackspace_images.http.flow import Flow, Pause
from rackspace_images.http.retry import asked_to_wait
from rackspace_images.image import Image


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of a wait after a poll.

    Attributes:
        image: The image as it was last seen; None before it is there.
        error: The error of this poll, or None.
        elapsed: Seconds since the wait began.
        status: The image's status as text to show, without secrets.
        percent: The image's progress as a number, or as text to show.
    """

    image: Image | None
    error: errors.ImagesError | None
    elapsed: float
    status: str | None = None
    percent: float | str | None = None


def until_active(
    image_id: str,
    get: Callable[[float], Flow[Image]],
    limits: Limits,
    grace: float,
    on_progress: Callable[[Progress], object] | None,
    shown: Callable[[str], str],
) -> Flow[Image]:
    """Polls until the image is ACTIVE.

    Args:
        image_id: The image's id.
        get: Retrieves the image within so many seconds.
        limits: The limits of the whole wait.
        grace: Seconds for which a 404 means that the image is not there yet.
        on_progress: Is called after each poll.
        shown: Takes secrets out of a text.
    """
    seen: Image | None = None
    interval = POLL_INTERVAL
    while True:
        left = limits.left()
        error: errors.ImagesError | None = None
        try:
            seen = yield from get(left or ATTEMPT_TIMEOUT)
        except errors.ImagesError as trouble:
            error = _judged(trouble, seen, limits, grace)
        if on_progress is not None:
            on_progress(_progress(seen, error, limits, shown))
        if error is None and seen is not None:
            status = str(seen.status).upper()
            if status == "ACTIVE":
                return seen
            if status in ("ERROR", "DELETED"):
                raise _ended(image_id, seen, status, limits)
        if left == 0:
            raise _late(image_id, seen, error, limits)
        wait = interval * random.uniform(0.75, 1.0)  # noqa: S311  not a secret
        if error is not None:
            wait = max(wait, asked_to_wait(error) or 0.0)
        yield Pause(wait if left is None else min(wait, limits.left() or 0))
        interval = min(interval * 1.5, MAX_POLL_INTERVAL)


def _progress(
    image: Image | None, error: errors.ImagesError | None, limits: Limits, shown: Callable[[str], str]
) -> Progress:
    progress = Progress(image, error, limits.elapsed)
    if image is None:
        return progress
    percent: Any = image.progress
    percent = percent if isinstance(percent, int | float | None) else shown(str(percent))
    return replace(progress, status=None if image.status is None else shown(str(image.status)), percent=percent)


def _judged(error: errors.ImagesError, seen: Image | None, limits: Limits, grace: float) -> errors.ImagesError:
    """Returns an error after which the wait goes on. Raises one that ends it."""
    if isinstance(error, errors.ImageNotFound):
        if seen is not None:
            vanished = errors.ImageVanished(f"gone, after it was {seen.status}", image=seen)
            raise _placed(vanished, error, limits) from None
        if limits.elapsed < grace:
            return error
        if grace:
            error._hint = f"{error.hint}; looked for {limits.elapsed:.0f} s (grace=, --grace)"
        raise error
    # One odd page of a gateway, where images were read before, is no reason to give up after half an hour.
    if error.retryable or (seen is not None and isinstance(error, errors.MalformedResponse)):
        return error
    raise error


def _ended(image_id: str, image: Image, status: str, limits: Limits) -> errors.NotActive:
    fault = image.to_dict().get("fault")
    why = fault.get("message") if isinstance(fault, dict) else fault
    at = f" at {image.progress} %" if image.progress is not None else ""
    message = f"the image is {status}{at}" + (f": {why}" if why else "")
    kind = errors.ImageBuildFailed if status == "ERROR" else errors.ImageVanished
    return _placed(kind(message, image=image, image_id=image_id), None, limits)


def _late(image_id: str, image: Image | None, error: errors.ImagesError | None, limits: Limits) -> errors.NotActive:
    was = "never seen" if image is None else f"{image.status} at {image.progress} %"
    trouble = f"; the last look: {type(error).__name__}" if error is not None else ""
    message = f"not ACTIVE within {limits.deadline:g} s, {was}{trouble}"
    return _placed(errors.WaitTimeout(message, image=image, image_id=image_id), error, limits)


def _placed(ended: errors.NotActive, error: errors.ImagesError | None, limits: Limits) -> errors.NotActive:
    """Adds the region and endpoint of the last error, or of the last image."""
    response = ended.image.response if ended.image is not None else None
    for known in (error, response):
        if known is not None:
            ended._add_context(region=known.region, endpoint=known.endpoint, request_id=known.request_id)
    if error is not None:
        ended._add_context(method=error.method, url=error.url, image_id=error.image_id)
    ended._add_context(elapsed=limits.elapsed)
    return ended
