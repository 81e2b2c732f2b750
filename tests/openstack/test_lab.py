"""What the lab says when it cannot be had, and that it leaves nothing running."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from .lab import LabError, OpenStackLab, install


def test_a_port_that_is_taken_is_named(lab: OpenStackLab, tmp_path: Path) -> None:
    """The error names the service and the port; nothing was started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = OpenStackLab(lab.venv, tmp_path / "state", nova_major=lab.nova_major, ports={"nova": port})
        with pytest.raises(LabError, match=f"nova: cannot use port {port}"):
            other.start()
    assert other.processes() == {}


def test_a_service_that_does_not_start_shows_its_log(
    lab: OpenStackLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the service and shows the end of its log; the others are gone with it."""
    other = OpenStackLab(lab.venv, tmp_path / "state", nova_major=lab.nova_major)
    usual = other._launch
    started: list[int] = []

    def launch(name: str) -> None:
        if name == "nova":
            (other.state / "nova" / "api-paste.ini").write_text("[composite:nova-api]\nuse = nonsense\n")
        usual(name)
        started.extend(other.processes().values())

    monkeypatch.setattr(other, "_launch", launch)
    with pytest.raises(LabError, match=r"nova (ended|did not start)[\s\S]*nova\.log"):
        other.start()
    assert other.processes() == {}
    assert len(set(started)) >= 2
    for pid in started:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_an_install_that_fails_shows_its_log(tmp_path: Path) -> None:
    """The error has the installer's own words, and the next try does not take it for done."""
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("./no-such-package\n")
    for _ in range(2):
        with pytest.raises(LabError, match=r"installing the lab: [\s\S]*no-such-package"):
            install(tmp_path / "env", requirements, os.environ["OPENSTACK_PYTHON"])
