"""When a token is asked for, and when again."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from cloud import SECRET, Cloud, body
from conftest import SOURCE_ID
from rackspace_identity_api.models import RackspaceTokenEnvelope
from rackspace_images import ApiKey, AsyncImagesClient, Image, ImagesClient, Retry, errors
from rackspace_images.auth.identity import AccessInfo, parse_token_response, sign_in_operation
from rackspace_images.defaults import FRESH_TOKEN_PAUSE
from rackspace_images.http.call import Limits
from rackspace_images.http.retry import RateLimitGate
from scripted import answer

REFUSAL = answer(401, {"unauthorized": {"code": 401, "message": "Unable to authenticate user."}})
Ask = Callable[..., list[Any]]


def ask_sync(cloud: Cloud, count: int, **options: Any) -> list[Any]:
    """The outcomes of `count` gets, from as many threads, on one client."""

    def one(images: ImagesClient) -> Any:
        cloud.callers += 1
        try:
            return images.get(SOURCE_ID)
        except errors.ImagesError as error:
            return error

    with (
        ImagesClient(cloud.api_key(), **{"retry": None, **options}) as images,
        ThreadPoolExecutor(min(count, 64)) as pool,
    ):
        return list(pool.map(one, [images] * count))


def ask_async(cloud: Cloud, count: int, **options: Any) -> list[Any]:
    """The outcomes of `count` gets, from as many tasks, on one client."""

    async def one(images: AsyncImagesClient) -> Image:
        cloud.callers += 1
        return await images.get(SOURCE_ID)

    async def ask() -> list[Any]:
        async with AsyncImagesClient(cloud.api_key(), **{"retry": None, **options}) as images:
            return await asyncio.gather(*(one(images) for _ in range(count)), return_exceptions=True)

    return asyncio.run(ask())


@pytest.fixture(params=[ask_sync, ask_async], ids=["threads", "tasks"])
def ask(request: pytest.FixtureRequest) -> Ask:
    chosen: Ask = request.param
    return chosen


def open_later(cloud: Cloud, count: int) -> None:
    """Keeps the sign-in waiting until all have come, and a moment longer."""

    def watch() -> None:
        while cloud.callers < count:
            time.sleep(0.01)
        time.sleep(0.2)
        cloud.gate.set()

    cloud.gate.clear()
    threading.Thread(target=watch, daemon=True).start()


def test_many_callers_share_one_sign_in(ask: Ask) -> None:
    """64 at once make one token request, and all get their image."""
    with Cloud() as cloud:
        open_later(cloud, 64)
        assert all(isinstance(outcome, Image) for outcome in ask(cloud, 64))
    assert len(cloud.logins) == 1
    assert {request.headers["x-auth-token"] for request in cloud.asked} == {"token-1"}


def test_many_callers_share_one_failure(ask: Ask) -> None:
    """64 at once make one token request when it fails too; each gets an error of its own."""
    with Cloud(login=answer(500, b"<html>")) as cloud:
        open_later(cloud, 64)
        outcomes = ask(cloud, 64)
    assert {type(outcome) for outcome in outcomes} == {errors.ApiFault}
    assert len({id(outcome) for outcome in outcomes}) == 64
    assert len(cloud.logins) <= 2


def test_a_wrong_key_is_tried_once(ask: Ask) -> None:
    """A plain refusal is remembered: many calls with a wrong key make one login, not a locked account."""
    with Cloud(login=REFUSAL) as cloud:
        outcomes = ask(cloud, 3000)
    others = {str(outcome) for outcome in outcomes if not isinstance(outcome, errors.AuthenticationFailed)}
    assert others == set()
    assert len(cloud.logins) == 1
    assert cloud.asked == []


def test_a_refused_token_is_renewed_once_for_all() -> None:
    """When the server refuses the token all callers use, one signs in again and all go on."""
    with Cloud() as cloud:
        with ImagesClient(cloud.api_key()) as images:
            images.get(SOURCE_ID)
            cloud.good.clear()
            with ThreadPoolExecutor(32) as pool:
                found = list(pool.map(images.get, [SOURCE_ID] * 32))
        assert len(cloud.logins) == 2
        assert max(image.response.attempts for image in found if image.response) == 2

        async def ask() -> None:
            async with AsyncImagesClient(cloud.api_key()) as twin:
                await twin.get(SOURCE_ID)
                cloud.good.clear()
                await asyncio.gather(*(twin.get(SOURCE_ID) for _ in range(32)))

        asyncio.run(ask())
        assert len(cloud.logins) == 4


def test_the_renewal_carries_no_old_token() -> None:
    """A login never sends a token, least of all the dead one."""
    with Cloud() as cloud, ImagesClient(cloud.api_key()) as images:
        images.get(SOURCE_ID)
        cloud.good.clear()
        images.get(SOURCE_ID)
    assert len(cloud.logins) == 2
    assert not [request for request in cloud.logins if "x-auth-token" in request.headers]


def test_a_token_that_no_server_takes_is_renewed_once(ask: Ask) -> None:
    """401, a new token, 401 again: `Unauthorized`, and no third try."""
    with Cloud(image=answer(401, b"")) as cloud:
        (outcome,) = ask(cloud, 1)
    assert isinstance(outcome, errors.Unauthorized)
    assert (outcome.attempts, len(cloud.logins), len(cloud.asked)) == (2, 2, 2)


def test_a_token_near_its_end_is_renewed_ahead() -> None:
    """A token is replaced before it ends, so that no call meets the end."""
    with Cloud(life=timedelta(seconds=2)) as cloud, ImagesClient(cloud.api_key()) as images:
        images.get(SOURCE_ID)
        images.get(SOURCE_ID)
        assert len(cloud.logins) == 1
        now = images._session.tokens._clock()
        images._session.tokens._clock = lambda: now + 1.9
        images.get(SOURCE_ID)
    assert [request.headers["x-auth-token"] for request in cloud.asked] == ["token-1", "token-1", "token-2"]


@pytest.mark.parametrize(
    "expires", [None, "", "soon", 7, "2013-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00-23:59", {}]
)
def test_an_expiry_that_says_nothing_is_not_believed(ask: Ask, expires: Any) -> None:
    """Without `expires`, with one nobody can read, or one in the past, the token is used until it is refused."""
    token = {"id": "token-x", "expires": expires}
    with Cloud() as cloud:
        service = {"region": "DFW", "publicURL": cloud.url + "/dfw/v2/1"}
        catalog = [{"name": "cloudServersOpenStack", "type": "compute", "endpoints": [service]}]
        cloud.login = answer(200, {"access": {"token": token, "serviceCatalog": catalog}})
        cloud.good.add("token-x")
        outcomes = ask(cloud, 5)
    assert all(isinstance(outcome, Image) for outcome in outcomes), outcomes[0]
    assert len(cloud.logins) == 1


def test_a_cancelled_caller_fails_nobody_else() -> None:
    """The task that signs in for all is cancelled: another takes over, and the client stays usable."""

    async def ask() -> list[Any]:
        async with AsyncImagesClient(cloud.api_key()) as images:
            tasks = [asyncio.create_task(images.get(SOURCE_ID)) for _ in range(4)]
            await asyncio.sleep(0.1)
            tasks[0].cancel()
            tasks[2].cancel()
            cloud.gate.set()
            return await asyncio.gather(*tasks, return_exceptions=True)

    with Cloud() as cloud:
        cloud.gate.clear()
        outcomes = asyncio.run(ask())
    assert [type(outcome).__name__ for outcome in outcomes] == ["CancelledError", "Image", "CancelledError", "Image"]
    assert len(cloud.logins) == 2


def test_regions_share_one_sign_in() -> None:
    """Four regions, one login."""
    regions = ("DFW", "ORD", "IAD", "LON")
    with Cloud(regions=regions) as cloud, ImagesClient(cloud.api_key()) as images:
        for region in regions:
            image = images.in_region(region).get(SOURCE_ID)
            assert image.response is not None
            assert image.response.region == region
        assert len(cloud.logins) == 1
        assert sorted(images.regions()) == sorted(regions)
    assert len(cloud.logins) == 1


def test_a_silent_identity_is_left(ask: Ask) -> None:
    """`timeout` bounds the sign-in as it bounds a get."""
    with Cloud() as cloud:
        cloud.gate.clear()
        (outcome,) = ask(cloud, 1, timeout=0.1)
        cloud.gate.set()
    assert isinstance(outcome, errors.RequestTimeout)
    assert "/identity/v2.0/tokens" in str(outcome)


def test_what_is_sent_is_the_documents(ask: Ask) -> None:
    """The login is the JSON that `identity.yaml` describes."""
    with Cloud() as cloud:
        ask(cloud, 1)
        with ImagesClient(cloud.keystone(), region="ord") as images:
            assert images.get(SOURCE_ID).name == f"/ord/v2/820712/images/{SOURCE_ID}"
    api_key, password = cloud.logins
    assert body(api_key) == {"auth": {"RAX-KSKEY:apiKeyCredentials": {"username": "demo", "apiKey": SECRET}}}
    user = {"name": "demo", "domain": {"name": "Default"}, "password": SECRET}
    project = {"name": "demo", "domain": {"name": "Default"}}
    assert body(password) == {
        "auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": project}}
    }
    assert (api_key.path, password.path) == ("/identity/v2.0/tokens", "/identity/v3/auth/tokens")


def test_a_token_that_ends_on_the_way_is_renewed(ask: Ask) -> None:
    """Nova answers 500 when the token ends before it has asked Glance; that is a refused token, not a broken server."""
    words = "Unexpected API Error.\n<class 'nova.exception.ImageNotAuthorized'>"
    over = answer(500, {"computeFault": {"code": 500, "message": words}})
    with Cloud() as cloud:
        usual = cloud._answer
        cloud.answers = lambda request: over if request.headers.get("x-auth-token") == "token-1" else usual(request)
        (outcome,) = ask(cloud, 1)
    assert isinstance(outcome, Image)
    assert len(cloud.logins) == 2
    with Cloud(image=over) as cloud:
        (outcome,) = ask(cloud, 1)
    assert isinstance(outcome, errors.ApiFault)
    assert (len(cloud.logins), len(cloud.asked)) == (2, 2)


def test_a_shared_failure_is_about_each_callers_own_image() -> None:
    """Those who wait on one sign-in get its error with their own image and region, not with the first caller's."""
    ids = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(5)]

    async def ask() -> list[Any]:
        async with AsyncImagesClient(cloud.api_key()) as images:
            regions = [images.in_region(f"R{number}") for number in range(5)]
            gets = (client.get(image_id) for client, image_id in zip(regions, ids, strict=True))
            return await asyncio.gather(*gets, return_exceptions=True)

    with Cloud(login=answer(500, b"")) as cloud:
        outcomes = asyncio.run(ask())
    assert [error.image_id for error in outcomes] == ids
    assert [error.region for error in outcomes] == [f"R{number}" for number in range(5)]


