"""Where the files are looked for, and files that are none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from rackspace_images.config import load
from rackspace_images.config.files import section
from rackspace_images.config.tree import MapNode, ScalarNode, parse_json
from rackspace_images.config.variables import Environment
from rackspace_images.errors import ConfigError

from .conftest import Machine
from .examples import CLOUD, SECRET


def test_the_first_file_is_read(machine: Machine) -> None:
    """The current folder goes before the user's, the user's before the machine's; .yaml before .yml before .json."""
    json = '{"clouds": {"mine": {"auth": {"auth_url": "https://x.example/v3", "username": "u", "password": "p"}}}}'
    names = ["clouds.yaml", "clouds.yml", "clouds.json"]
    places = [(folder, name) for folder in (machine.current, machine.user, machine.site) for name in names]
    for folder, name in reversed(places):
        path = machine.write(json, name, folder)
        assert load("mine", environ=dict(os.environ)).source == f'cloud "mine" of {path}'


def test_xdg_config_home(machine: Machine, tmp_path: Path) -> None:
    """`XDG_CONFIG_HOME` goes before ~/.config, which is still looked into, as OpenStack's clients do."""
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    path = machine.write(CLOUD)
    assert load("mine", environ=environ).source.endswith(str(path))
    (tmp_path / "xdg" / "openstack").mkdir(parents=True)
    path = machine.write(CLOUD, folder=tmp_path / "xdg" / "openstack")
    assert load("mine", environ=environ).source.endswith(str(path))


def test_files_that_variables_name(machine: Machine) -> None:
    """`OS_CLIENT_CONFIG_FILE` and `OS_CLIENT_SECURE_FILE` name the files, `~` included, and nothing else is read."""
    machine.write("clouds: {}")
    machine.write("clouds: {mine: {auth: {password: wrong}}}", "secure.yaml")
    home = Path.home()
    (home / "elsewhere").write_text(CLOUD.replace(SECRET, ""), encoding="utf-8")
    (home / "secret").write_text("clouds: {mine: {auth: {password: right}}}", encoding="utf-8")
    environ = {"OS_CLIENT_CONFIG_FILE": "~/elsewhere", "OS_CLIENT_SECURE_FILE": "~/secret", "HOME": str(home)}
    config = load(environ=environ)
    assert config.source == f'cloud "mine" of {home / "elsewhere"}'
    assert getattr(config.credentials, "password", None) == "right"


@pytest.mark.parametrize("name", ["OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"])
def test_a_named_file_that_is_not_there(machine: Machine, name: str) -> None:
    """A file that a variable names and that is not there is an error with both: another file was not meant."""
    machine.write(CLOUD)
    with pytest.raises(ConfigError, match=f"{name} names /nowhere/file, which is not there"):
        load("mine", environ={name: "/nowhere/file"})


