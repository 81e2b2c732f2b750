"""The first source that applies is taken whole."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rackspace_images import ApiKey, KeystonePassword
from rackspace_images import config as config_package
from rackspace_images.config import Config, load
from rackspace_images.errors import ConfigError

from .conftest import Machine
from .examples import CLOUD, OPENRC, RACK, SECRET


def user(config: Config) -> Any:
    credentials = config.credentials
    assert isinstance(credentials, ApiKey | KeystonePassword)
    return credentials.username


@pytest.mark.parametrize("argument", [True, False])
def test_a_named_cloud_is_taken_whole(machine: Machine, argument: bool) -> None:
    """`cloud=` and `OS_CLOUD` take the cloud and nothing that an openrc left behind, its region and CA included."""
    path = machine.write(CLOUD)
    leftover = {**OPENRC, **RACK, **({} if argument else {"OS_CLOUD": "mine"})}
    assert load("mine" if argument else None, environ=leftover) == Config(
        credentials=KeystonePassword(
            auth_url="https://cloud.example/v3",
            username="cloud-user",
            password=SECRET,
            project_name="cloud-project",
            user_domain_id="default",
            project_domain_id="default",
        ),
        region=None,
        endpoint=None,
        interface=None,
        service_type=None,
        service_name=None,
        verify=None,
        cert=None,
        regions=(),
        source=f'cloud "mine" of {path}',
    )


def test_variables_that_a_named_cloud_puts_aside_are_named_in_one_warning(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    """They decide who signs in, so that somebody may expect them to."""
    machine.write(CLOUD)
    load(environ={**OPENRC, "OS_CLOUD": "mine"})
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert 'cloud "mine"' in caplog.text
    assert "and not OS_AUTH_URL, OS_USERNAME" in caplog.text
    assert SECRET not in caplog.text
    caplog.clear()
    load(environ={**RACK, "OS_CLOUD": "mine", "OS_REGION_NAME": "DFW"})
    assert caplog.text == ""


def test_os_cloud_envvars_is_the_environment(machine: Machine) -> None:
    """As in openstacksdk, where that is the name of the environment's own cloud."""
    machine.write(CLOUD)
    assert load(environ={**OPENRC, "OS_CLOUD": "envvars"}) == load(environ=OPENRC)


def test_cloud_goes_before_os_cloud(machine: Machine) -> None:
    """The argument names the cloud where the environment names another."""
    machine.write(CLOUD)
    assert user(load("mine", environ={"OS_CLOUD": "other"})) == "cloud-user"


def test_os_variables_go_before_rs_variables() -> None:
    """With an openrc and Rackspace's variables side by side, the openrc is taken, and nothing of the others."""
    config = load(environ={**RACK, **OPENRC})
    assert (user(config), config.region, config.source) == ("openrc-user", "OPENRC-REGION", "the environment (OS_*)")
    without_region = {name: value for name, value in OPENRC.items() if name != "OS_REGION_NAME"}
    assert load(environ={**RACK, **without_region}).region is None


def test_rs_variables_go_before_the_only_cloud(machine: Machine) -> None:
    """`RS_*` are taken where no `OS_AUTH_URL` is set, and what else begins with `OS_` does not matter."""
    machine.write(CLOUD)
    config = load(environ={**RACK, "OS_USERNAME": "left", "OS_PASSWORD": "left", "OS_REGION_NAME": "LEFT"})
    assert (user(config), config.region, config.source) == ("rack-user", "ORD", "the environment (RS_*)")


def test_the_only_cloud_needs_no_name(machine: Machine) -> None:
    """Where nothing else is set, the one cloud of clouds.yaml is meant; an RS_REGION_NAME alone is nothing."""
    path = machine.write(CLOUD)
    config = load(environ={"RS_REGION_NAME": "ORD", "RS_AUTH_URL": "https://x/", "OS_CLOUD": "", "OS_AUTH_URL": " "})
    assert (user(config), config.region, config.source) == ("cloud-user", None, f'cloud "mine" of {path}')


def test_one_of_several_clouds_must_be_named(machine: Machine) -> None:
    """With several clouds and no name, the error lists them."""
    path = machine.write(CLOUD + "  yours: {}\n")
    with pytest.raises(ConfigError) as caught:
        load(environ={})
    assert f"{path} has clouds mine, yours" in str(caught.value)
    assert "OS_CLOUD=mine" in str(caught.value)


