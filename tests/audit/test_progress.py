"""What is said while it goes on."""

from __future__ import annotations

from argparse import Namespace

import pytest
from rackspace_images.cli.audit_progress import EVERY, AuditProgress
from rackspace_images.cli.watch import Watch

ARGS = Namespace(quiet=False, verbose=False)


def test_it_says_the_rate_and_what_is_left() -> None:
    """The rate is this run's; what an earlier one left counts as done."""
    now = [100.0]
    progress = AuditProgress(ARGS, Watch(ARGS), 2000, now=lambda: now[0])
    assert progress.text() == "0 of 2000"
    progress.count(None, 800)
    assert progress.text() == "800 of 2000"
    now[0] += 10
    progress.count("found", 390)
    progress.count("missing", 7)
    progress.count("failed", 3)
    assert progress.text() == "1200 of 2000  40 a second  0:20 left  7 missing  3 failed"
    assert (progress.asked, progress.seconds) == (400, 10.0)


def test_without_a_total_nothing_is_left() -> None:
    """As where the lists say which images there are; a slow rate has a decimal."""
    now = [0.0]
    progress = AuditProgress(ARGS, Watch(ARGS), None, now=lambda: now[0])
    progress.count("found", 5)
    now[0] = 2.0
    assert progress.text() == "5  2.5 a second"


def test_a_log_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    """A minute apart where there is no terminal, and none with --quiet."""
    for quiet, told in ((False, "2 of 9  0.0 a second  7:00 left\n"), (True, "")):
        now = [0.0]
        args = Namespace(quiet=quiet, verbose=False)
        progress = AuditProgress(args, Watch(args), 9, now=lambda now=now: now[0])  # type: ignore[misc]
        progress.count("found", 1)
        now[0] += EVERY * 2
        progress.count("found", 1)
        progress.count("found", 0)
        assert capsys.readouterr().err == told
