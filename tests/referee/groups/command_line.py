"""The command: its output, errors and exit codes, against clouds that are made of the documents' vectors."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from referee.commands import Command
from referee.groups.clouds import SECRET, Cloud
from referee.groups.inputs import Vectors, inputs
from referee.server import Reply, Request, Server, response

SOURCE = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"
BASE = "00000000-0000-4000-8000-000000200001"
BUILDING = "00000000-0000-4000-8000-000000200003"
ODD_NAME = "00000000-0000-4000-8000-000000200013"
FAILS = "00000000-0000-4000-8000-000000200017"
VANISHES = "00000000-0000-4000-8000-000000200018"
MISSING = "00000000-0000-4000-8000-000000404001"
LIMITED = "00000000-0000-4000-8000-000000413001"
FORBIDDEN = "00000000-0000-4000-8000-000000403001"
UNAVAILABLE = "00000000-0000-4000-8000-000000503001"
ODD_LIST = "00000000-0000-4000-8001-000000200051"
UNREADABLE_LIST = "00000000-0000-4000-8001-000000500001"

FORMATS = ("table", "json", "jsonl", "yaml", "csv", "value", "shell")
COMMANDS = ("show", "list", "locate", "regions", "audit", "spec", "sandbox", "logout")

EXPECTED = {
    "help": "--help",
    "no-command": "",
    "version": "--version",
    **{f"help-{name}": f"{name} --help" for name in COMMANDS},
    "show": f"show {SOURCE}",
    **{f"show-{name}": f"show {SOURCE} -f {name}" for name in FORMATS[1:]},
    "show-columns": f"show {SOURCE} -c name -c size -c minDisk -c created",
    "show-verbose": f"show {SOURCE} -v -f value -c id",
    "show-missing": f"show {MISSING}",
    "show-missing-json": f"show {MISSING} -f json",
    "show-limited": f"show {LIMITED} --deadline 20",
    "show-forbidden": f"show {FORBIDDEN}",
    "show-a-name": "show 'web 1'",
    "show-unknown-column": f"show {SOURCE} -c colour",
    "show-wrong-region": f"show {SOURCE} --region LON",
    "show-secret": f"show {SOURCE} --os-password geheim",
    "show-many-narrow": f"show {BASE} {BASE}",
    "show-wait": f"show {BUILDING} --wait -c status",
    "show-wait-json": f"show {BUILDING} --wait -f json -c status",
    "show-wait-failed": f"show {FAILS} --wait",
    "show-wait-vanished": f"show {VANISHES} --wait",
    "show-wait-too-long": f"show {BUILDING} --wait --timeout 0",
    "list": "list",
    "list-narrow": "list --limit 2",
    **{f"list-{name}": f"list -f {name} --limit 2" for name in ("json", "jsonl", "yaml", "csv", "value")},
    "list-columns": "list --type snapshot -c name -c status -c server_id",
    "list-none": "list --name nothing",
    "list-odd": f"list --server {ODD_LIST} -f value",
    "list-all-regions": "list --all-regions --type snapshot",
    "locate": f"locate {SOURCE}",
    "locate-json": f"locate {SOURCE} -f json",
    "locate-narrow": f"locate {SOURCE}",
    "locate-missing": f"locate {MISSING} -f value",
    "regions": "regions",
    "regions-json": "regions -f json",
    "logout": "logout",
}
"""The commands of `tests/cli/expected/commands`, by the names of its files."""

STDIN = f"# ids\n\n{SOURCE}\nweb 1\n"

TOLD_AS_JSON = ("not-found", "over-limit", "unauthorized", "html-page", "redirect")
"""The vectors whose error is printed as JSON too."""

LIMITED_FOR_LONG = (
    *("over-limit", "over-limit-in-the-body", "over-limit-as-text", "over-limit-twice", "too-many-requests"),
    *("too-many-requests-page", "unavailable"),
)
"""The vectors that say to come back in five seconds or later."""

MISTAKES = {
    "unknown-command": "nonsense",
    "unknown-option": f"show {SOURCE} --nope",
    "abbreviated-option": f"show {SOURCE} --sand",
    "show-nothing": "show",
    "show-shell-of-two": f"show {SOURCE} {SOURCE} -f shell",
    "show-format": f"show {SOURCE} -f xml",
    "show-timeout-without-wait": f"show {SOURCE} --timeout 5",
    "show-grace-without-wait": f"show {SOURCE} --grace 5",
    "show-wait-timeout-word": f"show {SOURCE} --wait --timeout soon",
    "show-wait-timeout-negative": f"show {SOURCE} --wait --timeout -1",
    "show-wait-timeout-days": f"show {SOURCE} --wait --timeout 1d",
    "show-deadline-zero": f"show {SOURCE} --deadline 0",
    "show-request-timeout-word": f"show {SOURCE} --request-timeout soon",
    "show-request-timeout-infinite": f"show {SOURCE} --request-timeout inf",
    "show-quiet-and-verbose": f"show {SOURCE} -q -v",
    "show-stdin-twice": "show - -",
    "show-interface": f"show {SOURCE} --interface secret",
    "show-empty-id": "show ''",
    "show-path": "show ../../v2.0/tokens",
    "show-url": f"show https://dfw.example.com/v2/1/images/{SOURCE}",
    "show-quoted": f"show '\"{SOURCE}\"'",
    "show-number": "show 5",
    "show-long": f"show {'a' * 3000}",
    "show-region-url": f"show {SOURCE} --region https://dfw.example.com",
    "show-os-cacert": f"show {SOURCE} --os-cacert /nowhere/ca.pem",
    "show-secret-token": f"show {SOURCE} --token=geheim-4711",
    "list-id": f"list {SOURCE}",
    "list-limit-zero": "list --limit 0",
    "list-limit-other-digits": "list --limit ٣",
    "list-min-disk": "list --min-disk -1",
    "list-changes-since": "list --changes-since yesterday",
    "list-marker": "list --marker x",
    "list-column": "list -c nothing",
    "list-all-regions-and-region": "list --all-regions --region DFW",
    "list-all-regions-and-marker": f"list --all-regions --marker {SOURCE}",
    "locate-nothing": "locate",
    "locate-name": "locate 'web 1'",
    "locate-column": f"locate {SOURCE} -c nothing",
    "regions-shell": "regions -f shell",
    "regions-column": "regions -c nothing",
    "spec-unknown": "spec compute",
    "sandbox-port": "sandbox --port 65536",
    "sandbox-port-word": "sandbox --port http",
    "audit-nothing": "audit",
    "audit-no-file": "audit nowhere.txt --out out",
}


@dataclass
class VectorCloud(Cloud):
    """Identity, and compute with every vector and list."""

    def __post_init__(self) -> None:
        self._vectors = Vectors()
        self.compute = self._compute

    def _compute(self, request: Request) -> Reply:
        region = request.path.split("/")[1].upper()
        if request.path.endswith("/images/detail"):
            return self._list(region, parse_qs(request.target.partition("?")[2]))
        return self._vectors.image(request, region)

    def _list(self, region: str, query: Mapping[str, list[str]]) -> Reply:
        given = {name: values[0] for name, values in query.items()}
        if (page := self._vectors.page(given.get("server", ""), region)) is not None:
            return page
        found = [image for image in self._vectors.images(region) if _fits(image, given)]
        if "marker" in given:
            ids = [image["id"] for image in found]
            found = found[ids.index(given["marker"]) + 1 :] if given["marker"] in ids else []
        limit = int(given.get("limit", "1000"))
        body: dict[str, Any] = {"images": found[:limit]}
        if len(found) >= limit:
            href = f"http://nova.internal/v2/1/images/detail?limit={limit}&marker={found[limit - 1]['id']}"
            body["images_links"] = [{"rel": "next", "href": href}]
        return response(200, body)


def _fits(image: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    metadata = image.get("metadata") or {}
    return (
        query.get("name", image.get("name")) == image.get("name")
        and query.get("status", image.get("status")) == image.get("status")
        and query.get("type", metadata.get("image_type")) == metadata.get("image_type")
        and "server" not in query
    )


def rackspace(server: Server) -> dict[str, str]:
    return {
        **{"RS_USERNAME": "demo", "RS_API_KEY": SECRET, "RS_REGION_NAME": "DFW"},
        "RS_AUTH_URL": f"{server.url}/identity/v2.0",
    }


def keystone(server: Server) -> dict[str, str]:
    return {
        **{"OS_AUTH_URL": f"{server.url}/identity/v3", "OS_USERNAME": "demo", "OS_PASSWORD": SECRET},
        **{"OS_PROJECT_NAME": "demo", "OS_USER_DOMAIN_NAME": "Default", "OS_REGION_NAME": "DFW"},
    }


def token(server: Server) -> dict[str, str]:
    return {
        "OS_TOKEN": "geheim-token-1",
        "OS_ENDPOINT_OVERRIDE": f"{server.url}/dfw/v2/820712",
        "OS_REGION_NAME": "DFW",
    }


def nobody(server: Server) -> dict[str, str]:
    return {}


def cloud_command(name: str, words: str, cloud: Any = None, **options: Any) -> Command:
    """A command with a Rackspace user's variables and a cloud of vectors, unless it is said otherwise."""
    script = VectorCloud() if cloud is None else cloud
    return Command(name, words, script, **{"variables": rackspace, **options})


