"""Region, interface, certificates: read the same from variables and from clouds.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from rackspace_images.config import Config, load
from rackspace_images.errors import ConfigError

from .conftest import Machine

AUTH = {"auth_url": "https://keystone.example/v3", "username": "me", "password": "geheim-4711"}


@pytest.fixture(params=["environment", "clouds.yaml"])
def read(request: pytest.FixtureRequest, machine: Machine) -> Any:
    """Reads these values from either source."""

    def from_environment(**values: str) -> Config:
        return load(environ={f"OS_{name.upper()}": value for name, value in {**AUTH, **values}.items()})

    def from_clouds(**values: str) -> Config:
        machine.write(yaml.safe_dump({"clouds": {"mine": {"auth": AUTH, **values}}}))
        return load("mine", environ={})

    return from_environment if request.param == "environment" else from_clouds


def test_nothing_said(read: Any) -> None:
    """What is not said is None, for the client's own defaults to stand."""
    config = read()
    assert (config.region, config.interface, config.verify, config.cert, config.endpoint) == (None,) * 5


def test_region(read: Any) -> None:
    """The region is taken as it is written."""
    assert read(region_name="dfw").region == "dfw"


@pytest.mark.parametrize("name", ["interface", "endpoint_type"])
@pytest.mark.parametrize(
    ("word", "expected"),
    [("public", "public"), ("internalURL", "internal"), ("adminURL", "admin"), ("Public", "public")],
)
def test_interface(read: Any, name: str, word: str, expected: str) -> None:
    """The interface goes by its new and its old name, in new and in old words."""
    assert read(**{name: word}).interface == (expected,)


def test_service_of_the_catalog_is_obeyed(read: Any) -> None:
    """By its type and its name, as OpenStack's clients read them."""
    config = read(compute_service_type="computev21", compute_service_name="nova")
    assert (config.service_type, config.service_name) == ("computev21", "nova")


@pytest.mark.parametrize("given", ["internal,public", "internal, publicURL"])
def test_interfaces_are_in_the_order_of_preference(read: Any, given: str) -> None:
    """As text with commas."""
    assert read(interface=given).interface == ("internal", "public")


def test_interfaces_may_be_a_list_of_clouds_yaml(machine: Machine) -> None:
    """As openstacksdk takes it."""
    machine.write(yaml.safe_dump({"clouds": {"mine": {"auth": AUTH, "interface": ["internal", "public"]}}}))
    assert load("mine", environ={}).interface == ("internal", "public")


def test_unknown_interface(read: Any) -> None:
    """Any other word is refused with the known ones."""
    with pytest.raises(ConfigError, match=r"(?i)interface.*is none of public, internal and admin"):
        read(interface="external")


@pytest.mark.parametrize("word", ["true", "True", "1", "yes", "on"])
def test_insecure(read: Any, word: str) -> None:
    """`insecure` switches verification off, and wins over a CA file."""
    assert read(insecure=word, cacert="/ca.pem").verify is False


@pytest.mark.parametrize("word", ["false", "False", "0", "no", "off"])
def test_not_insecure(read: Any, word: str) -> None:
    """A word for no leaves verification as it is."""
    assert read(insecure=word).verify is None
    assert read(insecure=word, cacert="/ca.pem").verify == "/ca.pem"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"verify": "false"}, False),
        ({"verify": "false", "cacert": "/ca.pem"}, False),
        ({"verify": "true"}, True),
        ({"verify": "true", "cacert": "/ca.pem"}, "/ca.pem"),
        ({"verify": "/etc/ssl/own"}, "/etc/ssl/own"),
        ({"cacert": "own.pem"}, "own.pem"),
        ({"verify": "own.pem"}, "own.pem"),
    ],
)
def test_verify(read: Any, values: dict[str, str], expected: bool | str) -> None:
    """`verify` is yes, no or a path; a CA file says the path."""
    assert read(**values).verify == expected


@pytest.mark.parametrize("name", ["insecure", "verify"])
def test_neither_yes_nor_no(read: Any, name: str) -> None:
    """A word that is neither is refused: a typing error must not switch verification off, nor leave it on unseen."""
    with pytest.raises(ConfigError, match=rf"(?i){name}.*is neither true nor false"):
        read(**{name: "ture"})


def test_client_certificates(read: Any) -> None:
    """A certificate stands alone or with its key; a key alone lacks its certificate."""
    assert read(cert="/c.pem").cert == "/c.pem"
    assert read(cert="/c.pem", key="/k.pem").cert == ("/c.pem", "/k.pem")
    with pytest.raises(ConfigError, match=r"(?i)lacks (OS_)?CERT"):
        read(key="/k.pem")


def test_paths_in_the_home_folder(read: Any) -> None:
    """`~` is the home folder in every path."""
    config = read(cacert="~/ca.pem", cert="~/c.pem", key="~/k.pem")
    home = str(Path.home())
    assert (config.verify, config.cert) == (f"{home}/ca.pem", (f"{home}/c.pem", f"{home}/k.pem"))


def test_repr_shows_no_secret(read: Any) -> None:
    """A `Config` can be printed, its endpoint's user and password included."""
    config = read(compute_endpoint_override="https://me:geheim-4711@c.example/v2")
    assert config.endpoint == "https://me:geheim-4711@c.example/v2"
    assert "geheim-4711" not in repr(config)
    assert "https://c.example/v2" in repr(config)
