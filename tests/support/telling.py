"""An error as the most talkative reporter shows it."""

from __future__ import annotations

import io
import pickle
import traceback


def everything(error: BaseException) -> str:
    """An error as the most talkative reporter shows it: chained, with the local variables of every frame of ours.

    The frames of the test itself are left out: they hold the secret on purpose.
    """
    told = io.StringIO()
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        summary = traceback.TracebackException.from_exception(current, capture_locals=True, compact=False)
        for frame in summary.stack:
            if "rackspace_images" in frame.filename or "site-packages" in frame.filename:
                told.write(f"{frame.filename}:{frame.lineno} {frame.locals}\n")
        told.write(f"{current!r} {current} {current.__dict__}\n")
        current = current.__cause__ or current.__context__
    return told.getvalue() + repr(pickle.dumps(error))
