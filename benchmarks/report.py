"""What was measured: as tables, as JSON, and as the plots that README and docs show."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .measure import Sample

PEERS = ("httpx", "aiohttp", "httpx-aiohttp", "openstacksdk", "apache-libcloud", "python-openstackclient")


class Found:
    """The samples, by what they are of."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._by_name = {(one.way, one.setting, one.unit): one for one in samples}

    def median(self, way: str, setting: str, unit: str) -> float:
        return self._by_name[way, setting, unit].median


@dataclass(frozen=True)
class Goal:
    """A ratio that is to be reached, against a peer: at most `goal`, or at least, as `most` says.

    Without a `goal` the ratio alone is shown.
    """

    what: str
    against: str
    ratio: Callable[[Found], float]
    goal: float | None
    most: bool

    def row(self, found: Found) -> list[str]:
        ratio = self.ratio(found)
        if self.goal is None:
            return [self.what, self.against, f"{ratio:.2f}", ""]
        reached = ratio <= self.goal if self.most else ratio >= self.goal
        sign = "≤" if self.most else "≥"
        return [
            self.what,
            self.against,
            f"{'' if reached else '**not reached** '}{ratio:.2f}",
            f"{sign} {self.goal:.2g}",
        ]


def _ratio(one: str, other: str, setting: str, unit: str) -> Callable[[Found], float]:
    return lambda found: found.median(one, setting, unit) / found.median(other, setting, unit)


GET, MANY_ASYNC, MANY = "ImagesClient.get", "AsyncImagesClient.get_many", "ImagesClient.get_many"
HTTPX, SDK = "httpx.Client.get + json.loads", "openstacksdk compute.get_image"
AIOHTTP = "AsyncImagesClient.get_many, httpx-aiohttp"

GOALS = [
    Goal("one sync `get`, time", "raw httpx", _ratio(GET, HTTPX, "loopback", "µs"), 1, True),
    Goal("one sync `get`, times as fast", "openstacksdk", _ratio(SDK, GET, "loopback", "µs"), 4, False),
    Goal(
        "async `get_many`, 32 at once, rate",
        "raw httpx, gather",
        _ratio(MANY_ASYNC, "httpx.AsyncClient, gather", "loopback", "images/s"),
        3,
        False,
    ),
    Goal(
        "the same",
        "raw aiohttp, gather",
        _ratio(MANY_ASYNC, "aiohttp, gather", "loopback", "images/s"),
        None,
        False,
    ),
    Goal(
        "the same over httpx-aiohttp's transport",
        "our own transport",
        _ratio(AIOHTTP, MANY_ASYNC, "loopback", "images/s"),
        None,
        False,
    ),
    Goal(
        "sync `get_many`, 32 at once, rate",
        "threads on one httpx client",
        _ratio(MANY, "httpx.Client, threads", "loopback", "images/s"),
        2,
        False,
    ),
    Goal(
        "`rackspace-images show -f json`, CPU",
        "`openstack image show --help`",
        _ratio("rackspace-images show -f json", "openstack image show --help", "a process", "ms of CPU"),
        1 / 7,
        True,
    ),
    Goal(
        "a first `get` of a process, CPU",
        "openstacksdk's first `get_image`",
        _ratio("first get", "openstacksdk's first get_image", "a process", "ms of CPU"),
        0.40,
        True,
    ),
    Goal(
        "memory of `get_many`, 20 times the ids",
        "itself",
        lambda found: found.median(MANY_ASYNC, "20 times the ids", "MB") / found.median(MANY_ASYNC, "few ids", "MB"),
        1.1,
        True,
    ),
    Goal(
        "`locate` over 6 regions, 100 ms each, time",
        "1 region",
        lambda found: (
            found.median("ImagesClient.locate", "6 regions", "µs")
            / found.median("ImagesClient.locate", "1 regions", "µs")
        ),
        1.3,
        True,
    ),
]


