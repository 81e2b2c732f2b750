"""The command line, with credentials as an OpenStack user has them."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from cli.running import Ended, Run, run_apart
from rackspace_images.cli import output
from rackspace_images.cli.main import main

from .clients import NOBODYS_ID
from .lab import OpenStackLab


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command, in this process."""

    def run(*words: str) -> Ended:
        capsys.readouterr()
        code = main(words)
        out, err = capsys.readouterr()
        return Ended(code, out, err)

    return run


@pytest.fixture
def demo(lab: OpenStackLab, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a user who has sourced an openrc file."""
    return sourced(lab.environment(lab.demo), monkeypatch)


def sourced(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


def openrc_of_horizon(lab: OpenStackLab) -> dict[str, str]:
    """What Horizon's "OpenStack RC File" sets; the password it asks for."""
    return {
        "OS_AUTH_URL": lab.auth_url,
        "OS_PROJECT_ID": lab.demo.project_id,
        "OS_PROJECT_NAME": lab.demo.project_name,
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_ID": "default",
        "OS_USERNAME": lab.demo.username,
        "OS_PASSWORD": lab.demo.password,
        "OS_REGION_NAME": "RegionOne",
        "OS_INTERFACE": "public",
        "OS_IDENTITY_API_VERSION": "3",
    }


def openrc_of_devstack(lab: OpenStackLab) -> dict[str, str]:
    """What DevStack's openrc sets: no version in the URL, domains by id, the project under its old name too."""
    return {
        "OS_AUTH_URL": lab.auth_url.removesuffix("/v3"),
        "OS_AUTH_TYPE": "password",
        "OS_PROJECT_NAME": lab.demo.project_name,
        "OS_TENANT_NAME": lab.demo.project_name,
        "OS_USERNAME": lab.demo.username,
        "OS_PASSWORD": lab.demo.password,
        "OS_USER_DOMAIN_ID": "default",
        "OS_PROJECT_DOMAIN_ID": "default",
        "OS_REGION_NAME": "RegionOne",
        "OS_VOLUME_API_VERSION": "3",
        "OS_IDENTITY_API_VERSION": "3",
    }


def openrc_of_an_application(lab: OpenStackLab) -> dict[str, str]:
    """What Horizon gives with a new application credential."""
    return {
        "OS_AUTH_TYPE": "v3applicationcredential",
        "OS_AUTH_URL": lab.auth_url,
        "OS_IDENTITY_API_VERSION": "3",
        "OS_REGION_NAME": "RegionOne",
        "OS_INTERFACE": "public",
        "OS_APPLICATION_CREDENTIAL_ID": lab.demo.application_credential_id,
        "OS_APPLICATION_CREDENTIAL_SECRET": lab.demo.application_credential_secret,
    }


def token_and_auth_url(lab: OpenStackLab) -> dict[str, str]:
    """What a script sets that was given a token."""
    return {
        "OS_AUTH_TYPE": "v3token",
        "OS_AUTH_URL": lab.auth_url,
        "OS_TOKEN": lab.token(lab.demo),
        "OS_REGION_NAME": "RegionOne",
    }


def token_and_endpoint(lab: OpenStackLab) -> dict[str, str]:
    """The same, with the place to use it."""
    return {"OS_TOKEN": lab.token(lab.demo), "OS_ENDPOINT_OVERRIDE": lab.compute_url}


@pytest.mark.parametrize(
    "openrc",
    [openrc_of_horizon, openrc_of_devstack, openrc_of_an_application, token_and_auth_url, token_and_endpoint],
)
def test_environment(
    lab: OpenStackLab, run: Run, monkeypatch: pytest.MonkeyPatch, openrc: Callable[[OpenStackLab], dict[str, str]]
) -> None:
    """The variables that OpenStack's own tools hand out are all that is needed."""
    sourced(openrc(lab), monkeypatch)
    ended = run("show", lab.images["private"], "-f", "value", "-c", "name", "-v")
    assert (ended.code, ended.out) == (0, "only for demo\n")
    assert "credentials from the environment (OS_*)" in ended.err
    assert f"GET {lab.compute_url}/images/{lab.images['private']} 200 attempt=1 " in ended.err


@pytest.mark.parametrize("by", ["password", "application-credential"])
def test_clouds_yaml(lab: OpenStackLab, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by: str) -> None:
    """So is a clouds.yaml as Horizon writes it, with the secret in a secure.yaml beside it."""
    if by == "password":
        auth = {
            "username": lab.demo.username,
            "project_id": lab.demo.project_id,
            "project_name": lab.demo.project_name,
            "user_domain_name": "Default",
        }
        secret = {"password": lab.demo.password}
        more = {}
    else:
        auth = {"application_credential_id": lab.demo.application_credential_id}
        secret = {"application_credential_secret": lab.demo.application_credential_secret}
        more = {"auth_type": "v3applicationcredential"}
    cloud = {
        "auth": {"auth_url": lab.auth_url, **auth},
        "region_name": "RegionOne",
        "interface": "public",
        "identity_api_version": 3,
        **more,
    }
    (tmp_path / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"openstack": cloud}}))
    (tmp_path / "secure.yaml").write_text(yaml.safe_dump({"clouds": {"openstack": {"auth": secret}}}))
    monkeypatch.chdir(tmp_path)
    ended = run("show", lab.images["private"], "--cloud", "openstack", "-f", "json", "-v")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["name"] == "only for demo"
    assert 'credentials from cloud "openstack"' in ended.err
    region = ("show", lab.images["private"], "-f", "value", "-c", "region")
    assert run(*region, "--cloud", "openstack").out == "RegionOne\n"
    monkeypatch.setenv("OS_CLOUD", "openstack")
    ended = run(*region, "--region", "dfw")
    assert (ended.code, ended.out) == (0, "DFW\n"), ended.err


