"""Regions, and the lists of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cloud import SECRET, Cloud
from rackspace_images.client.base import BaseClient
from scripted import Request, answer

from .running import FAILING, MISSING, Auditing, Images, ids


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


def test_each_id_is_looked_for_in_all_regions(
    audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row an id, with where it was found, and what every region said; found anywhere is found."""
    with rackspace:
        monkeypatch.setenv("RS_AUTH_URL", rackspace.auth_url)
        ended = audit(ids(3), "--all-regions")
        assert ended.code == 3
    assert [(row["outcome"], row["region"], row["regions"]) for row in audit.rows()] == [
        ("found", "DFW", {"DFW": "found", "ORD": "absent"}),
        ("found", "ORD", {"DFW": "absent", "ORD": "found"}),
        ("absent", None, {"DFW": "absent", "ORD": "absent"}),
    ]
    assert ended.out.splitlines()[1:] == ["DFW     1      2       0", "ORD     1      2       0"]
    assert len(rackspace.logins) == 1


def test_region_that_fails_is_retried_also_where_another_has_the_image(
    audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row is done when every region has said something that lasts."""
    failing = {"ORD"}

    def answers(request: Request) -> bytes:
        region = request.path.split("/")[1].upper()
        return FAILING if region in failing and "/images/" in request.path else Regions._answer(rackspace, request)

    rackspace.answers = answers
    with rackspace:
        monkeypatch.setenv("RS_AUTH_URL", rackspace.auth_url)
        assert audit(ids(1), "--all-regions").code == 1
        (row,) = audit.rows()
        assert (row["outcome"], row["regions"]) == ("found", {"DFW": "found", "ORD": "failed"})
        assert (row["error"], row["retryable"]) == ("ApiFault", True)
        failing.clear()
        assert audit(ids(1), "--all-regions").code == 0
        assert audit.rows()[0]["regions"] == {"DFW": "found", "ORD": "absent"}


def test_some_regions(audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch) -> None:
    """In any case; an unknown one is refused; one alone is the client's own."""
    with rackspace:
        monkeypatch.setenv("RS_AUTH_URL", rackspace.auth_url)
        assert audit(ids(2), "--region", "ord").code == 3
        assert [row["regions"] for row in audit.rows()] == [{"ORD": "absent"}, {"ORD": "found"}]
        assert audit(ids(2), "--region", "ORD").code == 3
        audit.out = audit.out.with_name("both")
        assert audit(ids(2), "--region", "ord", "--region", "dfw").code == 0
        assert [row["region"] for row in audit.rows()] == ["DFW", "ORD"]
        audit.out = audit.out.with_name("none")
        ended = audit(ids(2), "--region", "ord", "--region", "lon")
        assert (ended.code, audit.rows()) == (2, [])
        assert "no region LON" in ended.err
        assert "--all-regions" in audit(ids(2), "--region", "ord", "--all-regions").err


def test_another_cloud_is_another_audit(
    audit: Auditing, images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same ids in the same folder are refused."""
    cloud = {"auth_type": "v3token", "auth": {"token": "token"}, "compute_endpoint_override": images.endpoint}
    (tmp_path / "clouds.yaml").write_text(json.dumps({"clouds": {"one": cloud, "two": cloud}}))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    assert audit(ids(1), "--cloud", "one").code == 0
    assert "holds another audit" in audit(ids(1), "--cloud", "two").err


def test_token_revoked_in_the_middle_is_renewed(
    audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more sign-in, and every row once."""
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


def test_sign_in_that_is_refused_ends_the_run(
    audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After one, exit code 4, with no rows that say it of an image; with the right key the same command continues."""
    rackspace.login = answer(401, {"unauthorized": {"code": 401, "message": "Unable to authenticate."}})
    with rackspace:
        monkeypatch.setenv("RS_AUTH_URL", rackspace.auth_url)
        ended = audit(ids(50))
        assert (ended.code, audit.rows(), len(rackspace.logins)) == (4, [], 1)
        rackspace.login = None
        assert audit(ids(50)).code == 3
    assert len(audit.rows()) == 50


@pytest.mark.parametrize("status", [400, 503])
def test_without_ids_there_is_a_row_for_every_image_of_the_lists(
    audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Of each region; one whose list fails has a row that says so, and is listed again by the next run."""
    rackspace.where = {**dict.fromkeys(ids(5), "DFW"), **dict.fromkeys(ids(4, first=10), "ORD")}
    rackspace.listed["ORD"] = answer(status, {"fault": {"code": status, "message": "No."}})
    with rackspace:
        monkeypatch.setenv("RS_AUTH_URL", rackspace.auth_url)
        ended = audit(None, "--all-regions")
        assert ended.code == {400: 1, 503: 5}[status]
        assert [(row["region"], row["id"]) for row in audit.rows()[:-1]] == [("DFW", one) for one in ids(5)]
        (broken,) = audit.rows()[5:]
        assert (broken["id"], broken["outcome"], broken["regions"]) == (None, "failed", {"ORD": "failed"})
        del rackspace.listed["ORD"]
        rackspace.requests.clear()
        assert audit(None, "--all-regions").code == 0
        assert {request.path.split("/")[1] for request in rackspace.requests if "detail" in request.path} == {"ord"}
    assert sorted((row["region"], row["id"]) for row in audit.rows()) == [
        *(("DFW", one) for one in ids(5)),
        *(("ORD", one) for one in ids(4, first=10)),
    ]


def test_image_of_a_list_that_cannot_be_read_has_a_row(
    audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an id, and it is not retried: it has nothing to be retrieved by."""
    rackspace.listed["DFW"] = answer(200, {"images": [{"id": ids(1)[0]}, {"id": 5}]})
    with rackspace:
        monkeypatch.setenv("RS_AUTH_URL", rackspace.auth_url)
        for _ in range(2):
            assert audit(None).code == 1
    assert [(row["id"], row["outcome"]) for row in audit.rows()] == [(ids(1)[0], "found"), (None, "failed")]
    assert "the image's id is 5, not a UUID" in audit.rows()[1]["message"]


def test_ids_from_standard_input(
    audit: Auditing, images: Images, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Read to their end; the same again continue, other ids are another audit."""
    for lines, code in ((ids(3), 0), (ids(3), 0), (ids(4), 2)):
        path = tmp_path / "stdin"
        path.write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")
        with path.open(encoding="utf-8") as file:
            monkeypatch.setattr("sys.stdin", file)
            assert audit.of_file("-").code == code
    assert [row["id"] for row in audit.rows()] == ids(3)
    assert len(images.asked) == 3


@pytest.mark.parametrize("words", [[], ["--all-regions"]])
def test_limit_is_waited_for_longer_than_a_call_may_take(
    audit: Auditing, rackspace: Regions, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """Without `--deadline` there is none; with one, the row is a failure that is retried."""
    limited: list[Request] = []

    def answers(request: Request) -> bytes:
        if "/images/" in request.path and len(limited) < 1 + bool(words):
            limited.append(request)
            return answer(429, {"overLimit": {"code": 429, "message": "Slow down."}}, Retry_After="2")
        return Regions._answer(rackspace, request)

    rackspace.answers = answers
    monkeypatch.setitem(BaseClient.__init__.__kwdefaults__ or {}, "deadline", 1.0)  # the default of every client
    with rackspace:
        monkeypatch.setenv("RS_AUTH_URL", rackspace.auth_url)
        assert audit(ids(1), *words, "--deadline", "1").code == 5
        assert audit.rows()[0]["retryable"]
        limited.clear()
        assert audit(ids(1), *words).code == 0
        assert limited
