"""`show` and `locate` of many ids, and of those that standard input holds."""

from __future__ import annotations

import contextlib
import json
import logging
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from rackspace_images.auth.redaction import Redactor
from rackspace_images.cli import client
from rackspace_images.cli.options import Settings
from rackspace_images.cli.progress import Watch
from rackspace_images.errors import OverLimit
from rackspace_images.http.retry import Attempt
from rackspace_images.testing.sandbox import Sandbox
from scripted import Request, Scripted, answer
from slack import SLACK

from .running import COMMAND, ID, Run, environment, run_on_terminal

SOURCE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"
BASE_ID = "00000000-0000-4000-8000-000000200001"
MISSING_ID = "00000000-0000-4000-8000-000000404001"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[object]:
    """Puts text, or bytes, on standard input."""

    def typed(text: str | bytes) -> None:
        path = tmp_path / "stdin"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        monkeypatch.setattr(sys, "stdin", opened.enter_context(path.open(encoding="utf-8")))

    with contextlib.ExitStack() as opened:
        yield typed


def test_a_bad_id_costs_only_itself(run: Run, sandbox: Sandbox) -> None:
    """Each error is a line of JSON, the images are one array, and the exit code is the worst."""
    ended = run("show", SOURCE_ID, "x", MISSING_ID, BASE_ID, "-f", "json")
    assert ended.code == 2
    assert {image["id"] for image in json.loads(ended.out)} == {SOURCE_ID, BASE_ID}
    assert run("show", MISSING_ID, "x", "-f", "json").out == "[]\n"
    errors = {json.loads(line)["error"] for line in ended.err.splitlines()}
    assert errors == {"InvalidImageId", "ImageNotFound"}


@pytest.mark.parametrize(
    ("last", "code"),
    [("200001", 0), ("404001", 3), ("413001", 5), ("500001", 1), ("403001", 4)],
)
def test_the_exit_code_is_that_of_the_worst(run: Run, sandbox: Sandbox, last: str, code: int) -> None:
    """Each is worse than those before it, and one that is found is the best."""
    order = ["200001", "404001", "413001", "500001", "403001"]
    ids = [f"00000000-0000-4000-8000-000000{end}" for end in order[: order.index(last) + 1]]
    assert run("show", *ids, BASE_ID, "-f", "value").code == code


def test_ids_come_from_standard_input(run: Run, sandbox: Sandbox, typed: object) -> None:
    """One a line; blank lines and comments are skipped, a bad line is named, and the rest goes on."""
    typed(f"\ufeff{SOURCE_ID}\r\n\n  # nothing\nweb 1\n {BASE_ID} # good\n{BASE_ID}")  # type: ignore[operator]
    ended = run("show", "-", "-f", "value", "-c", "id")
    assert ended.code == 2
    assert sorted(ended.out.split()) == sorted([SOURCE_ID, BASE_ID, BASE_ID])
    assert ended.err.startswith(
        "InvalidImageId: 'web 1' is not an image id: an id is a UUID, and --name takes a name; "
    )
    typed("")  # type: ignore[operator]
    assert run("show", "-", "-f", "json") == (0, "[]\n", "no ids on standard input\n")


