"""Regions, clouds, and the lists of them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from cloud import SECRET, Cloud
from scripted import Request, answer

from .running import MISSING, Auditing, Images, ids


class Regions(Cloud):
    """A cloud where each region has its own images: id → region."""

    def __init__(self, where: dict[str, str]) -> None:
        super().__init__()
        self.where = where
        self.listed: dict[str, bytes] = {}

    def _answer(self, request: Request) -> bytes:
        if request.path.endswith("/tokens"):
            return super()._answer(request)
        if request.headers.get("x-auth-token") not in self.good:
            return answer(401, {"unauthorized": {"code": 401, "message": "Token expired."}})
        region = request.path.split("/")[1].upper()
        if "/images/detail" in request.path:
            if region in self.listed:
                return self.listed[region]
            return answer(200, {"images": [{"id": one} for one in self.where if self.where[one] == region]})
        one = request.path.rpartition("/")[2]
        return answer(200, {"image": {"id": one}}) if self.where.get(one) == region else MISSING


@pytest.fixture
def rackspace(monkeypatch: pytest.MonkeyPatch) -> Regions:
    """A user of a cloud of two regions, by the environment."""
    monkeypatch.setenv("RS_USERNAME", "demo")
    monkeypatch.setenv("RS_API_KEY", SECRET)
    one, two, _ = ids(3)
    return Regions({one: "DFW", two: "ORD"})


def test_all_regions_are_asked_for_each_id(
    audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row an id, with where it was found, and what every region said; found anywhere is found."""
    with rackspace:
        monkeypatch.setenv("RS_AUTH_URL", rackspace.auth_url)
        ended = audit(ids(3), "--all-regions")
        assert ended.code == 3
    assert [(row["outcome"], row["place"], row["places"]) for row in audit.rows()] == [
        ("found", "DFW", {"DFW": "found", "ORD": "missing"}),
        ("found", "ORD", {"DFW": "missing", "ORD": "found"}),
        ("missing", None, {"DFW": "missing", "ORD": "missing"}),
    ]
    assert ended.out.split("\n")[-2].split() == ["in", "all", "2", "1", "0", "0"]
    assert len(rackspace.logins) == 1


def test_some_regions(audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch) -> None:
    """In any case, and one that there is not is refused; one alone is asked alone."""
    with rackspace:
        monkeypatch.setenv("RS_AUTH_URL", rackspace.auth_url)
        assert audit(ids(2), "--region", "ord").code == 3
        assert [row["places"] for row in audit.rows()] == [{"ORD": "missing"}, {"ORD": "found"}]
        audit.out = audit.out.with_name("both")
        assert audit(ids(2), "--region", "ord", "--region", "dfw").code == 0
        assert [row["place"] for row in audit.rows()] == ["DFW", "ORD"]
        audit.out = audit.out.with_name("none")
        ended = audit(ids(2), "--region", "ord", "--region", "lon")
        assert (ended.code, audit.rows()) == (2, [])
        assert "no region LON" in ended.err
        assert "--all-regions" in audit(ids(2), "--region", "ord", "--all-regions").err