def commands() -> Iterator[Command]:
    for name, words in EXPECTED.items():
        columns = 20 if name.endswith("narrow") else 80
        yield cloud_command(f"expected-{name}", words, columns=columns, stdin=STDIN, in_order="many" not in name)
    for name in ("table", "json", "yaml", "csv", "value"):
        yield cloud_command(f"expected-show-stdin-{name}", f"show - -f {name}", stdin=STDIN, in_order=False)
    for name, words in MISTAKES.items():
        yield cloud_command(f"mistake-{name}", words)
    for name in ("show-nothing", "show-number", "unknown-option", "list-limit-zero", "list-column"):
        yield cloud_command(f"mistake-json-{name}", f"{MISTAKES[name]} -f json")
    yield from _vectors()
    yield from _formats()
    yield from _sources()
    yield from _sign_ins()
    yield from _many()
    yield from _outputs()
    yield from _audits()


def _vectors() -> Iterator[Command]:
    """Each vector, as a person and as a program sees it."""
    for name, vector in inputs()["vectors"].items():
        # A wait of several seconds does not fit, and is not made.
        hasty = " --deadline 3" if name in LIMITED_FOR_LONG else ""
        yield cloud_command(f"vector-{name}", f"show {vector['id']}{hasty}", variables=token)
        if name in TOLD_AS_JSON:
            yield cloud_command(f"vector-json-{name}", f"show {vector['id']} -f json{hasty}", variables=token)
    for name, vector in inputs()["lists"].items():
        yield cloud_command(f"list-{name}", f"list --server {vector['server']} -f json", variables=token)


