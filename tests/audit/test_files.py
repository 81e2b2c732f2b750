"""What other users can put into a folder that they can write to, and file systems that cannot do everything."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rackspace_images.audit import files

from .running import Auditing, Images, ids

PLANTS: dict[str, Callable[[Path, Path], object]] = {
    "a pipe": lambda path, other: os.mkfifo(path),
    "a link": lambda path, other: path.symlink_to(other),
    "a link to a device": lambda path, other: path.symlink_to("/dev/zero"),
    "a folder": lambda path, other: path.mkdir(),
}


@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize("name", ["lock", "part"])
def test_what_is_not_a_regular_file_is_refused(
    audit: Auditing, images: Images, tmp_path: Path, name: str, plant: str
) -> None:
    """It is not waited for, not followed, and what a link leads to is left as it is."""
    other = tmp_path / "other"
    other.write_text("somebody's", encoding="utf-8")
    assert audit(ids(1)).code == 0
    (part,) = audit.out.glob("part-*")
    path = part if name == "part" else audit.out / ".lock"
    path.unlink()
    PLANTS[plant](path, other)
    ended = audit(ids(1))
    assert ended.code == 1
    assert str(path) in ended.err
    assert "Traceback" not in ended.err
    assert other.read_text(encoding="utf-8") == "somebody's"


def test_link_at_the_place_of_a_new_file_is_not_followed(audit: Auditing, images: Images, tmp_path: Path) -> None:
    """The file is made under a name that nobody can guess, and takes the place of the link."""
    other = tmp_path / "other"
    other.write_text("somebody's", encoding="utf-8")
    audit(ids(1))
    (part,) = audit.out.glob("part-*")
    part.unlink()
    part.symlink_to(other)
    assert audit(ids(1), "--refresh").code == 0
    assert not part.is_symlink()
    assert other.read_text(encoding="utf-8") == "somebody's"


@pytest.mark.parametrize(
    "change",
    {
        "cut": lambda text: text[:-5],
        "not JSON": lambda text: b"{\n",
        "not a row": lambda text: b"[]\n",
        "odd values": lambda text: json.dumps(json.loads(text) | {"regions": {"DFW": []}}).encode() + b"\n",
        "no id": lambda text: json.dumps(json.loads(text) | {"id": {}}).encode() + b"\n",
        "deep": lambda text: b"[" * 100_000 + b"\n",
    }.values(),
)
def test_file_that_somebody_changed_is_named(audit: Auditing, images: Images, change: Callable[[bytes], bytes]) -> None:
    """What was in it is not guessed; without it the same command continues."""
    audit(ids(1))
    (part,) = audit.out.glob("part-*")
    part.write_bytes(change(part.read_bytes()))
    ended = audit(ids(1))
    assert ended.code == 1
    assert str(part) in ended.err
    assert "delete it" in ended.err
    part.unlink()
    assert audit(ids(1)).code == 0


def test_row_that_somebody_took_away_is_retrieved_again(audit: Auditing, images: Images) -> None:
    """Other rows are kept, and those of other ids are not."""
    audit(ids(3))
    (part,) = audit.out.glob("part-*")
    first, _, third = part.read_bytes().splitlines(keepends=True)
    part.write_bytes(third + first + first.replace(ids(1)[0].encode(), b"other"))
    assert audit(ids(3)).code == 0
    assert [row["id"] for row in audit.rows()] == ids(3)
    assert images.asked == [*images.asked[:3], ids(3)[1]]


def test_file_without_end_is_bounded(audit: Auditing, images: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the bytes of a file, and of a row."""
    audit(ids(1))
    (part,) = audit.out.glob("part-*")
    os.truncate(part, files.MAX_FILE_BYTES + 1)
    ended = audit(ids(1))
    assert (ended.code, f"has more than {files.MAX_FILE_BYTES} bytes" in ended.err) == (1, True)
    part.write_bytes(b"x" * (files.MAX_ROW_BYTES + 1) + b"\n")
    ended = audit(ids(1))
    assert (ended.code, "too long" in ended.err) == (1, True)


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_file_system_without_locks_is_reported_as_that(
    audit: Auditing, images: Images, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """And not as another process, which there would be no end of waiting for."""

    def flock(file: object, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    ended = audit(ids(1))
    assert ended.code == 2
    assert f"cannot lock files (flock): {os.strerror(number)}" in ended.err
    assert "another process" not in ended.err


def test_folder_that_cannot_be_made_or_written_to(audit: Auditing, images: Images, tmp_path: Path) -> None:
    """The reason is said, and that it is not the room on the disk."""
    (tmp_path / "file").write_text("mine")
    audit.out = tmp_path / "file"
    ended = audit(ids(1))
    assert ended.code == 1
    assert "make room" not in ended.err
    assert audit.out.read_text() == "mine"
