"""Exact figures of a machine at rest: how late what is cut, cancelled, closed or interrupted ends.

The tests allow `SLACK` on top of what is promised, since they also run on a busy machine. These rows do not.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx
from faults.ways import TOKEN, WAYS, Way, ids
from faulty import IMAGE_ID, Faulty, Line, Script, answering, its_image, look_up_by, unreachable
from rackspace_images import ApiKey, Attempt, Image, ImagesClient, LocateResult, defaults, errors
from rackspace_images.faults import api_error
from rackspace_images.testing.sandbox import Sandbox
from reading import access_from_response, image_from_body, page_from_body, response_of

LIMIT = 0.5
LATE = 0.1
"""Seconds that an end may come after what is promised."""

Row = tuple[str, float, float]
"""What was measured, the seconds that it took, and the most that it may take."""


def holding(line: Line) -> None:
    """Says nothing."""
    line.request()
    line.hold()


def dripping_headers(line: Line) -> None:
    line.request()
    line.send(b"HTTP/1.1 200 OK\r\n")
    line.drip(b"X: " + b"y" * 500)


def dripping_body(line: Line) -> None:
    line.request()
    line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")
    line.drip(b"{" * 500)


HELD_UP: dict[str, Script] = {"silence": holding, "dripped headers": dripping_headers, "a dripped body": dripping_body}


def seconds_of(action: Callable[[], Any]) -> float:
    """Returns how long `action` takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def wait_for(condition: Callable[[], Any]) -> None:
    """Waits until the server has seen something, for 10 s at the most."""
    ends = time.monotonic() + 10
    while not condition() and time.monotonic() < ends:
        time.sleep(0.002)
    time.sleep(0.05)


def measure_limits(way: Way) -> Iterator[Row]:
    """`timeout=` and `deadline=` end a call in time."""
    for name, script in HELD_UP.items():
        for limit in ("timeout", "deadline"):
            with Faulty(script) as server:
                error = way.error(server.endpoint, **{limit: LIMIT})
            assert type(error) is errors.RequestTimeout, error
            assert error.elapsed is not None
            yield f"{way}: {limit}= of {LIMIT:g} s ends {name}", error.elapsed, LIMIT + LATE


@contextlib.contextmanager
def looked_up(find: Callable[[], Any]) -> Iterator[None]:
    """Has the name of the endpoint looked up by `find`."""
    real, socket.getaddrinfo = socket.getaddrinfo, look_up_by(find)
    try:
        yield
    finally:
        socket.getaddrinfo = real


def measure_connecting(way: Way) -> Iterator[Row]:
    """`timeout=` ends a lookup and silent addresses; one that is silent costs its share of the time."""
    ended = threading.Event()
    with looked_up(lambda: ended.wait(30) and []):
        error = way.error("http://compute.example.com/v2/1", allow_http=True, timeout=LIMIT)
        yield f"{way}: timeout= of {LIMIT:g} s ends a lookup", error.elapsed, LIMIT + LATE
        ended.set()
    with Faulty(answering(its_image)) as server, unreachable("127.0.0.2", server.port):
        endpoint = f"http://compute.example.com:{server.port}/v2/1"
        with looked_up(lambda: ["127.0.0.2"] * 4):
            error = way.error(endpoint, allow_http=True, timeout=LIMIT)
            yield f"{way}: timeout= of {LIMIT:g} s ends four silent addresses", error.elapsed, LIMIT + LATE
        with looked_up(lambda: ["127.0.0.2", "127.0.0.1"]):
            response = way.get(endpoint, allow_http=True, timeout=LIMIT).response
        assert response is not None
        yield f"{way}: a silent address leaves half of {LIMIT:g} s to the next", response.elapsed, LIMIT / 2 + LATE


def measure_close(way: Way) -> Iterator[Row]:
    """`close` ends three calls."""
    with Faulty(holding) as server:
        seconds = close_async(way, server) if way.is_async else close_sync(way, server)
    yield f"{way}: close() ends calls", seconds, LATE


def close_sync(way: Way, server: Faulty) -> float:
    images = way.made(TOKEN, endpoint=server.endpoint)
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(images.get, one) for one in ids(3)]
        wait_for(lambda: len(server.requests) == 3)

        def close() -> None:
            images.close()
            for call in calls:
                assert type(call.exception(10)) is errors.ClientClosed

        return seconds_of(close)


def close_async(way: Way, server: Faulty) -> float:
    async def run() -> float:
        images = way.made(TOKEN, endpoint=server.endpoint)
        calls = [asyncio.create_task(images.get(one)) for one in ids(3)]
        await asyncio.to_thread(wait_for, lambda: len(server.requests) == 3)
        began = time.perf_counter()
        await images.aclose()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        seconds = time.perf_counter() - began
        assert {type(outcome) for outcome in outcomes} == {errors.ClientClosed}, outcomes
        return seconds

    return asyncio.run(run())


