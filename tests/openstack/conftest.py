"""One OpenStack for the whole session, and every exchange with it held against the documents."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from .lab import LabError, OpenStackLab
from .validation import Watch, summary, watching

# Seconds. A service that is slower after a failed test hangs.
CHECK_TIMEOUT = 30.0
LAB = pytest.StashKey[OpenStackLab]()
WATCH = pytest.StashKey[Watch]()


@pytest.fixture(scope="session", autouse=True)
def watch(request: pytest.FixtureRequest) -> Iterator[Watch]:
    """Every exchange with the lab that goes through httpx; one that is not as documented fails its test."""
    with watching() as watch:
        request.config.stash[WATCH] = watch
        yield watch
        _fail(watch)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Start the lab before the first test, so that no test's time limit includes it, and stop it after the last."""
    needed = any("lab" in getattr(item, "fixturenames", ()) for item in session.items)
    if session.config.option.collectonly or not needed:
        return (yield)
    with tempfile.TemporaryDirectory() as state:
        lab = OpenStackLab(
            Path(os.environ["OPENSTACK_LAB"]) / "env", Path(state) / "lab", nova_major=int(os.environ["OPENSTACK_NOVA"])
        )
        try:
            lab.start()
        except LabError as error:
            pytest.exit(f"the lab did not start: {error}", returncode=pytest.ExitCode.TESTS_FAILED)
        session.config.stash[LAB] = lab
        try:
            return (yield)
        finally:
            lab.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """After a test that failed, see that the lab still works: without it all that follow would fail."""
    failed = item.session.testsfailed
    result = yield
    lab = item.config.stash.get(LAB, None)
    if lab is not None and item.session.testsfailed > failed:
        try:
            lab.check(CHECK_TIMEOUT)
        except LabError as error:
            pytest.exit(f"the lab failed: {error}", returncode=pytest.ExitCode.TESTS_FAILED)
    return result


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest, watch: Watch) -> OpenStackLab:
    """Keystone, Glance and Nova, running, and seeded with images."""
    lab = request.config.stash[LAB]
    watch.hosts = {urlsplit(lab.compute_url).netloc: "images", urlsplit(lab.auth_url).netloc: "identity"}
    return lab


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
