"""Whatever the sources hold, the end is a `Config` or a `ConfigError`, and no secret is ever seen."""

from __future__ import annotations

import io
import json
import logging
import pickle
import traceback
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rackspace_images.config import Config, clouds, files, load
from rackspace_images.config.cloud import Layer
from rackspace_images.config.environment import openstack
from rackspace_images.config.settings import AUTH, TOP_LEVEL, Setting
from rackspace_images.config.tree import ListNode, ScalarNode
from rackspace_images.config.variables import Environment
from rackspace_images.errors import ConfigError

from .conftest import Machine
from .examples import CLOUD, OPENRC, SECRET

NAMES = sorted({alias for key in (AUTH | TOP_LEVEL).values() for alias in key.aliases})
MISPLACED = "verlegt-0815"
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def rendered(error: BaseException) -> str:
    """All that a program shows of an error at its most talkative: the message, its parts, and every local variable."""
    lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    frames = "".join(line for line in lines if "tests/config" not in line)
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.handle(logging.LogRecord("x", logging.ERROR, "x", 1, "%r", (error,), (type(error), error, None)))
    return f"{error} {error!r} {error.args} {vars(error)} {frames} {log.getvalue()}"


def attempt(environ: Mapping[str, str], cloud: str | None = None, **more: Any) -> Config | ConfigError:
    """The outcome, after a look for the secret in all that can be seen of it."""
    outcome: Config | ConfigError
    try:
        outcome = load(cloud, environ=environ, **more)
    except ConfigError as error:
        outcome = error
    if isinstance(outcome, Config):
        assert SECRET not in repr(outcome)
        assert SECRET not in str(outcome)
    else:
        assert SECRET not in rendered(outcome)
        assert MISPLACED not in str(outcome)
        assert "\n" not in str(outcome)
        assert outcome.__context__ is None
        assert type(pickle.loads(pickle.dumps(outcome))) is ConfigError
    return outcome


names = [
    "me",
    "~",
    "~nobody-of-this-name/x",
    "2.0",
    "3",
    "true",
    "no",
    "public",
    "",
    " ",
    "caf\u00e9",
    "\ud800",
    "\x1b[2J",
]
ways = [
    "password",
    "token",
    "v3applicationcredential",
    "rackspace_apikey",
    "rackspace_password",
    "rackspace",
    "keystone",
]
urls = [
    "https://k.example/v3",
    "https://k.example/v2.0",
    "https://identity.api.rackspacecloud.com/v2.0/",
    "http://[::1",
]
urls += [f"https://me:{SECRET}@k.example", f"https://me:{SECRET}@k.example/v2.0", f"https://me:{SECRET}@["]


def values_of(name: str) -> st.SearchStrategy[str]:
    """What may stand at `name`. What is no secret may be a secret in the wrong place, and is then not in a message."""
    if name in ("auth_type", "auth_plugin", "auth_system", "profile", "cloud"):
        return st.sampled_from([*names, *ways])
    if name in ("password", "api_key", "token", "auth_token", "application_credential_secret"):
        return st.sampled_from([SECRET, f"{SECRET} ", f"{SECRET}\u20ac", ""])
    return st.sampled_from([*names, *(urls if name.endswith(("_url", "_override")) else []), MISPLACED])


