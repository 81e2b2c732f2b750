"""Many ids at once: nothing is lost, nothing is mixed up, and leaving early leaves nothing behind."""

from __future__ import annotations

import asyncio
import itertools
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any
from uuid import UUID

import httpx
import pytest
from cloud import Cloud
from faulty import Faulty, Line
from rackspace_images import ApiKey, AsyncImagesClient, Image, ImagesClient, StaticToken, errors
from scripted import Request, Scripted, answer
from slack import SLACK

Outcomes = list[tuple[Any, Image | errors.ImagesError]]
Many = Callable[..., Outcomes]


def numbered(number: int) -> str:
    return str(UUID(int=number))


def echo(request: Request) -> bytes:
    """The image that is asked for; ids that end in 7 are not there."""
    image_id = request.path.rpartition("/")[2]
    if image_id.endswith("7"):
        return answer(404, {"itemNotFound": {"code": 404, "message": "Image not found."}})
    return answer(200, {"image": {"id": image_id}})


def _many(endpoint: str, ids: Iterable[Any], *, take: int | None = None, **options: Any) -> Outcomes:
    with ImagesClient(StaticToken("t"), endpoint=endpoint) as images:
        return list(itertools.islice(images.get_many(ids, **options), take))


def _many_async(endpoint: str, ids: Iterable[Any], *, take: int | None = None, **options: Any) -> Outcomes:
    async def ask() -> Outcomes:
        found: Outcomes = []
        async with AsyncImagesClient(StaticToken("t"), endpoint=endpoint) as images:
            async with aclosing(images.get_many(ids, **options)) as outcomes:  # type: ignore[type-var]
                async for outcome in outcomes:
                    found.append(outcome)
                    if len(found) == take:
                        break
        return found

    return asyncio.run(ask())


@pytest.fixture(params=[_many, _many_async], ids=["sync", "async"])
def many(request: pytest.FixtureRequest) -> Many:
    chosen: Many = request.param
    return chosen


def test_every_id_has_its_own_outcome(many: Many) -> None:
    """As it was given: a bad id, one that is not there and one given twice are each themselves."""
    ids = [*map(numbered, range(100)), "cactus", UUID(int=3), numbered(3).upper()]
    with Scripted(echo) as server:
        found = many(server.endpoint, ids)
    assert sorted(map(str, (one for one, _ in found))) == sorted(map(str, ids))
    for one, outcome in found:
        if one == "cactus":
            assert isinstance(outcome, errors.InvalidImageId)
        elif str(one).endswith("7"):
            assert isinstance(outcome, errors.ImageNotFound)
            assert outcome.image_id == one
        else:
            assert isinstance(outcome, Image)
            assert UUID(outcome.id) == UUID(str(one))
    assert sum(str(one).lower() == numbered(3) for one, _ in found) == 3


def test_an_endless_iterable_is_taken_as_it_is_needed(many: Many) -> None:
    """And no further than there are workers ahead of the reader."""
    taken = itertools.count()
    with Scripted(echo) as server:
        found = many(server.endpoint, (numbered(next(taken) * 10) for _ in itertools.repeat(0)), take=50, concurrency=4)
        assert len(found) == 50
    assert next(taken) <= 50 + 3 * 4


def test_no_more_than_concurrency_are_under_way(many: Many) -> None:
    """Counted by the server."""
    now, most, lock = 0, 0, threading.Lock()

    def slow(request: Request) -> bytes:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.01)
        with lock:
            now -= 1
        return echo(request)

    with Scripted(slow) as server:
        many(server.endpoint, map(numbered, range(60)), concurrency=5)
    assert most == 5


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks are new in Python 3.12")
@pytest.mark.parametrize("concurrency", [1, 5])
def test_no_more_than_concurrency_are_under_way_with_eager_tasks(concurrency: int) -> None:
    """A task that runs before `create_task` returns it is counted."""
    now = most = 0

    async def respond(request: httpx.Request) -> httpx.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.001)
        now -= 1
        return httpx.Response(200, json={"image": {"id": request.url.path.rpartition("/")[2]}})

    async def ask() -> int:
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined,unused-ignore]
        transport = httpx.MockTransport(respond)
        async with AsyncImagesClient(StaticToken("t"), endpoint="http://127.0.0.1/v2/1", transport=transport) as images:
            return len([one async for one in images.get_many(map(numbered, range(60)), concurrency=concurrency)])

    assert asyncio.run(ask()) == 60
    assert most == concurrency


