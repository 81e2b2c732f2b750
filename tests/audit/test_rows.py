"""Every id ends with exactly one row, whatever was given and whatever came."""

from __future__ import annotations

import json
import sys

import pytest
from faulty import image
from rackspace_images.audit.rows import FACTS, image_columns
from rackspace_images.cli.columns import wire_columns
from scripted import answer

from .running import FAILING, FORBIDDEN, MISSING, Auditing, Images, ids

GONE = answer(401, {"unauthorized": {"code": 401, "message": "Token expired."}})


def test_each_outcome_has_its_word(audit: Auditing, images: Images) -> None:
    """Found, missing, refused, failed, in the order of the ids; the exit code is that of the worst."""
    found, missing, forbidden, failing, odd = ids(5)
    images.answers = {missing: MISSING, forbidden: FORBIDDEN, failing: FAILING, odd: answer(200, b"<html>")}
    ended = audit(ids(5))
    assert ended.code == 4
    assert [(row["id"], row["outcome"], row["error"], row["retryable"]) for row in audit.rows()] == [
        (found, "found", None, False),
        (missing, "missing", "ImageNotFound", False),
        (forbidden, "refused", "Forbidden", False),
        (failing, "failed", "ApiFault", True),
        (odd, "failed", "MalformedResponse", False),
    ]
    assert [row["places"] for row in audit.rows()] == [
        {"DFW": word} for word in ("found", "missing", "refused", "failed", "failed")
    ]
    assert ended.out.split() == ["Place", "Found", "Missing", "Refused", "Failed", "DFW", "1", "1", "1", "2"]
    assert "1 failed and may pass" in ended.err


def test_an_id_that_is_none_has_a_row_and_is_not_sent(audit: Auditing, images: Images) -> None:
    """Refused, exit code 2, and its neighbours are asked all the same."""
    ended = audit(["web-1", "../servers/x", *ids(1), "日本"])
    assert ended.code == 2
    assert [(row["id"], row["outcome"]) for row in audit.rows()] == [
        ("web-1", "refused"),
        ("../servers/x", "refused"),
        (ids(1)[0], "found"),
        ("日本", "refused"),
    ]
    assert images.asked == ids(1)


def test_an_id_given_twice_has_one_row(audit: Auditing, images: Images) -> None:
    """In any spelling, over partitions, and asked for once; the summary says how many were given."""
    one = "E3D37AB2-8DC0-4000-B773-B15AAD79AD0A"
    again = [one, one.lower(), one.replace("-", ""), f"{one} # a comment", "no-id", "no-id"]
    assert audit([*again, "", "# nothing", *ids(3), *again], "--partition", "2").code == 2
    assert [row["id"] for row in audit.rows()] == [one.lower(), "no-id", *ids(3)]
    assert sorted(images.asked) == sorted([one.lower(), *ids(3)])
    summary = audit.summary()
    assert (summary["given"], summary["duplicates"], summary["rows"]) == (15, 10, 5)


def test_the_columns_are_the_documents(audit: Auditing, images: Images) -> None:
    """All of them, by their names on the wire, after the audit's own; none has the name of another."""
    audit(ids(1))
    wire = [column.name for column in wire_columns()]
    assert set(wire) & set(FACTS) == {"id"}
    assert list(audit.rows()[0]) == [*FACTS, *(name for name in wire if name != "id")]


def test_columns_can_be_chosen(audit: Auditing, images: Images) -> None:
    """By a wire or a readable name; an unknown one is refused before anybody is asked."""
    images.answers = {ids(1)[0]: image(ids(1)[0], **{"OS-EXT-IMG-SIZE:size": 1.5e9, "created": "2013-06-07T16:38:49Z"})}
    audit(ids(1), "-c", "size", "-c", "created")
    row = audit.rows()[0]
    assert [*row] == [*FACTS, "size", "created"]
    assert (row["size"], row["created"]) == (1500000000, "2013-06-07T16:38:49Z")
    assert [column.name for column in image_columns(["MINDISK"])] == ["minDisk"]
    ended = audit(ids(1), "-c", "colour")
    assert (ended.code, len(images.asked)) == (2, 1)


NASTY = 'a,"b"\r\nc\u2028d\x1b[31m\x00\ud800'


@pytest.mark.parametrize("name", ["jsonl", "csv"])
def test_a_row_is_one_line_whatever_it_holds(audit: Auditing, images: Images, name: str) -> None:
    """JSON reads back to what was received; CSV shows what cannot be seen; both are read and written again alike."""
    odd, failing = ids(2)
    images.answers = {odd: image(odd, name=NASTY, metadata={"key": NASTY}), failing: FAILING}
    assert audit(ids(2), "-f", name).code == 1
    text = next(audit.out.glob("part-*")).read_bytes()
    assert text.count(b"\n") == 2 + (name == "csv")
    assert not set(text) & {0, 13, 27}
    before = audit.rows()[0]
    if name == "jsonl":
        assert (before["name"], before["metadata"]) == (NASTY, {"key": NASTY})
    else:
        assert json.loads(before["metadata"]) == {"key": NASTY}
    images.answers = {**images.answers, failing: image(failing)}
    assert audit(ids(2), "-f", name).code == 0
    assert audit.rows()[0] == before
    assert [row["outcome"] for row in audit.rows()] == ["found", "found"]


def test_a_token_that_is_refused_is_nobodys_row(audit: Auditing, images: Images) -> None:
    """A token that cannot be renewed ends in the middle: what came is kept, and the ids without a row are named."""
    images.answers = dict.fromkeys(ids(20, first=20), GONE)
    ended = audit(ids(40), "--partition", "10", "--concurrency", "4")
    assert ended.code == 4
    assert "Unauthorized: 401" in ended.err
    kept = [row["id"] for row in audit.rows()]
    left = (audit.out / "remaining.txt").read_text().split()
    assert sorted(kept + left) == ids(40)
    assert set(ids(20, first=20)) <= set(left)
    assert f"{len(left)} ids have no row yet" in ended.err
    assert audit.summary()["complete"] is False
    images.answers = {}
    assert audit(ids(40), "--partition", "10").code == 0
    assert [row["id"] for row in audit.rows()] == ids(40)
    assert not (audit.out / "remaining.txt").exists()


def test_without_the_extra_parquet_is_refused(audit: Auditing, images: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install, before anybody is asked."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ended = audit(ids(1), "-f", "parquet")
    assert (ended.code, images.asked) == (2, [])
    assert 'pip install "rackspace-images[dask]"' in ended.err
