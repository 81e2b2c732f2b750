"""`sandbox`, and what `--sandbox` needs."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rackspace_images.cli.commands.sandbox import DEFAULT_PORT
from rackspace_images.documents import document
from rackspace_images.testing.sandbox.spec import TOKENS, example

from .running import Run, environment, started

SOURCE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"


@pytest.fixture
def welcome() -> Iterator[str]:
    """What `sandbox` prints, while it runs; Ctrl-C ends it with exit code 0, quietly."""
    with started("sandbox", "--port", "0") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        while not lines[-1].startswith("Token"):
            assert lines[-1], "it ended early"
            lines.append(process.stdout.readline())
        yield "".join(lines)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (0, "", "")


def commands(welcome: str, variable: str) -> str:
    """The block of commands that sets a variable, as it is printed."""
    (found,) = (block for block in welcome.split("\n\n") if block.startswith(f"  export {variable}="))
    return found


def shell(script: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """A shell of its own, which finds the commands of this environment."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = environment({"PATH": path, **changes})
    return subprocess.run(["sh", "-c", script], env=variables, capture_output=True, encoding="utf-8", timeout=60)


@pytest.mark.parametrize("variable", ["RS_USERNAME", "OS_AUTH_URL"])
def test_each_block_works_as_it_is_printed(welcome: str, variable: str) -> None:
    """Both kinds of identity services, pasted into a shell."""
    done = shell(f"{commands(welcome, variable)} -f json")
    assert (done.stderr, json.loads(done.stdout)) == ("", example("images", "Source")["image"])


def test_the_clouds_yaml_works_as_it_is_printed(welcome: str, tmp_path: Path) -> None:
    """Its lines, as they stand, are a clouds.yaml, which `--cloud` finds."""
    (block,) = (block for block in welcome.split("\n\n") if block.startswith("  clouds:"))
    folder = tmp_path / "openstack"
    folder.mkdir()
    (folder / "clouds.yaml").write_text(block + "\n", encoding="utf-8")
    done = shell(f"rackspace-images show {SOURCE_ID} --cloud sandbox -f json", XDG_CONFIG_HOME=str(tmp_path))
    assert (done.stderr, json.loads(done.stdout)) == ("", example("images", "Source")["image"])


def test_openstacks_own_clients_work_with_what_is_printed(welcome: str) -> None:
    """openstackclient signs in and shows the catalog; openstacksdk reads an image and the list."""
    exports = commands(welcome, "OS_AUTH_URL").rpartition("\n")[0]
    issued = shell(f"{exports}\nopenstack token issue -f value -c id")
    assert (issued.returncode, issued.stdout) == (0, f"{TOKENS[1]}\n"), issued.stderr
    catalog = shell(f"{exports}\nopenstack catalog list -f json")
    assert json.loads(catalog.stdout)[0]["Name"] == "nova", catalog.stderr
    code = (
        "import openstack; compute = openstack.connect().compute;"
        f"print(compute.get_image('{SOURCE_ID}').name, len(list(compute.images())) > 10)"
    )
    read = shell(f'{exports}\n{sys.executable} -c "{code}"')
    assert (read.returncode, read.stdout) == (0, "voweb1-firstimage True\n"), read.stderr


def test_what_it_prints_fits_a_terminal_and_names_what_is_good(welcome: str) -> None:
    """All of its secrets, which are none, in 80 columns."""
    credentials = example("identity", "ApiKeyRequest")["auth"]["RAX-KSKEY:apiKeyCredentials"]
    assert all(value in welcome for value in (*credentials.values(), TOKENS[0]))
    assert max(map(len, welcome.splitlines())) <= 80


def test_verbose_tells_of_each_request() -> None:
    """A line with method, path and status on standard error; what would move the cursor is visible."""
    with started("sandbox", "--port", "0", "-v") as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[4]
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as client:
            client.sendall(b"GET /dfw/\x1b[2J HTTP/1.0\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 300 ")
        assert process.stderr is not None
        line = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert line == '"GET /dfw/\\x1b[2J HTTP/1.0" 300 -\n'


def test_quiet_prints_its_address_alone() -> None:
    """A script reads one line."""
    with started("sandbox", "--port", "0", "--quiet") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert process.communicate() == ("", "")


def test_a_port_in_use_is_said(run: Run) -> None:
    """One line with the port, exit code 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("sandbox", "--port", str(port))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(
        f"ConfigError: the sandbox: cannot listen on 127.0.0.1:{port}: Address already in use; try: "
    )
    assert ended.err.count("\n") == 1


def test_the_usual_port_is_the_documents() -> None:
    """The document names the sandbox as one of its servers."""
    servers = document("images")["servers"]
    assert str(DEFAULT_PORT) in {server.get("variables", {}).get("port", {}).get("default") for server in servers}