@pytest.mark.parametrize("text", ["", "clouds:\n", "clouds: {}\n", "other: {a: b}\n"])
def test_a_file_without_a_cloud_is_no_source(machine: Machine, text: str) -> None:
    """A clouds.yaml without clouds is named in the error, by its path."""
    path = machine.write(text)
    with pytest.raises(ConfigError, match=f"{path} has no cloud"):
        load(environ={})
    with pytest.raises(ConfigError, match=f'{path} has no cloud "mine"; it has no cloud'):
        load("mine", environ={})


def test_nothing_at_all(machine: Machine) -> None:
    """Without any source, one line says what was looked for and where, and what to do."""
    with pytest.raises(ConfigError) as caught:
        load(environ={})
    line = str(caught.value)
    assert "\n" not in line
    for word in ("OS_CLOUD", "OS_AUTH_URL", "OS_TOKEN", "OS_ENDPOINT_OVERRIDE", "RS_USERNAME", "RS_API_KEY"):
        assert word in line
    for folder in (machine.current, machine.user, machine.site):
        assert str(folder) in line


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({"OS_CLOUD": "absent"}, "absent"),
        ({"OS_CLOUD": "empty"}, "auth.auth_url"),
        ({"OS_AUTH_URL": "https://k.example/v3"}, "OS_USERNAME or OS_USER_ID, and OS_PASSWORD"),
        ({"OS_AUTH_URL": "https://k.example/v3", "OS_USERNAME": "me"}, "OS_PASSWORD"),
        ({"OS_AUTH_URL": "https://k.example/v3", "OS_PASSWORD": SECRET}, "OS_USERNAME or OS_USER_ID"),
        ({"OS_AUTH_TYPE": "v3password", "OS_TOKEN": "t", "OS_ENDPOINT_OVERRIDE": "https://c.example"}, "OS_AUTH_URL"),
    ],
)
def test_an_incomplete_source_is_an_error(machine: Machine, environ: dict[str, str], missing: str) -> None:
    """A source that applies and lacks something says what; the next one, though complete, is not tried."""
    machine.write(CLOUD + "  empty: {}\n")
    with pytest.raises(ConfigError) as caught:
        load(environ={**RACK, **environ})
    assert missing in str(caught.value)
    assert SECRET not in str(caught.value)


def test_an_incomplete_rs_source_is_an_error(machine: Machine) -> None:
    """A name without a secret, or a secret without a name, does not fall through to clouds.yaml."""
    machine.write(CLOUD)
    with pytest.raises(ConfigError, match="lacks RS_API_KEY or RS_PASSWORD"):
        load(environ={"RS_USERNAME": "me"})
    with pytest.raises(ConfigError, match="lacks RS_USERNAME"):
        load(environ={"RS_API_KEY": SECRET})


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `environ=`, the variables are those of the process."""
    for name, value in RACK.items():
        monkeypatch.setenv(name, value)
    assert load().credentials == ApiKey("rack-user", SECRET)


def test_region_stands_above_the_source(machine: Machine) -> None:
    """`region=` is the one thing that is set on top."""
    machine.write(CLOUD + "    region_name: DFW\n")
    assert load("mine", environ={}).region == "DFW"
    assert load("mine", region="IAD", environ={}).region == "IAD"
    assert load(region="IAD", environ=OPENRC).region == "IAD"


def test_pyyaml_is_imported_only_for_a_file(machine: Machine) -> None:
    """What comes from the environment alone costs no import of PyYAML, even with a clouds.yaml beside it."""
    machine.write(CLOUD)
    code = "import sys; from rackspace_images.config import load; load(); print('yaml' in sys.modules)"
    answers = [
        subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True).stdout
        for environ in ({**os.environ, **RACK}, {**os.environ})
    ]
    assert answers == ["False\n", "True\n"]


def test_configuration_stands_beside_the_client() -> None:
    """The subpackage imports errors, credentials and text of the library, never the client or the command line."""
    allowed = ("errors", "auth.credentials", "text")
    for path in Path(config_package.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rackspace_images"):
                assert node.module in {f"rackspace_images.{name}" for name in allowed}, path
