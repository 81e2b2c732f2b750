"""Runs the server, the ways to ask and the commands, each in a process of its own, in interleaved rounds."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent


@dataclass
class Sample:
    """The figures of one way in one setting, one of each round; `unit` says of what."""

    way: str
    setting: str
    unit: str
    figures: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.figures)

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the most of all rounds."""
        return min(self.figures), max(self.figures)


@dataclass
class Server:
    """Where the server listens, and the certificate authority that it needs."""

    url: str
    ca: str | None

    def requests(self) -> int:
        """How many came since this was asked last; over plain http alone."""
        with urlopen(f"{self.url}/count") as answer:
            count: int = json.load(answer)
        return count


@contextlib.contextmanager
def serving(*, tls: bool = False, latency: float = 0.0, metadata: int = 0) -> Iterator[Server]:
    """A server, for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--latency", str(latency), "--metadata", str(metadata)]
        ca = None
        if tls:
            import trustme

            authority = trustme.CA()
            issued = authority.issue_cert("127.0.0.1")
            ca, certificate, key = (str(Path(folder) / name) for name in ("ca.pem", "cert.pem", "key.pem"))
            authority.cert_pem.write_to_path(ca)
            for blob in issued.cert_chain_pems:
                blob.write_to_path(certificate, append=True)
            issued.private_key_pem.write_to_path(key)
            arguments += ["--tls", certificate, key]
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.server", *arguments],
            **_PIPES,
            cwd=ROOT,
        )
        assert process.stdout is not None
        try:
            yield Server(process.stdout.readline().strip(), ca)
        finally:
            _end(process)


_PIPES: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}


class Way:
    """One way to ask, in its process. `python`: the interpreter that runs it, for another version of the library."""

    def __init__(self, name: str, server: Server, python: str = sys.executable) -> None:
        self.name = name
        environment = plain_environment()
        if server.ca:
            environment["BENCH_CA"] = server.ca
        self._process = subprocess.Popen(
            [python, "-m", "benchmarks.clients", name, server.url], **_PIPES, cwd=ROOT, env=environment
        )
        self._read()

    def ask(self, calls: int, at_once: int = 1) -> dict[str, float]:
        """What so many calls took. All of them have to give their image."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"calls": calls, "at_once": at_once}) + "\n")
        self._process.stdin.flush()
        took = self._read()
        if took["came"] != calls:
            sys.exit(f"{self.name}: {took['came']} images of {calls}")
        return took

    def close(self) -> None:
        _end(self._process)

    def _read(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended: {self._process.wait()}")
        took: dict[str, float] = json.loads(line)
        return took


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(20)
    if process.stdout is not None:
        process.stdout.close()


def interleaved(
    names: Sequence[str], server: Server, setting: str, *, calls: int, at_once: int, rounds: int, unit: str
) -> list[Sample]:
    """Each way once a round, so that what else the machine does meets all alike.

    `unit`: "µs" for microseconds a call, "images/s" for calls a second.
    """
    ways = [Way(name, server) for name in names]
    return in_rounds(ways, setting, calls=calls, at_once=at_once, rounds=rounds, unit=unit)


def in_rounds(ways: Sequence[Way], setting: str, *, calls: int, at_once: int, rounds: int, unit: str) -> list[Sample]:
    """`interleaved`, of ways that are started; they are closed."""
    samples = [Sample(way.name, setting, unit) for way in ways]
    try:
        for _ in range(rounds):
            for way, sample in zip(ways, samples, strict=True):
                took = way.ask(calls, at_once)["seconds"]
                sample.figures.append(took / calls * 1e6 if unit == "µs" else calls / took)
    finally:
        for way in ways:
            way.close()
    return samples


def most_memory(name: str, server: Server, calls: int, at_once: int) -> float:
    """Megabytes that a process held at most for so many calls."""
    way = Way(name, server)
    try:
        return way.ask(calls, at_once)["memory"] / 1e6
    finally:
        way.close()


def plain_environment() -> dict[str, str]:
    """This one's, without what a machine may say of clouds, proxies and certificates: reading those takes time too."""
    left_out = ("OS_", "RS_", "SSL_CERT_", "REQUESTS_CA_", "CURL_CA_")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(left_out) and not name.lower().endswith("_proxy")
    }


# A process begins with the memory of the one that starts it, so a small one does.
_START = """
import os, sys
nothing = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
_, status, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=nothing), 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def cpu_of(command: Sequence[str], environment: dict[str, str] | None = None) -> tuple[float, float]:
    """Seconds of CPU, and megabytes at most, of a command from its start to its end."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _START, *command],
        cwd=ROOT,
        env=plain_environment() | (environment or {}),
        capture_output=True,
        text=True,
        check=True,
    )
    code, seconds, kilobytes = done.stdout.split()
    if code != "0":
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return float(seconds), float(kilobytes) / 1e3


def processes(
    commands: Mapping[str, tuple[Sequence[str], dict[str, str]]], setting: str, rounds: int
) -> tuple[list[Sample], list[Sample]]:
    """CPU milliseconds and megabytes of whole processes, each once a round, and once more at first, uncounted."""
    cpu = [Sample(name, setting, "ms of CPU") for name in commands]
    memory = [Sample(name, setting, "MB") for name in commands]
    for number in range(rounds + 1):
        for (command, environment), seconds, megabytes in zip(commands.values(), cpu, memory, strict=True):
            used, held = cpu_of(command, environment)
            if number:
                seconds.figures.append(used * 1e3)
                megabytes.figures.append(held)
    return cpu, memory
