"""Errors: one line on standard error, and an exit code that says which kind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rackspace_images import ImagesClient, errors
from rackspace_images.cli import client, exit_codes
from rackspace_images.documents import vectors
from rackspace_images.testing.sandbox import Sandbox
from scripted import Scripted, answer

from .running import ID, Run

CODES = {
    errors.ImagesError: 1,
    errors.ApiError: 1,
    errors.BadRequest: 1,
    errors.Unauthorized: 4,
    errors.Forbidden: 4,
    errors.ImageNotFound: 3,
    errors.BadMethod: 1,
    errors.ConflictingRequest: 1,
    errors.OverLimit: 5,
    errors.ApiFault: 1,
    errors.ResponseTooLarge: 1,
    errors.ServiceUnavailable: 5,
    errors.UnexpectedStatus: 1,
    errors.AuthError: 4,
    errors.AuthenticationFailed: 4,
    errors.MalformedResponse: 1,
    errors.ConnectionFailed: 1,
    errors.RequestTimeout: 1,
    errors.InvalidImageId: 2,
    errors.ConfigError: 2,
    errors.InsecureUrl: 2,
    errors.RegionNotFound: 2,
    errors.ClientClosed: 1,
    errors.NotActive: 1,
    errors.ImageBuildFailed: 6,
    errors.ImageVanished: 6,
    errors.WaitTimeout: 7,
}


def an_error(kind: type[errors.ImagesError]) -> errors.ImagesError:
    if issubclass(kind, errors.ApiError):
        return kind((*kind.status_codes, 599)[0], None, "what happened", region="DFW")
    return kind("what happened", region="DFW")


def all_kinds(kind: type[errors.ImagesError] = errors.ImagesError) -> set[type[errors.ImagesError]]:
    return {kind}.union(*(all_kinds(below) for below in kind.__subclasses__()))


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the command fail with an error of choice."""

    def raising(error: BaseException) -> None:
        def connected(*args: Any) -> Any:
            raise error

        monkeypatch.setattr(client, "open_client", connected)

    return raising


def test_every_error_has_a_place_in_the_table() -> None:
    """A new error class is put into this test's table, or this fails."""
    assert {kind for kind in all_kinds() if kind.__module__ == errors.__name__} == set(CODES)


@pytest.mark.parametrize(("kind", "code"), CODES.items(), ids=lambda value: getattr(value, "__name__", value))
def test_the_exit_code_tells_the_kind_of_error(
    run: Run, raising: Any, kind: type[errors.ImagesError], code: int
) -> None:
    """And standard error has the error's own line, once."""
    error = an_error(kind)
    raising(error)
    ended = run("show", ID)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith(str(error).partition("; try: ")[0])
    assert ended.err.count("\n") == 1


def test_hints_speak_the_language_of_the_command_line(run: Run, raising: Any) -> None:
    """No parameter of Python, and the options that reach the same cloud."""
    raising(errors.RequestTimeout("what happened"))
    assert run("show", ID).err.endswith("try: again, or allow more time (--request-timeout)\n")
    raising(errors.ImageNotFound(404, "itemNotFound", "Image not found.", image_id=ID))
    words = ("--os-cacert", "my ca.pem", "--region", "DFW", "--cloud", "mine")
    ended = run("show", ID, *words)
    assert ended.err.endswith(f"try: rackspace-images locate {ID} --cloud mine --os-cacert 'my ca.pem'\n")
    assert json.loads(run("show", ID, *words, "-f", "json").err)["hint"] in ended.err
    raising(errors.ConfigError("verify='/nope' is not there"))
    assert run("show", ID).err == "ConfigError: --os-cacert '/nope' is not there\n"


def test_every_exit_code_has_a_meaning_and_a_place() -> None:
    """Codes in the table, in the help and in the order of the worst are the same."""
    assert set(exit_codes.MEANINGS) == {exit_codes.DONE, exit_codes.FAILED, *exit_codes.CODE_OF_ERROR.values()}
    codes = [code for code in exit_codes.MEANINGS if code != exit_codes.INTERRUPTED]
    order = []
    while codes:
        order.append(exit_codes.worst(codes))
        codes.remove(order[-1])
    assert order == [2, 4, 1, 5, 6, 7, 3, 0]


@pytest.mark.parametrize("words", [("-f", "json"), ("-fjson",), ("--format", "json"), ("--format=json",)])
def test_with_json_errors_are_json(run: Run, raising: Any, words: tuple[str, ...]) -> None:
    """One object on one line, with the same members for every error."""
    error = errors.OverLimit(
        413, "overLimit", "slow\x1b[31m \u202e", "really", image_id=ID, region="DFW", endpoint="http://x/v2/1",
        request_id="req-1", attempts=2, elapsed=0.123456,
    )  # fmt: skip
    error.retry_after = 30.0
    raising(error)
    ended = run("show", ID, *words)
    assert (ended.code, ended.out) == (5, "")
    assert ended.err.endswith("\n")
    assert ended.err[:-1].isprintable()
    assert json.loads(ended.err) == {
        "error": "OverLimit",
        "message": "slow\x1b[31m \u202e",
        "status_code": 413,
        "fault": "overLimit",
        "details": "really",
        "retryable": True,
        "retry_after": 30.0,
        "region": "DFW",
        "endpoint": "http://x/v2/1",
        "request_id": "req-1",
        "image_id": ID,
        "attempts": 2,
        "elapsed": 0.123,
        "hint": "again in 30 s",
    }