def test_show(lab: OpenStackLab, run: Run, demo: dict[str, str]) -> None:
    """`show` prints what people want to know in a table, and what Nova sent as JSON."""
    table = run("show", lab.images["snapshot"])
    assert (table.code, table.err) == (0, "")
    assert "nightly snapshot" in table.out
    shown = json.loads(run("show", lab.images["snapshot"], "-f", "json").out)
    assert shown["server"]["id"] == "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    assert shown["OS-DCF:diskConfig"] == "MANUAL"
    values = run("show", lab.images["queued"], "-f", "value", "-c", "status", "-c", "progress", "-c", "size")
    assert values.out == "SAVING\n25\n0\n"


def test_regions(lab: OpenStackLab, run: Run, demo: dict[str, str]) -> None:
    """`regions` lists the catalog's."""
    ended = run("regions", "-f", "json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == [
        {"region": "DFW", "endpoint": lab.compute_url},
        {"region": "RegionOne", "endpoint": lab.compute_url},
    ]


def test_locate(lab: OpenStackLab, run: Run, demo: dict[str, str]) -> None:
    """`locate` asks all regions, or the one named, and says 3 where none has the image."""
    ended = run("locate", lab.images["nameless"], "-f", "json")
    assert ended.code == 0, ended.err
    found = {"image": lab.images["nameless"], "result": "found", "status": "ACTIVE", "name": None}
    rows = sorted(json.loads(ended.out), key=lambda row: str(row["region"]))
    assert rows == [{**found, "region": "DFW"}, {**found, "region": "RegionOne"}]
    assert run("locate", lab.images["base"], "--region", "dfw").code == 0
    nowhere = run("locate", NOBODYS_ID, "-f", "json")
    assert nowhere.code == 3
    assert {row["result"] for row in json.loads(nowhere.out)} == {"absent"}


