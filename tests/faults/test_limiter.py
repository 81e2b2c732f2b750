"""A rate limit is a fact of life: everybody is served, and few are refused."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from faulty import Faulty, Line, its_image
from rackspace_images import Image
from scripted import answer

from .ways import Way, ids

WINDOW = 0.1
IN_A_WINDOW = 100
AT_ONCE = 32


class Limiter:
    """Takes so many requests in each window, and refuses the others until the next one."""

    def __init__(self, status: int) -> None:
        self._status = status
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self.served: Counter[int] = Counter()
        self.refused: Counter[int] = Counter()

    def __call__(self, line: Line) -> None:
        while (request := line.request()) is not None:
            with self._lock:
                window, since = divmod(time.monotonic() - self._began, WINDOW)
                full = self.served[int(window)] >= IN_A_WINDOW
                (self.refused if full else self.served)[int(window)] += 1
            if full:
                fault = {"code": self._status, "message": "Slow down.", "retryAfter": WINDOW - since}
                line.send(answer(self._status, {"overLimit": fault}))
            else:
                line.send(its_image(request))


@pytest.mark.parametrize("status", [413, 429])
def test_a_limiter_loses_nobody_and_refuses_few(way: Way, status: int) -> None:
    """3,000 ids by 32 at once: none lost, and no window refuses more than there are callers."""
    limiter = Limiter(status)
    number = 3000 if status == 413 else 500
    with Faulty(limiter) as server, way.client(server.endpoint, deadline=None) as images:
        outcomes = images.outcomes(ids(number), at_once=AT_ONCE)
    lost = [outcome for outcome in outcomes if not isinstance(outcome, Image)]
    assert lost == []
    assert [image.id for image in outcomes if isinstance(image, Image)] == ids(number)
    assert max(limiter.served.values()) <= IN_A_WINDOW
    assert max(limiter.refused.values(), default=0) <= AT_ONCE
