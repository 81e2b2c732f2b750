"""Every shape that a cloud of clouds.yaml has."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from rackspace_images import ApiKey, ApplicationCredential, KeystonePassword, Password, StaticToken
from rackspace_images.auth.credentials import UK_AUTH_URL, Credentials
from rackspace_images.config import Config, load
from rackspace_images.errors import ConfigError

from .conftest import Machine
from .examples import CLOUD, SECRET

URL = "https://keystone.example/v3"


def read(machine: Machine, cloud: Any, **more: Any) -> Config:
    machine.write(yaml.safe_dump({"clouds": {"mine": cloud}}))
    return load("mine", environ={}, **more)


def keystone(**given: Any) -> KeystonePassword:
    given = {"username": "me", "user_domain_id": "default", **given}
    return KeystonePassword(auth_url=URL, password=SECRET, **given)


USER = {"auth_url": URL, "username": "me", "password": SECRET}


@pytest.mark.parametrize(
    ("cloud", "expected"),
    [
        ({"auth": USER}, keystone()),
        ({"auth": {**USER, "project_name": "p"}}, keystone(project_name="p", project_domain_id="default")),
        ({"auth": {**USER, "project_id": "f00d"}}, keystone(project_id="f00d")),
        ({"auth": {**USER, "tenant_name": "p"}}, keystone(project_name="p", project_domain_id="default")),
        ({"auth": {**USER, "tenant_id": "f00d"}}, keystone(project_id="f00d")),
        (
            {"auth": {**USER, "project_name": "p", "user_domain_name": "Corp", "project_domain_name": "Corp"}},
            keystone(user_domain_id=None, user_domain_name="Corp", project_name="p", project_domain_name="Corp"),
        ),
        (
            {"auth": {**USER, "project_name": "p", "domain_id": "d1"}},
            keystone(user_domain_id="d1", project_name="p", project_domain_id="d1"),
        ),
        (
            {"auth": {**USER, "project_name": "p"}, "default_domain": "d2", "identity_api_version": 3},
            keystone(user_domain_id="d2", project_name="p", project_domain_id="d2"),
        ),
        (
            {"auth": {"auth-url": URL, "username": "me", "password": SECRET, "project-id": "f00d"}},
            keystone(project_id="f00d"),
        ),
        (
            {"auth": {"auth_url": URL, "password": SECRET}, "username": "me", "project_id": "f00d"},
            keystone(project_id="f00d"),
        ),
        ({"auth": USER, "auth_type": "v3password", "identity_api_version": "3"}, keystone()),
        ({"auth": USER, "auth_plugin": "password", "compute_api_version": 2.1, "networks": [{"name": 1}]}, keystone()),
        (
            {"auth": {"auth_url": URL, "user_id": "u0", "password": SECRET}},
            KeystonePassword(auth_url=URL, user_id="u0", password=SECRET),
        ),
        ({"auth": {"auth_url": URL, "token": "t"}, "auth_type": "v3token"}, StaticToken("t", auth_url=URL)),
        ({"auth": {"auth_url": URL, "token": "t"}}, StaticToken("t", auth_url=URL)),
        ({"auth": {"token": "t"}, "compute_endpoint_override": "https://c.example/v2/1"}, StaticToken("t")),
        (
            {
                "auth": {"auth_url": URL, "application_credential_id": "ac", "application_credential_secret": SECRET},
                "auth_type": "v3applicationcredential",
            },
            ApplicationCredential(auth_url=URL, id="ac", secret=SECRET),
        ),
        ({"profile": "rackspace", "auth": {"username": "me", "api_key": SECRET}}, ApiKey("me", SECRET)),
        ({"cloud": "rackspace", "auth": {"username": "me", "api_key": SECRET}}, ApiKey("me", SECRET)),
        ({"profile": "rackspace", "auth": {"username": "me", "password": SECRET}}, Password("me", SECRET)),
        (
            {"profile": "rackspace", "auth": {"username": "me", "password": "x", "api_key": SECRET, "project_id": "1"}},
            ApiKey("me", SECRET),
        ),
        (
            {"profile": "rackspace", "auth": {"auth_url": UK_AUTH_URL, "username": "me", "api_key": SECRET}},
            ApiKey("me", SECRET, auth_url=UK_AUTH_URL),
        ),
        (
            {"profile": "rackspace", "auth": {"auth_url": "http://127.0.0.1:1/", "username": "me", "api_key": SECRET}},
            ApiKey("me", SECRET, auth_url="http://127.0.0.1:1/v2.0"),
        ),
        (
            {"auth": {"auth_url": UK_AUTH_URL, "username": "me", "password": SECRET}},
            Password("me", SECRET, auth_url=UK_AUTH_URL),
        ),
        ({"auth": {"username": "me", "api_key": SECRET}}, ApiKey("me", SECRET)),
        ({"auth_type": "rackspace_apikey", "auth": {"username": "me", "api_key": SECRET}}, ApiKey("me", SECRET)),
        ({"auth_type": "rackspace_password", "auth": {"username": "me", "password": SECRET}}, Password("me", SECRET)),
    ],
)
def test_credentials(machine: Machine, cloud: Any, expected: Credentials) -> None:
    """Each way of signing in, in the words that OpenStack's clients and Rackspace's have for it."""
    assert read(machine, cloud).credentials == expected


def test_endpoint(machine: Machine) -> None:
    """`compute_endpoint_override` is the compute URL."""
    assert read(machine, {"auth": USER, "compute_endpoint_override": "https://c.example/v2/1"}).endpoint == (
        "https://c.example/v2/1"
    )


@pytest.mark.parametrize(
    ("said", "region", "regions"),
    [
        ({}, None, ()),
        ({"region_name": "DFW"}, "DFW", ()),
        ({"regions": ["DFW"]}, "DFW", ("DFW",)),
        ({"regions": ["DFW", "ORD"]}, None, ("DFW", "ORD")),
        ({"regions": ["DFW", "ORD"], "region_name": "ORD"}, "ORD", ("DFW", "ORD")),
        ({"regions": [{"name": "DFW", "values": {}}, {"name": "ORD"}]}, None, ("DFW", "ORD")),
        ({"regions": []}, None, ()),
        ({"regions": "DFW"}, "DFW", ("DFW",)),
        ({"region_name": ["DFW", "ORD"]}, None, ("DFW", "ORD")),
        ({"region_name": "DFW,ORD"}, None, ("DFW", "ORD")),
        ({"regions": None, "region_name": ""}, None, ()),
    ],
)
def test_regions(machine: Machine, said: dict[str, Any], region: str | None, regions: tuple[str, ...]) -> None:
    """One listed region is meant, of several none is; a `region_name` chooses."""
    config = read(machine, {"auth": USER, **said})
    assert (config.region, config.regions) == (region, regions)


def test_what_is_said_for_a_region_alone(machine: Machine) -> None:
    """A region's `values` stand above the cloud's for that region, however it was chosen, in any case."""
    regions = ["DFW", {"name": "ORD", "values": {"interface": "internal", "auth": {"username": "ord"}}}]
    cloud = {"auth": USER, "interface": "admin", "regions": regions}
    assert read(machine, cloud).interface == ("admin",)
    chosen = [read(machine, cloud, region="ord"), read(machine, {**cloud, "region_name": "ORD"})]
    assert [(config.interface, config.credentials) for config in chosen] == [
        (("internal",), keystone(username="ord"))
    ] * 2
    assert read(machine, cloud, region="DFW").credentials == keystone()


@pytest.mark.parametrize(
    "regions", [[["DFW"]], [{"values": {}}], [None], [{"name": "DFW", "values": "x"}], {"DFW": {}}, [True], [","]]
)
def test_odd_regions(machine: Machine, regions: Any) -> None:
    """A list of regions that is none is refused by its key."""
    with pytest.raises(ConfigError, match=r"regions|values"):
        read(machine, {"auth": USER, "regions": regions})


def test_secure_yaml(machine: Machine) -> None:
    """secure.yaml stands above clouds.yaml key by key, wherever each of them is found."""
    machine.write("clouds: {mine: {auth: {auth_url: https://keystone.example/v3, username: me, password: old}}}")
    machine.write(f"clouds: {{mine: {{auth: {{password: {SECRET}}}}}, other: {{}}}}", "secure.yml", machine.site)
    assert load(environ={}).credentials == keystone()
    machine.write("clouds: {mine: {auth: {password: }}}", "secure.yaml", machine.current)
    assert load(environ={}).credentials == KeystonePassword(
        auth_url=URL, username="me", password="old", user_domain_id="default"
    )


def test_secure_yaml_alone(machine: Machine) -> None:
    """A cloud that only secure.yaml has can be named."""
    path = machine.write(CLOUD, "secure.yaml")
    assert load("mine", environ={}).source == f'cloud "mine" of {path}'
    machine.write("clouds: {other: {}}")
    assert load("mine", environ={}).source == f'cloud "mine" of {path}'


def test_secure_yaml_of_another_program(machine: Machine) -> None:
    """A secure.yaml without clouds is somebody else's."""
    machine.write(CLOUD)
    machine.write("vault: [1, 2]\n", "secure.yaml", machine.current)
    assert load("mine", environ={}).source.startswith('cloud "mine"')


