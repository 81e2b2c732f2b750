"""A real OpenStack on loopback: Keystone, Glance and Nova's API, on SQLite, seeded with images.

    python lab.py --install --venv VENV --requirements requirements-34.txt --python python3.11

installs it and makes its databases; it does nothing if that was done. Then

    with OpenStackLab(venv, state) as lab:
        ...lab.auth_url, lab.demo, lab.images["base"]...

starts it, or by hand:

    python lab.py --venv VENV --state STATE

There is no message broker, hypervisor or root in it, so servers cannot be booted; everything
that Nova answers about images is real.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import fcntl
import hashlib
import http.client
import json
import os
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any, Self
from urllib.parse import urlsplit

HOST = "127.0.0.1"
SERVICES = ("keystone", "glance", "nova")
REGIONS = ("RegionOne", "DFW")
DOMAIN = "Default"
SNAPSHOT_SERVER = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
LOG_LINES = 30
# Seconds. An install takes some three minutes, and as many times longer as the machine is busy.
INSTALL_TIMEOUT = 600.0
START_TIMEOUT = 90.0
# Bytes. A disk with less is full.
MIN_FREE = 1 << 20

_SERVE = Path(__file__).with_name("serve.py")
# The lab listens on loopback only and lives as long as a test run.
_ADMIN_PASSWORD = "lab-admin-password"
_SERVICE_PASSWORD = "lab-service-password"

Section = Mapping[str, object]


class LabError(Exception):
    """The lab could not be installed, started or used; the message says which part and why."""


# --- Installing ---------------------------------------------------------------------------------


def install(venv: Path, requirements: Path, python: str | Path, *, timeout: float = INSTALL_TIMEOUT) -> bool:
    """Make `venv` hold exactly what `requirements` lists, and the databases that a lab starts from.

    An install that fails is tried once more.

    Args:
        timeout: seconds that one try may take.

    Returns:
        False if everything was there already.

    Raises:
        LabError: the second try failed too; the message holds the end of the log.
    """
    venv = venv.absolute()
    try:
        version = _python_version(python)
        venv.parent.mkdir(parents=True, exist_ok=True)
        with _locked(venv.with_name(venv.name + ".lock")):
            try:
                return _install(venv, requirements, python, version, time.monotonic() + timeout)
            except LabError as error:
                print(f"lab: {error}\nlab: trying once more", file=sys.stderr)
                return _install(venv, requirements, python, version, time.monotonic() + timeout)
    except OSError as error:
        raise LabError(f"installing the lab in {venv}: {error}") from error


def _install(venv: Path, requirements: Path, python: str | Path, version: str, deadline: float) -> bool:
    """Do what is not done yet. Each part gets its marker or its name last, so an interrupted one is done again."""
    key = hashlib.sha256(requirements.read_bytes() + version.encode()).hexdigest()
    marker = venv / ".installed"
    installed = _read(marker) == key and (venv / "bin" / "python").exists()
    if not installed:
        if venv.exists() and any(venv.iterdir()) and not (venv / "pyvenv.cfg").exists():
            raise LabError(f"{venv} exists and is not a virtual environment: not replacing it")
        shutil.rmtree(venv, ignore_errors=True)
        log = venv.with_name(venv.name + "-install.log")
        with log.open("wb") as output:
            _install_step(str(python), ["-m", "venv", str(venv)], log, output, deadline)
            inside = str(venv / "bin" / "python")
            pip = ["-m", "pip", "--disable-pip-version-check"]
            # The file is the whole frozen set, so there is nothing left to resolve.
            steps = ["install", "--no-deps", "-r", str(requirements.absolute())]
            _install_step(inside, [*pip, *steps], log, output, deadline)
            _install_step(inside, [*pip, "check"], log, output, deadline)
        marker.write_text(key)
    if (template := _template(venv)).exists():
        return not installed
    _make_template(venv, template, deadline)
    return True


def _python_version(python: str | Path) -> str:
    show = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([str(python), "-c", show], capture_output=True, text=True, env=_outside_environment())
    except OSError as error:
        raise LabError(f"cannot run {python}: {error.strerror}") from error
    if done.returncode != 0:
        raise LabError(f"cannot run {python}: {done.stderr.strip()}")
    return done.stdout.strip()


def _outside_environment() -> dict[str, str]:
    """The caller's environment without what would point another Python at the caller's packages."""
    unwanted = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_REQUIRE_VIRTUALENV")
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def _install_step(python: str, arguments: Sequence[str], log: Path, output: IO[bytes], deadline: float) -> None:
    shown = " ".join([Path(python).name, *arguments])
    process = _start([python, str(_SERVE), "run", *arguments], output, _outside_environment())
    try:
        code = process.wait(max(0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise LabError(f"installing the lab: {shown} did not end in time; {_tail(log)}") from None
    finally:
        _end(process)
    if code != 0:
        raise LabError(f"installing the lab: {shown} failed with {code}; {_tail(log)}")


def _start(
    command: Sequence[str], log: IO[bytes], environment: Mapping[str, str], cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a process that leads a group of its own and ends when its standard input does."""
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=environment,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what `_start` started, and its group, politely and then not."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