def test_refused_by_the_system(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's own words are passed on."""
    path = machine.write(CLOUD)

    def refuse(self: Path, mode: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ConfigError, match=f"{path} cannot be read: Permission denied"):
        load(environ={})


def test_file_that_cannot_be_read_is_skipped_for_the_next(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in openstacksdk; one that a variable names is an error."""
    hidden = machine.write("clouds: {other: {}}", folder=machine.current)
    machine.write(CLOUD)
    monkeypatch.setattr("os.access", lambda path, mode: path != hidden)
    assert load(environ={}).source.endswith(f"{machine.user}/clouds.yaml")


def test_a_folder_in_place_of_a_file(machine: Machine) -> None:
    """A folder called clouds.yaml cannot be read."""
    (machine.current / "clouds.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"clouds.yaml cannot be read: Is a directory"):
        load(environ={})


def test_a_current_folder_that_is_gone(machine: Machine) -> None:
    """A process whose current folder was removed still finds the user's files."""
    machine.write(CLOUD)
    machine.current.rmdir()
    assert load(environ=dict(os.environ)).source.startswith('cloud "mine"')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"clouds:\n  mine:\n    auth:\n      password: {SECRET}: x\n", " is not YAML (line 4)"),
        (f"clouds:\n  mine:\n    auth:\n      password: *{SECRET}\n", " is not YAML (line 4)"),
        (f"clouds:\n  mine:\n    auth:\n      password: !{SECRET} x\n", " is not YAML (line 4)"),
        (f"clouds:\n  mine:\n    auth:\n      password: '{SECRET}\n", " is not YAML (line 5)"),
        (f"clouds:\n  mine:\n\tauth:\n      password: {SECRET}\n", " is not YAML (line 3)"),
        (f"clouds:\n  ? [{SECRET}]\n  : x\n", " is not YAML (line 2)"),
        (f"--- 1\n--- {SECRET}\n", " is not YAML (line 2)"),
        (f"a: &a [*a]\nclouds: {SECRET}", " is not YAML"),
        ("clouds: \x07", " is not YAML"),
        ("[" * 5000, " is not YAML"),
        (f"- {SECRET}\n", " is not a mapping"),
        (SECRET, " is not a mapping"),
        (f"clouds: {SECRET}\n", ": clouds (line 1) is not a mapping"),
        (f"x: y\nclouds:\n  - {SECRET}\n", ": clouds (line 3) is not a mapping"),
        (f"clouds:\n  mine: [{SECRET}]\n", "is not a mapping"),
        (f"clouds:\n  mine: {SECRET}\n", "is not a mapping"),
        (f"clouds:\n  mine:\n    auth: {SECRET}\n", ": auth (line 3) is not a mapping"),
        (f"clouds:\n  mine:\n    auth:\n      password: [{SECRET}]\n", ": auth.password (line 4) is not a word"),
        (f"clouds:\n  mine:\n    interface: [{SECRET}]\n", ": interface (line 3) is none of"),
        ("clouds:\n  mine:\n", "lacks auth.auth_url"),
    ],
)
def test_not_what_a_clouds_yaml_is(machine: Machine, text: str, words: str) -> None:
    """A file that is no YAML or holds something else is an error with file, key and line, and never with a value."""
    path = machine.write(text)
    with pytest.raises(ConfigError) as caught:
        load("mine", environ={})
    assert str(path) in str(caught.value)
    assert words in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("text", [f'{{"clouds":\n"{SECRET}', "[" * 5000 + "]" * 5000, "", "{'a': 1}"])
def test_not_json(machine: Machine, text: str) -> None:
    """The same for JSON."""
    path = machine.write(text, "clouds.json")
    with pytest.raises(ConfigError, match=f"{path} is not JSON") as caught:
        load("mine", environ={})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(machine: Machine, encoding: str) -> None:
    """A file as editors write it is read, a mark at its beginning or not; bytes that are no text are an error."""
    path = machine.current / "clouds.yaml"
    path.write_bytes(CLOUD.replace(SECRET, "geh\u00e4im").encode(encoding))
    assert getattr(load(environ={}).credentials, "password", None) == "geh\u00e4im"
    path.write_bytes(CLOUD.replace(SECRET, "geh\u00e4im").encode("latin-1"))
    with pytest.raises(ConfigError, match="is not YAML"):
        load(environ={})


def test_an_empty_file_has_no_section(tmp_path: Path) -> None:
    """Nothing stands in it, and that is no mistake."""
    file = tmp_path / "clouds.yaml"
    file.write_text("")
    assert section(file, "clouds") is None


def test_words_in_json_are_read_as_they_are_written() -> None:
    """A password of digits in quotation marks stays text, whatever it looks like."""
    root = parse_json(b'{"password": "0123", "port": 5000, "far": 1e999}')
    assert isinstance(root, MapNode)
    assert root.get("password") == ScalarNode("0123", None, None)
    assert root.get("port") == ScalarNode("5000", None, None)
    assert root.get("far") == ScalarNode("1e999", None, "a number")


def test_a_home_that_cannot_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The path is left as it is written, and is found to be missing by whoever reads it."""

    def lost(path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", lost)
    assert Environment({}).expanded("~/clouds.yaml") == "~/clouds.yaml"