def test_a_missing_value_names_both_files(machine: Machine) -> None:
    """What is missing is named with the files where it was looked for."""
    clouds = machine.write("clouds: {mine: {auth: {auth_url: https://k.example/v3, username: me}}}")
    secure = machine.write("clouds: {mine: }", "secure.yaml")
    with pytest.raises(ConfigError) as caught:
        load("mine", environ={})
    assert f'cloud "mine" of {clouds} lacks auth.password' in str(caught.value)
    assert f"add to {clouds} or {secure}: auth.password" in str(caught.value)


def test_profiles_of_the_user(machine: Machine) -> None:
    """A profile may stand in clouds-public.yaml; what the cloud itself says stands above it."""
    machine.write(
        f"public-clouds: {{flex: {{auth: {{auth_url: {URL}, project_name: p}}, region_name: SJC3}}}}",
        "clouds-public.yaml",
    )
    config = read(machine, {"profile": "flex", "auth": {"username": "me", "password": SECRET, "project_name": "mine"}})
    assert (config.credentials, config.region) == (keystone(project_name="mine", project_domain_id="default"), "SJC3")


def test_unknown_profile_is_refused_where_nothing_else_has_the_auth_url(machine: Machine) -> None:
    """By name, with those that are known."""
    machine.write("public-clouds: {flex: {}}", "clouds-public.yaml")
    without_url = {name: value for name, value in USER.items() if name != "auth_url"}
    with pytest.raises(ConfigError, match="profile vexxhost is not known; known: rackspace, flex"):
        read(machine, {"profile": "vexxhost", "auth": without_url})


