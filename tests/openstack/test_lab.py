"""What the lab says when it cannot be had, and that it leaves nothing running."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from slack import SLACK

from .lab import SERVICES, LabError, OpenStackLab, _template, http_request, install, main

ROOT = Path(__file__).parents[2]
LAB = Path(__file__).with_name("lab.py")
SLEEP = "import os, time; print(f'pid {os.getpid()}', flush=True); time.sleep(600)"
# It answers GET alone.
ANSWER = """
import http.server, os, sys
print(f"pid {os.getpid()}", flush=True)
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), http.server.SimpleHTTPRequestHandler)
server.serve_forever()
"""


@pytest.fixture
def fake(tmp_path: Path) -> Callable[[str], Path]:
    """Makes an environment that looks installed, whose services run a line of Python instead of waitress."""

    def make(waitress: str) -> Path:
        venv = tmp_path / "env"
        for name in ("bin", "stubs", "etc/glance", "etc/nova", "lib/python3.11/site-packages/nova-34.0.0.dist-info"):
            (venv / name).mkdir(parents=True)
        for name in ("etc/glance/glance-api-paste.ini", "etc/nova/api-paste.ini", ".installed"):
            (venv / name).touch()
        (venv / "stubs" / "waitress.py").write_text(waitress)
        script(venv / "bin" / "python", f'PYTHONPATH="{venv}/stubs" exec {sys.executable} "$@"')
        _template(venv).mkdir()
        return venv

    return make


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def first_pid(state: Path, name: str) -> int:
    """The process that wrote the first line of a service's log."""
    return int((state / "logs" / f"{name}.log").read_text().split()[1])


def wait_until_ended(pid: int) -> None:
    """Wait as long as the end of a process may take on a busy machine."""
    deadline = time.monotonic() + SLACK
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(0.05)
        pytest.fail(f"process {pid} still runs")


def run_tests(environment: Path, *arguments: str, nova: int = 34, **variables: str) -> subprocess.CompletedProcess[str]:
    """A session of pytest with the lab of another environment."""
    variables |= {"OPENSTACK_LAB": os.fspath(environment.parent), "OPENSTACK_NOVA": str(nova)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/openstack/test_list.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True)


# --- Installing ---------------------------------------------------------------------------------


def fake_python(tmp_path: Path, failures: int = 0) -> Path:
    """A Python that makes an environment of itself, fails the given number of times, and writes down what it ran."""
    return script(
        tmp_path / "python",
        f"""
[ "$1" = -c ] && {{ echo 3.11; exit; }}
shift 2
echo "$@" >> {tmp_path}/ran
[ "$2" = venv ] || exit 0
[ "$(grep -c venv {tmp_path}/ran)" -le {failures} ] && {{ echo out of luck; exit 1; }}
mkdir -p "$3/bin" "$3/etc/glance" "$3/etc/nova"
cp "$0" "$3/bin"
touch "$3/pyvenv.cfg" "$3/etc/glance/glance-api-paste.ini" "$3/etc/nova/api-paste.ini"
""",
    )


def ran(tmp_path: Path) -> list[str]:
    lines = (tmp_path / "ran").read_text().splitlines()
    (tmp_path / "ran").unlink()
    return ["pip install" if "pip" in line and "install" in line else line.split()[0] for line in lines]


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("keystone==30.0.0\n")
    return path


def test_install_does_nothing_when_it_was_done(tmp_path: Path, requirements: Path) -> None:
    """What is there already is not made again; what is missing or has changed is."""
    python, venv = fake_python(tmp_path), tmp_path / "env"
    assert install(venv, requirements, python)
    assert "pip install" in ran(tmp_path)
    assert not install(venv, requirements, python)
    assert not (tmp_path / "ran").exists()
    shutil.rmtree(_template(venv))
    assert install(venv, requirements, python)
    assert "pip install" not in ran(tmp_path)
    requirements.write_text("keystone==30.0.1\n")
    assert install(venv, requirements, python)
    assert "pip install" in ran(tmp_path)