def test_a_refusal_is_remembered_for_ever_longer() -> None:
    """Each further refusal doubles the time until the next try, up to a limit, however often it is refused."""
    now = 0.0
    with Cloud(login=REFUSAL) as cloud, ImagesClient(cloud.api_key()) as images:
        tokens = images._session.tokens
        tokens._timer = lambda: now
        for wait, logins in ((0, 1), (29, 1), (2, 2), (59, 2), (2, 3)):
            now += wait
            with pytest.raises(errors.AuthenticationFailed):
                images.get(SOURCE_ID)
            assert len(cloud.logins) == logins
        tokens._refusals = 5000
        now += 601
        for _ in range(2):
            with pytest.raises(errors.AuthenticationFailed):
                images.get(SOURCE_ID)
        assert len(cloud.logins) == 4


def test_a_token_that_is_still_good_is_used_while_identity_is_down() -> None:
    """Renewal ahead of time that fails leaves the old token in use, and is tried again later, not at every call."""
    with Cloud(life=timedelta(hours=1)) as cloud, ImagesClient(cloud.api_key(), retry=None) as images:
        images.get(SOURCE_ID)
        tokens = images._session.tokens
        start, began = tokens._clock(), tokens._timer()
        now = start + 3550
        tokens._clock, tokens._timer = lambda: now, lambda: began + now - start
        cloud.login = answer(503, b"")
        for _ in range(5):
            images.get(SOURCE_ID)
        assert len(cloud.logins) == 2
        cloud.login = None
        now = start + 3590
        images.get(SOURCE_ID)
        assert len(cloud.logins) == 3
    assert [request.headers["x-auth-token"] for request in cloud.asked] == ["token-1"] * 6 + ["token-2"]