FORMS = {
    "utf-16": f"{BASE_ID}\r\n{SOURCE_ID}\r\n".encode("utf-16"),
    "quoted": f'"{BASE_ID}",\n"{SOURCE_ID}"\n',
    "csv": f"region,name,id\nDFW,a web #1,{BASE_ID}\nORD,x,{SOURCE_ID}\n",
    "jsonl": f'{{"id": "{BASE_ID}", "server": {{"id": "x"}}}}\n{{"image": "{SOURCE_ID}"}}\n',
    "json": json.dumps([{"id": BASE_ID}, {"id": SOURCE_ID}], indent=2),
    "one": json.dumps({"id": BASE_ID, "links": []}, indent=2),
    "yaml": f"- id: {BASE_ID}\n  server:\n    id: x\n- id: {SOURCE_ID}\n",
    "tabs": f"{BASE_ID}\tweb\n{SOURCE_ID}\tx\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_ids_are_read_in_any_form(run: Run, sandbox: Sandbox, typed: object, form: str) -> None:
    """With a byte order mark, from a spreadsheet, from another command."""
    typed(FORMS[form])  # type: ignore[operator]
    ended = run("show", "-", "-f", "value", "-c", "id")
    assert (ended.code, ended.err) == (0, "")
    assert set(ended.out.split()) == ({BASE_ID} if form == "one" else {BASE_ID, SOURCE_ID})


@pytest.mark.parametrize("name", ["csv", "json", "jsonl", "yaml", "value", "table"])
@pytest.mark.parametrize("words", [("list", "--limit", "3"), ("list", "--limit", "3", "-c", "id"), ("locate", BASE_ID)])
def test_what_a_command_prints_can_be_read(
    run: Run, sandbox: Sandbox, typed: object, words: tuple[str, ...], name: str
) -> None:
    """In every format, whatever the columns."""
    printed = run(*words, "-f", name, "--sandbox")
    assert printed.code == 0
    typed(printed.out)  # type: ignore[operator]
    ended = run("show", "-", "-f", "value", "-c", "id", "--sandbox")
    assert (ended.code, ended.err) == (0, "")
    assert len(set(ended.out.split())) == (3 if words[0] == "list" else 1)


@pytest.mark.parametrize("text", ["{", "[1, null, {}]", "- [", "---\n", '{"a": 1}\n{', "\0", "id\n", "[" * 5000])
def test_a_list_that_is_none_is_refused(run: Run, sandbox: Sandbox, typed: object, text: str) -> None:
    """A line for each, never a traceback."""
    typed(text)  # type: ignore[operator]
    ended = run("show", "-", "-f", "jsonl")
    assert ended.code in (0, 2)
    assert ended.out == ""
    assert all("error" in json.loads(line) or "no ids" in line for line in ended.err.splitlines() if line[0] == "{")


@pytest.mark.parametrize("ids", [("-",), (BASE_ID, BASE_ID)])
def test_formats_of_many(run: Run, sandbox: Sandbox, typed: object, ids: tuple[str, ...]) -> None:
    """JSON is one array whatever number arrives, JSON Lines a line for each, and YAML a list."""

    def out(*words: str) -> str:
        typed(f"{BASE_ID}\n")  # type: ignore[operator]
        ended = run("show", *ids, *words)
        assert (ended.code, ended.err) == (0, "")
        return ended.out

    image = json.loads(run("show", BASE_ID, "-f", "json").out)
    assert json.loads(out("-f", "json")) == [image] * len(ids)
    assert [json.loads(line) for line in out("-f", "jsonl").splitlines()] == [image] * len(ids)
    assert yaml.safe_load(out("-f", "yaml")) == [image] * len(ids)
    assert out("-f", "csv").splitlines()[0] == "id,status,name"
    assert out("-f", "csv", "-c", "size").splitlines() == ["size", *[str(image["OS-EXT-IMG-SIZE:size"])] * len(ids)]
    assert out("-f", "value", "-c", "status") == "ACTIVE\n" * len(ids)
    assert out().startswith("ID                                    STATUS  NAME                             SIZE ")


def test_one_image_as_a_row(run: Run, sandbox: Sandbox) -> None:
    """`jsonl` and `csv` have a meaning for one as well."""
    assert json.loads(run("show", BASE_ID, "-f", "jsonl").out) == json.loads(run("show", BASE_ID, "-f", "json").out)
    assert run("show", BASE_ID, "-f", "csv", "-c", "status").out == "status\nACTIVE\n"


def test_what_is_nobodys_fault_stops_the_run(run: Run, running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong key is told once, for all of them."""
    for name, value in {"USERNAME": "demo", "API_KEY": "wrong", "AUTH_URL": running.auth_url}.items():
        monkeypatch.setenv(f"RS_{name}", value)
    ended = run("show", *[SOURCE_ID] * 20, "-f", "json")
    assert (ended.code, ended.out) == (4, "")
    assert json.loads(ended.err)["error"] == "AuthenticationFailed"


def start(*words: str, **changes: str | None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *words],
        env=environment(changes),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.parametrize("words", [("show", "-", "-f", "value", "-c", "id"), ("show", "-", "-f", "jsonl", "-c", "id")])
def test_ids_that_come_slowly_are_answered_as_they_come_until_ctrl_c(sandbox: Sandbox, words: tuple[str, ...]) -> None:
    """Nothing waits for the end of standard input; Ctrl-C does not either, and is quiet."""
    with start(*words) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for image_id in (SOURCE_ID, BASE_ID):
            process.stdin.write(f"{image_id}\n")
            process.stdin.flush()
            assert image_id in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(1 + SLACK) == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""
        process.stdin.close()


def test_a_pipe_that_closes_ends_an_endless_list(sandbox: Sandbox) -> None:
    """`yes ID | show - | head -1`: exit code 0, and no word."""
    script = f'(yes {BASE_ID} | "$@"; echo $? >&2) | head -1'
    words = ["sh", "-c", script, "sh", *COMMAND, "show", "-", "-f", "value", "-c", "id"]
    ended = subprocess.run(words, env=environment({}), capture_output=True, encoding="utf-8", timeout=30)
    assert (ended.stdout, ended.stderr) == (f"{BASE_ID}\n", "0\n")


def test_a_closed_standard_input_is_said(sandbox: Sandbox) -> None:
    """Exit code 2."""
    words = ["sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, "show", "-"]
    ended = subprocess.run(words, env=environment({}), capture_output=True, encoding="utf-8")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "standard input is closed" in ended.stderr


def test_the_lists_ids_can_be_shown(sandbox: Sandbox) -> None:
    """`list … | show - -f jsonl`, over a pipe."""
    script = '"$0" -m rackspace_images list -f value -c id --status ACTIVE | "$0" -m rackspace_images show - -f jsonl'
    ended = subprocess.run(
        ["sh", "-c", script, sys.executable], env=environment({}), capture_output=True, encoding="utf-8", check=True
    )
    images = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(images) > 5
    assert {image["status"] for image in images} == {"ACTIVE"}
    assert ended.stderr == ""


def test_locate_reads_standard_input_and_chooses_columns(run: Run, typed: object) -> None:
    """Its own."""
    typed(f"{SOURCE_ID}\n")  # type: ignore[operator]
    ended = run("locate", "-", "--sandbox", "-f", "value", "-c", "region,result,status")
    assert ended == (0, "DFW found ACTIVE\nORD absent \n", "")
    assert run("regions", "--sandbox", "-f", "value", "-c", "REGION").out == "DFW\nORD\n"


@pytest.mark.parametrize("words", [("list",), ("locate", BASE_ID), ("show", BASE_ID, SOURCE_ID)])
def test_a_narrow_terminal_gets_a_block_for_each_row(words: tuple[str, ...]) -> None:
    """A name and a value below it, where they do not stand side by side."""
    out = run_on_terminal(*words, "--sandbox", columns=20, variables={"NO_COLOR": "1"}).out
    assert "  00000000-0000-4000\n  -8000-000000200001\n" in out
    assert max(map(len, out.splitlines())) <= 20


def test_a_long_name_is_folded() -> None:
    """The other columns, an id for one, are not."""
    out = run_on_terminal("list", "--sandbox", columns=72, variables={"NO_COLOR": "1"}).out
    assert "\n00000000-0000-4000-8000-000000200001  ACTIVE   Ubuntu 24.04 LTS (Noble\n" in out


def test_a_wait_is_said_once_for_all_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait of more than a second, in one line for each region; with -v the log has it, and a display shows it."""
    told: list[str] = []
    monkeypatch.setattr("rackspace_images.cli.output.tell", told.append)

    def watch(wait: float | None, *, is_shown: bool = False, **given: Any) -> list[str]:
        told.clear()
        watched = Watch(Settings(**given))
        watched.is_shown = is_shown
        error = OverLimit(429, "overLimit", "slow")
        for region in ("DFW", "DFW", "ORD", "DFW"):
            watched.on_attempt(Attempt("GET", "http://x/1", region, 429, error, 1, 0.1, wait, "req-1"))
        return list(told)

    assert watch(30.0) == ["DFW is limited: waiting 30 s", "ORD is limited: waiting 30 s"]
    assert watch(0.9) == watch(None) == watch(30.0, quiet=True) == watch(30.0, verbose=True) == []
    assert watch(30.0, is_shown=True) == []
    assert json.loads(watch(2.0, as_json=True)[0]) == {"region": "DFW", "status_code": 429, "waiting": 2.0}


def test_debug_shows_requests_and_responses_and_never_a_secret(
    run: Run, running: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Headers and bodies, of the sign-in too; what is secret is hidden wherever it stands."""
    username, api_key = running.api_key
    for name, value in {"USERNAME": username, "API_KEY": api_key, "REGION_NAME": "DFW"}.items():
        monkeypatch.setenv(f"RS_{name}", value)
    monkeypatch.setenv("RS_AUTH_URL", running.auth_url)
    ended = run("show", BASE_ID, "--debug", "-f", "value", "-c", "id", "--no-cache")
    assert (ended.code, ended.out) == (0, f"{BASE_ID}\n")
    lines = ended.err.splitlines()
    assert f"> POST {running.auth_url}/tokens" in lines
    assert lines.count("(this text is left out: it may quote a password or a key)") == 1, "the key is a short one"
    assert "> x-auth-token: ***" in lines
    assert "< 200 OK" in lines
    assert f'<     "id": "{BASE_ID}",' in lines
    assert api_key not in ended.err
    assert running.token not in ended.err


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, {"access": {"token": {"tenant": {"id": "1"}, "id": "geheim-4711"}}}),
        ({"X-Subject-Token": "geheim-4711"}, {"token": {"methods": ["password"]}}),
        ({"X-Auth-Token": "geheim-4711"}, None),
    ],
)
def test_debug_hides_a_token_that_is_new(
    headers: dict[str, str], body: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of either identity service, and where a later message quotes it."""
    redactor = Redactor()
    client._show(redactor, "< 200", httpx.Headers(headers), json.dumps(body).encode())
    client._show(redactor, "< 401", httpx.Headers(), b"no such token, geheim-4711")
    told = capsys.readouterr().err
    assert "geheim" not in told
    assert told.count("***") == 2


def test_debug_adds_what_the_library_logs(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """On standard error, for this command only."""
    with Scripted([answer(200, {"image": {"id": ID}})]) as server:
        monkeypatch.setenv("OS_TOKEN", "geheim-4711")
        monkeypatch.setenv("OS_ENDPOINT_OVERRIDE", server.endpoint)
        ended = run("show", ID, "--debug", "-f", "json")
        assert "GET http://127.0.0.1:" in ended.err
        assert "geheim" not in ended.err
        assert run("show", ID, "-f", "json").err == ""
        assert run("show", ID, "-f", "json", "--insecure").err.startswith("warning: ")
        assert run("show", ID, "-f", "json", "--insecure", "-q").err == ""
    assert [type(handler) for handler in logging.getLogger("rackspace_images").handlers] == [logging.NullHandler]


def test_show_by_name(run: Run, sandbox: Sandbox) -> None:
    """The one image of exactly this name; none is exit code 3, several are exit code 2, and listed."""
    with Scripted(by_name) as server:
        environ = {"OS_TOKEN": "t", "OS_ENDPOINT_OVERRIDE": server.endpoint, "OS_REGION_NAME": "DFW"}
        with pytest.MonkeyPatch.context() as patched:
            for name, value in environ.items():
                patched.setenv(name, value)
            assert json.loads(run("show", "--name", "web 1", "-f", "json").out)["id"] == ID
            missing, several = run("show", "--name", "none"), run("show", "--name", "two", "-f", "json")
    assert (missing.code, missing.out) == (3, "")
    assert missing.err.startswith("NameNotFound: no image is named 'none' region=DFW; try: ")
    assert (several.code, several.out) == (2, "")
    error = json.loads(several.err)
    assert error["message"] == f"2 images are named 'two': {ID} (ACTIVE), {BASE_ID} (SAVING)"
    assert error["hint"] == f"rackspace-images show {ID}"


def by_name(request: Request) -> bytes:
    two = [{"id": ID, "name": "two", "status": "ACTIVE"}, {"id": BASE_ID, "name": "two", "status": "SAVING"}]
    # A server may take a name for a pattern, or in another case.
    near = [{"id": SOURCE_ID, "name": "Web 1"}, {"id": ID, "name": "web 1"}, {"id": BASE_ID, "name": "web 12"}]
    found = {"web+1": near, "two": two}.get(request.path.partition("name=")[2].partition("&")[0], [])
    return answer(200, {"images": found})


def test_rows_can_be_sorted(run: Run, sandbox: Sandbox) -> None:
    """By any column, also one that is not printed; what has no value comes last."""
    rows = run("list", "--sort", "size:desc,name", "-f", "json").out
    images = json.loads(rows)
    sizes = [image["OS-EXT-IMG-SIZE:size"] for image in images if image.get("OS-EXT-IMG-SIZE:size") is not None]
    assert sizes == sorted(sizes, reverse=True)
    assert images[-1].get("OS-EXT-IMG-SIZE:size") is None
    assert run("regions", "--sandbox", "--sort", "region:desc", "-f", "value", "-c", "region").out == "ORD\nDFW\n"
