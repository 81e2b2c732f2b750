"""What is said while an audit runs."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter

import pytest
from rackspace_images.audit import Summary
from rackspace_images.cli.audit_progress import EVERY, AuditProgress
from rackspace_images.cli.watch import Watch

ARGS = Namespace(quiet=False, verbose=False)


def test_progress_says_the_rate_and_what_is_left() -> None:
    """The rate is this run's; the rows of an earlier one count as done."""
    now = [100.0]
    progress = AuditProgress(ARGS, Watch(ARGS), 2000, now=lambda: now[0])
    assert progress.text() == "0 of 2000"
    progress.show(Summary(rows=800))
    assert progress.text() == "800 of 2000"
    now[0] += 10
    counts = Counter(found=1190, absent=7, failed=2, invalid=1)
    progress.show(Summary(rows=1100, retrieved=300, unsaved=100, outcomes=counts))
    assert progress.text() == "1200 of 2000  40 a second  0:20 left  7 absent  2 failed  1 invalid"


def test_progress_without_a_total_does_not_say_what_is_left() -> None:
    """As where the lists say which images there are; a slow rate has a decimal."""
    now = [0.0]
    progress = AuditProgress(ARGS, Watch(ARGS), None, now=lambda: now[0])
    progress.show(Summary(unsaved=5))
    now[0] = 2.0
    assert progress.text() == "5  2.5 a second"


def test_log_gets_a_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no terminal, and none with --quiet."""
    for quiet, told in ((False, "2 of 9  0.0 a second  7:00 left\n"), (True, "")):
        now = [0.0]
        args = Namespace(quiet=quiet, verbose=False)
        progress = AuditProgress(args, Watch(args), 9, now=lambda now=now: now[0])  # type: ignore[misc]
        progress.show(Summary(unsaved=1))
        now[0] += EVERY * 2
        progress.show(Summary(unsaved=2))
        progress.show(Summary(unsaved=2))
        assert capsys.readouterr().err == told
