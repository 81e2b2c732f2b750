"""A call that is interrupted at any line of ours: the interruption passes, and the client is as good as before."""

from __future__ import annotations

import gc
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from linecache import getline
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import rackspace_images
from faulty import IMAGE_ID, Faulty, Line, Serve, its_image, token
from rackspace_images import ApiKey, Image, ImagesClient, errors
from slack import SLACK

OURS = str(Path(rackspace_images.__file__).parent)
LAST = 4


class Interrupting:
    """Raises an exception at one line of ours, counted from the beginning of a call, in this thread."""

    def __init__(self, at: int, interruption: type[BaseException]) -> None:
        self.left = at
        self._interruption = interruption

    def _trace(self, frame: FrameType, event: str, value: object) -> Any:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        if event == "line" and _can_be_interrupted(frame):
            self.left -= 1
            if self.left == 0:
                raise self._interruption
        return self._trace

    def run(self, call: Callable[[], Any]) -> bool:
        """Whether the call was interrupted; False where it has fewer lines."""
        before = sys.gettrace()
        sys.settrace(self._trace)
        try:
            call()
        except self._interruption:
            return True
        finally:
            sys.settrace(before)
        assert self.left > 0, "an interruption was swallowed"
        return False


def _can_be_interrupted(frame: FrameType) -> bool:
    """Whether Python may look for signals at this line: not where it leaves the `with` of a lock, nor in `__del__`."""
    return frame.f_code.co_name != "__del__" and "with self._lock" not in getline(
        frame.f_code.co_filename, frame.f_lineno
    )


Make = Callable[[Faulty], ImagesClient]


def cloud(line: Line) -> None:
    while (request := line.request()) is not None:
        line.send(token(line.server.url) if request.path.endswith("/tokens") else its_image(request))


def signed_in(server: Faulty) -> ImagesClient:
    """A client that signs in with its first call; two requests at once."""
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    return ImagesClient(key, region="DFW", max_connections=2, retry=None, deadline=SLACK * 3, allow_http=True)


def kept(server: Faulty) -> ImagesClient:
    """One that has a token and a connection."""
    images = signed_in(server)
    images.get(IMAGE_ID)
    return images


def connecting(server: Faulty) -> ImagesClient:
    """One that has a token and no connection."""
    images = kept(server)
    for connection in images._api.sender._transport._pool.end():
        connection.http.close()
    images._api.sender._transport._pool._is_closed = False
    return images


def check_as_before(images: ImagesClient) -> None:
    """No permit is lost, no sign-in is waited for, and it answers."""
    assert isinstance(images.get(IMAGE_ID), Image)
    assert images._api.sender.scope.permits.qsize() == 2
    assert images._session.tokens._pending is None


def interruptions(make: Make, interruption: type[BaseException], step: int) -> Iterator[int]:
    """Interrupts a get at each `step`-th line, and yields the lines."""
    with Faulty(cloud) as server:
        for at in range(1, 10_000, step):
            images = make(server)
            interrupting = Interrupting(at, interruption)
            was_interrupted = interrupting.run(lambda: images.get(IMAGE_ID))  # noqa: B023
            check_as_before(images)
            images.close()
            yield at
            if not was_interrupted:
                break
        assert server.deserted()


# A socket that is dropped is closed, and Python warns of that.
dropping = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@dropping
@pytest.mark.parametrize("make", [signed_in, kept, connecting])
def test_interruption_at_any_line_leaves_the_client_as_good_as_before(make: Make) -> None:
    """Ctrl-C comes through, whatever it hits, and costs no permit, no sign-in and no connection."""
    assert max(interruptions(make, KeyboardInterrupt, 1)) > 100


@dropping
@pytest.mark.parametrize("interruption", [SystemExit, MemoryError])
def test_exit_and_want_of_memory_pass_as_they_are(interruption: type[BaseException]) -> None:
    """What a signal handler raises, and what Python does."""
    assert max(interruptions(signed_in, interruption, 7)) > 100


@dropping
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer")
def test_real_signals_leave_the_client_as_good_as_before(serve: Serve) -> None:
    """At moments of every kind, also within the libraries below."""
    hits = 0
    server = serve(cloud)
    for number in range(200):
        images = connecting(server) if number % 2 else signed_in(server)
        before = signal.signal(signal.SIGALRM, signal.default_int_handler)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.00002 * (number + 1))
            images.get(IMAGE_ID)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            hits += 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        check_as_before(images)
        images.close()
    gc.collect()
    assert server.deserted()
    assert hits > 20


def test_interruption_that_python_hides_comes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C within `threading` may come out as a RuntimeError over its lock."""

    def hides(self: threading.Thread) -> None:
        try:
            raise KeyboardInterrupt
        finally:
            raise RuntimeError("release unlocked lock")

    with Faulty(cloud) as server, signed_in(server) as images:
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", hides)
            with pytest.raises(KeyboardInterrupt):
                images.get(IMAGE_ID)
        check_as_before(images)


def test_those_who_wait_for_an_interrupted_sign_in_lead_the_next() -> None:
    """Also where its end was told to nobody."""

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            if request.path.endswith("/tokens") and len(server.requests) == 1:
                led.set()
                line.hold()
            line.send(token(server.url) if request.path.endswith("/tokens") else its_image(request))

    led, outcomes = threading.Event(), list[Any]()
    with Faulty(script) as server, signed_in(server) as images:
        source = images._session.tokens

        def follow() -> None:
            led.wait(SLACK)
            outcomes.append(images.get(IMAGE_ID))

        following = threading.Thread(target=follow)
        following.start()

        def interrupt() -> None:
            led.wait(SLACK)
            time.sleep(0.1)
            # The word that it is over reaches nobody: as when the interruption hits the one who would tell it.
            assert source._pending is not None
            source._pending.outcome._done_callbacks.clear()  # type: ignore[attr-defined]
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            images.get(IMAGE_ID)
        following.join(1 + SLACK)
        assert [image.id for image in outcomes] == [IMAGE_ID]


CALLS: dict[str, Callable[[ImagesClient], Any]] = {
    "get": lambda images: images.get(IMAGE_ID),
    "get_many": lambda images: list(images.get_many([IMAGE_ID])),
    "locate": lambda images: images.locate(IMAGE_ID),
    "locate_many": lambda images: list(images.locate_many([IMAGE_ID])),
}


@pytest.mark.parametrize("within", CALLS)
@pytest.mark.parametrize("call", CALLS)
def test_call_within_on_attempt_of_a_sign_in_raises_at_once(call: str, within: str, serve: Serve) -> None:
    """It would wait for itself, on the thread that is signing in as in threads that a bulk call starts there."""
    told = list[float]()

    def on_attempt(attempt: Any) -> None:
        if attempt.url.endswith("/tokens"):
            began = time.monotonic()
            with pytest.raises(errors.ConfigError, match="would wait for itself"):
                CALLS[within](images)
            told.append(time.monotonic() - began)

    server = serve(cloud)
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with ImagesClient(key, region="DFW", allow_http=True, on_attempt=on_attempt) as images:
        assert CALLS[call](images)
    assert len(told) == 1
    assert told[0] < SLACK
