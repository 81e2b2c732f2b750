"""`sandbox`, and what `--sandbox` needs."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from rackspace_images.cli.sandbox_command import DEFAULT_PORT
from rackspace_images.sandbox import Sandbox
from rackspace_images.sandbox.spec import document, example

from .running import Run, environment, started

SOURCE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"


def test_the_lines_it_prints_work_when_copied() -> None:
    """It says where it listens and how to reach it; Ctrl-C ends it with exit code 0, quietly."""
    with started("sandbox", "--port", "0") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        while not lines[-1].startswith("Keystone v3"):
            assert lines[-1], "it ended early"
            lines.append(process.stdout.readline())
        script = "\n".join(line.strip() for line in lines if line.startswith("  "))
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        copied = subprocess.run(
            ["sh", "-c", f"{script} -f json"], env=environment({"PATH": path}), capture_output=True, encoding="utf-8"
        )
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert copied.stderr == ""
    assert json.loads(copied.stdout) == example("images", "Source")["image"]
    assert (process.returncode, out, err) == (0, "", "")
    text = "".join(lines)
    credentials = example("identity", "ApiKeyRequest")["auth"]["RAX-KSKEY:apiKeyCredentials"]
    assert all(value in text for value in credentials.values())
    assert max(map(len, text.splitlines())) <= 80


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
        f"ConfigError: the sandbox: cannot listen on 127.0.0.1:{port}: the port is in use; try: "
    )
    assert ended.err.count("\n") == 1


def test_the_usual_port_is_the_documents() -> None:
    """The document names the sandbox as one of its servers."""
    servers = document("images")["servers"]
    assert str(DEFAULT_PORT) in {server.get("variables", {}).get("port", {}).get("default") for server in servers}


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
@pytest.mark.parametrize("words", [("show", SOURCE_ID, "--sandbox"), ("sandbox", "--port", "0")])
def test_without_its_extra_it_says_what_to_install(missing: str, words: tuple[str, ...]) -> None:
    """One line, exit code 2."""
    script = (
        f"import sys; sys.modules[{missing!r}] = None;"
        "from rackspace_images.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, *words], env=environment({}), capture_output=True, encoding="utf-8"
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"ConfigError: the sandbox is not installed (no module {missing}")
    assert ended.stderr.endswith('; try: pip install "rackspace-images[sandbox]"\n')


def test_without_the_extra_a_real_cloud_is_reached(sandbox: Sandbox) -> None:
    """The sandbox is on nobody's way to an image."""
    script = (
        "import sys; sys.modules['starlette'] = sys.modules['uvicorn'] = None;"
        "from rackspace_images.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", script, "show", SOURCE_ID, "-f", "value", "-c", "id"]
    ended = subprocess.run(words, env=environment({}), capture_output=True, encoding="utf-8")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{SOURCE_ID}\n", "")
