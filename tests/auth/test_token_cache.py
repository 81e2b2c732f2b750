"""Tokens kept between runs."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cloud import SECRET, Cloud
from conftest import SOURCE_ID
from rackspace_images import ApiKey, ImagesClient, KeystonePassword, StaticToken, errors
from rackspace_images.auth import token_cache
from rackspace_images.auth.identity import AccessInfo
from rackspace_images.auth.token_cache import TokenCache
from rackspace_images.defaults import MAX_SAVE_TIME
from rackspace_images.testing.sandbox import Sandbox
from scripted import answer


def get(cloud: Cloud, cache: TokenCache, **options: Any) -> None:
    with ImagesClient(cloud.api_key(), token_cache=cache, **{"retry": None, **options}) as images:
        images.get(SOURCE_ID)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()]


def test_a_second_run_makes_one_request(tmp_path: Path) -> None:
    """A first run signs in and asks; a second only asks."""
    with Cloud() as cloud:
        get(cloud, TokenCache(tmp_path))
        assert len(cloud.requests) == 2
        get(cloud, TokenCache(tmp_path))
        assert len(cloud.requests) == 3


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    """The file is 0600 in a folder of 0700, and holds no key or password."""
    folder = tmp_path / "a" / "tokens"
    with Cloud() as cloud:
        get(cloud, TokenCache(folder))
    (file,) = files(folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert SECRET not in file.read_text()
    assert "token-1" in file.read_text()


def test_a_folder_that_others_can_enter_is_closed(tmp_path: Path) -> None:
    """An own folder with looser rights gets 0700."""
    tmp_path.chmod(0o755)
    with Cloud() as cloud:
        get(cloud, TokenCache(tmp_path))
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def damaged(file: Path) -> None:
    file.write_text('{"token": "tok')


def readable(file: Path) -> None:
    file.chmod(0o644)


def foreign_form(file: Path) -> None:
    file.write_text(json.dumps({"token": "token-evil", "expires": "never"}))


def another_users(file: Path) -> None:
    content = json.loads(file.read_text())
    file.write_text(json.dumps({**content, "of": ["https://elsewhere", "rackspace", "root"]}))


def odd_values(file: Path) -> None:
    content = json.loads(file.read_text())
    file.write_text(json.dumps({**content, "endpoints": [["a", 1]], "received": "x"}))


def a_token_that_is_none(file: Path) -> None:
    content = json.loads(file.read_text())
    file.write_text(json.dumps({**content, "token": "tok\nen\u00ff"}))


def a_link(file: Path) -> None:
    target = file.with_name("target")
    file.rename(target)
    file.symlink_to(target)


def a_folder(file: Path) -> None:
    file.unlink()
    (file / "inside").mkdir(parents=True)


@pytest.mark.parametrize(
    "spoil", [damaged, readable, foreign_form, another_users, odd_values, a_token_that_is_none, a_link]
)
def test_a_cache_that_cannot_be_trusted_is_ignored_and_rewritten(
    spoil: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A warning, a new sign-in, and a good file again."""
    with Cloud() as cloud:
        get(cloud, TokenCache(tmp_path))
        (file,) = files(tmp_path)
        spoil(file)
        with caplog.at_level(logging.WARNING):
            get(cloud, TokenCache(tmp_path))
        assert "the token cache" in caplog.text
        assert "is ignored" in caplog.text
        assert "token-" not in caplog.text
        assert len(cloud.logins) == 2
        get(cloud, TokenCache(tmp_path))
        assert len(cloud.logins) == 2
    assert stat.S_IMODE(file.lstat().st_mode) == 0o600


