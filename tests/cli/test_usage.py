"""Mistakes in the command or its configuration: exit code 2, one line, and nothing is asked."""

from __future__ import annotations

import pytest
from rackspace_images.cli.durations import duration
from rackspace_images.testing.sandbox import Sandbox

from .running import ID, Run


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("show",),
        ("show", ID, ID, "-f", "shell", "--nope"),
        ("list", ID),
        ("list", "--limit", "0"),
        ("list", "--limit", "٣"),
        ("list", "--min-disk", "-1"),
        ("list", "--changes-since", "yesterday"),
        ("locate",),
        ("regions", "-f", "shell"),
        ("spec", "compute"),
        ("show", ID, "--wait", "--timeout", "soon"),
        ("show", ID, "--wait", "--timeout", "-1"),
        ("show", ID, "--wait", "--timeout", "1d"),
        ("show", ID, "--wait", "--timeout", ""),
        ("show", ID, "--deadline", "0"),
        ("show", ID, "-f", "xml"),
        ("show", ID, "--sand"),
        ("show", ID, "-q", "-v"),
        ("show", ID, "--request-timeout", "0"),
        ("show", ID, "--request-timeout", "-1"),
        ("show", ID, "--request-timeout", "nan"),
        ("show", ID, "--request-timeout", "inf"),
        ("show", ID, "--request-timeout", "soon"),
        ("show", ID, "--\x1b[31m\n"),
        ("sandbox", "--port", "65536"),
        ("sandbox", "--port", "-1"),
        ("sandbox", "--port", "http"),
        ("sandbox", "--port", "٣"),
    ],
)
def test_a_mistake_in_the_command_is_one_line(run: Run, words: tuple[str, ...]) -> None:
    """Exit code 2, and where to read more."""
    ended = run(*words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("ConfigError: ")
    assert ended.err[:-1].isprintable()
    assert ended.err.endswith("--help\n")


@pytest.mark.parametrize(
    "image_id",
    [
        "", "x", "--", "../../v2.0/tokens", f"{ID}/metadata", f"{ID}?a=1", f"{ID}\n", f"urn:uuid:{ID}", f"{{{ID}}}",
        ID.replace("0", "٠"), "a" * 9000, "\udcff", "None", "5",
    ],
)  # fmt: skip
def test_an_id_that_is_no_uuid_is_refused_before_anything_is_asked(run: Run, sandbox: Sandbox, image_id: str) -> None:
    """Exit code 2, one line, a hint, and no request."""
    ended = run("show", "--", image_id)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("InvalidImageId: ")
    assert ended.err.count("\n") == 1
    assert "; try: " in ended.err
    assert not sandbox.requests


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("show", ID, ID, "-f", "shell"), "-f shell is for one image"),
        (("show", ID, "--timeout", "5"), "nobody waits"),
        (("show", ID, "--grace", "5"), "nobody waits"),
        (("show", "-", "-"), "read once"),
        (("show", ID, "--interface", "secret"), "no interface secret"),
        (("list", "-c", "nothing"), "no column 'nothing'"),
        (("locate", ID, "-c", "nothing"), "no column 'nothing'"),
        (("regions", "-c", "nothing"), "no column 'nothing'"),
        (("list", "--all-regions", "--region", "DFW"), "--all-regions asks all"),
        (("list", "--all-regions", "--marker", ID), "--all-regions asks all"),
        (("list", "--marker", "x"), "'x' is not an image id"),
    ],
)
def test_what_does_not_fit_together_is_refused(run: Run, sandbox: Sandbox, words: tuple[str, ...], reason: str) -> None:
    """Exit code 2, one line, and nothing is asked."""
    ended = run(*words)
    assert (ended.code, ended.out) == (2, "")
    assert reason in ended.err
    assert ended.err.count("\n") == 1
    assert not sandbox.requests


@pytest.mark.parametrize(
    "words", [("show", "web 1"), ("show", "web 1", "--wait"), ("locate", "web 1"), ("list", "--marker", "web 1")]
)
def test_a_name_where_an_id_belongs_gets_the_way_to_its_id(run: Run, words: tuple[str, ...]) -> None:
    """As a command to copy."""
    ended = run(*words)
    assert (ended.code, ended.out) == (2, "")
    assert "; try: rackspace-images list --name 'web 1'" in ended.err


SECRET_SWITCHES = {
    "--os-password": "OS_PASSWORD",
    "--password": "OS_PASSWORD",
    "--os-token": "OS_TOKEN",
    "--token": "OS_TOKEN",
    "--api-key": "RS_API_KEY",
    "--OS_API_KEY": "RS_API_KEY",
    "--os-application-credential-secret": "OS_APPLICATION_CREDENTIAL_SECRET",
    "--my-secret": "OS_PASSWORD",
}


@pytest.mark.parametrize("switch", SECRET_SWITCHES)
@pytest.mark.parametrize("command", [("show", ID), ("list",), ()])
def test_a_secret_is_no_argument(run: Run, command: tuple[str, ...], switch: str) -> None:
    """No switch takes one; the variable to set is named, and the secret is not repeated."""
    for words in ((switch, "geheim-4711"), (f"{switch}=geheim-4711",)):
        ended = run(*command, *words)
        assert (ended.code, ended.out) == (2, "")
        assert f"set {SECRET_SWITCHES[switch]}" in ended.err
        assert "geheim" not in ended.err


def test_what_only_looks_like_a_secret_is_asked_for(run: Run) -> None:
    """After `--` there are no switches."""
    assert "is not an image id" in run("show", "--", "--os-token").err


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("90", 90), ("90s", 90), ("20m", 1200), ("1h", 3600), ("1h30m", 5400), ("0.5", 0.5), ("1.5H", 5400)],
)
def test_a_length_of_time(text: str, seconds: float) -> None:
    """As people write it."""
    assert duration(text) == seconds


@pytest.mark.parametrize("image_id", [ID.upper(), ID.replace("-", "")])
def test_other_ways_to_write_a_uuid_are_sent_in_the_canonical_one(run: Run, sandbox: Sandbox, image_id: str) -> None:
    """Upper case and without dashes."""
    run("show", image_id)
    assert [path.rpartition("/")[2] for _, path in sandbox.requests] == [ID]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"OS_TOKEN": "secret-token"},
        {"OS_ENDPOINT_OVERRIDE": "http://127.0.0.1:1/v2/1"},
        {"OS_TOKEN": "", "OS_ENDPOINT_OVERRIDE": "http://127.0.0.1:1/v2/1"},
    ],
)
def test_without_configuration_it_says_what_to_set(
    run: Run, monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    """Exit code 2 and the names of what could be set; a token is not repeated."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    ended = run("show", ID)
    assert (ended.code, ended.out) == (2, "")
    assert "OS_TOKEN with OS_ENDPOINT_OVERRIDE" in ended.err
    assert "RS_USERNAME" in ended.err
    assert "secret-token" not in ended.err


def test_a_bad_endpoint_or_token_is_a_mistake_of_configuration(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2."""
    monkeypatch.setenv("OS_TOKEN", "t")
    monkeypatch.setenv("OS_ENDPOINT_OVERRIDE", "DFW")
    assert run("show", ID).code == 2
    monkeypatch.setenv("OS_TOKEN", "a\nb")
    assert run("show", ID).code == 2
