"""A machine of its own for every test: its home, its current folder and its /etc hold no configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from rackspace_images.config import files


@dataclass(frozen=True)
class Machine:
    """The folders where configuration is looked for."""

    current: Path
    user: Path
    site: Path

    def write(self, text: str, name: str = "clouds.yaml", folder: Path | None = None) -> Path:
        """Writes a file of the user, or of `folder`."""
        path = (folder or self.user) / name
        path.write_text(dedent(text), encoding="utf-8")
        return path


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    current, home, site = tmp_path / "work", tmp_path / "home", tmp_path / "etc"
    made = Machine(current, home / ".config" / "openstack", site)
    for folder in (made.current, made.user, made.site):
        folder.mkdir(parents=True)
    monkeypatch.chdir(current)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(files, "SITE", site)
    return made
