"""`show` the whole way: arguments, environment, sockets, output."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from rackspace_images import ImagesClient, StaticToken
from rackspace_images.documents import vectors
from rackspace_images.testing.sandbox import Sandbox
from rackspace_images.testing.sandbox.spec import example

from .running import Run, environment

SOURCE = example("images", "Source")["image"]
SOURCE_ID = SOURCE["id"]
IMAGES = [vector["image_id"] for vector in vectors()["vectors"] if vector["expect"][0]["outcome"] == "image"]


def test_the_readmes_command_prints_the_sources_example(run: Run) -> None:
    """`--sandbox -f json` needs nothing else, and prints the image of the API's own document, whole."""
    ended = run("show", SOURCE_ID, "--sandbox", "-f", "json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == SOURCE


def test_the_table_is_the_default(run: Run) -> None:
    """A person gets what a person reads."""
    assert run("show", SOURCE_ID, "--sandbox").out.startswith("Name         voweb1-firstimage\nID ")


@pytest.mark.parametrize("image_id", IMAGES)
@pytest.mark.parametrize("name", ["table", "json", "yaml", "value", "shell"])
def test_every_image_of_the_vectors_prints(run: Run, sandbox: Sandbox, name: str, image_id: str) -> None:
    """In every format, whatever is missing or odd; JSON is what was received."""
    ended = run("show", image_id, "-f", name)
    assert (ended.code, ended.err) == (0, "")
    if name == "json":
        sandbox.reset()
        with ImagesClient(StaticToken(sandbox.token), endpoint=sandbox.compute_url) as images:
            assert json.loads(ended.out) == images.get(image_id).to_dict()


def test_the_environment_says_where_and_who(run: Run, sandbox: Sandbox) -> None:
    """`OS_TOKEN`, `OS_ENDPOINT_OVERRIDE` and `OS_REGION_NAME` are all it takes."""
    ended = run("show", SOURCE_ID, "-f", "json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == SOURCE
    assert list(sandbox.requests) == [("GET", f"/dfw/v2/820712/images/{SOURCE_ID}")]


def test_a_region_is_shown_where_it_is_known(run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """An id means something in one region only."""
    assert "\nRegion       DFW\n" in run("show", SOURCE_ID).out
    monkeypatch.delenv("OS_REGION_NAME")
    assert "Region" not in run("show", SOURCE_ID).out


def test_the_sandbox_switch_wins_over_the_environment(run: Run, sandbox: Sandbox) -> None:
    """Who asks for the sandbox never reaches a real cloud."""
    assert run("show", SOURCE_ID, "--sandbox").code == 0
    assert not sandbox.requests


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:1", "socks5h://127.0.0.1:1", "junk"])
def test_no_proxy_gets_in_the_sandboxs_way(run: Run, monkeypatch: pytest.MonkeyPatch, name: str, proxy: str) -> None:
    """Dead ones, ones that need a package, ones that are no URL."""
    monkeypatch.setenv(name, proxy)
    ended = run("show", SOURCE_ID, "--sandbox", "-f", "value", "-c", "id")
    assert ended == (0, f"{SOURCE_ID}\n", "")


def test_no_certificate_setting_gets_in_the_sandboxs_way(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It speaks plain http to itself."""
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    assert run("show", SOURCE_ID, "--sandbox", "-f", "value", "-c", "id").code == 0


def test_verbose_says_where_the_answer_came_from(run: Run, sandbox: Sandbox) -> None:
    """On standard error, whose credentials and which answer; standard output stays what it is."""
    quiet = run("show", SOURCE_ID, "-f", "json")
    ended = run("show", SOURCE_ID, "-f", "json", "-v")
    assert ended.out == quiet.out
    credentials, answered = ended.err.splitlines()
    assert credentials == "credentials from the environment (OS_*)"
    assert answered.startswith(f"GET {sandbox.compute_url}/images/{SOURCE_ID} 200 attempt=1 ")
    assert " request_id=req-" in answered
    assert sandbox.token not in ended.err


def test_a_203_is_said_where_asked(run: Run, sandbox: Sandbox) -> None:
    """An answer from a cache in between is an image like any other, and `-v` tells."""
    ended = run("show", "00000000-0000-4000-8000-000000203001", "-v")
    assert ended.code == 0
    assert "000000203001 203 attempt=1 " in ended.err


def test_quiet_keeps_the_result(run: Run, sandbox: Sandbox) -> None:
    """`-q` silences what is said beside the result, as in OpenStack's own commands, not the result."""
    assert run("show", SOURCE_ID, "-q", "-f", "json") == run("show", SOURCE_ID, "-f", "json")


def test_only_what_is_needed_is_imported(sandbox: Sandbox) -> None:
    """`-f json` loads no table, no YAML, no sandbox, and no other command: a start is noticed."""
    script = (
        "import sys; from rackspace_images.cli.main import main; code = main(sys.argv[1:]);"
        "print(code, *(name for name in sys.modules), file=sys.stderr)"
    )
    words = [sys.executable, "-c", script, "show", SOURCE_ID, "-f", "json"]
    ended = subprocess.run(words, env=environment({}), capture_output=True, encoding="utf-8", check=True)
    code, *modules = ended.stderr.split()
    assert code == "0"
    unwanted = {"yaml", "http.server", "csv"}
    unwanted |= {f"rackspace_images.cli.{name}" for name in ("tables", "commands.list", "commands.locate")}
    unwanted |= {"rich.console", "pygments"}
    assert not [name for name in modules if name in unwanted or name.startswith("rackspace_images.testing.sandbox")]
