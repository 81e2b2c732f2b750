"""Mistakes in the command or its configuration: exit code 2, one line, and nothing is asked."""

from __future__ import annotations

import subprocess
import sys

import pytest
from rackspace_images.cli.options import duration
from rackspace_images.testing.sandbox import Sandbox

from .running import ID, Run


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("show", ID, ID, "-f", "shell", "--nope"),
        ("list", ID),
        ("list", "--limit", "0"),
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
        ("show", ID, "--request-timeout", "0"),
        ("show", ID, "--request-timeout", "-1"),
        ("show", ID, "--request-timeout", "nan"),
        ("show", ID, "--request-timeout", "inf"),
        ("show", ID, "--request-timeout", "soon"),
        ("show", ID, "--\x1b[31m\n"),
        ("sandbox", "--port", "65536"),
        ("sandbox", "--port", "-1"),
        ("sandbox", "--port", "http"),
    ],
)
def test_a_mistake_in_the_command_is_one_line(run: Run, words: tuple[str, ...]) -> None:
    """Exit code 2, and where to read more."""
    ended = run(*words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("UsageError: ")
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
        (("show", ID, "--timeout", "5"), "--timeout needs --wait"),
        (("show", ID, "--grace", "5"), "--grace needs --wait"),
        (("show", ID, "--sandbox", "--cloud", "x"), "--sandbox is a cloud of its own"),
        (("show", ID, "--name", "x"), "give ids, or --name"),
        (("show",), "give ids, or --name"),
        (("show", ID, "-f", "shell", "--prefix", "1-"), "does not begin a variable's name"),
        (("list", "--sort", "nothing"), "no column 'nothing'"),
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
    assert "; try: rackspace-images show --name 'web 1'\n" in ended.err


@pytest.mark.parametrize("given", [f"https://dfw.example.com/v2/1/images/{ID}", f'"{ID}"', f"<{ID}>", f"{ID},"])
def test_an_id_inside_something_else_is_shown_alone(run: Run, given: str) -> None:
    """A URL that was pasted, an id in quotes: refused, with the command that was meant."""
    ended = run("show", given, "--sandbox", "--region", "ord")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("InvalidImageId: ")
    assert ended.err.endswith(f"; try: rackspace-images show {ID} --region ord --sandbox\n")


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("shwo",), "no such command 'shwo': did you mean show?"),
        (("list", "--changes-sinc"), "no such option '--changes-sinc': did you mean --changes-since?"),
        (("show", ID, "-c", "sise"), "no column 'sise': did you mean size? there are id, "),
        (("regions", "-c", "regoin"), "no column 'regoin': did you mean region? there are region, endpoint; try: "),
    ],
)
def test_a_typing_mistake_gets_what_was_probably_meant(run: Run, words: tuple[str, ...], near: str) -> None:
    """Commands, options and columns."""
    ended = run(*words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"UsageError: {near}")


def test_options_stand_anywhere(run: Run) -> None:
    """Also between two ids."""
    ended = run("show", ID, "-f", "value", ID, "--sandbox", "-c", "id", "--wait", "--timeout", "0", "--grace", "0")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.count("ImageNotFound") == 2


SECRET_SWITCHES = (
    *("--os-password", "--password", "--os-token", "--token", "--api-key", "--OS_API_KEY", "--my-secret"),
    "--os-application-credential-secret",
)


@pytest.mark.parametrize("switch", SECRET_SWITCHES)
@pytest.mark.parametrize("command", [("show", ID), ("list",), ()])
def test_a_secret_is_no_argument(run: Run, command: tuple[str, ...], switch: str) -> None:
    """No switch takes one; the variables to set are named, and the secret is not repeated."""
    for words in ((switch, "geheim-4711"), (f"{switch}=geheim-4711",)):
        ended = run(*command, *words)
        assert (ended.code, ended.out) == (2, "")
        assert "set OS_PASSWORD, OS_TOKEN, OS_APPLICATION_CREDENTIAL_SECRET, RS_API_KEY" in ended.err
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


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_its_packages_the_command_says_what_to_run(missing: str) -> None:
    """In one line, exit code 2; the library does without them."""
    script = (
        f"import sys; sys.modules[{missing!r}] = None;"
        "from rackspace_images.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    ended = subprocess.run([sys.executable, "-c", script, "list"], capture_output=True, encoding="utf-8")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert ended.stderr == (
        'rackspace-images: the command line needs click and rich, its extra "cli"; '
        f"run: {sys.executable} -m pip install click rich\n"
    )
