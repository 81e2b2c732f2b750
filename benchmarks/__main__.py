"""Measures everything, prints the tables, and writes them with the plots.

    python -m benchmarks [--quick] [--out FOLDER]

Parts alone are measured and printed, and nothing is written:

    python -m benchmarks --only one many --setting loopback
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from . import report
from .clients import FIRST, LOCATE, MANY, MANY_ASYNC, ONE
from .cloud import IMAGE_ID, PROJECT, REGION
from .measure import Sample, Server, Way, interleaved, most_memory, processes, serving

AT_ONCE = (1, 8, 32, 128, 512)
METADATA = (0, 10, 100, 1_000, 10_000)
# Setting → how the server is started.
SETTINGS: dict[str, dict[str, float | bool]] = {
    "loopback": {},
    "TLS": {"tls": True},
    "20 ms away": {"latency": 0.02},
    "100 ms away": {"latency": 0.1},
}
GROWING = list(MANY_ASYNC)


def chosen(settings: list[str]) -> list[tuple[str, dict[str, float | bool]]]:
    """The settings of these names, in order."""
    return [(name, how) for name, how in SETTINGS.items() if name in settings]


def one_at_a_time(quick: bool, settings: list[str]) -> list[Sample]:
    samples = []
    for setting, how in chosen(settings):
        latency = float(how.get("latency", 0))
        calls = 300 if not latency else round(1 / latency)
        with serving(**how) as server:  # type: ignore[arg-type]
            rounds = 2 if quick else 3 if latency else 9
            samples += interleaved(list(ONE), server, setting, calls=calls, at_once=1, rounds=rounds, unit="µs")
    return samples


def many_at_once(quick: bool, settings: list[str]) -> list[Sample]:
    samples = []
    for setting, how in chosen(settings):
        with serving(**how) as server:  # type: ignore[arg-type]
            for ways in (MANY_ASYNC, MANY):
                rounds = 1 if quick else 3
                samples += interleaved(
                    list(ways), server, setting, calls=800, at_once=32, rounds=rounds, unit="images/s"
                )
    return samples


def growth(quick: bool, settings: list[str]) -> list[Sample]:
    samples = []
    with serving(latency=0.02) as server:
        for at_once in AT_ONCE:
            calls, rounds = max(50, min(at_once * 10, 1000)), 1 if quick else 3
            samples += interleaved(
                GROWING, server, f"{at_once} at once", calls=calls, at_once=at_once, rounds=rounds, unit="images/s"
            )
    return samples


def larger_images(quick: bool, settings: list[str]) -> list[Sample]:
    ways = ["ImagesClient.get", "httpx.Client.get + json.loads"]
    samples = []
    for keys in METADATA:
        with serving(metadata=keys) as server:
            calls, rounds = (30 if keys > 1000 else 150), 1 if quick else 3
            samples += interleaved(
                ways, server, f"{keys} metadata keys", calls=calls, at_once=1, rounds=rounds, unit="µs"
            )
    return samples


def all_regions(quick: bool, settings: list[str]) -> list[Sample]:
    samples = []
    with serving(latency=0.1) as server:
        for regions in (1, 6):
            samples += interleaved(
                list(LOCATE),
                server,
                f"{regions} regions",
                calls=5,
                at_once=regions,
                rounds=1 if quick else 5,
                unit="µs",
            )
    return samples


def from_nothing(server: Server, quick: bool) -> tuple[list[Sample], list[Sample]]:
    """Whole processes: a first image from Python, and the commands."""
    python = [sys.executable, "-c"]
    get = "from benchmarks.clients import FIRST; import sys; assert FIRST[sys.argv[1]](sys.argv[2])(1, 1)"
    scripts = Path(sys.executable).parent
    token = {"OS_TOKEN": "bench", "OS_ENDPOINT_OVERRIDE": f"{server.url}/{REGION}/v2.1/{PROJECT}"}
    commands: dict[str, tuple[list[str], dict[str, str]]] = {
        "python -c pass": ([*python, "pass"], {}),
        **{name: ([*python, get, name, server.url], {}) for name in FIRST},
        "rackspace-images show -f json": (
            [str(scripts / "rackspace-images"), "show", IMAGE_ID, "-f", "json"],
            token,
        ),
        "openstack image show --help": ([str(scripts / "openstack"), "image", "show", "--help"], {}),
    }
    return processes(commands, "a process", 1 if quick else 7)


def requests(server: Server) -> list[Sample]:
    """How many requests a first image takes, and a second."""
    samples = []
    for name in FIRST:
        server.requests()
        way = Way(name, server)
        way.ask(1)
        cold = server.requests()
        way.close()
        samples.append(Sample(name, "cold", "requests", [cold]))
    for name in ("ImagesClient.get", "openstacksdk compute.get_image"):
        way = Way(name, server)
        server.requests()
        way.ask(1)
        samples.append(Sample(name, "warm", "requests", [server.requests()]))
        way.close()
    return samples


def memory(server: Server, quick: bool) -> list[Sample]:
    """The most that a long run holds, beside one of a twentieth of the ids."""
    name, few = "AsyncImagesClient.get_many", 500 if quick else 5_000
    return [
        Sample(name, setting, "MB", [most_memory(name, server, calls, 32)])
        for setting, calls in (("few ids", few), ("20 times the ids", few * 20))
    ]


def whole_processes(quick: bool, settings: list[str]) -> list[Sample]:
    with serving() as server:
        cpu, held = from_nothing(server, quick)
        return cpu + held + requests(server) + memory(server, quick)


PARTS: dict[str, Callable[[bool, list[str]], list[Sample]]] = {
    "one": one_at_a_time,
    "many": many_at_once,
    "growth": growth,
    "metadata": larger_images,
    "regions": all_regions,
    "processes": whole_processes,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--quick", action="store_true", help="one or two rounds of each: does it run")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=f"print these: {', '.join(PARTS)}")
    parser.add_argument("--setting", nargs="+", choices=SETTINGS, help="of one and many; needs --only")
    parser.add_argument("--out", type=Path, default=Path("docs/speed"), help="the folder to write to: %(default)s")
    given = parser.parse_args()
    if given.setting and not given.only:
        parser.error("--setting needs --only")
    samples: list[Sample] = []
    for part in given.only or PARTS:
        samples += PARTS[part](given.quick, given.setting or list(SETTINGS))
    if given.only:
        print("\n".join(report.tables(samples)))
    else:
        report.write(samples, given.out)


if __name__ == "__main__":
    main()