def some(strategies: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these keys."""
    return st.fixed_dictionaries({}, optional=dict(strategies))


@shared
@given(some({name: values_of(name) for name in [*NAMES, "auth_system", "region_name"]}))
@example({"token": f"{SECRET} ", "endpoint_override": "https://c.example"})
@example({"auth_url": f"https://me:{SECRET}@k.example/v2.0", "username": "me", "password": SECRET})
@example({"auth_url": f"https://me:{SECRET}@[", "username": "me", "password": SECRET})
def test_any_variables(values: dict[str, str]) -> None:
    """No combination of `OS_*` ends otherwise, or shows a secret."""
    environ = {f"OS_{name.upper()}": value for name, value in values.items()}
    attempt(environ)
    attempt(environ, prompt=lambda prompt: SECRET)


leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.sampled_from([*names, *urls, MISPLACED])
)
keys = st.sampled_from(["clouds", "mine", "auth", "name", *names])
nodes = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))
sign_in = some({name: values_of(name) for name in NAMES})
regions = st.lists(leaves | some({"name": leaves, "values": nodes | some({"auth": sign_in})}), max_size=3)
entries = some(
    {name: values_of(name) | (nodes if name not in ("auth_type", "auth_plugin") else st.none()) for name in NAMES}
    | {"auth": sign_in | nodes, "region_name": leaves | regions, "regions": regions | nodes}
    | {"profile": values_of("profile"), "cloud": values_of("cloud")}
)


@shared
@given(entries | nodes, entries | nodes)
@example({"region_name": f"https://me:{SECRET}@k.example", "api_key": []}, {})
@example({"regions": [f"https://me:{SECRET}@k.example"], "api_key": []}, {})
def test_any_cloud(machine: Machine, entry: Any, secure: Any) -> None:
    """No shape of a cloud, and of what secure.yaml adds, ends otherwise, or shows a secret."""
    for name, value in (("clouds.yaml", entry), ("secure.yaml", secure)):
        machine.write(yaml.safe_dump({"clouds": {"mine": value}}), name)
    attempt({}, "mine")
    attempt({}, "mine", region="DFW", prompt=lambda prompt: SECRET)
    attempt({})


@shared
@given(nodes)
def test_any_document(machine: Machine, document: Any) -> None:
    """No YAML and no JSON document ends otherwise, or shows a secret."""
    machine.write(yaml.safe_dump(document))
    attempt({}, "mine")
    machine.write(json.dumps(document, default=str), "clouds.json", machine.current)
    attempt({}, "mine")


@shared
@given(
    st.binary() | st.text(alphabet="clouds:mine \n-?[]{}&*!%@`'\"|>#<=~0:_.,\t\ud7ff").map(lambda text: text.encode())
)
@example(b"clouds: {mine: {auth: {password: !!int ''}}}")
@example(b"clouds: {mine: {auth: {password: !!timestamp x, username: !!bool x, auth_url: !!float x}}}")
@example(b"clouds: {mine: {auth: {password: 2001-99-99, username: 0b_, auth_url: 0x_}}}")
@example(b"clouds: &a {<<: *a}")
@example(b"clouds: {mine: {auth: {password: <<, username: =}}}")
@example(b"clouds: {mine: {auth: {password: !!binary x}}}")
@example(b"!!python/object/apply:os.system ['true']")
@example(b"clouds: {mine: {auth: {password: " + b"9" * 5000 + b"}}}")
@example(b'"\\ud800": 1')
def test_any_bytes(machine: Machine, data: bytes) -> None:
    """No file at all ends otherwise."""
    (machine.current / "clouds.yaml").write_bytes(data)
    attempt({}, "mine")
    attempt({})
    (machine.current / "clouds.yaml").rename(machine.current / "clouds.json")
    attempt({}, "mine")
    (machine.current / "clouds.json").unlink()


def test_a_cut_off_file(machine: Machine) -> None:
    """A clouds.yaml cut off anywhere, as a full disk leaves it, shows no part of its secret."""
    for position in range(len(CLOUD)):
        machine.write(CLOUD[:position])
        outcome = attempt({}, "mine")
        assert isinstance(outcome, Config) or SECRET[:4] not in rendered(outcome)


def test_an_error_of_the_question_shows_nothing_either(machine: Machine) -> None:
    """An error from `ask` passes through frames that show no secret."""

    def broken(prompt: str) -> str:
        raise RuntimeError("no terminal")

    environ = {name: value for name, value in OPENRC.items() if name != "OS_PASSWORD"} | {
        "OS_TOKEN": "",
        "OTHER": SECRET,
    }
    with pytest.raises(RuntimeError) as caught:
        load(environ=environ, prompt=broken)
    traceback_lines = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in traceback_lines.stack if "rackspace_images" in frame.filename]
    assert ours
    assert all(SECRET not in str(frame.locals) for frame in ours)


def test_what_holds_values_shows_none(machine: Machine) -> None:
    """Everything that holds what a source says has a `repr` without it: any frame may come to show it."""
    machine.write(CLOUD)
    tree = files.section(machine.user / "clouds.yaml", "clouds")
    assert tree is not None
    environment = Environment(OPENRC)
    held = [tree, ListNode((tree,), 1), ScalarNode(SECRET, 1, None), Setting(SECRET, "OS_PASSWORD"), environment]
    held += [clouds.named("mine", environment, None), openstack(environment), Layer(machine.user, tree)]
    assert SECRET not in repr(held)
