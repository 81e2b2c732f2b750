"""Runs the soak and prints what it saw; ends with 1 where anything was lost, wrong, grew or was late."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
from rackspace_images import ApiKey, AsyncImagesClient, Image, ImagesClient, Retry
from rackspace_images.errors import ImagesError

from .figures import report
from .plan import LASTING, fault_of, id_of, name_of, number_of

CALLS = 15_000
"""A minute or so."""
CALLS_AT_REST = 50_000
CONCURRENCY = 32
OPTIONS: dict[str, Any] = {"retry": Retry(attempts=6, backoff=0.02), "timeout": 1.0}
MEMORY = 5.0
"""MiB that the process may have grown between the second round and the last."""


@dataclass
class Held:
    """What the process holds."""

    memory: float
    threads: int
    files: int

    @classmethod
    def now(cls) -> Held:
        gc.collect()
        with open("/proc/self/statm", encoding="ascii") as file:
            pages = int(file.read().split()[1])
        memory = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
        return cls(memory, threading.active_count(), len(os.listdir("/proc/self/fd")))

    def __str__(self) -> str:
        return f"{self.memory:6.1f} MiB  {self.threads:3} threads  {self.files:3} files"


class Tally:
    """What came of each id."""

    def __init__(self, numbers: range) -> None:
        self.numbers = numbers
        self.outcomes: Counter[str] = Counter()
        # As small as can be: what counts must not grow with what is counted.
        self.seen = bytearray(len(numbers))
        self.wrong: list[str] = []

    def add(self, image_id: str, outcome: Image | ImagesError) -> None:
        number = number_of(image_id)
        self.seen[number - self.numbers.start] += 1
        self.outcomes[type(outcome).__name__] += 1
        expected = LASTING.get(fault_of(number) or "")
        good = (
            type(outcome) is expected
            if expected is not None
            else isinstance(outcome, Image) and (outcome.id, outcome.name) == (image_id, name_of(number))
        )
        if not good:
            self.wrong.append(f"{image_id} ({fault_of(number)}): {outcome!r}")

    @property
    def lost(self) -> int:
        """How many did not come back, or came more than once."""
        return len(self.numbers) - self.seen.count(1)


def rounds(numbers: range) -> list[range]:
    """A run in ten parts, after each of which it is measured."""
    step = -(-len(numbers) // 10)
    return [numbers[start : start + step] for start in range(0, len(numbers), step)]


def threads(key: ApiKey, tally: Tally) -> list[Held]:
    """Over one `ImagesClient`, which many threads share."""
    held = []
    with ImagesClient(key, **OPTIONS) as images:

        def ask(image_id: str) -> tuple[str, Image | ImagesError]:
            try:
                return image_id, images.get(image_id)
            except ImagesError as error:
                return image_id, error

        for part in rounds(tally.numbers):
            with ThreadPoolExecutor(CONCURRENCY) as pool:
                for image_id, outcome in pool.map(ask, map(id_of, part)):
                    tally.add(image_id, outcome)
            held.append(Held.now())
    return held


def get_many(key: ApiKey, tally: Tally) -> list[Held]:
    """Over `ImagesClient`, many at once."""
    held = []
    with ImagesClient(key, **OPTIONS) as images:
        for part in rounds(tally.numbers):
            for image_id, outcome in images.get_many(map(id_of, part), concurrency=CONCURRENCY):
                tally.add(image_id, outcome)
            held.append(Held.now())
    return held


def tasks(key: ApiKey, tally: Tally) -> list[Held]:
    """Over `AsyncImagesClient`, many tasks at once."""

    async def ask() -> list[Held]:
        held = []
        async with AsyncImagesClient(key, **OPTIONS) as images:
            for part in rounds(tally.numbers):
                async for image_id, outcome in images.get_many(map(id_of, part), concurrency=CONCURRENCY):
                    tally.add(image_id, outcome)
                held.append(Held.now())
        return held

    return asyncio.run(ask())


@contextlib.contextmanager
def cloud() -> Iterator[str]:
    command = [sys.executable, "-m", "soak.server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.stdin.close()


def judged(before: Held, held: list[Held], after: Held) -> list[str]:
    """What grew. Between rounds a client may keep a connection for each that asked, and no more."""
    second, last = held[min(1, len(held) - 1)], held[-1]
    grown = []
    if last.memory - second.memory > MEMORY:
        grown.append(f"memory by {last.memory - second.memory:.1f} MiB")
    if max(one.files for one in held) > before.files + 2 * CONCURRENCY or after.files > before.files:
        grown.append(f"files from {before.files} to {max(one.files for one in held)}, {after.files} once closed")
    if last.threads > second.threads or after.threads > before.threads:
        grown.append(f"threads from {before.threads} to {last.threads}, {after.threads} once closed")
    return grown


def main() -> int:
    """The whole soak."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, help=f"calls in all; {CALLS}, with --figures {CALLS_AT_REST}")
    parser.add_argument("--figures", action="store_true", help="also measure exact times, on a machine at rest")
    given = parser.parse_args()
    calls: int = given.calls or (CALLS_AT_REST if given.figures else CALLS)
    bad: list[str] = report() if given.figures else []
    runs = (threads, get_many, tasks)
    began = time.monotonic()
    with cloud() as url:
        key = ApiKey("demo", "key", auth_url=f"{url}/v2.0")
        # What is imported and opened once, by the first call of all, is nobody's growth.
        for run in runs:
            run(key, Tally(range(90_000_001, 90_000_009)))
        share = calls // len(runs)
        total: Counter[str] = Counter()
        for place, run in enumerate(runs):
            tally = Tally(range(place * share, (place + 1) * share))
            before, started = Held.now(), time.monotonic()
            held = run(key, tally)
            took, after = time.monotonic() - started, Held.now()
            lost, grown = tally.lost, judged(before, held, after)
            total += tally.outcomes
            print(f"{run.__name__}: {share} calls in {took:.0f} s, {share / took:.0f} a second")
            for word, one in (("before", before), ("round 2", held[1]), ("last", held[-1]), ("closed", after)):
                print(f"  {word:8}{one}")
            print(f"  lost {lost}, wrong {len(tally.wrong)}, grown: {'; '.join(grown) or 'nothing'}")
            bad += [*tally.wrong[:5], *grown, *([f"{lost} lost"] if lost else [])]
        logins = httpx.get(f"{url}/logins", trust_env=False).json()
    faults = sum(fault_of(number) is not None for number in range(share * len(runs)))
    print(f"{share * len(runs)} calls, {faults} through faults, {logins} sign-ins, {time.monotonic() - began:.0f} s")
    print("  " + ", ".join(f"{number} {name}" for name, number in total.most_common()))
    for line in bad:
        print(f"BAD: {line}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