@pytest.mark.parametrize("key", ["profile", "cloud"])
def test_unknown_profile_beside_an_auth_url_is_a_warning(
    machine: Machine, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that works with openstackclient works here."""
    config = read(machine, {key: "vexxhost", "auth": {**USER, "auth_url": URL, "project_name": "p"}})
    assert isinstance(config.credentials, KeystonePassword)
    assert "profile vexxhost is not known" in caplog.text


@pytest.mark.parametrize(
    ("cloud", "words"),
    [
        ({"auth": {**USER, "passcode": "123456"}}, r"auth.passcode \(line \d+\) is not supported"),
        ({"auth": {**USER, "project": "p"}}, r"auth.project \(line \d+\) is not supported"),
    ],
)
def test_key_that_would_change_who_signs_in_or_where_is_refused(
    machine: Machine, cloud: dict[str, Any], words: str
) -> None:
    """Another project, or another endpoint, would answer otherwise, with exit code 0."""
    with pytest.raises(ConfigError, match=words) as caught:
        read(machine, cloud)
    assert caught.value.hint


def test_key_of_another_service_is_ignored(machine: Machine) -> None:
    """It says nothing of who signs in, or of compute."""
    others = {"networks": [{"name": "x"}], "volume_api_version": 3, "object_store_endpoint_override": URL}
    assert read(machine, {"auth": {**USER, "project_name": "p"}, **others}).credentials


@pytest.mark.parametrize(
    ("cloud", "region"),
    [
        ({"compute_region_name": "ORD"}, "ORD"),
        ({"compute_region_name": "ORD", "region_name": "DFW"}, "ORD"),
        ({"region_name": "DFW"}, "DFW"),
    ],
)
def test_region_of_compute_goes_before_the_region_of_all(machine: Machine, cloud: dict[str, str], region: str) -> None:
    """As in openstacksdk."""
    assert read(machine, {"auth": {**USER, "project_name": "p"}, **cloud}).region == region


@pytest.mark.parametrize("key", ["compute_endpoint_override", "compute_endpoint", "endpoint_override"])
@pytest.mark.parametrize("placeholder", ["%(project_id)s", "%(tenant_id)s", "$(project_id)s", "{project_id}"])
def test_placeholder_of_a_url_is_filled(machine: Machine, key: str, placeholder: str) -> None:
    """With what the cloud says."""
    auth = {**USER, "auth_url": "https://{region_name}.example.com/v3", "project_id": "p1"}
    config = read(machine, {"auth": auth, "region_name": "DFW", key: f"{URL}/{placeholder}"})
    assert config.endpoint == f"{URL}/p1"
    assert config.credentials.auth_url == "https://DFW.example.com/v3"


@pytest.mark.parametrize("placeholder", ["{region_name}", "%(project_id)s", "$(tenant_id)s", "{password}", "{}"])
@pytest.mark.parametrize("key", ["auth_url", "compute_endpoint_override"])
def test_placeholder_that_nothing_fills_is_refused(machine: Machine, key: str, placeholder: str) -> None:
    """A request would carry the password to a wrong URL. No placeholder stands for a secret."""
    url = f"https://{placeholder}.example.com/v3"
    auth = {**USER, "project_name": "p", **({"auth_url": url} if key == "auth_url" else {})}
    beside = {} if key == "auth_url" else {key: url}
    with pytest.raises(ConfigError, match="has a placeholder that nothing fills"):
        read(machine, {"auth": auth, **beside})


def test_a_cloud_that_is_not_there(machine: Machine) -> None:
    """The clouds that there are are listed; without any file, the folders."""
    with pytest.raises(ConfigError, match=f"no clouds.yaml in {machine.current}, {machine.user} or {machine.site}"):
        load("mine", environ={})
    path = machine.write(CLOUD + "  yours: {}\n")
    with pytest.raises(ConfigError, match=f'{path} has no cloud "nobody"; it has clouds mine, yours'):
        load("nobody", environ={})


@pytest.mark.parametrize("text", ["12345", "0", "-5", "2.5", "2020-01-01", "1e5", "0o17", "12:30 h", "f00d"])
def test_numbers_that_are_kept(machine: Machine, text: str) -> None:
    """What YAML takes for a number or a date without changing it is the text that is written."""
    machine.write(f"clouds: {{mine: {{auth: {{auth_url: {URL}, username: me, password: {text}}}}}}}")
    credentials = load("mine", environ={}).credentials
    assert isinstance(credentials, KeystonePassword)
    assert credentials.password == text


@pytest.mark.parametrize(
    "text",
    ["0123", "1_000", "0x1F", "0b11", "+5", "12:30", "1.10", "1.0e+3", ".inf", "yes", "True", "2020-01-01 10:00:00"],
)
@pytest.mark.parametrize("key", ["password", "project_id"])
def test_numbers_that_are_changed(machine: Machine, key: str, text: str) -> None:
    """What YAML reads as another word than is written is refused with key, line and "quote it"; quoted it is good."""
    cloud = f"clouds:\n  mine:\n    auth:\n      auth_url: {URL}\n      username: me\n      {key}: "
    path = machine.write(f"{cloud}{text}\n")
    with pytest.raises(ConfigError) as caught:
        load("mine", environ={})
    assert f'cloud "mine" of {path}: auth.{key} (line 6) is read as' in str(caught.value)
    assert "quote it" in str(caught.value)
    assert text not in str(caught.value)
    machine.write(f"{cloud}'{text}'\n      {'project_id' if key == 'password' else 'password'}: other\n")
    assert getattr(load("mine", environ={}).credentials, key) == text


def test_json(machine: Machine) -> None:
    """clouds.json is read too, its numbers as they are written, its tabs included."""
    text = json.dumps({"clouds": {"mine": {"auth": {**USER, "project_id": 12345}}}}, indent="\t")
    machine.write(text, "clouds.json")
    assert load("mine", environ={}).credentials == keystone(project_id="12345")
    machine.write(text.replace("12345", "1.10"), "clouds.json")
    with pytest.raises(ConfigError, match="quote it"):
        load("mine", environ={})
    machine.write(text.replace("12345", "true"), "clouds.json")
    with pytest.raises(ConfigError, match="true or false"):
        load("mine", environ={})


def test_anchors_and_merges(machine: Machine) -> None:
    """What YAML lets people write once is read everywhere."""
    machine.write(
        f"""
        base: &base
          auth_url: {URL}
          username: me
        clouds:
          one: {{auth: &auth {{<<: *base, password: {SECRET}}}}}
          two: {{auth: {{<<: [*auth, *base], project_id: f00d}}}}
        """
    )
    assert load("one", environ={}).credentials == keystone()
    assert load("two", environ={}).credentials == keystone(project_id="f00d")


def test_the_name_of_a_cloud_is_what_is_written(machine: Machine) -> None:
    """A cloud may be called by a number, or by a word that YAML has a meaning for."""
    machine.write(CLOUD.replace("mine:", "0123:") + "  on: {}\n")
    assert load("0123", environ={}).credentials == load("0123", environ={}).credentials
    with pytest.raises(ConfigError, match="clouds 0123, on"):
        load("83", environ={})
