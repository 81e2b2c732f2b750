"""Where keys, passwords and tokens are not: whatever is run, and whatever goes wrong."""

from __future__ import annotations

import base64
import contextlib
import logging
import os
import pickle
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.running import COMMAND, Ended, environment, run_apart
from cloud import SECRET, Cloud
from faults.ways import TOKEN, Way
from faulty import IMAGE_ID, Faulty, Line, answering
from proxying import Proxy
from rackspace_images import ApiKey, AsyncImagesClient, ImagesClient, client_auth, errors, generated_client
from rackspace_images.cli.main import main
from rackspace_images.text import escape_control_characters
from scripted import Request, answer
from slack import SLACK
from telling import everything

PROXY_SECRET = "proxy-geheim-4711"
KEY = ApiKey("demo", SECRET, auth_url="https://identity.example.com/v2.0")
PROXY = f"http://demo:{PROXY_SECRET}@127.0.0.1:1"
SECRETS = (
    SECRET,
    PROXY_SECRET,
    base64.b64encode(f"demo:{PROXY_SECRET}".encode()).decode(),
    *(f"token-{number}" for number in range(1, 9)),
)


def held(text: str) -> list[str]:
    """Which secrets a text holds."""
    return [secret for secret in SECRETS if secret in text]


def quoting(request: Request) -> bytes:
    """A server that says all it was sent; not in a header of its own, which httpcore logs at DEBUG."""
    token = request.headers.get("x-auth-token", "none")
    said = f"{token} {request.body.decode()}"
    return answer(
        403,
        {"forbidden": {"code": 403, "message": said, "details": f"{request.headers}"}},
        X_Auth_Token=token,
    )


class Quoting(Cloud):
    """Compute that quotes."""

    def _answer(self, request: Request) -> bytes:
        return super()._answer(request) if request.path.endswith("/tokens") else quoting(request)


class QuotingIdentity(Cloud):
    """Identity that quotes."""

    def _login(self, request: Request) -> bytes:
        return quoting(request)


TROUBLE: dict[str, Callable[[], Cloud]] = {
    "none": Cloud,
    "refused": lambda: Cloud(login=answer(401, b"")),
    "limited": lambda: Cloud(login=answer(413, b"")),
    "no token": lambda: Cloud(login=answer(200, {"access": {"token": {"id": 7}}})),
    "identity breaks": lambda: Cloud(login=b"garbage\r\n\r\n"),
    "identity quotes": QuotingIdentity,
    "no region": lambda: Cloud(regions=("A", "B"), default_region=None),
    "token refused": lambda: Cloud(image=answer(401, b"")),
    "not found": lambda: Cloud(image=answer(404, b"")),
    "malformed": lambda: Cloud(image=answer(200, b"<html>")),
    "compute breaks": lambda: Cloud(image=b"garbage\r\n\r\n"),
    "compute quotes": Quoting,
    "no URL in the catalog": lambda: Cloud(catalog_url="ftp://compute.example.com"),
}


def rackspace(cloud: Cloud, home: Path) -> dict[str, str]:
    return {"RS_USERNAME": "demo", "RS_API_KEY": SECRET, "RS_AUTH_URL": cloud.auth_url}


def keystone(cloud: Cloud, home: Path) -> dict[str, str]:
    return {
        **{"OS_AUTH_URL": f"{cloud.url}/identity/v3", "OS_USERNAME": "demo", "OS_PASSWORD": SECRET},
        **{"OS_PROJECT_NAME": "demo", "OS_REGION_NAME": "DFW"},
    }


def application_credential(cloud: Cloud, home: Path) -> dict[str, str]:
    return {
        **{"OS_AUTH_URL": f"{cloud.url}/identity/v3", "OS_AUTH_TYPE": "v3applicationcredential"},
        **{"OS_APPLICATION_CREDENTIAL_ID": "i", "OS_APPLICATION_CREDENTIAL_SECRET": SECRET},
    }


def token(cloud: Cloud, home: Path) -> dict[str, str]:
    cloud.good.add(SECRET)
    return {"OS_TOKEN": SECRET, "OS_ENDPOINT_OVERRIDE": f"{cloud.url}/dfw/v2/820712"}


def clouds_yaml(cloud: Cloud, home: Path) -> dict[str, str]:
    path = home / "clouds.yaml"
    path.write_text(f"clouds: {{mine: {{profile: rackspace, auth: {{auth_url: '{cloud.auth_url}', username: demo}}}}}}")
    (home / "secure.yaml").write_text(f"clouds: {{mine: {{auth: {{api_key: {SECRET}}}}}}}")
    return {"OS_CLIENT_CONFIG_FILE": str(path), "OS_CLIENT_SECURE_FILE": str(home / "secure.yaml")}


