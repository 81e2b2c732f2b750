"""Tokens that end, are revoked, and are kept."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rackspace_images import AsyncImagesClient, Image, ImagesClient, KeystonePassword
from rackspace_images.auth.identity import AccessInfo
from rackspace_images.auth.token_cache import TokenCache
from rackspace_images.defaults import RENEWAL_MARGIN

from .clients import Opened, both, password_of
from .lab import Credentials, OpenStackLab, http_request

LIFE = 10
THREADS = 32
# The three ways wait in one queue, which is as long as the machine is busy: no attempt in it may time out.
WAITING: dict[str, Any] = {"timeout": 60, "deadline": None}


def users(lab: OpenStackLab) -> dict[str, tuple[KeystonePassword, Credentials]]:
    """One user for each way to ask, so that each has a token of its own."""
    return {
        name: (password_of(lab, who), who)
        for name, who in (("sync", lab.demo), ("async", lab.other), ("threads", lab.admin))
    }


def signed_in(auth: KeystonePassword, cache: TokenCache) -> AccessInfo:
    """Signs in, and keeps the token as one of which nobody said when it ends: it is used until it is refused."""
    with ImagesClient(auth, region="DFW", token_cache=cache) as images:
        images.regions()
    access = cache.load(auth)
    assert access is not None
    cache.save(auth, replace(access, expires=None))
    return access


def asked_until(moment: float, auth: KeystonePassword, cache: TokenCache, image_id: str) -> list[Image]:
    """One call after the other, past a moment."""
    with ImagesClient(auth, region="DFW", token_cache=cache, **WAITING) as images:
        found = [images.get(image_id)]
        while time.time() < moment:
            found.append(images.get(image_id))
        return [*found, images.get(image_id)]


async def awaited_until(moment: float, auth: KeystonePassword, cache: TokenCache, image_id: str) -> list[Image]:
    """The same, awaited, and eight at once."""
    async with AsyncImagesClient(auth, region="DFW", token_cache=cache, **WAITING) as images:
        found: list[Image] = []
        over = False
        while not over:
            over = time.time() >= moment
            found += await asyncio.gather(*(images.get(image_id) for _ in range(8)))
        return found


def asked_by_threads(moment: float, auth: KeystonePassword, cache: TokenCache, image_id: str) -> list[Image]:
    """The same, by threads that share one client."""

    def ask(images: ImagesClient) -> list[Image]:
        found: list[Image] = []
        over = False
        while not over:
            over = time.time() >= moment
            found.append(images.get(image_id))
        return found

    with ImagesClient(auth, region="DFW", token_cache=cache, **WAITING) as images:
        with ThreadPoolExecutor(THREADS) as pool:
            return [image for found in pool.map(ask, [images] * THREADS) for image in found]


@pytest.fixture(scope="module")
def tokens(lab: OpenStackLab, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[TokenCache, float]]:
    """Tokens that live for seconds, in a Keystone whose next ones live for an hour."""
    lab.set_token_expiration(LIFE)
    try:
        made = {}
        for name, (auth, _) in users(lab).items():
            cache = TokenCache(tmp_path_factory.mktemp("tokens"))
            access = signed_in(auth, cache)
            assert access.expires is not None
            assert access.expires - access.received <= LIFE
            made[name] = cache, access.expires
    finally:
        lab.set_token_expiration(3600)
    return made


@pytest.fixture(scope="module")
def asked(lab: OpenStackLab, tokens: dict[str, tuple[TokenCache, float]]) -> dict[str, list[Image]]:
    """What the three of them got over the end of their tokens, all at the same time."""
    given = {name: (tokens[name][1] + 0.5, auth, tokens[name][0]) for name, (auth, _) in users(lab).items()}
    assert time.time() < min(end for _, end in tokens.values()), "the tokens ended before they could be used"
    base = lab.images["base"]
    with ThreadPoolExecutor(3) as pool:
        running = {
            "sync": pool.submit(asked_until, *given["sync"], base),
            "async": pool.submit(lambda: asyncio.run(awaited_until(*given["async"], base))),
            "threads": pool.submit(asked_by_threads, *given["threads"], base),
        }
        return {name: future.result() for name, future in running.items()}


@pytest.mark.parametrize("way", ["sync", "async", "threads"])
def test_token_that_ends_in_mid_run(
    asked: dict[str, list[Image]], tokens: dict[str, tuple[TokenCache, float]], lab: OpenStackLab, way: str
) -> None:
    """A token that ends between two calls, or within one, costs nobody an image: who is refused signs in again."""
    answers = [image.response for image in asked[way]]
    assert len(answers) > (THREADS if way == "threads" else 1)
    attempts = [answer.attempts for answer in answers if answer is not None]
    assert len(attempts) == len(answers)
    # A token that ends between Nova and Glance is a 500 of Nova's: a call that meets it needs a third attempt.
    assert {1} < set(attempts) <= {1, 2, 3}
    cache, end = tokens[way]
    access = cache.load(users(lab)[way][0])
    assert access is not None
    assert (access.expires or 0) > end + 3000


@both
def test_token_is_renewed_before_its_end(
    lab: OpenStackLab, opened: Opened, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A client that knows when its token ends asks for another before anybody has to refuse it."""
    cache = TokenCache(tmp_path)
    auth = password_of(lab, lab.demo)
    signed_in(auth, cache)
    access = cache.load(auth)
    assert access is not None
    cache.save(auth, replace(access, expires=time.time() + RENEWAL_MARGIN + 1, received=time.time() - 10_000))
    with opened(auth, region="DFW", token_cache=cache) as images, caplog.at_level("INFO", "rackspace_images.auth"):
        answers = [images.get(lab.images["base"]).response]
        time.sleep(1.1)
        answers.append(images.get(lab.images["base"]).response)
    assert [answer.attempts for answer in answers if answer is not None] == [1, 1]
    assert sum("signing in" in line for line in caplog.messages) == 1


@both
def test_revoked_token(lab: OpenStackLab, opened: Opened, tmp_path: Path) -> None:
    """A token that somebody revoked is replaced by another, in the client and in the cache."""
    cache = TokenCache(tmp_path)
    auth = password_of(lab, lab.demo)
    with opened(auth, region="DFW", token_cache=cache) as images:
        images.get(lab.images["base"])
        revoked = cache.load(auth)
        assert revoked is not None
        headers = {"X-Auth-Token": revoked.token, "X-Subject-Token": revoked.token}
        assert http_request("DELETE", f"{lab.auth_url}/auth/tokens", headers=headers).status == 204
        answers = [images.get(lab.images["base"]).response for _ in range(2)]
    assert [answer.attempts for answer in answers if answer is not None] == [2, 1]
    kept = cache.load(auth)
    assert kept is not None
    assert kept.token != revoked.token


@both
def test_kept_token(lab: OpenStackLab, opened: Opened, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A second client on the same cache signs in nowhere, and reads the regions from it too."""
    cache = TokenCache(tmp_path)
    auth = password_of(lab, lab.demo)
    with opened(auth, region="DFW", token_cache=cache) as images:
        images.get(lab.images["base"])
    with caplog.at_level("INFO", "rackspace_images.auth"):
        with opened(auth, region="DFW", token_cache=TokenCache(tmp_path)) as images:
            assert images.get(lab.images["base"]).is_active
            assert images.regions() == lab.regions
    assert not [line for line in caplog.messages if "signing in" in line]
