"""What a case is, and how it is run through both clients."""

from __future__ import annotations

import asyncio
import copy
import inspect
import threading
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from rackspace_images import AsyncImagesClient, Attempt, ImagesClient, Progress, StaticToken

from referee.outcomes import Normaliser, describe, describe_error, describe_headers, describe_requests
from referee.server import Script, Server

TOKEN = "geheim-token-1"
IMAGE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"
OTHER_ID = "00000000-0000-4000-8000-000000000002"

LONGEST_CASE = 90.0
"""Seconds that a case may take with both clients: none takes ten on an idle machine."""

Client = ImagesClient | AsyncImagesClient
ClientClass = type[ImagesClient] | type[AsyncImagesClient]
MakeClient = Callable[[ClientClass, Server, Mapping[str, Any]], Any]
"""Makes a client of a class for a server, with options of the referee's on top."""


@dataclass(frozen=True)
class Call:
    """One call of a method of a client."""

    method: str
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


def call(method: str, *arguments: Any, **options: Any) -> Call:
    return Call(method, arguments, options)


GET = call("get", IMAGE_ID)


def with_token(**options: Any) -> MakeClient:
    """A client with a token and an endpoint that makes each request once, unless `options` say otherwise."""
    chosen = {"retry": None, "timeout": 10, **options}

    def make(kind: ClientClass, server: Server, more: Mapping[str, Any]) -> Client:
        return kind(StaticToken(TOKEN), **{"endpoint": server.endpoint, **chosen, **more})

    return make


@dataclass(frozen=True)
class Case:
    """A script for a server, a client, and the calls to make with it, one after the other."""

    name: str
    script: Script
    """Each client gets a copy, so that what counts begins anew."""
    calls: tuple[Call, ...] = (GET,)
    client: MakeClient = field(default_factory=with_token)
    tells_attempts: bool = False
    """Whether what `on_attempt` is told is recorded."""
    records_headers: bool = False
    in_order: bool = True
    """Whether the order of the requests is the product's."""
    refuses_connections: bool = False


def run_case(case: Case) -> dict[str, Any]:
    """What the case ends in, or that it does not end."""
    found: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: found.append(_run_both(case)), daemon=True)
    thread.start()
    thread.join(LONGEST_CASE)
    return found[0] if found else {"outcomes": "no end, or an error of the referee's own"}


def _run_both(case: Case) -> dict[str, Any]:
    """What it ends in of the synchronous client, and of the asynchronous one where that differs."""
    sync = _run(case, ImagesClient)
    twin = _run(case, AsyncImagesClient)
    if twin == sync:
        return sync
    return {
        **sync,
        "asynchronous": {key: twin.get(key) for key in sorted({*sync, *twin}) if twin.get(key) != sync.get(key)},
    }


def _run(case: Case, kind: ClientClass) -> dict[str, Any]:
    # A script that counts begins anew for each client.
    with Server(copy.copy(case.script), is_listening=not case.refuses_connections) as server:
        told: list[str] = []
        more = {"on_attempt": lambda attempt: told.append(describe_attempt(attempt))} if case.tells_attempts else {}
        if kind is ImagesClient:
            outcomes = _outcomes(case, server, more)
        else:
            outcomes = asyncio.run(_outcomes_async(case, server, more))
    recorded: dict[str, Any] = {
        "outcomes": outcomes,
        "requests": describe_requests(server.requests, in_order=case.in_order),
    }
    if case.tells_attempts:
        recorded["attempts"] = told
    if case.records_headers:
        recorded["headers"] = [describe_headers(request) for request in server.requests]
    normalised: dict[str, Any] = Normaliser()(recorded)
    return normalised


def _outcomes(case: Case, server: Server, more: Mapping[str, Any]) -> list[Any]:
    try:
        client = case.client(ImagesClient, server, more)
    except Exception as error:  # noqa: BLE001
        return [{"construction": describe_error(error)}]
    with client:
        outcomes = [_call(client, one) for one in case.calls]
        return [*outcomes, _known(client)]


async def _outcomes_async(case: Case, server: Server, more: Mapping[str, Any]) -> list[Any]:
    try:
        client = case.client(AsyncImagesClient, server, more)
    except Exception as error:  # noqa: BLE001
        return [{"construction": describe_error(error)}]
    async with client:
        outcomes = [await _call_async(client, one) for one in case.calls]
        return [*outcomes, _known(client)]


def _known(client: Any) -> dict[str, Any]:
    """What the client says of itself after its calls."""
    return {"region": client.region, "endpoint": client.endpoint}


class _Ear:
    """Listens to what a call tells its callbacks."""

    def __init__(self, one: Call) -> None:
        self.told: list[Any] = []
        self.options = dict(one.options)
        if one.method == "list":
            self.options.setdefault("on_error", lambda error: self.told.append(describe_error(error)))
        if one.method == "wait_until_active":
            self.options.setdefault("on_progress", lambda progress: self.told.append(describe_progress(progress)))

    def described(self, outcome: Any) -> Any:
        return {"result": describe(outcome), "told": self.told} if self.told else describe(outcome)


def _call(client: Any, one: Call) -> Any:
    ear = _Ear(one)
    items: list[Any] = []
    try:
        outcome = getattr(client, one.method)(*one.arguments, **ear.options)
        if one.method in ("list", "get_many", "locate_many"):
            # Not extend: what came before an error is kept.
            for item in outcome:
                items.append(item)  # noqa: PERF402
            outcome = None
    except Exception as error:  # noqa: BLE001  whatever it raises is what is recorded
        outcome = error
    return ear.described(_with_items(one, items, outcome))


async def _call_async(client: Any, one: Call) -> Any:
    ear = _Ear(one)
    items: list[Any] = []
    try:
        outcome = getattr(client, one.method)(*one.arguments, **ear.options)
        if one.method in ("list", "get_many", "locate_many"):
            async with aclosing(outcome) as iterator:
                async for item in iterator:
                    items.append(item)  # noqa: PERF401
            outcome = None
        elif inspect.isawaitable(outcome):
            outcome = await outcome
    except Exception as error:  # noqa: BLE001
        outcome = error
    return ear.described(_with_items(one, items, outcome))


def _with_items(one: Call, items: list[Any], ending: Any) -> Any:
    """What an iterator yielded and ended in; of one that yields as results arrive, in the order of the ids."""
    if one.method == "list":
        ids = [image.id for image in items]
        return {"ids": ids, "first": describe(items[0]) if items else None, "ending": describe(ending)}
    if one.method in ("get_many", "locate_many"):
        pairs = [{"id": str(given), "outcome": describe(outcome)} for given, outcome in items]
        return {"pairs": sorted(pairs, key=lambda pair: str(pair["id"])), "ending": describe(ending)}
    return ending


def describe_attempt(attempt: Attempt) -> str:
    error = type(attempt.error).__name__ if attempt.error is not None else None
    waits = "waits" if attempt.will_wait is not None else "ends"
    parts = (attempt.method, attempt.url, attempt.region, attempt.status, error, attempt.attempt, attempt.request_id)
    return " ".join(str(part) for part in (*parts, waits))


def describe_progress(progress: Progress) -> dict[str, Any]:
    image, error = progress.image, progress.error
    return {
        "image": None if image is None else f"{image.status} {image.progress}",
        "error": None if error is None else type(error).__name__,
    }