def test_a_client_that_is_closed_meanwhile_says_so() -> None:
    """Closing it under another thread's call is `ClientClosed` there, not a broken socket."""
    with Cloud() as cloud, ImagesClient(cloud.api_key()) as images:
        cloud.gate.clear()
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(images.get, SOURCE_ID)
            while not cloud.logins:
                time.sleep(0.01)
            images.close()
            cloud.gate.set()
            assert isinstance(asking.exception(10), errors.ClientClosed)


def test_a_token_that_is_over_is_no_substitute_for_a_new_one() -> None:
    """While it is only due, it is used when identity fails; once it is over, identity's failure is the answer."""
    with Cloud() as cloud, ImagesClient(cloud.api_key(), retry=None) as images:
        images.get(SOURCE_ID)
        now = time.time()
        tokens = images._session.tokens
        cloud.login = answer(503, b"")
        tokens._clock = lambda: now + 24 * 3600 - 60
        assert images.get(SOURCE_ID).id == SOURCE_ID
        assert len(cloud.logins) == 2
        tokens._clock = lambda: now + 24 * 3600 + 1
        with pytest.raises(errors.ServiceUnavailable):
            images.get(SOURCE_ID)
    assert len(cloud.asked) == 2


def test_an_end_without_a_zone_is_utc_and_one_with_a_zone_is_its_own() -> None:
    """Whatever the zone of the machine."""
    for written, seconds in (
        ("2015-07-10T18:24:01Z", 1436552641),
        ("2015-07-10T18:24:01", 1436552641),
        ("2015-07-10T20:24:01+02:00", 1436552641),
        ("2015-07-10T18:24:01.512Z", 1436552641.512),
        ("tomorrow", None),
        (7, None),
    ):
        token = {"id": "t", "expires": written}
        key = ApiKey("u", "k")
        call = sign_in_operation(key, Limits(None, None), RateLimitGate(), None).call
        call.parsed = RackspaceTokenEnvelope.from_dict({"access": {"token": token}})
        found = parse_token_response(key, call, 0.0)
        assert isinstance(found, AccessInfo)
        assert found.expires == seconds


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_set_changes_nothing_of_what_is_remembered(days: int) -> None:
    """A refusal is remembered for 30 s, and a renewal put off for as long, whatever the time of day is meanwhile."""
    passed = 0.0
    with Cloud(login=REFUSAL) as cloud, ImagesClient(cloud.api_key(), retry=None) as images:
        tokens = images._session.tokens
        tokens._timer = lambda: passed
        with pytest.raises(errors.AuthenticationFailed):
            images.get(SOURCE_ID)
        today = time.time()
        tokens._clock = lambda: today + days * 86_400
        for seconds, logins in ((29.0, 1), (31.0, 2)):
            passed = seconds
            with pytest.raises(errors.AuthenticationFailed):
                images.get(SOURCE_ID)
            assert len(cloud.logins) == logins


