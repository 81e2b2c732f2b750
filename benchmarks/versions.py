"""Compares versions of the library, each installed for an interpreter of its own, in interleaved rounds.

    python -m benchmarks.versions before=/path/of/python after=/path/of/python [--rounds 3] [--rows ROW ...]

Each environment has its version of `rackspace-images`; all run these files. The ratio is that of the last to the first.
"""

from __future__ import annotations

import argparse
import statistics
from typing import Any

from .measure import Sample, Way, in_rounds, serving

# Row → the way, how the server is started, how many are asked at once, how many in a round, and the unit.
ROWS: dict[str, tuple[str, dict[str, Any], int, int, str]] = {
    "single get": ("ImagesClient.get", {}, 1, 2_000, "µs"),
    "raw httpx": ("httpx.Client.get + json.loads", {}, 1, 2_000, "µs"),
    "32 tasks": ("AsyncImagesClient.get_many", {}, 32, 4_000, "images/s"),
    "32 threads": ("ImagesClient.get_many", {}, 32, 4_000, "images/s"),
    "32 threads of your own": ("ImagesClient.get, threads", {}, 32, 4_000, "images/s"),
    "128 tasks, 20 ms": ("AsyncImagesClient.get_many", {"latency": 0.02}, 128, 8_000, "images/s"),
    "128 threads, 20 ms": ("ImagesClient.get_many", {"latency": 0.02}, 128, 8_000, "images/s"),
    "128 threads of your own, 20 ms": ("ImagesClient.get, threads", {"latency": 0.02}, 128, 8_000, "images/s"),
}


def measured(row: str, pythons: list[str], rounds: int) -> list[Sample]:
    """A sample of each version."""
    way, how, at_once, calls, unit = ROWS[row]
    with serving(**how) as server:
        ways = [Way(way, server, python) for python in pythons]
        return in_rounds(ways, row, calls=calls, at_once=at_once, rounds=rounds, unit=unit)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.versions")
    parser.add_argument("versions", nargs="+", metavar="NAME=PYTHON")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS), metavar="ROW", help=", ".join(ROWS))
    given = parser.parse_args()
    versions = dict(one.split("=", 1) for one in given.versions)
    print(f"| | {' | '.join(versions)} | ratio |\n| --- |{' ---: |' * (len(versions) + 1)}", flush=True)
    for row in given.rows:
        samples = measured(row, list(versions.values()), given.rounds)
        medians = [statistics.median(one.figures) for one in samples]
        cells = [
            f"{middle:,.0f} ({one.spread[0]:,.0f} – {one.spread[1]:,.0f})"
            for one, middle in zip(samples, medians, strict=True)
        ]
        print(f"| {row}, {samples[0].unit} | {' | '.join(cells)} | {medians[-1] / medians[0]:.2f} |", flush=True)


if __name__ == "__main__":
    main()
