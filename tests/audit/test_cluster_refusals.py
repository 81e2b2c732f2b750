"""What `--scheduler` refuses before it looks for a cluster, and what a worker refuses."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from rackspace_images import ImagesClient
from rackspace_images.audit import Options, Partition, cluster
from rackspace_images.errors import ConfigError

from .running import Auditing, ids


def test_without_the_extra_a_cluster_is_refused(audit: Auditing, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install; no folder is made."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    ended = audit(ids(1), "--scheduler", "tcp://127.0.0.1:1")
    assert ended.code == 2
    assert 'pip install ".[dask]"' in ended.err
    assert not audit.out.exists()


def test_sandbox_on_a_cluster_is_refused(audit: Auditing) -> None:
    """It listens on this machine alone."""
    assert "on this machine alone" in audit(ids(1), "--sandbox", "--scheduler", "tcp://127.0.0.1:1").err
    assert not audit.out.exists()


def test_folder_that_is_not_shared_is_refused_by_the_worker(tmp_path: Path) -> None:
    """One that is absent there, and one without an audit; neither gets a file."""
    job = cluster.Job("run", ImagesClient.from_config, Options())
    for name in ("nowhere", "."):
        with pytest.raises(ConfigError, match="there is no audit in"):
            cluster.retrieve_in_shared_folder(job, Partition(tmp_path / name / "part-000000-x.jsonl", ("x",)))
    assert list(tmp_path.iterdir()) == []