def test_install_is_tried_once_more_after_a_failure(
    tmp_path: Path, requirements: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second try that works is good; the first is told of. Two that fail are no install."""
    assert install(tmp_path / "env", requirements, fake_python(tmp_path, failures=1))
    assert "out of luck\nlab: trying once more" in capsys.readouterr().err
    (tmp_path / "ran").unlink()
    requirements.write_text("keystone==30.0.1\n")
    with pytest.raises(LabError, match=r"installing the lab: python -m venv [\s\S]*out of luck"):
        install(tmp_path / "env", requirements, fake_python(tmp_path, failures=2))
    assert not (tmp_path / "env" / ".installed").exists()


def test_install_ends_in_time_when_python_hangs(tmp_path: Path, requirements: Path) -> None:
    """Each of the two tries ends at its limit, with every process it started."""
    hanging = f'[ "$1" = -c ] && {{ echo 3.11; exit; }}\nsleep 600 & echo $! >> {tmp_path}/pids\nwait'
    began = time.monotonic()
    with pytest.raises(LabError, match=r"python -m venv .* did not end in time"):
        install(tmp_path / "env", requirements, script(tmp_path / "python", hanging), timeout=1)
    assert time.monotonic() - began < 2 * 1 + SLACK
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2
    for pid in pids:
        wait_until_ended(pid)


def test_install_shows_the_log_of_pip_without_a_network(
    tmp_path: Path, requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error has pip's own words for an index that it cannot reach."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    with pytest.raises(LabError, match=r"pip .*install [\s\S]*Connection refused[\s\S]*No matching distribution"):
        install(tmp_path / "env", requirements, sys.executable)


def test_install_names_a_python_that_is_missing(
    tmp_path: Path, requirements: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends with 1 and one line."""
    arguments = ["--install", "--venv", str(tmp_path / "env"), "--requirements", str(requirements)]
    assert main([*arguments, "--python", "python3.99"]) == 1
    assert capsys.readouterr().err == "lab: cannot run python3.99: No such file or directory\n"


# --- A full disk --------------------------------------------------------------------------------


def run_on_a_small_disk(disk: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run lab.py with a file system of 2 MB at `disk`, which only it and its processes see."""
    disk.mkdir()
    own = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec"]
    mount = 'mount -t tmpfs -o size=2m tmpfs "$0"'
    if shutil.which("unshare") is None or subprocess.run([*own, mount, str(disk)], capture_output=True).returncode != 0:
        pytest.skip("this machine does not let a user mount a file system")
    command = [*own, f'{mount}; exec "$@"', str(disk), sys.executable, str(LAB), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_install_names_a_full_disk(tmp_path: Path, requirements: Path) -> None:
    """An environment that does not fit ends the command with 1; the error says where there is no space."""
    arguments = ["--install", "--requirements", str(requirements), "--python", sys.executable]
    done = run_on_a_small_disk(tmp_path / "disk", *arguments, "--venv", str(tmp_path / "disk" / "env"))
    assert done.returncode == 1, done.stderr
    assert f"no space left on the disk of {tmp_path / 'disk'}" in done.stderr


def test_start_names_a_full_disk(tmp_path: Path, fake: Callable[[str], Path]) -> None:
    """Databases that do not fit end the command with 1; the error is the system's."""
    venv = fake(SLEEP)
    (_template(venv) / "keystone.db").write_bytes(bytes(3 << 20))
    state = tmp_path / "disk" / "state"
    done = run_on_a_small_disk(tmp_path / "disk", "--venv", str(venv), "--state", str(state))
    assert done.returncode == 1, done.stderr
    assert f"lab: cannot start the lab in {state}: " in done.stderr
    assert "No space left on device" in done.stderr


# --- Starting -----------------------------------------------------------------------------------


def test_start_names_a_port_that_is_taken(tmp_path: Path, fake: Callable[[str], Path]) -> None:
    """The error names the service and the port; nothing was started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        lab = OpenStackLab(fake(SLEEP), tmp_path / "state", ports={"nova": port})
        with pytest.raises(LabError, match=f"nova: cannot use port {port}"):
            lab.start()
    assert lab.processes() == {}


def test_start_names_what_is_not_installed(tmp_path: Path, fake: Callable[[str], Path]) -> None:
    """An install that was not finished is not started."""
    venv = fake(SLEEP)
    _template(venv).rmdir()
    with pytest.raises(LabError, match=r"has no databases: run lab\.py --install first"):
        OpenStackLab(venv, tmp_path / "state").start()
    (venv / ".installed").unlink()
    with pytest.raises(LabError, match=r"is not installed completely: run lab\.py --install first"):
        OpenStackLab(venv, tmp_path / "state").start()


def test_start_ends_in_time_when_a_service_hangs(tmp_path: Path, fake: Callable[[str], Path]) -> None:
    """The error names the service and shows its log, and no service is left."""
    lab = OpenStackLab(fake(SLEEP), tmp_path / "state", start_timeout=2)
    began = time.monotonic()
    with pytest.raises(LabError, match=r"keystone did not answer in 2 s; the end of keystone\.log:\n  pid \d+"):
        lab.start()
    assert time.monotonic() - began < 2 + SLACK
    assert lab.processes() == {}
    wait_until_ended(first_pid(tmp_path / "state", "keystone"))


def test_start_shows_the_log_of_a_service_that_ends(tmp_path: Path, fake: Callable[[str], Path]) -> None:
    """The error names the service and shows the end of its log; the others are gone with it."""
    lab = OpenStackLab(fake("import sys\nif 'nova' in sys.argv: sys.exit('no luck')\n" + ANSWER), tmp_path / "state")
    with pytest.raises(LabError, match=r"nova ended with exit code 1; the end of nova\.log:\n  no luck"):
        lab.start()
    assert lab.processes() == {}
    wait_until_ended(first_pid(tmp_path / "state", "keystone"))


def test_start_shows_the_log_of_a_service_that_refuses_a_request(tmp_path: Path, fake: Callable[[str], Path]) -> None:
    """The error has the request, the answer, and what the service wrote about it."""
    lab = OpenStackLab(fake(ANSWER), tmp_path / "state")
    with pytest.raises(LabError, match=r"POST http://.*/auth/tokens: 501 [\s\S]*keystone\.log:[\s\S]*code 501"):
        lab.start()
    for name in SERVICES:
        wait_until_ended(first_pid(tmp_path / "state", name))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_services_end_when_the_lab_is_killed(
    tmp_path: Path, fake: Callable[[str], Path], number: signal.Signals
) -> None:
    """No service outlives its lab, not even one that had no time to stop them."""
    lab = subprocess.Popen([sys.executable, LAB, "--venv", fake(SLEEP), "--state", tmp_path / "state"])
    try:
        logs = [tmp_path / "state" / "logs" / f"{name}.log" for name in SERVICES]
        while not all(log.exists() and "\n" in log.read_text() for log in logs):
            assert lab.poll() is None
            time.sleep(0.05)
        lab.send_signal(number)
        assert lab.wait() == (130 if number == signal.SIGTERM else -number)
    finally:
        lab.kill()
        lab.wait()
    for name in SERVICES:
        wait_until_ended(first_pid(tmp_path / "state", name))


# --- A session ----------------------------------------------------------------------------------


def test_session_fails_once_when_a_service_does_not_start(fake: Callable[[str], Path]) -> None:
    """The session ends with 1, says which service and why, and no test ran."""
    done = run_tests(fake("raise SystemExit('no luck today')"))
    assert done.returncode == 1, done.stdout
    assert "the lab did not start: keystone ended with exit code 1; the end of keystone.log:" in done.stdout
    assert "no luck today" in done.stdout
    assert "no tests ran" in done.stdout


@pytest.mark.timeout(300)  # It starts a second lab, which takes a minute on a busy machine.
def test_session_ends_when_a_service_is_killed(lab: OpenStackLab, tmp_path: Path) -> None:
    """The test that meets it fails, and the session says which service is gone instead of failing all the others."""
    (tmp_path / "killing.py").write_text(
        """
import os, pathlib, signal
import pytest

@pytest.fixture(autouse=True)
def killed(request):
    processes = request.getfixturevalue("lab").processes()
    pathlib.Path(os.environ["PIDS"]).write_text(" ".join(map(str, processes.values())))
    os.kill(processes["nova"], signal.SIGKILL)
"""
    )
    pids = tmp_path / "pids"
    done = run_tests(lab.venv, "-p", "killing", nova=lab.nova_major, PYTHONPATH=str(tmp_path), PIDS=str(pids))
    assert done.returncode == 1, done.stdout
    assert "the lab failed: nova ended with exit code -9; the end of nova.log:" in done.stdout
    assert "1 failed in" in done.stdout
    for pid in pids.read_text().split():
        wait_until_ended(int(pid))


# --- SQLite -------------------------------------------------------------------------------------


@pytest.fixture
def writing(lab: OpenStackLab) -> Iterator[None]:
    """Somebody else writes to Keystone's database, for longer than SQLite waits by default."""
    connection = sqlite3.connect(lab.state / "keystone.db", isolation_level=None, check_same_thread=False)
    with contextlib.closing(connection):
        connection.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(6, connection.execute, ["ROLLBACK"])
        timer.start()
        yield
        timer.join()


def test_databases_have_a_write_ahead_log(lab: OpenStackLab) -> None:
    """Every database is in the mode in which readers and a writer do not lock each other out."""
    modes = {}
    for path in lab.state.glob("*.db"):
        with contextlib.closing(sqlite3.connect(path)) as connection:
            modes[path.stem] = connection.execute("PRAGMA journal_mode").fetchone()[0]
    assert modes == dict.fromkeys(("keystone", "glance", "nova", "nova_api", "nova_cell0"), "wal")


def test_keystone_waits_for_another_writer(lab: OpenStackLab, writing: None) -> None:
    """While somebody else writes Keystone signs in, and a change waits for its turn."""
    began = time.monotonic()
    token = lab.token(lab.admin)
    assert time.monotonic() - began < SLACK
    url = f"{lab.auth_url}/regions/lab"
    headers = {"X-Auth-Token": token, "Content-Type": "application/json"}
    answer = http_request("PUT", url, headers=headers, body=b'{"region": {}}')
    assert (answer.status, time.monotonic() - began > 5) == (201, True)
    assert http_request("DELETE", url, headers={"X-Auth-Token": token}).status == 204


def test_keystone_answers_parallel_requests_that_write(lab: OpenStackLab) -> None:
    """Eight at once sign in and revoke their tokens; none is told of a lock."""

    def revoke(number: int) -> int:
        token = lab.token(lab.demo)
        headers = {"X-Auth-Token": token, "X-Subject-Token": token}
        return http_request("DELETE", f"{lab.auth_url}/auth/tokens", headers=headers).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(revoke, range(40))) == {204}
