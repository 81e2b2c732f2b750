"""From what a user has set to an image: every way to say who asks, and what is kept of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cloud import SECRET, Cloud
from rackspace_images.testing.sandbox import Sandbox
from scripted import answer

from .running import Run, run_on_terminal

SOURCE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"
BASE_ID = "00000000-0000-4000-8000-000000200001"


def rackspace(sandbox: Sandbox) -> dict[str, str]:
    username, api_key = sandbox.api_key
    return {"RS_USERNAME": username, "RS_API_KEY": api_key, "RS_REGION_NAME": "dfw", "RS_AUTH_URL": sandbox.auth_url}


def keystone(sandbox: Sandbox) -> dict[str, str]:
    return {
        "OS_AUTH_URL": sandbox.keystone_url,
        "OS_USERNAME": "demo",
        "OS_PASSWORD": "sandbox-password",
        "OS_PROJECT_NAME": "demo",
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
        "OS_REGION_NAME": "DFW",
        "OS_IDENTITY_API_VERSION": "3",
    }


def token(sandbox: Sandbox) -> dict[str, str]:
    return {"OS_TOKEN": sandbox.token, "OS_AUTH_URL": sandbox.keystone_url, "OS_REGION_NAME": "DFW"}


def clouds_yaml(sandbox: Sandbox) -> dict[str, str]:
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "openstack"
    folder.mkdir(parents=True)
    auth = {"auth_url": sandbox.keystone_url, "username": "demo", "project_name": "demo", "user_domain_name": "Default"}
    cloud = {"auth": auth, "region_name": "DFW"}
    (folder / "clouds.yaml").write_text(json.dumps({"clouds": {"mine": cloud, "other": {}}}))
    (folder / "secure.yaml").write_text(json.dumps({"clouds": {"mine": {"auth": {"password": "sandbox-password"}}}}))
    return {"OS_CLOUD": "mine", "OS_USERNAME": "left over", "OS_PASSWORD": "of an openrc"}


@pytest.mark.parametrize("source", [rackspace, keystone, token, clouds_yaml])
def test_one_command_is_all_it_takes(
    source: object, run: Run, running: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the source, `show ID` prints the image, and `-v` says where the credentials came from."""
    for name, value in source(running).items():  # type: ignore[operator]
        monkeypatch.setenv(name, value)
    ended = run("show", SOURCE_ID, "-f", "json", "-v")
    assert (ended.code, json.loads(ended.out)["id"]) == (0, SOURCE_ID), ended.err
    assert "credentials from " in ended.err
    assert f" {running.url}/dfw/v2" in ended.err