# --- Plain HTTP ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Response:
    """An answer as it came: nothing followed, decoded or raised."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def json(self) -> Any:
        return json.loads(self.body)


def http_request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout: float = 60,
) -> Response:
    """Send one request. http.client, because urllib would go through a proxy of the environment."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(parts.hostname or HOST, parts.port or 80, timeout=timeout)
    try:
        connection.request(method, target, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    return Response(answer.status, answer.reason, tuple(answer.getheaders()), content)


# --- Who may use the lab ------------------------------------------------------------------------


@dataclass(frozen=True)
class Credentials:
    """One user in one project; `demo` has an application credential too."""

    username: str
    password: str = field(repr=False)
    project_name: str
    user_id: str = ""
    project_id: str = ""
    domain_name: str = DOMAIN
    application_credential_id: str = ""
    application_credential_secret: str = field(default="", repr=False)


# --- One server process -------------------------------------------------------------------------


class _Service:
    """One API in a process of its own, on a port that is the lab's from start to end.

    The port stays bound, though never listened on, by a socket of the lab: nothing else is given
    the port while the service is stopped, and a client is refused as it should be.
    """

    def __init__(self, name: str, port: int, state: Path) -> None:
        self.name = name
        self.log = state / "logs" / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._reservation = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._reservation.bind((HOST, port))
        except OSError as error:
            self._reservation.close()
            raise LabError(f"{name}: cannot use port {port} of {HOST}: {error.strerror}") from None
        self.port: int = self._reservation.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def launch(self, python: Path, state: Path, environment: Mapping[str, str]) -> None:
        if self.process is not None:
            raise LabError(f"{self.name} is running already")
        with self.log.open("ab") as log:
            command = [str(python), str(_SERVE), self.name, str(self.port)]
            self.process = _start(command, log, environment, state)

    def wait_until_ready(self, timeout: float) -> None:
        """Wait until the service answers; stop it if it does not.

        Raises:
            LabError: it does not run, ended, or did not answer in `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            code = None if self.process is None else self.process.poll()
            if self.process is None or code is not None:
                how = "does not run" if self.process is None else f"ended with exit code {code}"
                self.stop()
                raise LabError(f"{self.name} {how}; {_tail(self.log)}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                http_request("GET", self.url, timeout=max(0.1, deadline - time.monotonic()))
                return
            if time.monotonic() > deadline:
                self.stop()
                raise LabError(f"{self.name} did not answer in {timeout:g} s; {_tail(self.log)}")
            time.sleep(0.1)

    def stop(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        _end(process)
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), timeout=5):
            raise LabError(f"{self.name}: port {self.port} still answers after its process ended")

    def release(self) -> None:
        self.stop()
        self._reservation.close()


# --- The lab ------------------------------------------------------------------------------------


class OpenStackLab:
    """Keystone, Glance and Nova with two regions, three users and six images.

    `venv` is what `install()` made. `state` is emptied at the start (it must be new, empty, or
    a lab's), and its `logs` stay behind.
    """

    auth_url: str
    compute_url: str
    image_url: str
    regions: dict[str, str]
    admin: Credentials
    demo: Credentials
    other: Credentials
    images: dict[str, str]

    def __init__(
        self,
        venv: Path,
        state: Path,
        *,
        token_expiration: int = 3600,
        nova_major: int = 34,
        ports: Mapping[str, int] | None = None,
        start_timeout: float = START_TIMEOUT,
    ) -> None:
        """`ports` fixes the port of a service by its name; the others are given a free one."""
        self.venv = venv.absolute()
        self.state = state.absolute()
        self.token_expiration = token_expiration
        self.nova_major = nova_major
        self.start_timeout = start_timeout
        self._ports = dict(ports or {})
        self._services: dict[str, _Service] = {}
        self._claim: IO[str] | None = None
        self._endpoint_ids: dict[str, list[str]] = {}

    # Start and stop

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the three services and seed them. Whatever goes wrong, nothing is left running.

        Raises:
            LabError: what went wrong, with the last lines of a service's log.
        """
        if self._claim is not None:
            raise LabError("this lab is running already")
        try:
            self._check_environment()
            self._claim = _claim_directory(self.state)
            (self.state / "logs").mkdir()
            shutil.copytree(_template(self.venv), self.state, dirs_exist_ok=True)
            for name in SERVICES:
                self._services[name] = _Service(name, self._ports.get(name, 0), self.state)
            self._set_urls()
            self._write_configuration()
            _write_keys(self.state / "keystone" / "keys")
            for name in SERVICES:
                self._launch(name)
            for service in self._services.values():
                service.wait_until_ready(self.start_timeout)
            self._seed()
        except OSError as error:
            self.stop()
            raise LabError(f"cannot start the lab in {self.state}: {error}") from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop what runs. May be called at any time and more than once."""
        failures: list[str] = []
        for service in reversed(self._services.values()):
            try:
                service.release()
            except LabError as error:
                failures.append(str(error))
        self._services.clear()
        if self._claim is not None:
            self._claim.close()
            self._claim = None
        if failures:
            raise LabError("; ".join(failures))

    def stop_service(self, name: str) -> None:
        """Stop one service; its port refuses connections until it is started again."""
        self._service(name).stop()

    def start_service(self, name: str) -> None:
        """Start a stopped service again, on the same port and data."""
        service = self._service(name)
        self._launch(name)
        service.wait_until_ready(self.start_timeout)

    def check(self, timeout: float) -> None:
        """See that every service still runs and answers within `timeout` seconds.

        Raises:
            LabError: one does not.
        """
        for service in self._services.values():
            service.wait_until_ready(timeout)

    def set_token_expiration(self, seconds: int) -> None:
        """Give new tokens another life. Tokens made before keep theirs."""
        self.token_expiration = seconds
        self._write_configuration()
        deadline = time.monotonic() + self.start_timeout
        while not seconds - 5 < self._token_life() <= seconds:
            if time.monotonic() > deadline:
                raise LabError("keystone did not read its configuration again")
            os.kill(self.processes()["keystone"], signal.SIGHUP)
            time.sleep(0.1)

    def processes(self) -> dict[str, int]:
        """The process id of each service that runs."""
        return {name: service.process.pid for name, service in self._services.items() if service.process is not None}

    # Requests

    def token(self, who: Credentials, *, application_credential: bool = False) -> str:
        """A new token for a user in its project."""
        if application_credential:
            identity: dict[str, Any] = {
                "methods": ["application_credential"],
                "application_credential": {
                    "id": who.application_credential_id,
                    "secret": who.application_credential_secret,
                },
            }
            auth: dict[str, Any] = {"identity": identity}
        else:
            domain = {"name": who.domain_name}
            user = {"name": who.username, "password": who.password, "domain": domain}
            auth = {
                "identity": {"methods": ["password"], "password": {"user": user}},
                "scope": {"project": {"name": who.project_name, "domain": domain}},
            }
        answer = self._api("POST", f"{self.auth_url}/auth/tokens", {"auth": auth}, token=None)
        token = answer.header("X-Subject-Token")
        if token is None:
            raise LabError("keystone issued no token")
        return token

    def create_image(
        self,
        name: str | None,
        *,
        data: bytes | None = None,
        owner: Credentials | None = None,
        visibility: str = "public",
        **properties: object,
    ) -> str:
        """Make an image and return its id. Without data it is left queued, which Nova calls SAVING.

        Properties are Glance's: its own (`min_disk`, `min_ram`, `protected`, …) and any others,
        which Glance wants as strings.
        """
        token = self.token(owner or self.admin)
        document: dict[str, object] = {
            "container_format": "bare",
            # Glance inspects the data; only `raw` lets it be anything.
            "disk_format": "raw",
            "visibility": visibility,
            **properties,
        }
        if name is not None:
            document["name"] = name
        image_id: str = self._api("POST", f"{self.image_url}/v2/images", document, token=token).json()["id"]
        if data is not None:
            self.upload(image_id, data)
        return image_id

    def upload(self, image_id: str, data: bytes) -> None:
        """Give a queued image its data, which makes it active."""
        answer = http_request(
            "PUT",
            f"{self.image_url}/v2/images/{image_id}/file",
            headers={
                "X-Auth-Token": self.token(self.admin),
                "Content-Type": "application/octet-stream",
            },
            body=data,
        )
        if answer.status != 204:
            raise LabError(f"glance did not take the data of {image_id}: {_said(answer)}")

    def deactivate(self, image_id: str) -> None:
        """Deactivate an image; Nova calls its status UNKNOWN."""
        self._image_action(image_id, "deactivate")

    def reactivate(self, image_id: str) -> None:
        self._image_action(image_id, "reactivate")

    def delete_image(self, image_id: str) -> None:
        token = self.token(self.admin)
        self._api("DELETE", f"{self.image_url}/v2/images/{image_id}", None, token=token)

    def set_endpoint(self, region: str, url: str) -> None:
        """Say another compute URL in the catalog of new tokens.

        Keystone fills in `$(project_id)s`.
        """
        token = self.token(self.admin)
        for endpoint_id in self._endpoint_ids[region]:
            self._api(
                "PATCH",
                f"{self.auth_url}/endpoints/{endpoint_id}",
                {"endpoint": {"url": url}},
                token=token,
            )
        self.regions[region] = url

    def environment(self, who: Credentials) -> dict[str, str]:
        """The variables of an OpenStack user, as an openrc file sets them."""
        return {
            "OS_AUTH_URL": self.auth_url,
            "OS_IDENTITY_API_VERSION": "3",
            "OS_USERNAME": who.username,
            "OS_PASSWORD": who.password,
            "OS_USER_DOMAIN_NAME": who.domain_name,
            "OS_PROJECT_NAME": who.project_name,
            "OS_PROJECT_DOMAIN_NAME": who.domain_name,
            "OS_REGION_NAME": REGIONS[0],
        }

    # Inside

    def _service(self, name: str) -> _Service:
        try:
            return self._services[name]
        except KeyError:
            raise LabError(f"no such service runs here: {name}") from None

    def _check_environment(self) -> None:
        if _read(self.venv / ".installed") is None:
            raise LabError(f"{self.venv} is not installed completely: run lab.py --install first")
        found = sorted(self.venv.glob("lib/python3.*/site-packages/nova-*.dist-info"))
        versions = [path.name.split("-")[1].removesuffix(".dist") for path in found]
        if [version.split(".")[0] for version in versions] != [str(self.nova_major)]:
            has = ", ".join(versions) or "none"
            raise LabError(f"{self.venv} should have Nova {self.nova_major} and has {has}")
        if not _template(self.venv).exists():
            raise LabError(f"{self.venv} has no databases: run lab.py --install first")

    def _set_urls(self) -> None:
        self.auth_url = self._services["keystone"].url + "/v3"
        self.image_url = self._services["glance"].url
        self.compute_url = self._services["nova"].url + "/v2.1"
        self.regions = dict.fromkeys(REGIONS, self.compute_url)

    def _write_configuration(self) -> None:
        ports = {name: service.port for name, service in self._services.items()}
        _write_configuration(self.venv, self.state, ports, self.token_expiration)

    def _launch(self, name: str) -> None:
        python = self.venv / "bin" / "python"
        self._service(name).launch(python, self.state, _service_environment(self.state))

    def _api(self, method: str, url: str, document: Mapping[str, object] | None, *, token: str | None) -> Response:
        """Send JSON and insist on success."""
        headers = {"Accept": "application/json"}
        if token is not None:
            headers["X-Auth-Token"] = token
        body = None
        if document is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(document).encode()
        try:
            answer = http_request(method, url, headers=headers, body=body)
        except (OSError, http.client.HTTPException) as error:
            raise self._failure(method, url, str(error)) from error
        if not 200 <= answer.status < 300:
            raise self._failure(method, url, _said(answer))
        return answer

    def _failure(self, method: str, url: str, why: str) -> LabError:
        logs = [_tail(service.log) for service in self._services.values() if url.startswith(service.url)]
        return LabError("; ".join([f"{method} {url}: {why}", *logs]))

    def _token_life(self) -> float:
        token = self.token(self.admin)
        headers = {"X-Auth-Token": token, "X-Subject-Token": token}
        issued = http_request("GET", f"{self.auth_url}/auth/tokens", headers=headers).json()["token"]
        start, end = (datetime.fromisoformat(issued[name]) for name in ("issued_at", "expires_at"))
        return (end - start).total_seconds()

    def _image_action(self, image_id: str, action: str) -> None:
        url = f"{self.image_url}/v2/images/{image_id}/actions/{action}"
        self._api("POST", url, None, token=self.token(self.admin))

    # Seeding

    def _seed(self) -> None:
        self.admin = Credentials("admin", _ADMIN_PASSWORD, "admin")
        self._seed_catalog()
        self._seed_users()
        self._seed_images()

    def _keystone(self, method: str, path: str, key: str, **values: object) -> dict[str, Any]:
        token = self.token(self.admin)
        url = self.auth_url + path
        answer = self._api(method, url, {key: values} if values else None, token=token)
        result: dict[str, Any] = answer.json()[key] if answer.body else {}
        return result

    def _seed_catalog(self) -> None:
        for region in REGIONS:
            self._keystone("POST", "/regions", "region", id=region)
        catalog = {
            "identity": ("keystone", {REGIONS[0]: self.auth_url}),
            "image": ("glance", {REGIONS[0]: self.image_url}),
            "compute": ("nova", self.regions),
        }
        for kind, (name, urls) in catalog.items():
            service = self._keystone("POST", "/services", "service", type=kind, name=name)
            for region, url in urls.items():
                ids = [
                    self._keystone(
                        "POST",
                        "/endpoints",
                        "endpoint",
                        service_id=service["id"],
                        interface=interface,
                        region_id=region,
                        url=url,
                    )["id"]
                    for interface in ("public", "internal", "admin")
                ]
                if kind == "compute":
                    self._endpoint_ids[region] = ids

    def _seed_users(self) -> None:
        me = self._api("GET", f"{self.auth_url}/auth/projects", None, token=self.token(self.admin)).json()["projects"][
            0
        ]
        users = self._list("users")
        self.admin = Credentials("admin", _ADMIN_PASSWORD, "admin", user_id=users["admin"], project_id=me["id"])
        roles = self._list("roles")
        demo = self._seed_user("demo", "lab-demo-password", "demo", roles["member"])
        self.other = self._seed_user("other", "lab-other-password", "other", roles["reader"])
        secret = self._api(
            "POST",
            f"{self.auth_url}/users/{demo.user_id}/application_credentials",
            {"application_credential": {"name": "lab", "roles": [{"name": "member"}]}},
            token=self.token(demo),
        ).json()["application_credential"]
        self.demo = Credentials(
            demo.username,
            demo.password,
            demo.project_name,
            user_id=demo.user_id,
            project_id=demo.project_id,
            application_credential_id=secret["id"],
            application_credential_secret=secret["secret"],
        )

    def _list(self, what: str) -> dict[str, str]:
        answer = self._api("GET", f"{self.auth_url}/{what}", None, token=self.token(self.admin))
        return {item["name"]: item["id"] for item in answer.json()[what]}

    def _seed_user(self, name: str, password: str, project: str, role_id: str) -> Credentials:
        project_id = self._keystone("POST", "/projects", "project", name=project, domain_id="default")["id"]
        user_id = self._keystone("POST", "/users", "user", name=name, password=password, domain_id="default")["id"]
        self._keystone("PUT", f"/projects/{project_id}/users/{user_id}/roles/{role_id}", "role")
        return Credentials(name, password, project, user_id=user_id, project_id=project_id)

    def _seed_images(self) -> None:
        data = b"not a bootable disk\n" * 64
        self.images = {
            "base": self.create_image(
                "Ubuntu 24.04 LTS (Noble Numbat)",
                data=data,
                min_disk=20,
                min_ram=512,
                os_type="linux",
                os_distro="ubuntu",
                os_version="24.04",
                image_type="base",
                auto_disk_config="True",
            ),
            "snapshot": self.create_image(
                "nightly snapshot",
                data=data,
                image_type="snapshot",
                instance_uuid=SNAPSHOT_SERVER,
                auto_disk_config="False",
            ),
            "queued": self.create_image("not uploaded yet"),
            "nameless": self.create_image(None, data=data),
            "deactivated": self.create_image("withdrawn", data=data),
            "private": self.create_image("only for demo", data=data, owner=self.demo, visibility="private"),
        }
        self.deactivate(self.images["deactivated"])


# --- Files of a run -----------------------------------------------------------------------------


def _claim_directory(state: Path) -> IO[str]:
    """Empty a state directory and hold it, so that two labs never share one."""
    marker = state / ".openstack-lab"
    if state.exists() and any(state.iterdir()) and not marker.exists():
        raise LabError(f"{state} is not empty and not a lab's: not using it")
    state.mkdir(parents=True, exist_ok=True)
    claim = marker.open("a")
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        claim.close()
        raise LabError(f"another lab is using {state}") from None
    for path in state.iterdir():
        if path == marker:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return claim


def _service_environment(state: Path) -> dict[str, str]:
    """All that a service is told. Nothing of the caller's: a proxy or an `OS_` variable would do
    harm, and `HOME` would bring configuration of the user's."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(state),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        "OS_KEYSTONE_CONFIG_DIR": str(state / "keystone"),
        "OS_KEYSTONE_CONFIG_FILES": "keystone.conf",
        "OS_GLANCE_CONFIG_DIR": str(state / "glance"),
        "OS_NOVA_CONFIG_DIR": str(state / "nova"),
        "OS_NOVA_CONFIG_FILES": "api-paste.ini;nova.conf",
        # The services run on waitress's threads.
        "OS_NOVA_DISABLE_EVENTLET_PATCHING": "1",
    }


def _write_configuration(
    venv: Path,
    state: Path,
    ports: Mapping[str, int],
    token_expiration: int = 3600,
) -> None:
    urls = {name: f"http://{HOST}:{ports[name]}" for name in SERVICES}
    for name in SERVICES:
        (state / name).mkdir(exist_ok=True)
    for name in ("images", "staging", "tasks"):
        (state / "glance" / name).mkdir(exist_ok=True)
    authtoken = {
        "www_authenticate_uri": urls["keystone"],
        "auth_url": urls["keystone"],
        "auth_type": "password",
        "username": "lab-service",
        "password": _SERVICE_PASSWORD,
        "user_domain_name": DOMAIN,
        "project_name": "service",
        "project_domain_name": DOMAIN,
        # Ask Keystone about every token, so that an answer does not depend on what was asked before.
        "token_cache_time": -1,
    }
    logging = {"use_stderr": True}
    _write_ini(
        state / "keystone" / "keystone.conf",
        {
            "DEFAULT": logging,
            "database": {"connection": _sqlite_url("keystone")},
            "token": {"provider": "fernet", "expiration": token_expiration},
            "fernet_tokens": {"key_repository": state / "keystone" / "keys"},
            "fernet_receipts": {"key_repository": state / "keystone" / "keys"},
            "credential": {"key_repository": state / "keystone" / "keys"},
            # As deployments have it, though in the process: without it an answer takes 0.3 s.
            "cache": {"enabled": True, "backend": "oslo_cache.dict"},
            # The cheapest that bcrypt has: tests authenticate often.
            "identity": {"password_hash_rounds": 4},
        },
    )
    _write_ini(
        state / "glance" / "glance-api.conf",
        {
            "DEFAULT": logging
            | {
                "enabled_backends": "local:file",
                "worker_self_reference_url": urls["glance"],
            },
            "database": {"connection": _sqlite_url("glance")},
            "glance_store": {"default_backend": "local"},
            "local": {"filesystem_store_datadir": state / "glance" / "images"},
            "os_glance_staging_store": {"filesystem_store_datadir": state / "glance" / "staging"},
            "os_glance_tasks_store": {"filesystem_store_datadir": state / "glance" / "tasks"},
            "paste_deploy": {
                "flavor": "keystone",
                "config_file": state / "glance" / "glance-api-paste.ini",
            },
            "keystone_authtoken": authtoken,
        },
    )
    _write_ini(
        state / "nova" / "nova.conf",
        {
            "DEFAULT": logging
            | {
                "transport_url": "fake:/",
                "host": "lab",
                "my_ip": HOST,
                "state_path": state / "nova",
            },
            "api_database": {"connection": _sqlite_url("nova_api")},
            "database": {"connection": _sqlite_url("nova")},
            "glance": {"endpoint_override": urls["glance"]},
            "oslo_concurrency": {"lock_path": state / "nova" / "locks"},
            "keystone_authtoken": authtoken,
        },
    )
    shutil.copy(venv / "etc" / "glance" / "glance-api-paste.ini", state / "glance")
    shutil.copy(venv / "etc" / "nova" / "api-paste.ini", state / "nova")


def _sqlite_url(name: str) -> str:
    """A database in the state directory, relative so that the directory can be copied.

    Whoever finds it locked waits: without `timeout`, in seconds, that is an error after five.
    """
    return f"sqlite:///{name}.db?timeout=60"


def _write_ini(path: Path, sections: Mapping[str, Section]) -> None:
    lines = []
    for section, options in sections.items():
        lines.append(f"[{section}]")
        # oslo.config reads `$name` as a reference.
        lines += [f"{key} = {str(value).replace('$', '$$')}" for key, value in options.items()]
        lines.append("")
    path.write_text("\n".join(lines))


def _write_keys(repository: Path) -> None:
    """What `keystone-manage fernet_setup` makes: a staged key and a primary one."""
    repository.mkdir(mode=0o700)
    for name in ("0", "1"):
        key = base64.urlsafe_b64encode(os.urandom(32))
        with open(os.open(repository / name, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(key)


# --- The databases, made once -------------------------------------------------------------------


def _template(venv: Path) -> Path:
    """Where the databases of a lab that was never started are. Another lab.py looks for others."""
    parts = [_read(venv / ".installed") or "", Path(__file__).read_text(), _SERVE.read_text()]
    return venv / f"databases-{hashlib.sha256(''.join(parts).encode()).hexdigest()[:16]}"


def _make_template(venv: Path, template: Path, deadline: float) -> None:
    for old in venv.glob("databases-*"):
        shutil.rmtree(old)
    making = Path(tempfile.mkdtemp(prefix="databases-", suffix=".new", dir=venv))
    try:
        _make_databases(venv, making, deadline)
        result = making / "result"
        result.mkdir()
        for path in making.glob("*.db"):
            _use_write_ahead_log(path)
            path.rename(result / path.name)
        # Only now does it have the name that is looked for.
        result.rename(template)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _use_write_ahead_log(database: Path) -> None:
    """Let others read while one writes; the file keeps the mode.

    With SQLite's rollback journal a reader locks out the writer and the writer every reader.
    Keystone 22 then reports "database is locked" under parallel requests, and no longer answers.
    """
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def _make_databases(venv: Path, state: Path, deadline: float) -> None:
    _write_configuration(venv, state, dict.fromkeys(SERVICES, 1))
    _write_keys(state / "keystone" / "keys")
    bootstrap = ["bootstrap", "--bootstrap-username"]
    keystone = [
        ["db_sync"],
        [*bootstrap, "admin", "--bootstrap-password", _ADMIN_PASSWORD],
        [
            *[*bootstrap, "lab-service", "--bootstrap-password", _SERVICE_PASSWORD],
            *["--bootstrap-project-name", "service"],
        ],
    ]
    nova = [
        ["api_db", "sync"],
        ["cell_v2", "map_cell0", "--database_connection", _sqlite_url("nova_cell0")],
        [
            *["cell_v2", "create_cell", "--name", "cell1", "--transport-url", "fake:/"],
            *["--database_connection", _sqlite_url("nova")],
        ],
        ["db", "sync"],
    ]
    jobs = {
        "keystone": ("keystone-manage", "keystone.conf", keystone),
        "glance": ("glance-manage", "glance-api.conf", [["db_sync"]]),
        "nova": ("nova-manage", "nova.conf", nova),
    }
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        while jobs or running:
            for name in [name for name in jobs if name not in running]:
                command, configuration, steps = jobs[name]
                script = [venv / "bin" / command, "--config-file", state / name / configuration]
                running[name] = _manage(venv, state, name, [*map(str, script), *steps.pop(0)])
            time.sleep(0.1)
            if time.monotonic() > deadline:
                logs = "; ".join(_tail(state / f"{name}.log") for name in running)
                raise LabError(f"making the databases of {', '.join(running)} did not end in time; {logs}")
            for name, process in list(running.items()):
                if (code := process.poll()) is None:
                    continue
                _end(running.pop(name))
                if code != 0:
                    log = state / f"{name}.log"
                    raise LabError(f"making {name}'s database failed with {code}; {_tail(log)}")
                if not jobs[name][2]:
                    del jobs[name]
    finally:
        for process in running.values():
            _end(process)


def _manage(venv: Path, state: Path, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
    with (state / f"{name}.log").open("ab") as log:
        python = str(venv / "bin" / "python")
        full = [python, str(_SERVE), "run", *command]
        return _start(full, log, _service_environment(state), state)


# --- Small helpers ------------------------------------------------------------------------------


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Wait for other runs that install in the same place."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None


def _tail(log: Path) -> str:
    """The end of a log. A full disk is named here, as a log on it does not hold the reason."""
    lines = (_read(log) or "").splitlines()[-LOG_LINES:]
    full = shutil.disk_usage(log.parent).free < MIN_FREE
    where = f"no space left on the disk of {log.parent}; " if full else ""
    return f"{where}the end of {log.name}:\n" + "\n".join(f"  {line}" for line in lines)


def _said(answer: Response) -> str:
    return f"{answer.status} {answer.reason} {answer.body[:500].decode(errors='replace')}"


# --- By hand ------------------------------------------------------------------------------------


def _openrc(lab: OpenStackLab) -> str:
    exports = [f"export {k}={shlex.quote(v)}" for k, v in lab.environment(lab.demo).items()]
    lines = [
        "# demo, a member of the project demo",
        *exports,
        "# or, instead of name, password and project:",
        f"#   OS_AUTH_TYPE=v3applicationcredential"
        f" OS_APPLICATION_CREDENTIAL_ID={lab.demo.application_credential_id}"
        f" OS_APPLICATION_CREDENTIAL_SECRET={lab.demo.application_credential_secret}",
        f"# admin (project admin): {lab.admin.password}",
        f"# other (reader, project other): {lab.other.password}",
        *[f"# compute, {region}: {url}" for region, url in lab.regions.items()],
        *[f"# image {name}: {image_id}" for name, image_id in lab.images.items()],
    ]
    return "\n".join(lines)


def _port(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if name not in SERVICES or not number.isdecimal():
        raise argparse.ArgumentTypeError(f"want SERVICE=PORT with one of {', '.join(SERVICES)}")
    return name, int(number)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Install a real OpenStack, or run it on loopback until Ctrl-C.")
    parser.add_argument("--venv", type=Path, required=True, help="where OpenStack is installed")
    parser.add_argument("--install", action="store_true", help="install, and run nothing")
    parser.add_argument("--requirements", type=Path, help="what --install installs")
    parser.add_argument("--python", default="python3.11", help="interpreter for --install")
    parser.add_argument(
        "--timeout", type=float, default=INSTALL_TIMEOUT, metavar="SECONDS", help="for each of two tries"
    )
    parser.add_argument("--state", type=Path, help="databases, images and logs")
    parser.add_argument("--nova", type=int, default=34, metavar="MAJOR", help="default: 34")
    parser.add_argument("--token-expiration", type=int, default=3600, metavar="SECONDS")
    parser.add_argument("--port", type=_port, action="append", default=[], metavar="SERVICE=PORT", dest="ports")
    options = parser.parse_args(arguments)
    if options.install and options.requirements is None:
        parser.error("--install needs --requirements")
    if not options.install and options.state is None:
        parser.error("give --state, or --install")

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        if options.install:
            began = time.monotonic()
            made = install(options.venv, options.requirements, options.python, timeout=options.timeout)
            print(f"installed in {time.monotonic() - began:.0f} s" if made else "installed already")
            return 0
        lab = OpenStackLab(
            options.venv,
            options.state,
            token_expiration=options.token_expiration,
            nova_major=options.nova,
            ports=dict(options.ports),
        )
        with lab:
            print(_openrc(lab), flush=True)
            signal.pause()
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
