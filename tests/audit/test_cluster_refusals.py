"""What `--scheduler` refuses before it looks for a cluster."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from rackspace_images.audit.folder import Folder, check_shared, opened
from rackspace_images.audit.plan import Plan
from rackspace_images.errors import ConfigError

from .running import Auditing, ids

PLAN = Plan(None, (), (), False, ("name",), "jsonl", 10)


def test_without_the_extra_it_is_refused(audit: Auditing, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install; no folder is made."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    ended = audit(ids(1), "--scheduler", "tcp://127.0.0.1:1")
    assert ended.code == 2
    assert 'pip install "rackspace-images[dask]"' in ended.err
    assert not audit.out.exists()


def test_what_only_one_machine_can_do(audit: Auditing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lists, and the sandbox of this machine."""
    monkeypatch.setattr("rackspace_images.audit.cluster.checked", lambda: None)
    assert "needs ids" in audit(None, "--scheduler", "tcp://127.0.0.1:1").err
    assert "on this machine alone" in audit(ids(1), "--sandbox", "--scheduler", "tcp://127.0.0.1:1").err
    assert not audit.out.exists()


def test_a_folder_that_is_not_shared_is_refused_by_the_worker(tmp_path: Path) -> None:
    """One that is not there, one that is empty, and one of another audit; that of the same audit is taken."""
    for name in ("nowhere", "."):
        with pytest.raises(ConfigError, match="there is no audit in"):
            check_shared(Folder(tmp_path / name, PLAN))
    with opened(tmp_path / "other", PLAN, ["x"]) as (folder, _):
        check_shared(folder)
        with pytest.raises(ConfigError, match="its ids differ"):
            check_shared(Folder(folder.path, PLAN))
