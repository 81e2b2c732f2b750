"""A machine that others use too: what they put where a user works, and where the user's tokens are kept."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest
from rackspace_images import ApiKey, ImagesClient, errors
from rackspace_images.auth.identity import AccessInfo
from rackspace_images.auth.token_cache import TokenCache
from rackspace_images.client.options import proxies_for
from rackspace_images.config import files

SECRET = "geheim-4711"
KEY = ApiKey("demo", SECRET, auth_url="https://identity.example.com/v2.0")
GRANT = AccessInfo("token-1", 4e9, 1000.0)
MINE = "clouds: {mine: {profile: rackspace, auth: {username: demo}}}"
THEIRS = "clouds: {mine: {profile: rackspace, auth: {auth_url: 'https://evil.example.com/v2.0', username: demo}}}"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's configuration folder; the current folder is one where others may write."""
    found = tmp_path / "home"
    work = tmp_path / "work"
    (found / "openstack").mkdir(parents=True)
    work.mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(found))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(files, "SITE", tmp_path / "none")
    monkeypatch.chdir(work)
    return found / "openstack"


def owned(monkeypatch: pytest.MonkeyPatch, owners: dict[Path, int]) -> None:
    """As if the files were of these users, which only root could make them."""
    monkeypatch.setattr(files, "owner", lambda path: owners[path.resolve()])


def test_a_secret_does_not_go_where_another_user_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another's `clouds.yaml` in the current folder is not joined with one's own `secure.yaml`."""
    secure, planted = home / "secure.yaml", Path.cwd() / "clouds.yaml"
    secure.write_text(f"clouds: {{mine: {{auth: {{api_key: {SECRET}}}}}}}")
    planted.write_text(THEIRS)
    for cloud in ("mine", None):
        owned(monkeypatch, {secure: 1000, planted: 1001})
        with pytest.raises(errors.ConfigError, match="belong to different users") as caught:
            ImagesClient.from_config(cloud)
        assert SECRET not in str(caught.value)
    for owners in ({secure: 1000, planted: 1000}, {secure: 1000, planted: 0}):
        owned(monkeypatch, owners)
        ImagesClient.from_config("mine").close()


def test_the_real_owner_is_asked_for(home: Path) -> None:
    """Not whoever runs the test."""
    path = home / "clouds.yaml"
    path.write_text(MINE)
    assert files.owner(path) == path.stat().st_uid


def test_a_planted_pipe_is_not_waited_for(home: Path) -> None:
    """One in the current folder is passed over; one that the user names, as `<(…)` does, is read."""
    (home / "clouds.yaml").write_text(MINE.replace("username: demo", f"username: demo, api_key: {SECRET}"))
    os.mkfifo("clouds.yaml")
    os.mkfifo("secure.yaml")
    with ImagesClient.from_config("mine") as images:
        assert str(home / "clouds.yaml") in (images.source or "")


def test_a_file_without_end_is_not_read_to_its_end(home: Path) -> None:
    """A mebibyte is more than any configuration."""
    with Path("clouds.yaml").open("wb") as file:
        file.truncate(2**33)
    with pytest.raises(errors.ConfigError, match=r"clouds\.yaml cannot be read: it has more than 1048576 bytes"):
        ImagesClient.from_config("mine")


def test_a_link_at_the_caches_place_is_not_followed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither to write, nor to read, nor to delete: what stands at its end is somebody else's business."""
    elsewhere = tmp_path / "elsewhere"
    TokenCache(elsewhere).save(KEY, GRANT)
    (kept,) = elsewhere.glob("*.json")
    before = kept.read_bytes()

    folder = tmp_path / "cache"
    folder.symlink_to(elsewhere)
    linked = TokenCache(folder)
    linked.save(KEY, AccessInfo("token-2", 4e9, 1000.0))
    assert linked.clear() == 0
    assert kept.read_bytes() == before

    own = tmp_path / "own"
    cache = TokenCache(own)
    own.mkdir(0o700)
    (own / kept.name).symlink_to(kept)
    with caplog.at_level(logging.WARNING):
        assert cache.load(KEY) is None
    assert "is ignored" in caplog.text
    cache.save(KEY, GRANT)
    assert not (own / kept.name).is_symlink()
    assert kept.read_bytes() == before


def test_a_kept_token_that_others_can_write_is_not_believed(tmp_path: Path) -> None:
    """It would send the next request, with its user's confidence, to whatever endpoint it names."""
    cache = TokenCache(tmp_path / "cache")
    cache.save(KEY, GRANT)
    assert cache.load(KEY) is not None
    assert cache.folder is not None
    (kept,) = cache.folder.glob("*.json")
    for mode in (0o620, 0o602, 0o640, 0o604):
        kept.chmod(mode)
        assert cache.load(KEY) is None


def test_a_web_servers_proxy_header_is_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a CGI program HTTP_PROXY is what a visitor sent as the header Proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://evil.example.com:3128")
    assert proxies_for(None).of("http://api.example.com") is not None
    monkeypatch.setenv("REQUEST_METHOD", "GET")
    assert proxies_for(None).of("http://api.example.com") is None


def test_no_other_program_is_started(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """So none inherits an environment with secrets in it: neither a pager, nor a keyring, nor git."""

    def started(*_: Any, **__: Any) -> Any:
        raise AssertionError("a program was started")

    for name in ("subprocess.Popen.__init__", "os.system", "os.fork", "os.posix_spawn", "os.execve"):
        monkeypatch.setattr(name, started)
    monkeypatch.setenv("RS_USERNAME", "demo")
    monkeypatch.setenv("RS_API_KEY", SECRET)
    from rackspace_images.cli.main import main

    assert main(["show", "e3d37ab2-8dc0-4000-b773-b15aad79ad0a", "--sandbox"]) == 0
    assert main(["logout"]) == 0
