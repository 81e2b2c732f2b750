"""The table: what a person reads."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rackspace_images.cli import tables as readable
from rackspace_images.testing.sandbox.spec import example
from rich.cells import cell_len

from .running import images, nasty_text, printed

EXPECTED = Path(__file__).parent / "expected"


def squeezed(text: str) -> str:
    """`text` without any space."""
    return "".join(text.split())


@pytest.mark.parametrize("columns", [80, 40, 20])
def test_the_sources_example_looks_like_this(columns: int) -> None:
    """The whole layout at three widths, as a person has found it good."""
    received = example("images", "Source")["image"]
    expected = EXPECTED / f"source-{columns}.txt"
    assert printed(received, columns=columns) == expected.read_text(encoding="utf-8")


@given(received=images, columns=st.integers(16, 100))
def test_no_line_is_wider_than_the_terminal(received: dict[str, Any], columns: int) -> None:
    """At any width a terminal may have."""
    for line in printed(received, columns=columns).splitlines():
        assert cell_len(line) <= columns


@given(
    received=st.fixed_dictionaries(
        {"name": nasty_text, "metadata": st.dictionaries(nasty_text, nasty_text, max_size=3), "unknown": nasty_text}
    ),
    columns=st.integers(16, 100),
)
def test_nothing_is_left_out(received: dict[str, Any], columns: int) -> None:
    """Every text that was received is there whole, however it was broken into lines: no markup is eaten either."""
    received = json.loads(json.dumps(received))
    shown = squeezed(printed(received, columns=columns))
    for text in (received["name"], received["unknown"], *received["metadata"].values(), *received["metadata"]):
        assert squeezed(readable.plain(text)) in shown


def test_markup_and_emoji_codes_are_text() -> None:
    """`[red]` and `:smile:` in a name are shown as they are."""
    assert "[red]x[/] :smile: [link=http://x]y" in printed({"name": "[red]x[/] :smile: [link=http://x]y"})


def test_a_width_too_small_for_anything_still_prints() -> None:
    """A terminal that says it has one column gets lines of sixteen."""
    assert max(map(len, printed({"name": "x" * 50}, columns=1).splitlines())) == 16


def test_odd_and_unknown_members_are_shown() -> None:
    """What is not as documented, and what no document knows, stands at the end as it was sent."""
    out = printed({"server": ["x"], "metadata": "text", "links": {"a": 1}, "tenant_id": "820712", "minDisk": None})
    facts, links = out.split("\n\nLinks\n")
    assert facts.endswith('Region     DFW\nserver     ["x"]\nmetadata   text\ntenant_id  820712')
    assert links == "  a  1\n"


def test_odd_links_and_members_of_links_and_server_are_shown() -> None:
    """Nothing below the top level is lost either."""
    link = {"rel": "self", "href": "https://example.com/1", "hreflang": "en"}
    out = printed({"links": [link, "junk", None], "server": {"id": 5, "links": "none", "flavor": {"id": "2"}}})
    for line in ('"hreflang": "en"', '"junk", null]', "\nServer\n  id      5\n", "  flavor  id: 2", "none"):
        assert line in out


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1 KiB (1024 bytes)"),
        (1536, "1.5 KiB (1536 bytes)"),
        (1024**2 - 1, "1024 KiB (1048575 bytes)"),
        (5562828800, "5.18 GiB (5562828800 bytes)"),
        (2**63, "8 EiB (9223372036854775808 bytes)"),
        (1024**9, f"{1024**9} bytes"),
    ],
)
def test_a_size_is_readable_and_exact(count: int, shown: str) -> None:
    """In the unit that leaves the fewest digits, and in bytes."""
    assert readable.size(count) == shown


@given(count=st.integers(-(10**400), 10**400))
def test_any_number_is_a_size(count: int) -> None:
    """However long it is."""
    assert readable.size(count).endswith(("bytes", "bytes)", "1 byte"))


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2013-06-07T16:38:49Z", "2013-06-07 16:38:49 UTC"),
        ("2013-06-07T16:38:49.5+00:00", "2013-06-07 16:38:49 UTC"),
        ("2013-06-07T16:38:49-05:30", "2013-06-07 16:38:49 UTC-05:30"),
        ("2013-06-07T16:38:49", "2013-06-07 16:38:49 (no zone given)"),
        ("0001-01-01T00:00:00Z", "0001-01-01 00:00:00 UTC"),
    ],
)
def test_a_time_has_its_zone(sent: str, shown: str) -> None:
    """A person is not left to guess it."""
    assert readable.moment(datetime.fromisoformat(sent)) == shown
    assert f"Created  {shown}" in printed({"created": sent})


@pytest.mark.parametrize("junk", ["yesterday", 1718000000, ["x"], True])
def test_values_that_are_not_what_they_should_be_are_shown_as_sent(junk: object) -> None:
    """No unit is hung on them and no date is made up."""
    shown = junk if isinstance(junk, str) else json.dumps(junk)
    out = printed({"created": junk, "OS-EXT-IMG-SIZE:size": ["x"], "minDisk": {"a": 1}, "minRam": "1 G", "name": 5})
    rows = dict(line.split(None, 1) for line in out.replace("Min ", "Min").splitlines())
    assert rows["Created"] == shown
    assert (rows["Size"], rows["Mindisk"], rows["Minmemory"], rows["Name"]) == ('["x"]', '{"a": 1}', "1 G", "5")


def test_units_are_those_of_the_document() -> None:
    """Disk in GB, memory in MiB, numbers in strings as well."""
    out = printed({"minDisk": "40", "minRam": 1024})
    assert "Min disk    40 GB\nMin memory  1024 MiB\n" in out