def test_several_clouds(audit: Auditing, rackspace: Regions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each id is asked for in each; a place says which cloud it is of."""
    one, _, three = ids(3)
    rackspace.where = {one: "DFW"}
    with rackspace, Regions({one: "DFW", three: "ORD"}) as other:
        clouds = {
            name: {
                "auth_type": "rackspace_apikey",
                "auth": {"auth_url": cloud.auth_url, "username": "demo", "api_key": SECRET},
                "region_name": region,
            }
            for name, cloud, region in (("one", rackspace, "DFW"), ("two", other, "ORD"))
        }
        (tmp_path / "clouds.yaml").write_text(json.dumps({"clouds": clouds}))
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
        ended = audit(ids(3), "--cloud", "one", "--cloud", "two")
        assert ended.code == 3, ended.err
        assert [row["place"] for row in audit.rows()] == ["one/DFW", None, "two/ORD"]
        assert audit.rows()[0]["places"] == {"one/DFW": "found", "two/ORD": "missing"}
        audit.out = audit.out.with_name("lists")
        assert audit(None, "--cloud", "one", "--cloud", "two", "--all-regions").code == 0
    # The same image of two clouds is two images that lists find.
    found = sorted((row["id"], row["place"]) for row in audit.rows())
    assert found == [(one, "one/DFW"), (one, "two/DFW"), (three, "two/ORD")]


def test_a_token_revoked_in_the_middle_is_renewed(
    audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody notices: one more sign-in, and every row once."""
    rackspace.where = dict.fromkeys(ids(60), "DFW")
    revoke = ids(60)[30]

    def revoking(request: Request) -> bytes:
        if request.path.endswith(revoke):
            rackspace.good.discard("token-1")
        return Regions._answer(rackspace, request)

    rackspace.answers = revoking
    with rackspace:
        monkeypatch.setenv("RS_AUTH_URL", rackspace.auth_url)
        assert audit(ids(60), "--region", "DFW").code == 0
    assert [row["id"] for row in audit.rows()] == ids(60)
    assert len(rackspace.logins) == 2


def test_a_sign_in_that_is_refused_stops_it(
    audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, exit code 4, with no rows that say it of an image; with the right key it goes on."""
    rackspace.login = answer(401, {"unauthorized": {"code": 401, "message": "Unable to authenticate."}})
    with rackspace:
        monkeypatch.setenv("RS_AUTH_URL", rackspace.auth_url)
        ended = audit(ids(50))
        assert (ended.code, audit.rows(), len(rackspace.logins)) == (4, [], 1)
        assert (audit.out / "remaining.txt").read_text().split() == ids(50)
        rackspace.login = None
        assert audit(ids(50)).code == 3
    assert len(audit.rows()) == 50


def test_without_ids_there_is_a_row_for_every_image_of_the_lists(
    audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each region; a region that fails is told and listed by the next run, which takes nothing twice."""
    rackspace.where = {**dict.fromkeys(ids(5), "DFW"), **dict.fromkeys(ids(4, first=10), "ORD")}
    rackspace.listed["ORD"] = answer(400, {"badRequest": {"code": 400, "message": "No."}})
    with rackspace:
        monkeypatch.setenv("RS_AUTH_URL", rackspace.auth_url)
        ended = audit(None, "--all-regions", "--partition", "2")
        assert ended.code == 1
        assert "BadRequest" in ended.err
        assert audit.summary()["complete"] is False
        assert sorted((row["place"], row["id"]) for row in audit.rows()) == [("DFW", one) for one in ids(5)]
        del rackspace.listed["ORD"]
        rackspace.requests.clear()
        assert audit(None, "--all-regions", "--partition", "2").code == 0
        assert {request.path.split("/")[1] for request in rackspace.requests if "detail" in request.path} == {"ord"}
    assert sorted((row["place"], row["id"]) for row in audit.rows()) == [
        *(("DFW", one) for one in ids(5)),
        *(("ORD", one) for one in ids(4, first=10)),
    ]
    assert audit.summary()["places"]["ORD"]["found"] == 4


def test_an_image_of_the_list_that_is_none_is_told(
    audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By every run: it has no id to be asked again by."""
    rackspace.listed["DFW"] = answer(200, {"images": [{"id": ids(1)[0]}, {"id": 5}]})
    with rackspace:
        monkeypatch.setenv("RS_AUTH_URL", rackspace.auth_url)
        for _ in range(2):
            ended = audit(None)
            assert ended.code == 1
            assert "the image's id is 5, not a UUID" in ended.err
    assert [row["id"] for row in audit.rows()] == ids(1)


def test_ids_from_standard_input(audit: Auditing, images: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read to their end and written down; the same again goes on, other ids are another audit."""
    for lines, code in ((ids(3), 0), (ids(3), 0), (ids(4), 2)):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{one}\n" for one in lines)))
        assert audit.of_file("-").code == code
    assert [row["id"] for row in audit.rows()] == ids(3)
    assert len(images.asked) == 3


def test_a_link_is_not_followed(audit: Auditing, images: Images, tmp_path: Path) -> None:
    """Where another user put it into a folder that both can write to: what stands at its end is left as it is."""
    other = tmp_path / "other"
    other.write_text("somebody's", encoding="utf-8")
    audit.out.mkdir()
    (audit.out / ".lock").symlink_to(other)
    ended = audit(ids(1))
    assert ended.code == 1
    assert ".lock" in ended.err
    (audit.out / ".lock").unlink()

    assert audit(ids(1)).code == 0
    (audit.out / "summary.json").unlink()
    (audit.out / "summary.json").symlink_to(other)
    assert audit(ids(1)).code == 0
    assert audit.summary()["rows"] == 1
    (part,) = audit.out.glob("part-*")
    part.unlink()
    part.symlink_to(other)
    assert audit(ids(1)).code == 2
    assert other.read_text(encoding="utf-8") == "somebody's"