def write(samples: list[Sample], folder: Path) -> None:
    """`results.json`, `results.md` and the plots; the tables are printed too."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "versions": {name: version(name) for name in ("rackspace-images", *PEERS)},
    }
    results = [{"way": s.way, "setting": s.setting, "unit": s.unit, "figures": s.figures} for s in samples]
    text = json.dumps({"about": about, "results": results}, indent=1)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    found = Found(samples)
    page = "\n".join(_page(samples, found, about))
    (folder / "results.md").write_text(page, encoding="utf-8")
    print(page)
    for dark in (False, True):
        _plot(found, folder, dark)


def _page(samples: list[Sample], found: Found, about: dict[str, Any]) -> Iterable[str]:
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    yield f"Measured on {about['date']}, Python {about['python']}, {about['cores']} cores: {versions}."
    yield ""
    yield "### Goals"
    yield ""
    yield from _table(["what", "against", "ratio", "goal"], [goal.row(found) for goal in GOALS])
    yield from tables(samples)


def tables(samples: list[Sample]) -> Iterable[str]:
    """A table of each setting, the best first."""
    settings = dict.fromkeys((one.setting, one.unit) for one in samples)
    for setting, unit in settings:
        these = [one for one in samples if (one.setting, one.unit) == (setting, unit)]
        better_high = unit == "images/s"
        these.sort(key=lambda one: one.median, reverse=better_high)
        yield ""
        yield f"### {setting}, {unit}"
        yield ""
        rows = []
        for one in these:
            low, high = one.spread
            rows.append([one.way, _figure(one.median), f"{_figure(low)} – {_figure(high)}"])
        yield from _table(["way", "median", "least – most"], rows)
    yield ""


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"


BARS: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "One image, ms": (
        "loopback",
        "µs",
        [
            ("rackspace-images", GET),
            ("raw httpx", HTTPX),
            ("the generated client", "the generated client"),
            ("apache-libcloud", "apache-libcloud get_image"),
            ("openstacksdk", SDK),
        ],
    ),
    "32 at once, images a second": (
        "loopback",
        "images/s",
        [
            ("raw aiohttp", "aiohttp, gather"),
            ("rackspace-images", MANY_ASYNC),
            ("raw httpx", "httpx.AsyncClient, gather"),
        ],
    ),
    "The command, seconds of CPU": (
        "a process",
        "ms of CPU",
        [
            ("rackspace-images show", "rackspace-images show -f json"),
            ("openstack image show --help", "openstack image show --help"),
        ],
    ),
}


def _plot(found: Found, folder: Path, dark: bool) -> None:
    """Three rows of bars, ours in colour."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "rackspace-images"
    from matplotlib import pyplot

    ink, ours, theirs = ("#e6edf3", "#58a6ff", "#6e7681") if dark else ("#1f2328", "#0969da", "#afb8c1")
    heights = [len(bars) for _, _, bars in BARS.values()]
    figure, axes = pyplot.subplots(len(BARS), 1, figsize=(8, 0.42 * sum(heights) + 1.8), height_ratios=heights)
    for axis, (title, (setting, unit, bars)) in zip(axes, BARS.items(), strict=True):
        scale = 1 if unit == "images/s" else 1000
        values = [found.median(way, setting, unit) / scale for _, way in bars]
        colours = [ours if words.startswith("rackspace") else theirs for words, _ in bars]
        drawn = axis.barh([words for words, _ in bars], values, color=colours, height=0.7)
        labels = [f"{value:,.0f}" if value >= 100 else f"{value:.2f}" for value in values]
        axis.bar_label(drawn, labels, padding=4, color=ink)
        axis.invert_yaxis()
        axis.margins(x=0.12)
        axis.set_title(title, loc="left", color=ink, fontsize=11, fontweight="bold")
        axis.tick_params(colors=ink, length=0)
        axis.xaxis.set_visible(False)
        for spine in axis.spines.values():
            spine.set_visible(False)
    figure.tight_layout()
    figure.savefig(folder / f"speed-{'dark' if dark else 'light'}.svg", transparent=True, metadata={"Date": None})
    pyplot.close(figure)
