"""The pytest plugin, as a user's own test suite sees it: each case is a suite, run by a pytest of its own."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest


class Suite:
    """A user's folder of tests. Its pytest has its own process, as plugins are found when it starts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(self, test: str, *switches: str, **environ: str) -> str:
        """Runs a file of tests that must all pass, and gives what pytest said."""
        (self._folder / "test_user.py").write_text(textwrap.dedent(test), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", *switches],
            cwd=self._folder,
            env=environ or None,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return Suite(tmp_path)


def test_images_and_faults_on_demand(suite: Suite) -> None:
    """An image of one's own, its stages, and a fault before it; all gone in the next test."""
    suite.run(
        """
        import pytest
        from rackspace_images import errors

        ID = "11111111-2222-4333-8444-555555555555"

        def test_an_image(images_sandbox, images_client):
            assert images_sandbox.add({"id": ID, "name": "web-1", "status": "SAVING"}, {"status": "ACTIVE"}) == ID
            assert [image.name for image in images_client.list(name="web-1")] == ["web-1"]
            assert [images_client.get(ID).status for _ in range(3)] == ["SAVING", "ACTIVE", "ACTIVE"]
            with pytest.raises(errors.ImageNotFound):
                images_client.in_region("ORD").get(ID)

        def test_is_gone_in_the_next_test(images_sandbox, images_client):
            assert not images_sandbox.requests
            with pytest.raises(errors.ImageNotFound):
                images_client.get(ID)

        @pytest.mark.parametrize("what", [400, 401, 403, 404, 405, 409, 413, 429, 500, 503, 502, 504, 599])
        def test_every_status(images_sandbox, images_client, what):
            there = images_sandbox.add()
            images_sandbox.fail(what, times=2 if what == 401 else 1)
            with pytest.raises(errors.ApiError) as caught:
                images_client.get(there)
            assert caught.value.status_code == what and caught.value.body
            assert images_client.get(there).id == there

        @pytest.mark.parametrize(
            "what",
            [errors.BadRequest, errors.Forbidden, errors.ImageNotFound, errors.ConflictingRequest, errors.OverLimit,
             errors.ApiFault, errors.ServiceUnavailable],
        )
        def test_every_class(images_sandbox, images_client, what):
            images_sandbox.fail(what)
            with pytest.raises(what):
                images_client.get(images_sandbox.add())

        def test_of_one_image_only(images_sandbox, images_client):
            bad, good = images_sandbox.add(), images_sandbox.add()
            images_sandbox.fail(errors.OverLimit, image_id=bad, times=2, retry_after=7)
            assert images_client.get(good).id == good
            for _ in range(2):
                with pytest.raises(errors.OverLimit) as caught:
                    images_client.get(bad)
                assert caught.value.retry_after == 7
            assert images_client.get(bad).id == bad

        def test_too_late(images_sandbox, images_client):
            images_sandbox.fail(503, delay=5)
            with pytest.raises(errors.RequestTimeout):
                images_client.get(images_sandbox.add(), timeout=0.2)

        def test_what_cannot_be(images_sandbox):
            for what in (200, 600, errors.UnexpectedStatus):
                with pytest.raises(ValueError):
                    images_sandbox.fail(what)
            with pytest.raises(ValueError, match="DFW, ORD"):
                images_sandbox.add(region="LON")
        """
    )


def test_the_async_client(suite: Suite) -> None:
    """No plugin for asyncio is needed, and none is in the way."""
    suite.run(
        """
        import asyncio

        def test_it(images_sandbox, async_images_client):
            async def ask():
                async with async_images_client as images:
                    return await images.get(images_sandbox.add({"name": "web-1"}))

            assert asyncio.run(ask()).name == "web-1"
        """
    )


def test_options_are_the_suites_own(suite: Suite) -> None:
    """A fixture of the user's decides on retries."""
    suite.run(
        """
        import pytest
        from rackspace_images import Retry

        @pytest.fixture
        def images_client_options():
            return {"retry": Retry(backoff=0)}

        def test_it(images_sandbox, images_client):
            images_sandbox.fail(502, times=3)
            assert images_client.get(images_sandbox.add()).response.attempts == 4
        """
    )


def test_nothing_of_the_machine_leaks_in(suite: Suite, tmp_path: Path) -> None:
    """Credentials, proxies, certificates and engines of the environment reach no client, the user's own included."""
    out = suite.run(
        """
        import os
        from rackspace_images import ImagesClient

        def test_it(images_sandbox, images_environment):
            assert "OS_CLOUD" not in os.environ and "HTTP_PROXY" not in os.environ
            with ImagesClient.from_config() as images:
                assert images.get(images_sandbox.add()).response.endpoint.startswith(images_sandbox.url)

        def test_it_is_given_back():
            assert os.environ["OS_CLOUD"] == "production"
        """,
        PATH="/usr/bin:/bin",
        HOME=str(tmp_path),
        OS_CLOUD="production",
        OS_AUTH_URL="https://openstack.example.com/identity/v3",
        RS_API_KEY="a-real-key",
        HTTP_PROXY="http://127.0.0.1:9",
        SSL_CERT_FILE="/nowhere",
        RACKSPACE_IMAGES_ENGINE="none",
    )
    assert "2 passed" in out


def test_beside_respx_and_pytest_httpx(suite: Suite) -> None:
    """Both may mock other hosts in the very same test, once they are told to let loopback through."""
    suite.run(
        """
        import httpx
        import pytest

        def test_respx(images_sandbox, images_client, respx_mock):
            respx_mock.route(host="127.0.0.1").pass_through()
            respx_mock.get("https://example.com/").respond(204)
            assert httpx.get("https://example.com/").status_code == 204
            assert images_client.get(images_sandbox.add({"name": "web-1"})).name == "web-1"

        @pytest.mark.httpx_mock(should_mock=lambda request: request.url.host != "127.0.0.1")
        def test_pytest_httpx(images_sandbox, images_client, httpx_mock):
            httpx_mock.add_response(url="https://example.com/", status_code=204)
            assert httpx.get("https://example.com/").status_code == 204
            assert images_client.get(images_sandbox.add({"name": "web-1"})).name == "web-1"
        """
    )


def test_it_costs_nothing_where_it_is_not_used(suite: Suite) -> None:
    """A suite without these fixtures loads neither client nor sandbox: the plugin alone, which imports pytest."""
    suite.run(
        """
        import sys

        def test_it():
            loaded = {name for name in sys.modules if name.partition(".")[0] == "rackspace_images"}
            assert loaded <= {"rackspace_images", "rackspace_images.testing",
                              "rackspace_images.testing.plugin"}, loaded
            assert not {"httpx", "http.server", "yaml"} & set(sys.modules)
        """,
        "-p",
        "no:pytest_httpx",
        "-p",
        "no:respx",
        "-p",
        "no:anyio",
    )


def test_a_sandbox_in_any_scope(suite: Suite) -> None:
    """The factory makes one for a module, a class or the session; images and sequences go on from test to test."""
    suite.run(
        """
        import pytest
        from rackspace_images import ApiKey, ImagesClient

        @pytest.fixture(scope="module")
        def shared(images_sandbox_factory):
            with images_sandbox_factory() as sandbox:
                yield sandbox

        @pytest.fixture(scope="module")
        def image_id(shared):
            return shared.add({"status": "SAVING"}, {"status": "ACTIVE"})

        @pytest.fixture(scope="module")
        def images(shared):
            with ImagesClient(ApiKey(*shared.api_key, auth_url=shared.auth_url), region="DFW") as images:
                yield images

        def test_the_first(images, image_id):
            assert images.get(image_id).status == "SAVING"

        def test_the_second(images, image_id, images_sandbox, shared):
            assert images.get(image_id).status == "ACTIVE"
            assert images_sandbox.url != shared.url
        """
    )


def test_under_pyfakefs(suite: Suite) -> None:
    """Whichever fixture comes first: the sandbox reads no file while it runs, and makes no folder."""
    out = suite.run(
        """
        import pathlib
        import pytest

        def test_before(images_sandbox, images_client, fs):
            assert images_client.get(images_sandbox.add({"name": "web-1"})).name == "web-1"

        def test_after(fs, images_sandbox_factory, images_client, images_sandbox):
            assert images_client.get(images_sandbox.add({"name": "web-1"})).name == "web-1"
            with images_sandbox_factory() as another:
                assert another.url != images_sandbox.url

        def test_no_folder(images_environment, images_client):
            images_client.get("e3d37ab2-8dc0-4000-b773-b15aad79ad0a")
            assert not pathlib.Path(images_environment.get("XDG_CACHE_HOME", "/nowhere")).exists()
        """
    )
    assert "3 passed" in out


def test_beside_pytest_socket(suite: Suite) -> None:
    """With sockets disabled, loopback has to be allowed; another host stays out of reach."""
    test = """
        import socket
        import pytest
        from pytest_socket import SocketConnectBlockedError

        @pytest.mark.filterwarnings("ignore:A test tried")
        def test_it(images_sandbox, images_client):
            assert images_client.get(images_sandbox.add({"name": "web-1"})).name == "web-1"
            with pytest.raises(SocketConnectBlockedError):
                socket.create_connection(("192.0.2.1", 80))

        def test_again(images_sandbox, images_client):
            assert images_client.get(images_sandbox.add({"name": "web-2"})).name == "web-2"
        """
    suite.run(test, "--disable-socket", "--allow-hosts=127.0.0.1")


def test_an_async_client_that_is_not_opened(suite: Suite) -> None:
    """A test that has no use for it is not warned."""
    suite.run(
        """
        import gc

        def test_it(async_images_client):
            pass

        def test_next():
            gc.collect()
        """
    )