def _formats() -> Iterator[Command]:
    for name in ("name-of-control-characters", "as-the-table-says", "unknown-members", "all-null"):
        image_id = inputs()["vectors"][name]["id"]
        for kind in ("yaml", "shell"):
            yield cloud_command(f"format-{kind}-{name}", f"show {image_id} -f {kind}", variables=token)
    for columns in (40, 120):
        yield cloud_command(f"width-show-{columns}", f"show {SOURCE}", columns=columns, variables=token)
        yield cloud_command(f"width-list-{columns}", "list", columns=columns, variables=token)
    for kind in ("json", "csv"):
        yield cloud_command(f"format-list-none-{kind}", f"list --name nothing -f {kind}")
        yield cloud_command(f"format-list-all-regions-{kind}", f"list --all-regions --type snapshot -f {kind}")
    for kind in ("jsonl", "yaml", "csv", "value"):
        yield cloud_command(f"format-regions-{kind}", f"regions -f {kind}")
        yield cloud_command(f"format-locate-{kind}", f"locate {SOURCE} {MISSING} -f {kind}", in_order=False)
    for column in ("min_disk", "OS-EXT-IMG-SIZE:size", "metadata", "server", "links"):
        yield cloud_command(f"column-{column}", f"show {SOURCE} -f value -c {column}", variables=token)
    for kind in ("json", "yaml", "csv", "shell"):
        words = f"show {SOURCE} -f {kind} -c status -c size -c metadata"
        yield cloud_command(f"columns-{kind}", words, variables=token)
    yield cloud_command("column-twice", f"show {SOURCE} -f csv -c id -c id", variables=token)
    filters = f"--server s-1 --name 'web 1' --status ACTIVE --type snapshot --min-disk 0 --min-ram 512 --marker {BASE}"
    words = f"list {filters} --page-size 7 --changes-since 2026-01-31 -f json"
    yield cloud_command("list-filters", words, variables=token)
    yield cloud_command("list-pages", "list --page-size 3 --limit 7 -f value -c id", variables=token)
    yield cloud_command("list-unreadable-page", f"list --server {UNREADABLE_LIST} -f csv", variables=token)
    yield cloud_command("list-none-quiet", "list --name nothing -q", variables=token)
    yield cloud_command("spec", "spec identity -f json", variables=nobody)


