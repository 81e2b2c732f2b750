"""Mistakes in the command or its configuration: exit code 2, one line, and nothing is asked."""

from __future__ import annotations

import pytest
from rackspace_images.sandbox import Sandbox

from .running import ID, Run


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("show",),
        ("show", ID, ID),
        ("show", ID, "-f", "xml"),
        ("show", ID, "--sand"),
        ("show", ID, "-q", "-v"),
        ("show", ID, "--request-timeout", "0"),
        ("show", ID, "--request-timeout", "-1"),
        ("show", ID, "--request-timeout", "nan"),
        ("show", ID, "--request-timeout", "inf"),
        ("show", ID, "--request-timeout", "soon"),
        ("show", ID, "\x1b[31m\n"),
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
        "", "x", "-", "../../v2.0/tokens", f"{ID}/metadata", f"{ID}?a=1", f"{ID}\n", f"urn:uuid:{ID}", f"{{{ID}}}",
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
