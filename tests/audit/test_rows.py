"""Every id ends with exactly one row, whatever was given and whatever was received."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from faulty import image
from scripted import answer

from .running import FAILING, FORBIDDEN, MISSING, Auditing, Images, ids

GONE = answer(401, {"unauthorized": {"code": 401, "message": "Token expired."}})


def test_each_outcome_has_its_word(audit: Auditing, images: Images) -> None:
    """Found, absent or failed, in the order of the ids; the exit code is that of the worst."""
    found, absent, forbidden, failing, odd = ids(5)
    images.answers = {absent: MISSING, forbidden: FORBIDDEN, failing: FAILING, odd: answer(200, b"<html>")}
    ended = audit(ids(5))
    assert ended.code == 4
    assert [(row["id"], row["outcome"], row["error"], row["retryable"]) for row in audit.rows()] == [
        (found, "found", None, False),
        (absent, "absent", "ImageNotFound", False),
        (forbidden, "failed", "Forbidden", False),
        (failing, "failed", "ApiFault", True),
        (odd, "failed", "MalformedResponse", False),
    ]
    assert [row["regions"] for row in audit.rows()] == [
        {"DFW": word} for word in ("found", "absent", "failed", "failed", "failed")
    ]
    assert [row["message"] for row in audit.rows()[:4]] == [None, None, "Not yours.", "Oops."]
    assert ended.out.split() == ["REGION", "FOUND", "ABSENT", "FAILED", "DFW", "1", "1", "3"]
    assert "1 may succeed later: the same command retries them" in ended.err


def test_row_has_the_image_as_it_was_received_and_when(audit: Auditing, images: Images) -> None:
    """Unknown keys and odd values included; the time is in UTC."""
    (one,) = ids(1)
    images.answers = {one: image(one, name="web-1", minDisk="40", colour=["red", None], created="2013-06-07T16:38:49Z")}
    before = datetime.now(UTC).replace(microsecond=0)
    assert audit([one]).code == 0
    (row,) = audit.rows()
    assert row["image"] == {
        "id": one,
        "name": "web-1",
        "minDisk": "40",
        "colour": ["red", None],
        "created": "2013-06-07T16:38:49Z",
    }
    assert before <= datetime.fromisoformat(row["retrieved"]) <= datetime.now(UTC)


def test_id_that_is_not_a_uuid_has_a_row_and_is_not_sent(audit: Auditing, images: Images) -> None:
    """It is invalid, exit code 2; the others are retrieved all the same, and no region counts it."""
    ended = audit(["web-1", "../servers/x", *ids(1), "日本", "\udcff"])
    assert ended.code == 2
    assert [(row["id"], row["outcome"], row["regions"]) for row in audit.rows()] == [
        ("web-1", "invalid", {}),
        ("../servers/x", "invalid", {}),
        (ids(1)[0], "found", {"DFW": "found"}),
        ("日本", "invalid", {}),
        ("\\xff", "invalid", {}),
    ]
    assert images.asked == ids(1)
    assert ended.out.split()[-4:] == ["DFW", "1", "0", "0"]
    assert "invalid ids (not UUIDs): 4" in ended.err


def test_id_that_is_given_twice_has_one_row(audit: Auditing, images: Images) -> None:
    """In any spelling, over partitions, and it is sent once."""
    one = "E3D37AB2-8DC0-4000-B773-B15AAD79AD0A"
    again = [one, one.lower(), one.replace("-", ""), f"{one} # a comment", "no-id", "no-id"]
    assert audit([*again, "", "# nothing", *ids(3), *again], "--partition", "2").code == 2
    assert [row["id"] for row in audit.rows()] == [one.lower(), "no-id", *ids(3)]
    assert sorted(images.asked) == sorted([one.lower(), *ids(3)])


NASTY = 'a,"b"\r\nc\u2028d\x1b[31m\x00\ud800'


def test_row_is_one_line_whatever_it_holds(audit: Auditing, images: Images) -> None:
    """JSON in ASCII that reads back to what was received, and is the same after the next run."""
    odd, failing = ids(2)
    images.answers = {odd: image(odd, name=NASTY, metadata={"key": NASTY}), failing: FAILING}
    assert audit(ids(2)).code == 1
    (path,) = audit.out.glob("part-*")
    text = path.read_bytes()
    assert text.isascii()
    assert text.count(b"\n") == 2
    assert not set(text) & {0, 13, 27}
    before = audit.rows()[0]
    assert (before["image"]["name"], before["image"]["metadata"]) == (NASTY, {"key": NASTY})
    images.answers = {**images.answers, failing: image(failing)}
    assert audit(ids(2)).code == 0
    assert audit.rows()[0] == before


def test_number_that_json_has_no_word_for_is_text(audit: Auditing, images: Images) -> None:
    """One that is too large for a float is read as infinite; every reader of JSON has to be able to read the row."""
    (one,) = ids(1)
    body = f'{{"image": {{"id": "{one}", "minDisk": 1e999, "minRam": -1e999, "name": "Infinity"}}}}'
    images.answers = {one: answer(200, body.encode())}
    assert audit([one]).code == 0
    (path,) = audit.out.glob("part-*")

    def refuse(word: str) -> None:
        raise AssertionError(word)

    row = json.loads(path.read_bytes(), parse_constant=refuse)
    assert (row["image"]["minDisk"], row["image"]["minRam"]) == ("Infinity", "-Infinity")


def test_token_that_is_refused_ends_the_run(audit: Auditing, images: Images) -> None:
    """No row says it of an image. The partitions before are kept, and the same command continues."""
    images.answers = dict.fromkeys(ids(20, first=20), GONE)
    ended = audit(ids(40), "--partition", "10", "--concurrency", "4")
    assert ended.code == 4
    assert "Unauthorized: 401" in ended.err
    assert "stopped after 20 of 40 ids: the same command continues" in ended.err
    assert [row["id"] for row in audit.rows()] == ids(20)
    images.answers = {}
    assert audit(ids(40), "--partition", "10").code == 0
    assert [row["id"] for row in audit.rows()] == ids(40)


@pytest.mark.parametrize("words", [[], ["--all-regions"]])
def test_without_ids_in_the_file_there_is_nothing_to_do(audit: Auditing, images: Images, words: list[str]) -> None:
    """An empty file of ids is not the same as none."""
    ended = audit([], *words)
    assert (ended.code, images.requests, audit.rows()) == (0, [], [])