def _sources() -> Iterator[Command]:
    """Who signs in: a variable, a file, or nothing at all."""
    auth = {"auth_url": "{url}/identity/v3", "username": "demo", "project_name": "demo", "user_domain_name": "Default"}
    mine = {"mine": {"auth": {**auth, "password": SECRET}, "region_name": "DFW"}}
    one, two = json.dumps({"clouds": mine}), json.dumps({"clouds": {**mine, "other": {}}})
    words = f"show {SOURCE} -f value -c id -v"
    yield cloud_command("source-rackspace", words)
    yield cloud_command("source-keystone", words, variables=keystone)
    yield cloud_command("source-token", words, variables=token)
    yield cloud_command("source-only-cloud", words, variables=nobody, files={"clouds.yaml": one})
    yield cloud_command("source-cloud", f"{words} --cloud mine", variables=nobody, files={"clouds.yaml": two})
    yield cloud_command("source-several-clouds", words, variables=nobody, files={"clouds.yaml": two})
    yield cloud_command("source-unknown-cloud", f"{words} --cloud x", variables=nobody, files={"clouds.yaml": two})
    yield cloud_command("source-empty-cloud", f"{words} --cloud other", variables=nobody, files={"clouds.yaml": two})
    yield cloud_command("source-bad-yaml", words, variables=nobody, files={"clouds.yaml": "clouds: [\n"})
    yield cloud_command(
        "source-os-cloud-and-openrc", words, variables=keystone, files={"clouds.yaml": two}, more={"OS_CLOUD": "mine"}
    )
    yield cloud_command("source-nothing", words, variables=nobody)
    yield cloud_command("source-nothing-json", f"show {SOURCE} -f json", variables=nobody)
    yield cloud_command("source-token-alone", words, variables=nobody, more={"OS_TOKEN": "geheim-token-1"})
    yield cloud_command("source-endpoint-word", words, variables=token, more={"OS_ENDPOINT_OVERRIDE": "DFW"})
    yield cloud_command("source-no-password", words, more={"RS_API_KEY": ""})
    yield cloud_command("region-lower-case", f"show {BASE} --region ord -f value -c id -v")
    yield cloud_command("region-os-name", f"show {SOURCE} --os-region-name ORD")
    yield cloud_command("interface-internal", "regions --interface internal", variables=keystone)
    yield cloud_command("no-cache", f"{words} --no-cache")


def _sign_ins() -> Iterator[Command]:
    """What identity answers, and clouds that cannot be reached."""
    words = f"show {SOURCE}"
    logins = {
        "401": response(401, {"unauthorized": {"code": 401, "message": "Unable to authenticate user."}}),
        "403": response(403, {"userDisabled": {"code": 403, "message": "User demo is disabled."}}),
        "413": response(413, b"", {"Retry-After": "30"}),
        "300": response(300),
        "page": response(200, b"<html>"),
        "no-catalog": response(200, {"access": {"token": {"id": "t"}}}),
        "second-factor": response(401, b"", {"WWW-Authenticate": "OS-MF sessionId='x'"}),
    }
    for name, login in logins.items():
        yield cloud_command(f"sign-in-{name}", f"{words} --deadline 20", Cloud(login=login))
    yield cloud_command("sign-in-json", f"{words} -f json", Cloud(login=logins["401"]))
    yield cloud_command("sign-in-many", f"show {SOURCE} {BASE} {MISSING}", Cloud(login=logins["401"]))
    yield cloud_command("sign-in-regions", "regions", Cloud(login=logins["401"]))
    yield cloud_command("sign-in-debug", f"{words} --debug", Cloud(login=logins["401"]), last_line=True)
    yield cloud_command("token-renewed", f"{words} -f value -c id -v", Cloud(good=("geheim-token-2",)))
    closed = {"OS_TOKEN": "geheim-token-1", "OS_ENDPOINT_OVERRIDE": "http://127.0.0.1:1/v2/1"}
    yield cloud_command("nobody-listens", words, variables=nobody, more=closed)
    yield cloud_command("silent", f"{words} --deadline 2", [Reply(b"", "hold")], variables=token)
    yield cloud_command("not-a-compute-endpoint", words, [response(404, b"<html>no such page</html>")], variables=token)
    yield cloud_command("a-page", words, [response(200, b"<html>")], variables=token)
    yield cloud_command("a-page-debug", f"{words} --debug", [response(200, b"<html>")], variables=token, last_line=True)


