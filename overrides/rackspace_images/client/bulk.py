"""Many calls at once, by threads.

How this works: each worker thread takes the next id, makes its call and puts the outcome into a queue, from which the
caller's loop takes it. A worker starts the next one until there are `concurrency`. At most twice `concurrency` outcomes
are in progress or in the queue, so memory is bounded for endless ids, and one slow call delays no other. When the
caller leaves the loop, nothing more is sent, the sockets in use are shut down, and no thread is waited for.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TypeVar

from rackspace_images.defaults import CONCURRENCY, LOCATE_CONCURRENCY, RESERVED_DESCRIPTORS
from rackspace_images.errors import (
    AuthenticationFailed,
    ClientClosed,
    ConfigError,
    ImageNotFound,
    ImagesError,
    InsecureUrl,
    RegionNotFound,
)
from rackspace_images.http.network import start_thread
from rackspace_images.http.sender import Scope
from rackspace_images.image import Image
from rackspace_images.text import one_line, shown, whole_number

Id = TypeVar("Id")
Ids = TypeVar("Ids")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LocateResult:
    """The regions that have an image.

    Attributes:
        found: Region → image, of the regions that have it.
        absent: The regions that do not have it.
        failed: Region → error, of the regions that could not say.
    """

    found: dict[str, Image] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    failed: dict[str, ImagesError] = field(default_factory=dict)

    def __repr__(self) -> str:
        names = (f"{name}={[one[:40] for one in islice(getattr(self, name), 8)]}" for name in self.__slots__)
        return one_line(f"<LocateResult {' '.join(names)}>")


def locate_result(outcomes: Iterable[tuple[str, Image | ImagesError]], shown: Callable[[str], str]) -> LocateResult:
    """Sorts the outcomes of the regions. `shown` takes secrets out of a region's name."""
    result = LocateResult()
    for region, outcome in ((shown(name), outcome) for name, outcome in outcomes):
        if isinstance(outcome, Image):
            result.found[region] = outcome
        elif isinstance(outcome, ImageNotFound):
            result.absent.append(region)
        else:
            result.failed[region] = outcome
    return result


def stops_the_run(error: ImagesError) -> bool:
    """Whether every id and region would have this error, so that the whole call ends."""
    return error._signing_in or isinstance(error, AuthenticationFailed | ClientClosed)


def checked_ids(ids: Ids) -> Ids:
    """Returns `ids`. Raises `ConfigError` for a string, each of whose characters would be an id."""
    if isinstance(ids, str | bytes):
        raise ConfigError(f"image_ids={shown(ids)} is one id, where several belong", hint="get(…), or a list of ids")
    return ids


def checked_concurrency(concurrency: int, *, most: int | None = None) -> int:
    """Returns `concurrency`; a default that is larger than the number of file descriptors is lowered to it.

    Raises:
        ConfigError: It is below 1, above `most`, or above the number of file descriptors.
    """
    if (number := whole_number(concurrency) or 0) < 1:
        raise ConfigError(f"concurrency={concurrency!r}: at least 1 is needed")
    if most is not None and number > most:
        raise ConfigError(f"concurrency={number}: at most {most} threads", hint="AsyncImagesClient, for more")
    descriptors = file_descriptors()
    if descriptors is None or number <= descriptors:
        return number
    if number in (CONCURRENCY, LOCATE_CONCURRENCY):
        return descriptors
    raise ConfigError(
        f"concurrency={number}: this process may open {descriptors} connections",
        hint="a smaller concurrency, or more file descriptors (ulimit -n)",
    )


def file_descriptors() -> int | None:
    """Returns how many connections the process can have by its limit of file descriptors; None without a limit."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if limit == resource.RLIM_INFINITY else max(limit - RESERVED_DESCRIPTORS, 1)


@dataclass(slots=True)
class Ended:
    """A worker's last message: the error that ends the whole call, or None."""

    error: BaseException | None = None


def map_threads(
    ids: Iterable[Id], ask: Callable[[Id], T], concurrency: int, scope: Scope | None = None
) -> Iterator[tuple[Id, T | ImagesError]]:
    """Yields each id with what `ask` returned or raised, in the order in which the outcomes arrive.

    Each thread has the context variables of the caller that begins to iterate. Where no thread can be started, the
    calls are made one after another. Requests in `scope` end when the caller leaves the loop.
    """
    context = copy_context()
    source, taking, stop = iter(ids), threading.Lock(), threading.Event()
    # A place for each outcome in progress or in the queue. Two simple queues cost less than a bounded one.
    places: queue.SimpleQueue[None] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Id, T | ImagesError] | Ended] = queue.SimpleQueue()
    started = 0

    def start() -> bool:
        nonlocal started
        # A copy of the context for each, as no two threads can be in one.
        target, started = partial(context.copy().run, work), started + 1
        is_started = start_thread(target, f"rackspace-images-{started}")
        started -= not is_started
        return is_started

    def work() -> None:
        ended = Ended()
        try:
            while places.get() is None and not stop.is_set():
                with taking:
                    one = next(source)
                    if started < concurrency and not stop.is_set():
                        start()
                done.put((one, _outcome(ask, one)))
        except StopIteration:
            pass
        except BaseException as error:  # noqa: BLE001  raised where it is waited for
            ended.error = error
        done.put(ended)

    ended = 0
    for _ in range(2 * concurrency):
        places.put(None)
    try:
        if not start():
            yield from ((one, _outcome(ask, one)) for one in source)
        while ended < started:
            item = done.get()
            if not isinstance(item, Ended):
                places.put(None)
                yield item
            elif item.error is not None:
                raise item.error
            else:
                ended += 1
    finally:
        stop.set()
        if scope is not None:
            scope.stop()
        for _ in range(started):
            places.put(None)


def _outcome(ask: Callable[[Id], T], one: Id) -> T | ImagesError:
    try:
        return ask(one)
    except ImagesError as error:
        return error_of_one_id(error)


def error_of_one_id(error: ImagesError) -> ImagesError:
    """Returns an error that concerns one id only. Raises one that ends the whole call."""
    if stops_the_run(error) or isinstance(error, ConfigError | RegionNotFound | InsecureUrl):
        raise error
    return error