WRONG: dict[str, tuple[dict[str, str], list[str], int, str]] = {
    "no-region": ({"OS_REGION_NAME": ""}, [], 2, "RegionNotFound: no region was given; compute is in: DFW, RegionOne"),
    "region": ({}, ["--region", "ORD"], 2, "RegionNotFound: no region ORD; compute is in: DFW, RegionOne"),
    "no-project": ({"OS_PROJECT_NAME": ""}, [], 2, "ConfigError: the token has no service catalog"),
    "no-user": ({"OS_USERNAME": ""}, [], 2, "ConfigError: the environment (OS_*) lacks OS_USERNAME"),
    "password": ({"OS_PASSWORD": "not this"}, [], 4, "AuthenticationFailed: 401 error"),
    "project": ({"OS_PROJECT_NAME": "nothing"}, [], 4, "AuthenticationFailed: 401 error"),
    # Quietly, as waits of more than a second before another attempt are told, and their length is up to chance.
    "auth-url": ({"OS_AUTH_URL": "http://127.0.0.1:9/v3"}, ["-q"], 1, "ConnectionFailed: Connection refused"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong(
    lab: OpenStackLab, run: Run, demo: dict[str, str], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """What is wrong with the sign-in or the region is one line and an exit code."""
    variables, switches, code, words = WRONG[what]
    sourced(variables, monkeypatch)
    ended = run("show", lab.images["base"], *switches)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith(words)
    assert ended.err.count("\n") == 1
    assert demo["OS_PASSWORD"] not in ended.err


def test_no_such_image(lab: OpenStackLab, run: Run, demo: dict[str, str]) -> None:
    """No image is 3, an id that is none is 2, and as JSON the error has Nova's words and request id."""
    assert run("show", "ubuntu").code == 2
    ended = run("show", NOBODYS_ID, "-f", "json")
    assert (ended.code, ended.out) == (3, "")
    told = json.loads(ended.err)
    assert (told["error"], told["status_code"], told["fault"]) == ("ImageNotFound", 404, "itemNotFound")
    assert (told["message"], told["region"], told["endpoint"]) == ("Image not found.", "RegionOne", lab.compute_url)
    assert told["request_id"].startswith("req-")


def kept_tokens() -> dict[str, bytes]:
    folder = Path(os.environ["XDG_CACHE_HOME"]) / "rackspace-images" / "tokens"
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_two_commands_on_one_token_cache(lab: OpenStackLab, demo: dict[str, str]) -> None:
    """The second command signs in nowhere: it has no use for the password, until the token is forgotten."""
    show = ("show", lab.images["private"], "-f", "value", "-c", "name")
    assert run_apart(*show) == (0, "only for demo\n", "")
    kept = kept_tokens()
    assert len(kept) == 1
    assert run_apart(*show, OS_PASSWORD="not this one") == (0, "only for demo\n", "")
    assert kept_tokens() == kept
    assert run_apart(*show, "--no-cache", OS_PASSWORD="not this one").code == 4
    assert run_apart("logout").code == 0
    assert kept_tokens() == {}
    assert run_apart(*show, OS_PASSWORD="not this one").code == 4


@pytest.mark.parametrize("many", [False, True])
def test_data_arrives_while_show_waits(
    lab: OpenStackLab, demo: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    """An image that waits for its data is SAVING until it is uploaded, and then shown; alone, or beside others."""
    image_id = lab.create_image("being made")
    told: list[str] = []
    tell = output.tell

    def told_of(line: str) -> None:
        tell(line)
        told.append(line)
        if line.startswith(f"{image_id} SAVING 25 %"):
            threading.Thread(target=lab.upload, args=(image_id, b"data")).start()

    monkeypatch.setattr(output, "tell", told_of)
    try:
        ids = [image_id, lab.images["private"], NOBODYS_ID] if many else [image_id]
        words = ("--wait", "--timeout", "1m", "--grace", "0", "-f", "value", "-c", "id", "-c", "size")
        ended = run("show", *ids, *words)
    finally:
        lab.delete_image(image_id)
    assert ended.code == (3 if many else 0), ended.err
    assert f"{image_id} 4" in ended.out.splitlines() if many else ended.out == f"{image_id}\n4\n"
    states = [line.removeprefix(f"{image_id} ").partition(" after ")[0] for line in told if line.startswith(image_id)]
    assert states == ["SAVING 25 %", "ACTIVE 100 %"]


def test_an_image_that_never_gets_its_data(lab: OpenStackLab, demo: dict[str, str], run: Run) -> None:
    """Exit code 7 when the time is over."""
    image_id = lab.create_image("in vain")
    try:
        ended = run("show", image_id, "--wait", "--timeout", "0", "-q")
    finally:
        lab.delete_image(image_id)
    assert (ended.code, ended.out) == (7, "")
    assert ended.err.startswith("WaitTimeout: not ACTIVE within 0 s, SAVING at 25 %")


def test_an_image_that_is_deleted_while_show_waits(
    lab: OpenStackLab, demo: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 6: it was there, and is gone."""
    image_id = lab.create_image("in vain")
    tell = output.tell

    def told_of(line: str) -> None:
        tell(line)
        if "SAVING" in line and "after" in line and line.startswith(image_id):
            lab.delete_image(image_id)

    monkeypatch.setattr(output, "tell", told_of)
    ended = run("show", image_id, "--wait", "--timeout", "1m")
    assert (ended.code, ended.out) == (6, "")
    assert "ImageVanished: gone, after it was SAVING" in ended.err


def test_the_list_leads_to_the_image(lab: OpenStackLab, demo: dict[str, str], run: Run) -> None:
    """As the hint for a name says: `list --name`, and then the id."""
    ended = run("list", "--name", "only for demo", "-f", "value", "-c", "id")
    assert ended == (0, f"{lab.images['private']}\n", "")
    assert run("show", ended.out.strip(), "-f", "value", "-c", "name").out == "only for demo\n"