def test_another_owners_file_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that another user planted is not believed."""
    with Cloud() as cloud:
        get(cloud, TokenCache(tmp_path))
        another = os.geteuid() + 1
        monkeypatch.setattr(os, "geteuid", lambda: another)
        get(cloud, TokenCache(tmp_path))
        assert len(cloud.logins) == 2


def test_a_cache_that_cannot_be_written_costs_a_sign_in(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the folder is a file, or the place is a folder, there is a warning and an answer."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    with Cloud() as cloud:
        get(cloud, TokenCache(blocked))
        get(cloud, TokenCache(tmp_path / "good"))
        (file,) = files(tmp_path / "good")
        a_folder(file)
        get(cloud, TokenCache(tmp_path / "good"))
        assert len(cloud.logins) == 3
    assert "cannot be written" in caplog.text


def test_the_servers_word_beats_the_cache(tmp_path: Path) -> None:
    """A cached token that is refused is dropped, replaced, and the new one kept."""
    with Cloud() as cloud:
        get(cloud, TokenCache(tmp_path))
        cloud.good.clear()
        get(cloud, TokenCache(tmp_path))
        assert len(cloud.logins) == 2
        get(cloud, TokenCache(tmp_path))
        assert len(cloud.logins) == 2


def test_a_token_that_is_over_is_not_used(tmp_path: Path) -> None:
    """A cached token near its end is replaced without being tried."""
    with Cloud(life=timedelta(seconds=1)) as cloud:
        get(cloud, TokenCache(tmp_path))
        (file,) = files(tmp_path)
        content = json.loads(file.read_text())
        file.write_text(
            json.dumps({**content, "expires": content["expires"] - 60, "received": content["received"] - 99})
        )
        get(cloud, TokenCache(tmp_path))
        assert [request.headers["x-auth-token"] for request in cloud.asked] == ["token-1", "token-2"]


def test_a_catalog_that_no_longer_answers_is_read_again(tmp_path: Path) -> None:
    """A cloud that moved: the cached endpoint is dropped once, and the sign-in's new one is asked."""
    with Cloud() as old:
        get(old, TokenCache(tmp_path))
        (file,) = files(tmp_path)
        content = file.read_text()
    for gone in (answer(404, b"<html>nothing here</html>"), None):
        with Cloud() as cloud, Cloud() as other:
            other.answers = [gone or b""]
            where = other.url if gone else old.url
            key = cloud.api_key()
            cache = TokenCache(tmp_path)
            text = content.replace(old.auth_url, cloud.auth_url).replace(old.url, where)
            target = tmp_path / token_cache._file_name(key)
            target.write_text(text)
            target.chmod(0o600)
            cloud.good.add("token-1")
            get(cloud, cache)
            assert len(cloud.logins) == 1
            assert len(cloud.asked) == 1


def without_home() -> Path:
    raise RuntimeError("Could not determine home directory.")


