"""One client for many: threads, tasks, event loops, processes."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import httpcore
import pytest
from faulty import IMAGE_ID, Faulty, Line, Serve, its_image, token
from rackspace_images import ApiKey, Image, ImagesClient, errors
from rackspace_images.http.call import Exchange, Limits
from rackspace_images.http.network import Network
from rackspace_images.http.proxies import Proxies
from rackspace_images.http.tls import Tls
from rackspace_images.http.transport import Connections

from .ways import TOKEN, WAYS, Way, ids

SYNC = [way for way in WAYS if not way.is_async]
ASYNC = [way for way in WAYS if way.is_async]


def cloud(line: Line) -> None:
    """Identity and compute, on any connection."""
    while (request := line.request()) is not None:
        line.send(token(line.server.url) if request.path.endswith("/tokens") else its_image(request))


def test_many_at_once_share_one_client(way: Way, serve: Serve) -> None:
    """Thirty-two at once, 500 ids: each gets its own image, over no more connections than there are callers."""
    server = serve(cloud)
    with way.client(server.endpoint) as images:
        outcomes = images.outcomes(ids(500), at_once=32)
    assert [getattr(outcome, "id", outcome) for outcome in outcomes] == ids(500)
    assert len(server.lines) <= 32
    assert server.deserted()


@pytest.mark.parametrize("way", SYNC, ids=str)
def test_threads_that_interrupt_each_other_lose_nothing(way: Way) -> None:
    """Threads that are switched as often as can be take and give back connections without a mistake."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with Faulty(cloud) as server, way.client(server.endpoint, retry=None) as images:
            outcomes = images.outcomes(ids(500), at_once=8)
    finally:
        sys.setswitchinterval(usual)
    assert [getattr(outcome, "id", outcome) for outcome in outcomes] == ids(500)


def test_threads_take_and_give_back_connections_without_a_mistake() -> None:
    """Whatever moment they are switched at."""
    connections = Connections(Tls(), Proxies(None), Network)
    url, exchange = httpcore.URL("http://127.0.0.1:1/"), Exchange(Limits(), 1)
    wrong: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(2000):
                connection = connections.take(url, exchange)
                idle = SimpleNamespace(is_idle=lambda: True, close=lambda: None)
                connections.keep(connection._replace(http=idle), is_fit=True)
        except IndexError as error:
            wrong.append(error)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(usual)
        connections.close()
    assert wrong == []


def _gets_there(pickled: bytes, image_id: str) -> tuple[int, Image]:
    with pickle.loads(pickled) as images:
        return os.getpid(), images.get(image_id)


async def _gets_there_async(pickled: bytes, image_id: str) -> tuple[int, Image]:
    async with pickle.loads(pickled) as images:
        return os.getpid(), await images.get(image_id)


def _run_there(pickled: bytes, image_id: str) -> tuple[int, Image]:
    return asyncio.run(_gets_there_async(pickled, image_id))


def test_a_client_in_another_process_connects_there(way: Way, serve: Serve) -> None:
    """Pickled after use: it signs in and connects anew, and the first goes on."""
    server = serve(cloud)
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, region="DFW") as images:
        assert images.get()
        work = _run_there if way.is_async else _gets_there
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            pid, image = pool.submit(work, pickle.dumps(images.images), ids(1)[0]).result(30)
        assert images.get()
    assert (pid != os.getpid(), image.id) == (True, ids(1)[0])
    assert len([request for request in server.requests if request.path.endswith("/tokens")]) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("way", SYNC, ids=str)
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_parent_and_child_both_work_after_a_fork(way: Way) -> None:
    """Neither takes the other's connections: 50 gets in each at the same time, and no answer crosses over."""
    with Faulty(cloud) as server, way.client(server.endpoint) as images:
        assert images.get()
        theirs = [f"11111111-0000-4000-8000-{number:012d}" for number in range(50)]
        child = os.fork()
        if child == 0:
            right = False
            try:
                right = [images.images.get(one).id for one in theirs] == theirs
                images.images.close()
            finally:
                os._exit(0 if right else 1)
        assert [images.get(one).id for one in ids(50)] == ids(50)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert images.get()
        # The parent's connection is still its own, and the child had one more.
        assert len(server.lines) == 2


@pytest.mark.parametrize("way", ASYNC, ids=str)
def test_an_async_client_in_a_second_loop_says_so(way: Way, serve: Serve) -> None:
    """It belongs to the event loop of its first call."""
    server = serve(cloud)
    images = way.made(TOKEN, endpoint=server.endpoint)

    async def other() -> None:
        with pytest.raises(errors.ConfigError, match="event loop") as caught:
            await images.get(IMAGE_ID)
        assert caught.value.hint

    with asyncio.Runner() as first:
        assert first.run(images.get(IMAGE_ID))
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, other()).result()
        assert first.run(images.get(IMAGE_ID))
        first.run(images.aclose())


@pytest.mark.parametrize("way", SYNC, ids=str)
def test_every_method_of_the_sync_client_works_in_a_running_loop(way: Way, serve: Serve) -> None:
    """As in Jupyter."""

    async def cell() -> None:
        key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
        with way.made(key, region="DFW") as images:
            assert images.get(IMAGE_ID).id == IMAGE_ID
            assert sorted(images.regions()) == ["DFW", "ORD"]
            assert sorted(images.locate(IMAGE_ID).found) == ["DFW", "ORD"]
            assert [image_id for image_id, _ in images.locate_many(ids(3))]
            assert images.in_region("ORD").get(IMAGE_ID)

    server = serve(cloud)
    asyncio.run(cell())


def _made(kind: type[errors.ImagesError]) -> errors.ImagesError:
    context: dict[str, Any] = {
        "region": "DFW",
        "url": "https://h/v2",
        "image_id": IMAGE_ID,
        "attempts": 2,
        "elapsed": 0.5,
    }
    if issubclass(kind, errors.ApiError):
        made: errors.ImagesError = kind(429, "overLimit", "Slow", "down", body=b"{}", request_id="req-1", **context)
    else:
        made = kind("words", hint="do it", **context)
    if isinstance(made, errors.OverLimit | errors.ServiceUnavailable):
        made.retry_after = 7.0
    made._signing_in = True
    return made


def _raises(kind: type[errors.ImagesError]) -> None:
    raise _made(kind)


def _kinds(kind: type[errors.ImagesError] = errors.ImagesError) -> list[type[errors.ImagesError]]:
    return [kind, *(each for below in kind.__subclasses__() for each in _kinds(below))]


def test_every_error_comes_back_from_a_process_pool_whole() -> None:
    """Class, fields and words."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        for kind in dict.fromkeys(_kinds()):
            error, made = pool.submit(_raises, kind).exception(30), _made(kind)
            assert type(error) is kind
            assert str(error) == str(made)
            assert {name: getattr(error, name) for name in made.__dict__} == made.__dict__


def test_a_client_may_be_closed_by_another_thread(serve: Serve) -> None:
    """And a second thread that closes it at the same moment does no harm."""
    server = serve(cloud)
    images = ImagesClient(TOKEN, endpoint=server.endpoint)
    images.get(IMAGE_ID)
    closing = [threading.Thread(target=images.close) for _ in range(8)]
    for thread in closing:
        thread.start()
    for thread in closing:
        thread.join()
    assert server.deserted()