def test_a_first_show_makes_two_requests_and_a_second_one(
    run: Run, running: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token and the catalog are kept between commands, until `logout`, and not at all with `--no-cache`."""
    for name, value in rackspace(running).items():
        monkeypatch.setenv(name, value)

    def requests(*words: str) -> int:
        running.reset()
        assert run("show", SOURCE_ID, *words).code == 0
        return len(running.requests)

    assert requests("--no-cache") == 2
    assert requests() == 2
    assert requests() == 1
    assert requests("--no-cache") == 2
    ended = run("logout")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.startswith("forgot 1 token in ")
    assert requests() == 2
    monkeypatch.setenv("RACKSPACE_IMAGES_NO_CACHE", "1")
    assert requests() == 2
    assert run("logout", "-q").err == ""


def test_the_region_of_the_command_beats_the_sources(
    run: Run, running: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--region` is set on top of whatever source."""
    for name, value in rackspace(running).items():
        monkeypatch.setenv(name, value)
    assert run("show", BASE_ID, "--region", "ord").code == 0
    assert run("show", SOURCE_ID, "--os-region-name", "ORD").code == 3
    ended = run("show", SOURCE_ID, "--region", "LON")
    assert ended.code == 2
    assert "compute is in: DFW, ORD" in ended.err
    assert run("show", SOURCE_ID, "--region", "https://dfw.example.com").code == 2


def test_a_wrong_key_says_what_was_sent_from_where(run: Run, running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 4, one line: identity's words, the URL, the kind of secret and its source; not the secret."""
    for name, value in {**rackspace(running), "RS_API_KEY": SECRET}.items():
        monkeypatch.setenv(name, value)
    ended = run("show", SOURCE_ID)
    assert (ended.code, ended.out) == (4, "")
    assert ended.err.count("\n") == 1
    for words in ("Unable to authenticate user", running.auth_url, "API key", "RS_*"):
        assert words in ended.err
    assert SECRET not in ended.err


@pytest.mark.parametrize(
    ("login", "code"),
    [
        (answer(401, b""), 4),
        (answer(403, {"userDisabled": {"code": 403, "message": "User demo is disabled."}}), 4),
        (answer(413, b""), 5),
        (answer(503, b""), 5),
        (answer(500, b""), 1),
        (answer(300, b""), 1),
        (answer(200, b"<html>"), 1),
        (answer(200, {"access": {"token": {"id": "t"}}}), 2),
    ],
)
def test_what_identity_answers_has_its_exit_code(
    login: bytes, code: int, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit codes of the design, for the sign-in too; with `--debug` the traceback shows no secret."""
    with Cloud(login=login) as cloud:
        monkeypatch.setenv("RS_USERNAME", "demo")
        monkeypatch.setenv("RS_API_KEY", SECRET)
        monkeypatch.setenv("RS_AUTH_URL", cloud.auth_url)
        ended = run("show", SOURCE_ID, "--debug", "-v")
    assert ended.code == code, ended.err
    assert SECRET not in ended.err


def test_nothing_configured_says_what_to_set(run: Run) -> None:
    """Exit code 2 and what was looked for."""
    ended = run("show", SOURCE_ID)
    assert ended.code == 2
    for words in ("OS_CLOUD", "RS_USERNAME", "clouds.yaml"):
        assert words in ended.err


def test_regions(run: Run) -> None:
    """Each region of the catalog with its endpoint, in every format."""
    assert "DFW     http://127.0.0.1:" in run("regions", "--sandbox").out
    assert [row["region"] for row in json.loads(run("regions", "--sandbox", "-f", "json").out)] == ["DFW", "ORD"]
    assert run("regions", "--sandbox", "-f", "csv").out.startswith("region,endpoint\nDFW,http://127.0.0.1:")
    assert run("regions", "--sandbox", "-f", "value").out.startswith("DFW http://127.0.0.1:")
    assert run("regions", "--sandbox", "-f", "yaml").out.startswith("- region: DFW\n  endpoint: ")
    assert len(run("regions", "--sandbox", "-f", "jsonl").out.splitlines()) == 2


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        ([BASE_ID], 0),
        ([SOURCE_ID], 0),
        (["00000000-0000-4000-8000-0000000000ff"], 3),
        ([BASE_ID, "00000000-0000-4000-8000-0000000000ff"], 3),
        (["00000000-0000-4000-8000-000000403001"], 4),
        (["00000000-0000-4000-8000-000000503001"], 5),
        (["x"], 2),
        ([BASE_ID, "x"], 2),
    ],
)
def test_locate(ids: list[str], code: int, run: Run) -> None:
    """A row for each id and region; the exit code is the worst, and found anywhere is found."""
    ended = run("locate", *ids, "--sandbox", "-f", "json")
    assert ended.code == code
    rows = json.loads(ended.out) if ended.out else []
    good = [name for name in ids if name != "x"]
    assert {(row["image"], row["region"]) for row in rows} == {
        (name, region) for name in good for region in ("DFW", "ORD")
    }
    if ids == [SOURCE_ID]:
        assert [(row["region"], row["result"], row["name"]) for row in rows] == [
            ("DFW", "found", "voweb1-firstimage"),
            ("ORD", "absent", None),
        ]
    for line in ended.err.splitlines():
        assert json.loads(line)["error"]


def test_locate_on_a_terminal() -> None:
    """Ids stand whole on a terminal of 80 columns, and the region that is asked for is the only one."""
    ended = run_on_terminal("locate", SOURCE_ID, "--sandbox", "--region", "ord")
    assert ended.code == 3
    assert SOURCE_ID in ended.out
    assert "absent" in ended.out
    assert "DFW" not in ended.out