def test_with_json_mistakes_in_the_command_are_json_too(run: Run) -> None:
    """A program that asked for JSON can read every error, also of words that cannot be parsed."""
    for words in (("show", "-f", "json"), ("show", "x", "-f", "json"), ("show", ID, "--nope", "-f", "json")):
        ended = run(*words)
        assert ended.code == 2
        assert json.loads(ended.err)["hint"]


def test_nobody_listening_is_exit_code_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API could not be reached."""
    monkeypatch.setenv("OS_TOKEN", "t")
    monkeypatch.setenv("OS_ENDPOINT_OVERRIDE", "http://127.0.0.1:1/v2/1")
    ended = run("show", ID)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("ConnectionFailed: ")


def test_a_bug_is_one_line_too(run: Run, raising: Any) -> None:
    """What nobody foresaw is told in one line with its kind, and how to find out more."""
    raising(RuntimeError("two\nlines \x1b[31m"))
    ended = run("show", ID)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("RuntimeError: two\\nlines \\x1b[31m; try: ")
    assert ended.err.count("\n") == 1
    assert "--debug" in json.loads(run("show", ID, "-f", "json").err)["hint"]


def test_debug_adds_the_traceback(run: Run, raising: Any) -> None:
    """Before the line, which stays; and nothing else ever prints one."""
    error = errors.ConfigError("what happened\x1b[31m")
    raising(errors.ImageNotFound(404, "itemNotFound", "Image not found.", image_id=ID))
    assert "Traceback" not in run("show", ID, "--debug").err, "an error of the API is no mistake of ours"
    raising(error)
    assert "Traceback" not in run("show", ID).err
    told = run("show", ID, "--debug").err
    assert told.startswith("Traceback (most recent call last):\n")
    assert told.endswith(f"{error}\n")
    assert "\x1b" not in told
    assert json.loads(run("show", ID, "--debug", "-f", "json").err.splitlines()[-1])["error"] == "ConfigError"


def test_ctrl_c_is_quiet(run: Run, raising: Any) -> None:
    """Exit code 130, and no word."""
    raising(KeyboardInterrupt())
    assert run("show", ID) == (130, "", "")


OF_STATUS = {401: 4, 403: 4, 404: 3, 413: 5, 429: 5, 503: 5}
FAULTS = [
    (vector["image_id"], vector["answers"][0]["status"])
    for vector in vectors()["vectors"]
    if vector["level"] == "contract" and vector["expect"][0]["outcome"] != "image"
]


@pytest.mark.parametrize(("image_id", "status"), FAULTS)
def test_every_documented_fault_has_its_exit_code(run: Run, sandbox: Sandbox, image_id: str, status: int) -> None:
    """The whole way, over a socket."""
    ended = run("show", image_id)
    assert (ended.code, ended.out) == (OF_STATUS.get(status, 1), "")
    assert ended.err.count("\n") == 1
    assert f"image={image_id} region=DFW GET {sandbox.compute_url}/images/" in ended.err


def test_a_404_that_does_not_speak_of_the_image_is_no_missing_image(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A router's 404 is exit code 1: the endpoint is wrong, and nobody knows about the image."""
    with Scripted([answer(404, b"<html>no such page</html>")]) as server:
        monkeypatch.setenv("OS_TOKEN", "t")
        monkeypatch.setenv("OS_ENDPOINT_OVERRIDE", server.endpoint)
        assert run("show", ID).code == 1


def test_the_switches_reach_the_client(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """`--request-timeout` is the client's `timeout`, and so on; without a switch the client's default holds."""
    given: list[dict[str, Any]] = []

    def client(*args: Any, **options: Any) -> Any:
        given.append(options)
        raise errors.ConfigError("enough")

    monkeypatch.setattr(ImagesClient, "from_config", client)
    monkeypatch.setenv("OS_TOKEN", "t")
    monkeypatch.setenv("OS_ENDPOINT_OVERRIDE", "http://127.0.0.1:1/v2/1")
    run("show", ID)
    run("show", ID, "--request-timeout", "2.5", "--deadline", "9", "--interface", "admin")
    assert given[0].keys() == {"prompt", "token_cache", "on_attempt"}
    assert {name: given[1][name] for name in ("timeout", "deadline", "interface")} == {
        "timeout": 2.5,
        "deadline": 9.0,
        "interface": "admin",
    }
