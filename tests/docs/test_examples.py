"""Every code block and command of README and docs does what it says: each page is followed from top to bottom."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rackspace_images.testing.sandbox import Sandbox, spec

from .examples import (
    LANGUAGES_ELSEWHERE,
    LANGUAGES_READ,
    LANGUAGES_RUN,
    PAGES,
    PAGES_ELSEWHERE,
    ROOT,
    Block,
    blocks,
    filled,
)

FOLLOWED = [page for page in PAGES if blocks(page) and not PAGES_ELSEWHERE.search(page.as_posix())]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def values(running: Sandbox) -> dict[str, str]:
    """What stands in the pages for what only the reader has."""
    running.reset()
    asked = spec.example("identity", "KeystonePasswordRequest")["auth"]
    identity = spec.example("identity", "ApplicationCredentialRequest")["auth"]["identity"]
    given = identity["application_credential"]
    user, api_key = running.api_key
    return {
        "user": user,
        "api_key": api_key,
        "auth_url": running.auth_url,
        "keystone_url": running.keystone_url,
        "compute_url": running.compute_url,
        "password": asked["identity"]["password"]["user"]["password"],
        "application_credential_id": given["id"],
        "application_credential_secret": given["secret"],
        "project": asked["scope"]["project"].get("name", "demo"),
    }


def environment(running: Sandbox, folder: Path) -> dict[str, str]:
    """A machine of its own: the sandbox's variables, an empty home, this environment's commands."""
    kept = {name: os.environ[name] for name in ("LANG", "PYTHONPATH") if name in os.environ}
    return {
        **kept,
        **running.environment(),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / ".cache"),
        "XDG_CONFIG_HOME": str(folder / ".config"),
        "COLUMNS": "80",
        "PIP_NO_INPUT": "1",
    }


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_can_be_followed(page: Path, running: Sandbox, values: dict[str, str], tmp_path: Path) -> None:
    """A reader who copies each block in turn gets no error, and sees the output that is shown."""
    environ = environment(running, tmp_path)
    python: list[str] = []
    for block in blocks(page):
        if block.not_run or block.language in LANGUAGES_ELSEWHERE:
            continue
        body = filled(block.body, values)
        if block.title:
            (tmp_path / block.title).write_text(body, encoding="utf-8")
            if block.language == "python" and not block.title.startswith("test_"):
                run(block, [sys.executable, block.title], tmp_path, environ)
        elif block.language == "python":
            # Names of the blocks before are there, as in a session.
            code = "\n".join([*python, f"# {block}", body])
            run(block, [sys.executable, "-W", "error", "-c", code], tmp_path, environ)
            python.append(body)
        elif block.language in LANGUAGES_RUN:
            follow(block, body, tmp_path, environ)


def follow(block: Block, body: str, folder: Path, environ: dict[str, str]) -> None:
    """Runs commands; where output is shown below a `$`, it has to be theirs. `...` stands for any lines."""
    if block.language != "console":
        run(block, ["bash", "-euo", "pipefail", "-c", body + "\nenv -0 > .env"], folder, environ)
        take_over(folder, environ)
        return
    code = "0"
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        lines = part.split("\n")
        wanted = 0
        while lines[wanted].endswith("\\"):
            wanted += 1
        command, shown = "\n".join(lines[: wanted + 1]), "\n".join(lines[wanted + 1 :]).strip("\n")
        script = f"(exit {code})\n{command}\necho $? > .code\nenv -0 > .env"
        out = run(block, ["bash", "-c", script], folder, environ, merged=True)
        code = (folder / ".code").read_text(encoding="utf-8").strip()
        take_over(folder, environ)
        if shown:
            pattern = "".join(
                r"(?:.*\n)*" if line.strip() == "..." else re.escape(line.rstrip()).replace(r"\.\.\.", ".*") + r" *\n"
                for line in shown.split("\n")
            )
            assert re.fullmatch(pattern, out.rstrip("\n") + "\n"), f"{block}: {command}\nshown:\n{shown}\nis:\n{out}"


def take_over(folder: Path, environ: dict[str, str]) -> None:
    """Keeps what a command exported, as a terminal does."""
    saved = (folder / ".env").read_text(encoding="utf-8").split("\0")
    pairs = (line.partition("=") for line in saved if line.startswith(("RS_", "OS_")))
    environ.update({name: value for name, _, value in pairs})


def run(block: Block, command: list[str], folder: Path, environ: dict[str, str], *, merged: bool = False) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merged else subprocess.PIPE,
        text=True,
        check=False,
        timeout=300,
    )
    if not merged:
        assert done.returncode == 0, f"{block}:\n{block.body}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_what_is_not_run_says_why() -> None:
    """Every fence is run, is a file or an output, or says why not."""
    for page in PAGES:
        for block in blocks(page):
            known = LANGUAGES_RUN | LANGUAGES_READ | LANGUAGES_ELSEWHERE | {"diff"}
            assert block.language in known, f"{block}: nobody knows how to run {block.language}"
            if block.not_run is not None:
                assert len(block.not_run) > 10, f"{block}: why is it not run?"