@pytest.mark.parametrize("folder", [without_home, lambda: Path("~/.cache/rackspace-images")], ids=["error", "relative"])
def test_user_without_a_home_folder_gets_the_image_and_one_warning(
    folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As in a container that does not know its user. No folder named `~` is made."""
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: folder())
    monkeypatch.chdir(tmp_path)
    cache = TokenCache()
    with Cloud() as cloud:
        get(cloud, cache)
        get(cloud, cache)
        assert len(cloud.logins) == 2
    assert cache.clear() == 0
    assert list(tmp_path.iterdir()) == []
    assert [record.levelname for record in caplog.records if record.levelname == "WARNING"] == ["WARNING"]
    assert "set HOME or XDG_CACHE_HOME" in caplog.text


def test_a_user_a_file(tmp_path: Path) -> None:
    """Two users, or two identity services, do not share a token; one user with another key does."""
    cache = TokenCache(tmp_path)
    for credentials in (
        ApiKey("a", "1", auth_url="https://one"),
        ApiKey("b", "1", auth_url="https://one"),
        ApiKey("a", "1", auth_url="https://two"),
        ApiKey("a", "2", auth_url="https://one"),
    ):
        cache.save(credentials, AccessInfo("t", None, 0.0))
    assert len(files(tmp_path)) == 3
    assert cache.clear() == 3
    assert files(tmp_path) == []
    assert cache.clear() == 0
    assert TokenCache(tmp_path / "nowhere").clear() == 0


RUN = """
import sys
from rackspace_images import ApiKey, ImagesClient, KeystonePassword, StaticToken, errors
from rackspace_images.defaults import MAX_SAVE_TIME
from rackspace_images.auth import token_cache
from rackspace_images.auth.identity import AccessInfo
from rackspace_images.testing.sandbox import Sandbox
from rackspace_images.auth.token_cache import TokenCache
for number in range(20):
    key = ApiKey(f"user-{number % 4}", "key", auth_url=sys.argv[1])
    with ImagesClient(key, token_cache=TokenCache(sys.argv[2])) as images:
        images.get(sys.argv[3])
"""


def test_two_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    """Real processes on one cache: all succeed, every file is whole, and nothing is left lying about."""
    with Cloud() as cloud:
        command = [sys.executable, "-c", RUN, cloud.auth_url, str(tmp_path), SOURCE_ID]
        running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
        for process in running:
            _, told = process.communicate(timeout=60)
            assert (process.returncode, told) == (0, b"")
        assert 4 <= len(cloud.logins) <= 12
    assert len(files(tmp_path)) == 4
    for file in files(tmp_path):
        assert json.loads(file.read_text())["token"].startswith("token-")


def test_a_given_token_is_not_kept(tmp_path: Path) -> None:
    """A `StaticToken` is its caller's: the next one, of somebody else, must not meet it."""
    with Sandbox() as sandbox:
        token = StaticToken(sandbox.token, auth_url=sandbox.keystone_url)
        with ImagesClient(token, region="DFW", token_cache=TokenCache(tmp_path / "tokens")) as images:
            images.get(SOURCE_ID)
    assert not (tmp_path / "tokens").exists()


def test_a_folder_with_other_things_is_left_as_it_is(tmp_path: Path) -> None:
    """Only our own files are deleted, and only a folder that holds nothing else is closed to others."""
    tmp_path.chmod(0o755)
    (tmp_path / "package.json").write_text("{}")
    cache = TokenCache(tmp_path)
    with Cloud() as cloud:
        get(cloud, cache)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert cache.clear() == 1
    assert [path.name for path in files(tmp_path)] == ["package.json"]


def test_an_outage_costs_no_token(tmp_path: Path) -> None:
    """Where the cloud cannot be reached, or a gateway fails, the cached token stays, and compute's error is told."""
    with Cloud() as cloud:
        get(cloud, TokenCache(tmp_path))
        cloud.image = answer(502, b"")
        for _ in range(3):
            with pytest.raises(errors.UnexpectedStatus):
                get(cloud, TokenCache(tmp_path))
        assert len(cloud.logins) == 1
        url = cloud.url
    with pytest.raises(errors.ConnectionFailed, match="/images/") as caught:
        get(cloud, TokenCache(tmp_path))
    assert caught.value.url is not None
    assert caught.value.url.startswith(f"{url}/dfw/")
    assert len(files(tmp_path)) == 1


def test_an_old_host_that_is_silent_is_left_for_the_new_one(tmp_path: Path) -> None:
    """A cached endpoint that does not answer in time is as gone as one that refuses; a new region is found too."""
    with Cloud() as cloud, Cloud() as silent:
        silent.answers = [b""]
        get(cloud, TokenCache(tmp_path))
        (file,) = files(tmp_path)
        file.write_text(file.read_text().replace(f"{cloud.url}/dfw", f"{silent.url}/dfw"))
        get(cloud, TokenCache(tmp_path), timeout=1)
        assert (len(cloud.logins), len(silent.requests)) == (2, 1)
        cloud.regions = ("DFW", "ORD", "NEW")
        with ImagesClient(cloud.api_key(), token_cache=TokenCache(tmp_path)) as images:
            assert list(images.locate(SOURCE_ID, regions=["new"]).found) == ["NEW"]


def test_an_id_and_a_name_that_read_the_same_are_two(tmp_path: Path) -> None:
    """A token of the domain with the id `default` is not one of the domain with that name."""
    common: dict[str, Any] = {"auth_url": "https://k", "username": "u", "password": "p", "project_name": "p"}
    one = KeystonePassword(**common, user_domain_id="default")
    other = KeystonePassword(**common, user_domain_name="default")
    cache = TokenCache(tmp_path)
    cache.save(one, AccessInfo("token-1", None, 0.0))
    assert cache.load(one) is not None
    assert cache.load(other) is None


KILLED = """
import os, signal, sys
from rackspace_images import ApiKey
from rackspace_images.auth import token_cache
from rackspace_images.auth.identity import AccessInfo
from rackspace_images.auth.token_cache import TokenCache
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
TokenCache(sys.argv[1]).save(ApiKey("demo", "key"), AccessInfo("token-of-before", 2000.0, 1000.0))
"""


def test_what_a_killed_process_left_behind_is_removed_by_the_next_save(tmp_path: Path) -> None:
    """Once it is older than any save takes; until then it may be another process's under way."""
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    (left,) = files(tmp_path)
    assert "token-of-before" in left.read_text()
    cache, key = TokenCache(tmp_path), ApiKey("demo", "key")
    cache.save(key, AccessInfo("token-1", 2000.0, 1000.0))
    assert left.exists()
    os.utime(left, (left.stat().st_atime, left.stat().st_mtime - MAX_SAVE_TIME - 1))
    cache.save(key, AccessInfo("token-2", 2000.0, 1000.0))
    (saved,) = files(tmp_path)
    assert "token-2" in saved.read_text()


def test_a_save_removes_nothing_that_is_not_its_own(tmp_path: Path) -> None:
    """Other names, links and folders stay, however old."""
    for name in (".new-", ".new-things", ".new-12345678.txt", "new-12345678", "0" * 32 + ".json"):
        (tmp_path / name).write_text("")
    (tmp_path / ".new-folder_1").mkdir()
    (tmp_path / ".new-link_1__").symlink_to(tmp_path / "new-12345678")
    before = set(tmp_path.iterdir())
    for path in before:
        os.utime(path, (0, 0), follow_symlinks=False)
    TokenCache(tmp_path).save(ApiKey("demo", "key"), AccessInfo("token-1", 2000.0, 1000.0))
    assert before < set(tmp_path.iterdir())