CALLER: ContextVar[str] = ContextVar("caller", default="nobody")
REGIONS = ("DFW", "ORD")


class Seeing(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A cloud of two regions, which notes the caller of each request."""

    def __init__(self, seen: list[tuple[str, str]]) -> None:
        self.seen = seen

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(("transport", CALLER.get()))
        if request.method == "GET":
            return httpx.Response(200, json={"image": {"id": request.url.path.rpartition("/")[2]}})
        places = [{"region": region, "publicURL": f"https://{region}.example.com/v2/1"} for region in REGIONS]
        catalog = [{"name": "cloudServersOpenStack", "type": "compute", "endpoints": places}]
        return httpx.Response(200, json={"access": {"token": {"id": "token-1"}, "serviceCatalog": catalog}})

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return self.handle_request(request)


@pytest.mark.parametrize("method", ["get_many", "locate_many", "locate"])
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_context_variables_of_the_caller_are_there_in_every_item(method: str, is_async: bool) -> None:
    """In the iterable of ids, in a transport that is given, and in `on_attempt`; in each thread and task."""
    seen: list[tuple[str, str]] = []

    def ids() -> Iterator[str]:
        for number in range(8):
            seen.append(("ids", CALLER.get()))
            yield numbered(number)

    def call(images: Any) -> Any:
        return images.locate(numbered(1)) if method == "locate" else getattr(images, method)(ids(), concurrency=3)

    async def ask() -> None:
        async with AsyncImagesClient(auth, **options) as images:
            found = call(images)
            if method == "locate":
                await found
            else:
                assert len([one async for one in found]) == 8

    auth = ApiKey("demo", "key", auth_url="https://identity.example.com/v2.0")
    options: dict[str, Any] = {
        "region": "DFW",
        "transport": Seeing(seen),
        "on_attempt": lambda attempt: seen.append(("on_attempt", CALLER.get())),
    }
    before = CALLER.set("caller")
    try:
        if is_async:
            asyncio.run(ask())
        else:
            with ImagesClient(auth, **options) as images:
                list(call(images).found if method == "locate" else call(images))
    finally:
        CALLER.reset(before)
    requests = {"get_many": 8, "locate_many": 16, "locate": 2}[method] + 1
    places = [place for place, _ in seen]
    assert {caller for _, caller in seen} == {"caller"}
    assert (places.count("transport"), places.count("on_attempt")) == (requests, requests)
    assert places.count("ids") == (0 if method == "locate" else 8)


def test_context_variables_are_those_of_where_the_iteration_begins() -> None:
    """Making the iterator does nothing; `next` in another context changes nothing any more. As tasks have it."""
    seen: list[tuple[str, str]] = []

    def under(name: str, what: Callable[[], Any]) -> Any:
        before = CALLER.set(name)
        try:
            return what()
        finally:
            CALLER.reset(before)

    with ImagesClient(StaticToken("t"), endpoint="https://a.example.com/v2/1", transport=Seeing(seen)) as images:
        outcomes = under("maker", lambda: images.get_many(map(numbered, range(50)), concurrency=2))
        under("first", lambda: next(outcomes))
        assert len(under("second", lambda: list(outcomes))) == 49
    assert {caller for _, caller in seen} == {"first"}


def test_a_failed_sign_in_stops_the_run() -> None:
    """It is nobody's id, and is raised, once."""
    with Cloud(login=answer(401, b"")) as cloud, ImagesClient(cloud.api_key()) as images:
        with pytest.raises(errors.AuthenticationFailed):
            list(images.get_many(map(numbered, range(500))))
        assert len(cloud.logins) == 1

        async def ask() -> None:
            async with AsyncImagesClient(cloud.api_key()) as twin:
                async for _ in twin.get_many(map(numbered, range(500))):
                    pass

        with pytest.raises(errors.AuthenticationFailed):
            asyncio.run(ask())
        assert len(cloud.logins) == 2


def test_what_the_ids_raise_is_raised(many: Many) -> None:
    """To whoever iterates."""

    def broken() -> Iterator[str]:
        yield numbered(1)
        raise ZeroDivisionError

    with Scripted(echo) as server, pytest.raises(ZeroDivisionError):
        many(server.endpoint, broken())


@pytest.mark.parametrize("concurrency", [0, -1, 1.5, True, None])
def test_a_concurrency_that_is_none(concurrency: Any) -> None:
    """Is refused when it is given, not when the first image is wanted."""
    with ImagesClient(StaticToken("t"), endpoint="http://127.0.0.1:1/v2/1") as images:
        with pytest.raises(errors.ConfigError, match="concurrency"):
            images.get_many([], concurrency=concurrency)
        with pytest.raises(errors.ConfigError, match="concurrency"):
            images.locate_many([], concurrency=concurrency)


@pytest.mark.parametrize("ids", [numbered(1), "e3d37", "", b"e3d37", numbered(1).encode()])
def test_a_string_where_ids_belong_is_refused(ids: Any) -> None:
    """When it is given: each of its characters would be an id."""
    for kind in (ImagesClient, AsyncImagesClient):
        images: Any = kind(StaticToken("t"), endpoint="http://127.0.0.1:1/v2/1")
        for call in (images.get_many, images.locate_many):
            with pytest.raises(ValueError, match=r"^ConfigError: image_ids=.* is one id, .* a list of ids") as caught:
                call(ids)
            assert isinstance(caught.value, errors.ConfigError)


def test_concurrency_of_another_library_is_taken() -> None:
    """By `__index__`, as numpy's whole numbers have it; a pool's size as well."""

    class Whole:
        def __index__(self) -> int:
            return 2

    whole: Any = Whole()
    with Scripted(echo) as server:
        with ImagesClient(StaticToken("t"), endpoint=server.endpoint, max_connections=whole) as images:
            assert len(list(images.get_many(map(numbered, range(5)), concurrency=whole))) == 5


def test_results_do_not_wait_for_the_next_id() -> None:
    """Ids that come slowly, as from a pipe, are answered as they come."""
    more = threading.Event()

    def slowly() -> Iterator[str]:
        yield numbered(1)
        assert more.wait(10)
        yield numbered(2)

    with Scripted(echo) as server, ImagesClient(StaticToken("t"), endpoint=server.endpoint) as images:
        outcomes = images.get_many(slowly())
        assert next(outcomes)[0] == numbered(1)
        more.set()
        assert [one for one, _ in outcomes] == [numbered(2)]


def test_async_ids() -> None:
    """An async iterable is taken as it comes."""

    async def ids() -> AsyncIterator[str]:
        for number in range(20):
            await asyncio.sleep(0)
            yield numbered(number * 10)

    async def ask(endpoint: str) -> int:
        async with AsyncImagesClient(StaticToken("t"), endpoint=endpoint) as images:
            return len([one async for one, image in images.get_many(ids()) if isinstance(image, Image)])

    with Scripted(echo) as server:
        assert asyncio.run(ask(server.endpoint)) == 20


def test_in_a_running_loop() -> None:
    """As in a notebook."""

    async def cell(endpoint: str) -> int:
        with ImagesClient(StaticToken("t"), endpoint=endpoint) as images:
            return len(list(images.get_many(map(numbered, range(10)))))

    with Scripted(echo) as server:
        assert asyncio.run(cell(server.endpoint)) == 10


def test_each_id_has_a_deadline_where_the_timeout_bounds_parts_only(
    many: Many, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that drips keeps each part in time; a deadline that is given, None too, goes before the default."""
    monkeypatch.setattr("rackspace_images.client.base.DEADLINE", 0.3)
    sent = echo(Request("GET", f"/images/{numbered(1)}", {}, b""))

    def drip(line: Line) -> None:
        while line.request() is not None:
            line.drip(sent, every=1.0 / len(sent))

    with Faulty(drip) as server:
        parts = httpx.Timeout(5)
        ((_, error),) = many(server.endpoint, [numbered(1)], timeout=parts)
        assert type(error) is errors.RequestTimeout
        assert error._at_deadline
        for limits in ({"timeout": parts, "deadline": None}, {"timeout": parts, "deadline": 30}, {"timeout": 30}):
            ((_, image),) = many(server.endpoint, [numbered(1)], **limits)
            assert isinstance(image, Image)


def test_each_id_has_a_deadline_of_its_own(many: Many) -> None:
    """From when it is sent: those that wait for their turn lose nothing."""

    def slow(request: Request) -> bytes:
        time.sleep(0.4 if request.path.endswith("0") else 5)
        return echo(request)

    with Scripted(slow) as server:
        found = dict(many(server.endpoint, map(numbered, [0, 16, 1, 32, 48]), concurrency=1, deadline=1.5))
    assert [type(outcome) for outcome in found.values()] == [Image, Image, errors.RequestTimeout, Image, Image]


def test_nothing_is_asked_before_it_is_iterated() -> None:
    """Making the iterator costs nothing, and needs no account."""
    with ImagesClient(ApiKey("u", "k", auth_url="http://127.0.0.1:1")) as images:
        images.get_many([numbered(1)])
        images.list()


def test_closing_the_client_ends_a_run() -> None:
    """From another thread, while an answer is waited for: the run ends with `ClientClosed`, at once."""
    silent = threading.Event()

    def hold(request: Request) -> bytes:
        silent.set()
        time.sleep(5)
        return echo(request)

    with Scripted(hold) as server:
        images = ImagesClient(StaticToken("t"), endpoint=server.endpoint)

        def close() -> None:
            silent.wait(5)
            images.close()

        closer = threading.Thread(target=close)
        closer.start()
        started = time.perf_counter()
        with pytest.raises(errors.ClientClosed):
            list(images.get_many(map(numbered, itertools.count())))
        assert time.perf_counter() - started < SLACK
        closer.join()
        with pytest.raises(errors.ClientClosed):
            list(images.get_many([numbered(1)]))


def test_who_is_slow_is_waited_for() -> None:
    """No more than a few times `concurrency` ids are taken before what came of them is, and none is lost."""
    taken, behind = itertools.count(1), 0

    def counted() -> Iterator[str]:
        nonlocal behind
        for _ in range(60):
            behind = max(behind, next(taken) - len(found))
            yield numbered(len(found))

    found: Outcomes = []
    with Scripted(echo) as server, ImagesClient(StaticToken("t"), endpoint=server.endpoint) as images:
        for outcome in images.get_many(counted(), concurrency=4):
            time.sleep(0.01)
            found.append(outcome)
    assert len(found) == 60
    assert behind < 4 * 4


def test_who_is_slow_is_waited_for_with_await() -> None:
    """The same, and the loop goes on meanwhile."""
    behind = turns = 0
    found: Outcomes = []

    def counted() -> Iterator[str]:
        nonlocal behind
        for number in range(60):
            behind = max(behind, number + 1 - len(found))
            yield numbered(number)

    async def turning() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.005)
            turns += 1

    async def ask(endpoint: str) -> None:
        other = asyncio.create_task(turning())
        async with AsyncImagesClient(StaticToken("t"), endpoint=endpoint) as images:
            async for outcome in images.get_many(counted(), concurrency=4):
                await asyncio.sleep(0.01)
                found.append(outcome)
        other.cancel()

    with Scripted(echo) as server:
        asyncio.run(ask(server.endpoint))
    assert len(found) == 60
    assert turns > 20
    assert behind < 4 * 4
