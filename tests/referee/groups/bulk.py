"""Many ids at once, and one id in many regions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from rackspace_images import Retry

from referee.cases import IMAGE_ID, OTHER_ID, Case, call, with_token
from referee.groups.clouds import Cloud, api_key, keystone, signed_in
from referee.groups.sign_in import REFUSALS
from referee.server import Reply, Request, response


def numbered(number: int) -> str:
    return str(UUID(int=number))


def mixed(request: Request) -> Reply:
    """What is answered depends on the last digit of the id."""
    replies: dict[str, Reply] = {
        "1": response(404, {"itemNotFound": {"code": 404, "message": "Image not found."}}),
        "2": response(403, {"forbidden": {"code": 403, "message": "m"}}),
        "3": response(200, b"<html>"),
        "4": response(500),
        "5": Reply(b"", "reset"),
        "6": response(404, b"<html>"),
        "7": response(200, {"image": {"id": numbered(9)}}),
        "8": response(405),
    }
    good = response(200, {"image": {"id": request.last_segment}})
    return replies.get(request.last_segment[-1], good)


def by_region(reply: Reply, region: str = "ord") -> Any:
    """A compute that replies so in one region."""
    return lambda request: reply if request.path.startswith(f"/{region}/") else None


IDS: list[Any] = [*map(numbered, range(10)), "cactus", "", None, UUID(int=3), numbered(3).upper(), numbered(3), 5]
CONCURRENCIES: tuple[Any, ...] = (0, -1, 1.5, True, None, "4")


def cases() -> Iterator[Case]:
    def many(name: str, script: Any, *calls: Any, client: Any = None) -> Case:
        return Case(name, script, calls, client or with_token(), in_order=False)

    yield many("get-many-mixed", mixed, call("get_many", IDS))
    yield many("get-many-one-at-a-time", mixed, call("get_many", IDS, concurrency=1))
    yield many("get-many-empty", mixed, call("get_many", []))
    yield many("get-many-text", mixed, call("get_many", "ab"))
    yield many("get-many-unauthorized", [response(401)], call("get_many", IDS[:3], concurrency=1))
    yield many("get-many-timeout", [Reply(b"", "hold")], call("get_many", IDS[:3], timeout=1.0))
    yield many("get-many-deadline", [Reply(b"", "hold")], call("get_many", IDS[:3], deadline=1.0))
    yield many(
        "get-many-limited-deadline",
        [response(413, b"", {"Retry-After": "30"})],
        call("get_many", IDS[:1], deadline=2.0),
        client=with_token(retry=Retry()),
    )
    yield many(
        "get-many-refused-sign-in", Cloud(login=REFUSALS["401"]), call("get_many", IDS[:5]), client=signed_in(api_key)
    )
    yield many(
        "get-many-identity-down",
        Cloud(login=REFUSALS["500"]),
        call("get_many", IDS[:5], concurrency=1),
        client=signed_in(api_key),
    )
    yield many("get-many-unknown-region", Cloud(), call("get_many", IDS[:5]), client=signed_in(api_key, region="LON"))
    for concurrency in CONCURRENCIES:
        yield many(f"get-many-concurrency-{concurrency}", mixed, call("get_many", IDS[:1], concurrency=concurrency))
        yield many(
            f"locate-many-concurrency-{concurrency}", mixed, call("locate_many", IDS[:1], concurrency=concurrency)
        )

    def located(name: str, cloud: Cloud, *calls: Any, **options: Any) -> Case:
        return many(
            f"locate-{name}",
            cloud,
            *(calls or (call("locate", IMAGE_ID),)),
            client=signed_in(options.pop("credentials", api_key), **options),
        )

    missing = response(404, {"itemNotFound": {"code": 404, "message": "Image not found."}})
    yield located("everywhere", Cloud())
    yield located("in-one", Cloud(compute=by_region(missing)))
    yield located("nowhere", Cloud(compute=missing))
    yield located("router-404", Cloud(compute=by_region(response(404, b"<html>"))))
    yield located("one-fails", Cloud(compute=by_region(response(500))))
    yield located("one-forbids", Cloud(compute=by_region(response(403))))
    yield located("one-malformed", Cloud(compute=by_region(response(200, b"<html>"))))
    yield located("one-unauthorized", Cloud(compute=by_region(response(401))))
    yield located("one-limited", Cloud(compute=by_region(response(429, b"", {"Retry-After": "9"}))))
    yield located("keystone", Cloud(), credentials=keystone)
    yield located("refused-sign-in", Cloud(login=REFUSALS["401"]))
    yield located("named", Cloud(), call("locate", IMAGE_ID, regions=["ord"]))
    yield located("named-twice", Cloud(), call("locate", IMAGE_ID, regions=["ord", "ORD", "Dfw"]))
    yield located("named-none", Cloud(), call("locate", IMAGE_ID, regions=[]))
    yield located("named-unknown", Cloud(), call("locate", IMAGE_ID, regions=["ORD", "LON"]))
    yield located("named-text", Cloud(), call("locate", IMAGE_ID, regions="ORD"))
    yield located("bad-id", Cloud(), call("locate", "x"))
    yield located(
        "many", Cloud(compute=by_region(missing)), call("locate_many", [IMAGE_ID, "x", OTHER_ID, IMAGE_ID.upper()])
    )
    yield located("many-refused-sign-in", Cloud(login=REFUSALS["401"]), call("locate_many", [IMAGE_ID, OTHER_ID]))
    yield located("many-unknown-region", Cloud(), call("locate_many", [IMAGE_ID, OTHER_ID], regions=["LON"]))
    yield many("locate-static-token", mixed, call("locate", IMAGE_ID))
    yield many("regions-static-token", mixed, call("regions"))
