"""One OpenStack for the whole session, and every exchange with it held against the documents."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from .lab import OpenStackLab, install
from .validation import Watch, summary, watching

HERE = Path(__file__).parent
WATCH = pytest.StashKey[Watch]()


@pytest.fixture(scope="session", autouse=True)
def watch(request: pytest.FixtureRequest) -> Iterator[Watch]:
    """Every exchange with the lab that goes through httpx; one that is not as documented fails its test."""
    with watching() as watch:
        request.config.stash[WATCH] = watch
        yield watch
        _fail(watch)


@pytest.fixture(scope="session")
def lab(watch: Watch) -> Iterator[OpenStackLab]:
    """Keystone, Glance and Nova, installed if they are not yet, running, and seeded with images."""
    kept = Path(os.environ["OPENSTACK_LAB"])
    nova = os.environ["OPENSTACK_NOVA"]
    install(kept / "env", HERE / f"requirements-{nova}.txt", os.environ["OPENSTACK_PYTHON"])
    with (
        tempfile.TemporaryDirectory() as state,
        OpenStackLab(kept / "env", Path(state) / "lab", nova_major=int(nova)) as running,
    ):
        watch.hosts = {urlsplit(running.compute_url).netloc: "images", urlsplit(running.auth_url).netloc: "identity"}
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """A test that passes fails all the same if the documents do not describe what it saw; a failure tells it too."""
    watch = item.config.stash.get(WATCH, None)
    try:
        yield
    except BaseException:
        if watch is not None and (mismatches := watch.take_mismatches()):
            item.add_report_section("call", "not as the documents say", "\n\n".join(mismatches))
        raise
    if watch is not None:
        _fail(watch)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Which documented operations and statuses the servers really answered with."""
    if (watch := config.stash.get(WATCH, None)) is not None and watch.seen:
        terminalreporter.section("exchanges that were validated")
        for line in summary(watch):
            terminalreporter.line(line)


def _fail(watch: Watch) -> None:
    if mismatches := watch.take_mismatches():
        shown = "\n\n".join(mismatches[:5])
        pytest.fail(f"{len(mismatches)} exchanges are not as the documents say:\n\n{shown}", pytrace=False)