SOURCES = [rackspace, keystone, application_credential, token, clouds_yaml]
COMMANDS = [
    ["show", IMAGE_ID],
    ["show", IMAGE_ID, "--debug", "-v"],
    ["show", IMAGE_ID, "-f", "json", "--region", "ORD"],
    ["show", IMAGE_ID, IMAGE_ID, "nonsense"],
    ["list", "--debug"],
    ["regions", "--debug"],
    ["locate", IMAGE_ID, "--debug"],
    ["logout", "--debug"],
    ["spec"],
    ["--help"],
    ["show", "--help"],
    ["nonsense"],
]


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """All that was logged, by whomever, at DEBUG, and printed since."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection", "httpcore.proxy", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    return lambda: caplog.text + "".join(capfd.readouterr())


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_no_command_tells_a_secret(
    trouble: Callable[[], Cloud],
    source: Callable[[Cloud, Path], dict[str, str]],
    told: Callable[[], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every command, with every way to sign in, whatever goes wrong: neither printed nor logged."""
    monkeypatch.setattr("rackspace_images.http.retry.Retry.wait_after", lambda *_, **__: None)
    with trouble() as cloud:
        for name, value in source(cloud, tmp_path).items():
            monkeypatch.setenv(name, value)
        codes = {" ".join(words): main(words) for words in COMMANDS}
        said = told()
        asked = cloud.requests
    assert asked, codes
    assert held(said) == []
    assert "attempt=1" in said
    assert codes["logout --debug"] == codes["--help"] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RS_AUTH_URL", f"https://demo:{SECRET}@identity.example.com/v2.0"),
        ("RS_AUTH_URL", SECRET),
        ("RS_API_KEY", f"{SECRET}\udce9"),
        ("HTTPS_PROXY", f"ftp://demo:{PROXY_SECRET}@proxy"),
        ("HTTPS_PROXY", f"http://demo:{PROXY_SECRET}@proxy:port"),
        ("ALL_PROXY", f"http://demo:{PROXY_SECRET}@"),
    ],
)
def test_a_mistake_in_the_environment_is_told_without_its_value(
    name: str, value: str, told: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `--debug` and its traceback as well; the variable is named."""
    for known, given in (("RS_USERNAME", "demo"), ("RS_API_KEY", SECRET), (name, value)):
        monkeypatch.setenv(known, given)
    assert main(["show", IMAGE_ID, "--debug"]) == 2
    said = told()
    assert held(said) == []
    assert "ConfigError" in said
    assert name.split("_")[-1] in said.upper()
    with pytest.raises(errors.ConfigError) as caught:
        ImagesClient.from_config().get(IMAGE_ID)
    assert held(everything(caught.value)) == []


MADE: dict[str, Callable[[], Any]] = {
    "a bad proxy": lambda: ImagesClient(KEY, proxy=f"ftp://demo:{PROXY_SECRET}@h"),
    "a proxy, async": lambda: AsyncImagesClient(KEY, proxy=f"ftp://demo:{PROXY_SECRET}@h"),
    "a good proxy and a bad region": lambda: ImagesClient(KEY, proxy=PROXY, region="http://x"),
    "a good proxy and a bad interface": lambda: ImagesClient(KEY, proxy=PROXY, interface="none"),
    "a good proxy and a bad CA": lambda: ImagesClient(KEY, proxy=PROXY, verify="/none.pem"),
    "a bad certificate": lambda: ImagesClient(KEY, cert=("/none.pem", "/none.key", SECRET)),
    "from_config, nothing there": lambda: ImagesClient.from_config(proxy=PROXY, cert=("a", "b", SECRET)),
    "client_auth": lambda: client_auth(KEY, proxy=f"ftp://demo:{PROXY_SECRET}@h"),
    "client_auth, a bad certificate": lambda: client_auth(KEY, cert=("/none.pem", "/none.key", SECRET)),
    "client_auth, a good proxy": lambda: client_auth(KEY, proxy=PROXY, endpoint="nonsense"),
    "generated_client": lambda: generated_client(KEY, proxy=f"ftp://demo:{PROXY_SECRET}@h"),
    "generated_client, a bad certificate": lambda: generated_client(KEY, proxy=PROXY, cert=("/n", "/n", SECRET)),
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_a_client_that_cannot_be_made_shows_nothing(make: Callable[[], Any]) -> None:
    """Neither the error nor the local variables of any frame above it have a password."""
    with pytest.raises(errors.ConfigError) as caught:
        make()
    assert held(everything(caught.value)) == []


@pytest.mark.parametrize(
    "refusal",
    [answer(407, b""), answer(502, b"<html>"), b"garbage\r\n\r\n", b""],
    ids=["407", "502", "garbage", "hangs up"],
)
def test_a_proxys_refusal_shows_nothing(way: Way, refusal: bytes, told: Callable[[], str]) -> None:
    """Neither the proxy's password nor the token that it kept from its way."""

    def refusing(line: Line) -> None:
        line.request()
        line.send(refusal)

    with Proxy(instead=refusing) as proxy:
        url = f"http://demo:{PROXY_SECRET}@127.0.0.1:{proxy.port}"
        error = way.error("https://api.example.test/v2/1", auth=KEY, proxy=url)
    assert held(everything(error) + told()) == []


def the_methods(is_async: bool) -> dict[str, Callable[[Any], Any]]:
    """Every way to ask, run to its end."""
    if not is_async:
        return {
            "regions": lambda images: images.regions(),
            "locate": lambda images: images.locate(IMAGE_ID),
            "locate_many": lambda images: list(images.locate_many([IMAGE_ID])),
            "get_many": lambda images: list(images.get_many([IMAGE_ID])),
            "list": lambda images: list(images.list()),
            "wait": lambda images: images.wait_until_active(IMAGE_ID, timeout=0),
        }

    async def drained(iterator: Any) -> list[Any]:
        return [item async for item in iterator]

    return {
        "regions": lambda images: images.regions(),
        "locate": lambda images: images.locate(IMAGE_ID),
        "locate_many": lambda images: drained(images.locate_many([IMAGE_ID])),
        "get_many": lambda images: drained(images.get_many([IMAGE_ID])),
        "list": lambda images: drained(images.list()),
        "wait": lambda images: images.wait_until_active(IMAGE_ID, timeout=0),
    }


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_no_method_shows_a_secret(way: Way, trouble: Callable[[], Cloud], told: Callable[[], str]) -> None:
    """Errors raised and errors given, with their pickles and every frame's local variables; what is logged."""
    shown: list[str] = []
    attempts: list[Any] = []
    with trouble() as cloud, way.client(auth=cloud.api_key(), retry=None, on_attempt=attempts.append) as images:
        for call in the_methods(way.is_async).values():
            try:
                found = images.run(call)
            except errors.ImagesError as error:
                found = error
            shown += map(everything, _errors(found))
        shown += map(repr, (*attempts, images.images, pickle.loads(pickle.dumps(images.images))))
    assert held("".join(shown) + told()) == []


def _errors(found: Any) -> Iterator[errors.ImagesError]:
    """The errors in what a method gave."""
    if isinstance(found, errors.ImagesError):
        yield found
    for item in found if isinstance(found, list | tuple) else getattr(found, "failed", {}).values():
        yield from _errors(item)


def test_a_request_id_that_quotes_is_not_believed(way: Way, caplog: pytest.LogCaptureFixture) -> None:
    """Nor one that would write a second line into a log: what we say of it is one line, without the token."""
    caplog.set_level(logging.DEBUG, logger="rackspace_images")

    def said(request: Request) -> bytes:
        token = request.headers["x-auth-token"]
        return answer(404, b"", X_Compute_Request_Id=f"{token}\x1b[2J\x9b2J{'x' * 5000}")

    attempts: list[Any] = []
    with Faulty(answering(said)) as server:
        error = way.error(server.endpoint, on_attempt=attempts.append)
    records = [record.getMessage() for record in caplog.records if record.name.startswith("rackspace_images")]
    for text in (str(error), *records):
        assert escape_control_characters(text) == text
        assert len(text) < 1000
    assert TOKEN.token not in everything(error) + repr(attempts) + "".join(records)


BUGS = [
    "rackspace_images.auth.tokens.sign_in_operation",
    "rackspace_images.auth.tokens.parse_token_response",
    "rackspace_images.regions.choose_region",
    "rackspace_images.image.api_error",
    "rackspace_images.client.session.send_with_retries",
    "rackspace_images.http.retry._report",
    "rackspace_images.http.body.ApiResponse",
    "rackspace_images.image.json_object",
]


@pytest.mark.parametrize("where", BUGS)
def test_a_bug_of_ours_shows_nothing(
    way: Way, where: str, told: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash report holds the local variables of our frames; the command tells it in a line, or in a traceback."""

    def bug(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a bug")

    with Cloud(image=answer(404, b"") if "api_error" in where else None) as cloud:
        with way.client(auth=cloud.api_key(), proxy=PROXY, retry=None) as images:
            monkeypatch.setattr(where, bug)
            with pytest.raises(RuntimeError) as caught:
                images.get()
        for name, value in rackspace(cloud, tmp_path).items():
            monkeypatch.setenv(name, value)
        assert main(["show", IMAGE_ID, "--debug", "--no-cache"]) == 1
    said = told()
    assert "RuntimeError: a bug" in said
    assert held(everything(caught.value) + said) == []


def test_nothing_that_a_client_holds_shows_a_secret(way: Way) -> None:
    """The `repr` of every object of ours that can be reached from it, as a debugger would print them."""
    with Cloud() as cloud:
        with way.client(auth=cloud.api_key(), proxy=PROXY, cert=None) as images:
            images.get()
            seen: dict[int, Any] = {}
            _reach(images.images, seen)
            shown = "".join(map(repr, seen.values()))
    kinds = {type(value).__name__ for value in seen.values()}
    assert {"TokenSource", "AccessInfo", "ApiKey", "Session", "Proxies", "ClientOptions"} <= kinds
    assert held(shown) == []


def _reach(value: Any, seen: dict[int, Any]) -> None:
    if id(value) in seen or not type(value).__module__.startswith("rackspace_images"):
        return
    seen[id(value)] = value
    names = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    for name in {*names, *getattr(value, "__dict__", {})}:
        inner = getattr(value, name, None)
        for one in inner.values() if isinstance(inner, dict) else [inner]:
            _reach(one, seen)


def test_a_kept_token_is_its_users_alone(tmp_path: Path) -> None:
    """Whatever the umask: a folder of 0700, a file of 0600 with the token and no key; nothing is left by `logout`."""
    cache = tmp_path / "cache"
    with Cloud() as cloud:
        variables = {**environment({}), **rackspace(cloud, tmp_path), "XDG_CACHE_HOME": str(cache)}

        def run(*words: str) -> None:
            old = os.umask(0)
            try:
                subprocess.run([*COMMAND, *words], env=variables, check=True, capture_output=True, timeout=60)
            finally:
                os.umask(old)

        run("show", IMAGE_ID)
        files = [path for path in cache.rglob("*") if path.is_file()]
        assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600]
        assert stat.S_IMODE(files[0].parent.stat().st_mode) == 0o700
        content = files[0].read_text()
        assert "token-1" in content
        assert SECRET not in content + str(files[0])
        run("logout")
    assert [path for path in cache.rglob("*") if path.is_file()] == []


@contextlib.contextmanager
def asking(tmp_path: Path, *python: str) -> Iterator[subprocess.Popen[str]]:
    """A command that has sent its token and waits for the answer."""

    def script(line: Line) -> None:
        request = line.request()
        if request is not None and request.path.endswith("/tokens"):
            with Cloud() as cloud:
                cloud.catalog_url = f"http://127.0.0.1:{server.port}/v2/1"
                line.send(cloud._login(request))
            line.request()
        arrived.append(True)
        line.hold()

    arrived: list[bool] = []
    with Faulty(script) as server:
        variables = {"RS_USERNAME": "demo", "RS_API_KEY": SECRET, "RS_AUTH_URL": f"{server.url}/v2.0"}
        command = [sys.executable, *python, "-m", "rackspace_images", "show", IMAGE_ID]
        process = subprocess.Popen(
            command, env=environment(variables), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        try:
            while not arrived and process.poll() is None:
                time.sleep(0.01)
            yield process
        finally:
            process.kill()
            process.communicate()


def test_the_list_of_processes_shows_nothing(tmp_path: Path) -> None:
    """Neither the command line nor the title has a secret, and no child inherits the environment."""
    with asking(tmp_path) as process:
        of = Path(f"/proc/{process.pid}")
        titles = [(of / "cmdline").read_text(), (of / "comm").read_text()]
        threads = list((of / "task").iterdir())
        titles += [(thread / "comm").read_text() for thread in threads]
        children = [(thread / "children").read_text() for thread in threads]
    assert IMAGE_ID in titles[0]
    assert held("".join(titles)) == []
    assert "".join(children) == ""


def test_a_crash_shows_nothing(tmp_path: Path) -> None:
    """faulthandler prints where a process was, and no values."""
    with asking(tmp_path, "-X", "faulthandler") as process:
        process.send_signal(signal.SIGABRT)
        out, err = process.communicate(timeout=1 + SLACK)
    assert "Fatal Python error: Aborted" in err
    assert re.search(r"rackspace_images/\w+\.py", err)
    assert held(out + err) == []


def test_an_interruption_shows_nothing(tmp_path: Path) -> None:
    """Ctrl-C ends it without a traceback."""
    with asking(tmp_path) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=1 + SLACK)
    assert process.returncode in (130, -signal.SIGINT)
    assert held(out + err) == []


def test_the_sandboxes_secrets_are_none() -> None:
    """What the sandbox prints is its own, whatever the environment holds."""
    ended: Ended = run_apart("show", IMAGE_ID, "--sandbox", "--debug", RS_USERNAME="demo", RS_API_KEY=SECRET)
    assert ended.code == 0
    assert held(ended.out + ended.err) == []