def worst_bodies() -> dict[str, tuple[bytes, Callable[[bytes], Any]]]:
    """The most work that a response of each kind may make: as many values as are allowed, of the most costly kind."""
    links = ",".join(["{}"] * (defaults.MAX_IMAGE_VALUES // 2 - 4))
    items = [f'{{"id":"{one}","metadata":{{}},"server":{{}}}}' for one in ids(defaults.MAX_PAGE_IMAGES - 1)]
    left = (defaults.MAX_PAGE_VALUES - 7 * defaults.MAX_PAGE_IMAGES) // 2
    items.append(f'{{"id":"{IMAGE_ID}","links":[{",".join(["{}"] * left)}]}}')
    services = ",".join(['{"endpoints":[]}'] * (defaults.MAX_CATALOG_VALUES // 3 - 4))
    catalog = f'{{"access":{{"token":{{"id":"t"}},"serviceCatalog":[{services}]}}}}'
    fault = "{" + ",".join(f'"{number}":{{"x":1}}' for number in range(defaults.MAX_IMAGE_VALUES // 2 - 4)) + "}"
    return {
        "an image": (f'{{"image":{{"id":"{IMAGE_ID}","links":[{links}]}}}}'.encode(), image_of_body),
        "a page": (f'{{"images":[{",".join(items)}]}}'.encode(), lambda body: page_from_body(body, 10**9)),
        "a catalog": (catalog.encode(), lambda body: access_from_response(SIGN_IN, response_of(200, body))),
        "a fault": (fault.encode(), lambda body: api_error(response_of(403, body))),
    }


SIGN_IN = ApiKey("demo", "key", auth_url="https://identity.example.com/v2.0")


def image_of_body(body: bytes) -> Any:
    return image_from_body(body, UUID(IMAGE_ID))


def measure_work() -> Iterator[Row]:
    """No response holds up an event loop for more than a fifth of a second."""
    for name, (body, parse) in worst_bodies().items():
        seconds = min(seconds_of(lambda body=body, parse=parse: parse(body)) for _ in range(3))  # type: ignore[misc]
        yield f"the worst body of {name} is read", seconds, 0.2


def measure_text() -> Iterator[Row]:
    """What a server sends makes no text slow."""
    words = "\u0085\U000e0001" * 500_000
    error = errors.Forbidden(403, words, words, words, request_id=words, region=words)
    image = Image.from_dict({"id": IMAGE_ID, "name": words, "status": words})
    attempt = Attempt("GET", words, words, 403, error, 1, 0.1, None, words)
    located = LocateResult({f"{number}{words[:1000]}": image for number in range(5000)})
    made: dict[str, Callable[[], Any]] = {"str(error)": lambda: str(error)}
    for one in (error, image, attempt, located):
        made[f"repr({type(one).__name__})"] = lambda one=one: repr(one)  # type: ignore[misc]
    for name, make in made.items():
        yield f"{name} of megabytes", min(seconds_of(make) for _ in range(5)), 0.001


def measure_cancel(way: Way) -> Iterator[Row]:
    """A task that is cancelled ends."""

    async def run() -> float:
        async with way.made(TOKEN, endpoint=server.endpoint) as images:
            call = asyncio.create_task(images.get(IMAGE_ID))
            await asyncio.to_thread(wait_for, lambda: server.requests)
            began = time.perf_counter()
            call.cancel()
            await asyncio.wait([call])
            seconds = time.perf_counter() - began
            assert call.cancelled()
            return seconds

    if way.is_async:
        with Faulty(holding) as server:
            yield f"{way}: a cancelled get ends", asyncio.run(run()), LATE


def measure_leaving(way: Way) -> Iterator[Row]:
    """Leaving `get_many` waits for no answer."""
    first = ids(1)[0]

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            if not request.path.endswith(first):
                line.hold()
                return
            line.send(its_image(request))

    if not way.is_async:
        with Faulty(script) as server, way.made(TOKEN, endpoint=server.endpoint) as images:
            outcomes: Any = images.get_many(ids(20), concurrency=8)
            assert next(outcomes)[0] == first
            yield f"{way}: leaving get_many", seconds_of(outcomes.close), LATE


def measure_ctrl_c() -> Iterator[Row]:
    """Ctrl-C ends the command within a second."""
    with Faulty(holding) as server:
        variables = {"OS_TOKEN": "t", "OS_ENDPOINT_OVERRIDE": server.endpoint, "OS_REGION_NAME": "DFW"}
        command = [sys.executable, "-m", "rackspace_images", "show", IMAGE_ID]
        with subprocess.Popen(
            command,
            env={**os.environ, **variables},
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        ) as process:
            wait_for(lambda: server.requests)
            process.send_signal(signal.SIGINT)
            seconds = seconds_of(process.wait)
        assert process.returncode == 130, process.returncode
        yield "Ctrl-C ends show", seconds, 1.0


def measure_ctrl_c_of_the_library() -> Iterator[Row]:
    """Ctrl-C ends a get, and the client can be used further."""

    def script(line: Line) -> None:
        line.request()
        threading.Timer(0.1, lambda: signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)).start()
        sent.append(time.perf_counter() + 0.1)
        line.hold()

    sent: list[float] = []
    with Faulty(script) as server, ImagesClient(TOKEN, endpoint=server.endpoint) as images:
        try:
            images.get(IMAGE_ID)
        except KeyboardInterrupt:
            yield "Ctrl-C ends a get", time.perf_counter() - sent[0], LATE


def measure_sandbox() -> Iterator[Row]:
    """The sandbox answers on an open connection at once."""
    with Sandbox() as sandbox, httpx.Client(trust_env=False) as client:
        seconds = [client.get(f"{sandbox.url}/identity/v3").elapsed.total_seconds() for _ in range(60)]
    yield "an answer of the sandbox (median of 60)", statistics.median(seconds), 0.03


def measure() -> Iterator[Row]:
    """Measures every row."""
    for way in WAYS:
        for rows in (measure_limits, measure_connecting, measure_close, measure_cancel, measure_leaving):
            yield from rows(way)
    yield from measure_ctrl_c()
    yield from measure_ctrl_c_of_the_library()
    yield from measure_sandbox()
    yield from measure_work()
    yield from measure_text()


def report() -> list[str]:
    """Prints every row, and returns those that took too long."""
    late = []
    for name, seconds, most in measure():
        line = f"{name}: {seconds * 1000:.0f} ms, at most {most * 1000:.0f} ms"
        print(f"  {line}")
        if seconds > most:
            late.append(line)
    return late