def test_a_renewal_is_put_off_by_a_clock_that_is_not_set() -> None:
    """Identity is down; the time of day goes back by a second with every call."""
    passed, now = 0.0, time.time() + 3550
    with Cloud(life=timedelta(hours=1)) as cloud, ImagesClient(cloud.api_key(), retry=None) as images:
        images.get(SOURCE_ID)
        tokens = images._session.tokens
        tokens._clock, tokens._timer = lambda: now, lambda: passed
        cloud.login = answer(503, b"")
        for seconds, logins in ((0.0, 2), (29.0, 2), (31.0, 3)):
            passed, now = seconds, now - 1
            images.get(SOURCE_ID)
            assert len(cloud.logins) == logins


class Replicating(Cloud):
    """Compute refuses each token until it was sent so many times."""

    refuses: int = 1

    def _answer(self, request: Any) -> bytes:
        token = request.headers.get("x-auth-token")
        if (
            token is not None
            and [one.headers.get("x-auth-token") for one in self.requests].count(token) <= self.refuses
        ):
            return answer(401, {"unauthorized": {"code": 401, "message": "Not known yet."}})
        return super()._answer(request)


def test_a_fresh_token_that_is_refused_is_sent_again_after_a_pause(ask: Ask) -> None:
    """Identity replicates: compute learns of a token a moment after it was issued."""
    with Replicating() as cloud:
        began = time.monotonic()
        (outcome,) = ask(cloud, 1, retry=Retry())
        took = time.monotonic() - began
    assert isinstance(outcome, Image)
    assert [request.headers["x-auth-token"] for request in cloud.asked] == ["token-1", "token-2", "token-2"]
    assert took >= FRESH_TOKEN_PAUSE


@pytest.mark.parametrize(
    ("options", "requests"), [({}, 3), ({"retry": None}, 2), ({"deadline": FRESH_TOKEN_PAUSE / 2}, 2)], ids=repr
)
def test_a_fresh_token_is_sent_again_once_where_there_is_time(ask: Ask, options: Any, requests: int) -> None:
    """One that stays unknown is `Unauthorized`; without retries, or where the pause does not fit, at once."""
    with Cloud(image=answer(401, b"")) as cloud:
        (outcome,) = ask(cloud, 1, **{"retry": Retry(), **options})
    assert isinstance(outcome, errors.Unauthorized | errors.RequestTimeout)
    assert len(cloud.asked) <= requests
    assert isinstance(outcome, errors.RequestTimeout) or len(cloud.asked) == requests