def _many() -> Iterator[Command]:
    """Many ids: the exit code is that of the worst."""
    order = (BASE, MISSING, "00000000-0000-4000-8000-000000500001", FORBIDDEN)
    for number in range(1, len(order) + 1):
        ids = " ".join(order[:number])
        yield cloud_command(f"many-{number}", f"show {ids} {SOURCE} -f value", in_order=False, variables=token)
    for kind in ("table", "json", "yaml", "csv"):
        yield cloud_command(f"many-format-{kind}", f"show {BASE} {BASE} x -f {kind}", in_order=False, variables=token)
    lines = f"\ufeff{SOURCE}\r\n\n  # nothing\nweb 1\n {BASE} # good\n{BASE}"
    yield cloud_command("stdin-odd-lines", "show - -f value -c id", stdin=lines, in_order=False, variables=token)
    yield cloud_command("stdin-empty", "show - -f json", variables=token)
    yield cloud_command("stdin-empty-table", "show -", variables=token)
    yield cloud_command("stdin-locate", "locate - -f csv", stdin=f"{SOURCE}\nx\n", in_order=False)
    located = {
        "missing": MISSING,
        "forbidden": f"{FORBIDDEN} -f json",
        "unavailable": f"{UNAVAILABLE} --deadline 8",
        "bad-id": f"{SOURCE} x -f json",
        "one-region": f"{SOURCE} --region ord",
        "unknown-region": f"{SOURCE} --region LON",
        "everywhere": BASE,
    }
    for name, words in located.items():
        yield cloud_command(f"locate-{name}", f"locate {words}", in_order=False)
    waits = {
        "missing": f"{MISSING} --grace 0",
        "forbidden": FORBIDDEN,
        "quiet": f"{SOURCE} -q",
        "bad-id": "x",
        "many": f"{SOURCE} {BASE} -f csv",
        "late": f"{BUILDING} --timeout 1.4s",
    }
    for name, words in waits.items():
        yield cloud_command(f"wait-{name}", f"show {words} --wait", in_order=False, variables=token)


def _outputs() -> Iterator[Command]:
    """Terminals, full disks, closed pipes, signals, encodings."""
    terminal: dict[str, Any] = {"output": "terminal", "more": {"TERM": "xterm-256color"}, "variables": token}
    for columns in (40, 80):
        yield cloud_command(f"terminal-show-{columns}", f"show {SOURCE}", columns=columns, **terminal)
        yield cloud_command(f"terminal-list-{columns}", "list", columns=columns, **terminal)
    yield cloud_command("terminal-odd-name", f"show {ODD_NAME}", **terminal)
    yield cloud_command("terminal-missing", f"show {MISSING}", **terminal)
    yield cloud_command("terminal-json", f"show {SOURCE} -f json", **terminal)
    yield cloud_command("terminal-regions", "regions", **{**terminal, "variables": rackspace})
    yield cloud_command(
        "terminal-no-color", f"show {SOURCE}", **{**terminal, "more": {"TERM": "xterm", "NO_COLOR": "1"}}
    )
    yield cloud_command("terminal-dumb", f"show {SOURCE}", **{**terminal, "more": {"TERM": "dumb"}})
    for output in ("full", "closed"):
        for words in ("--help", f"show {SOURCE}", "list -f json"):
            yield cloud_command(f"output-{output}-{'-'.join(words.split())}", words, output=output, variables=token)
    yield cloud_command("ctrl-c", f"show {SOURCE}", [Reply(b"", "hold")], variables=token, signal=signal.SIGINT)
    yield cloud_command(
        "ctrl-c-many",
        f"show {SOURCE} {BASE}",
        [Reply(b"", "hold")],
        variables=token,
        signal=signal.SIGINT,
        signal_after=2,
        in_order=False,
    )
    yield cloud_command("sigterm", f"show {SOURCE}", [Reply(b"", "hold")], variables=token, signal=signal.SIGTERM)
    beyond = inputs()["vectors"]["name-beyond-ascii"]["id"]
    for kind in ("table", "json", "value"):
        words = f"show {beyond} -f {kind}"
        yield cloud_command(f"encoding-{kind}", words, variables=token, more={"PYTHONIOENCODING": "ascii"})
    for words in (f"show {SOURCE} -f json", "list --limit 2 -f json", f"locate {SOURCE} -f json", "regions -f value"):
        yield cloud_command(f"sandbox-{words.split()[0]}", f"{words} --sandbox", variables=nobody)


def _audits() -> Iterator[Command]:
    """An audit of a few ids: its rows, without the times, and what it says."""
    ids = "\n".join((SOURCE, BASE, MISSING, FORBIDDEN, "x")) + "\n"
    run = "audit ids.txt --out out"
    for name, words in {
        "rows": run,
        "all-regions": f"{run} --all-regions",
        "csv": f"{run} -f csv -c id -c status",
        "quiet": f"{run} -q",
    }.items():
        yield cloud_command(f"audit-{name}", words, files={"ids.txt": ids}, keeps="out/part-*", in_order=False)
    yield cloud_command("audit-of-a-list", "audit --out out", keeps="out/part-*", in_order=False)
    yield cloud_command("audit-empty", run, files={"ids.txt": "\n"}, keeps="out/part-*")
    yield cloud_command("audit-sign-in", run, Cloud(login=response(401)), files={"ids.txt": ids}, keeps="out/part-*")
