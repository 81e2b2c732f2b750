"""The differences from the recording that are meant, each with its kind and its reason.

An entry that no difference matches is an error, so that the list says what differs and nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Accepted:
    """A kind of difference, why it is meant, and which differences are of that kind.

    Args:
        kind: a few words under which the report counts it.
        reason: a fact about the product.
        cases: a glob for `group/case`.
        fields: a glob for the path of the value within the case, such as `outcomes.0.error.str`.
        recorded: a regular expression that is found in the recorded value, as JSON; any, where it is not given.
        now: the same for the value of today.
    """

    kind: str
    reason: str
    cases: str = "*"
    fields: str = "*"
    recorded: str | None = None
    now: str | None = None

    def matches(self, case: str, field: str, recorded: str, now: str) -> bool:
        """Whether a difference is of this kind; values are JSON, or empty where there is none."""
        return (
            fnmatchcase(case, self.cases)
            and fnmatchcase(field, self.fields)
            and (self.recorded is None or re.search(self.recorded, recorded) is not None)
            and (self.now is None or re.search(self.now, now) is not None)
        )


GIVEN_TRANSPORT = "a transport that is given has its own certificates: `verify=` and `cert=` beside it are refused"

ROWS = "a table of rows has what fits the width, human sizes and ages, and a line for each row where it is piped"
LAYOUT = "tables are laid out by rich, with a section for each object; the server is one of them"
WAITING = (
    *(
        "vector-over-limit-*",
        "vector-*fault",
        "vector-unavailable-*",
        "vector-*gateway*",
        "nobody-listens",
        "many-[34]",
    ),
    "list-*unreadable*",
)

ACCEPTED: list[Accepted] = [
    Accepted(
        kind="metadata is a mapping",
        reason="`image.metadata` is a read-only mapping of what was received, and empty where that is no object; "
        "`meta` is gone",
        fields="*names.meta*",
    ),
    Accepted(
        kind="ConfigError is a ValueError",
        reason="a value that cannot be used is what Python has `ValueError` for, as `InvalidImageId` was already",
        fields="*bases*",
        now="ValueError",
    ),
    Accepted(
        kind="a string in place of ids",
        reason="`get_many` refuses a string, which it took letter by letter",
        cases="bulk/get-many-text",
    ),
    Accepted(
        kind="dates",
        reason="`changes_since` takes a date, and text in ISO 8601; a `datetime.date` was an AttributeError",
        cases="lists/filter-changes-since-date",
    ),
    Accepted(
        kind="names in the documents",
        reason="fields with a colon are columns by the names that OpenStack's tools print too: `os_ext_img_size_size`",
        cases="command-line/*",
        fields="std*",
        recorded=r"min_disk, min_ram, disk_config",
        now=r"min_disk, min_ram, os_dcf_disk_config, os_ext_img_size_size, disk_config",
    ),
    Accepted(
        kind="help by groups",
        reason="the help has what a command does and examples first, then its options by groups",
        cases="command-line/expected-help*",
        fields="stdout*",
    ),
    Accepted(
        "help by groups", "the same on standard error", cases="command-line/expected-no-command", fields="stderr*"
    ),
    Accepted(
        kind="usage errors",
        reason="a mistake in the options is a `UsageError`, in other words than before",
        cases="command-line/*",
        fields="stderr.0",
        recorded="ConfigError",
        now="UsageError",
    ),
    Accepted(
        kind="numbers",
        reason="a number may be written in any digits that Python reads",
        cases="command-line/mistake-list-limit-other-digits",
    ),
    *(
        Accepted("an array", "`-f json` of several ids is one array", cases=f"command-line/{case}", fields="stdout*")
        for case in ("many-format-json", "expected-show-stdin-json", "stdin-empty")
    ),
    Accepted(
        kind="no ids",
        reason="a list without ids is said to be one",
        cases="command-line/stdin-empty*",
        fields="stderr*",
    ),
    Accepted(
        kind="shell names",
        reason="`-f shell` puts `image_` before its names, as zsh reserves some",
        cases="command-line/*shell*",
        fields="stdout*",
        now='^"image_',
    ),
    Accepted(
        kind="waits are reported",
        reason="a wait for a retry of more than a second is reported, with or without a terminal",
        cases="command-line/*",
        fields="stderr*",
        now=r'waiting [0-9]+ s|\\"waiting\\": ',
    ),
    *(
        Accepted("waits are reported", "the lines after that", cases=f"command-line/{case}", fields="stderr.[1-9]")
        for case in WAITING
    ),
    Accepted(
        kind="hints of the command line",
        reason="a hint names options instead of Python's parameters, and `show --name`",
        cases="command-line/*",
        fields="stderr*",
        recorded=r"\((timeout|grace)=, --|images list --name|give endpoint=|verify=|endpoint= for|a UUID such as",
    ),
    *(
        Accepted("rows for people", ROWS, cases=f"command-line/{case}", fields="stdout*")
        for case in (
            *("expected-list", "expected-list-narrow", "expected-list-all-regions", "width-list-40", "width-list-120"),
            *("terminal-list-40", "terminal-list-80", "expected-show-many-narrow", "expected-show-stdin-table"),
            *("many-format-table", "expected-locate-narrow", "locate-everywhere"),
        )
    ),
    *(
        Accepted("layout", LAYOUT, cases=f"command-line/{case}", fields="stdout*")
        for case in ("vector-*", "expected-show", "wait-quiet", "width-show-*", "terminal-[dons]*")
    ),
    Accepted(
        kind="headings",
        reason="a table's headings are the names of its columns, in capitals",
        cases="command-line/*",
        fields="stdout*",
        now=r'^"(\\u001b\[2m)?(IMAGE|PLACE|REGION|NAME|ID)\b',
    ),
    *(
        Accepted(
            "a list in YAML", "`-f yaml` of several ids is one list", cases=f"command-line/{case}", fields="stdout*"
        )
        for case in ("many-format-yaml", "expected-show-stdin-yaml")
    ),
    Accepted(
        kind="escapes in YAML",
        reason="what is invisible is an escape of eight digits",
        cases="command-line/format-yaml-name-of-control-characters",
        fields="stdout*",
    ),
    Accepted(
        kind="the library's log",
        reason="`-v` prints what the library logs of sign-in and requests",
        cases="command-line/*",
        fields="stderr*",
        now=r'^"(signing in with|GET|POST) ',
    ),
    Accepted(
        kind="hours",
        reason="a length of time has hours, minutes and seconds",
        cases="command-line/*",
        fields="stderr*",
        now=r'after <time>:[0-9]{2}"$',
    ),
    Accepted(
        kind="UTF-8 for programs",
        reason="what programs read is UTF-8, whatever the terminal's encoding",
        cases="command-line/encoding-*",
        fields="stdout*",
    ),
    Accepted(
        "SIGTERM", "SIGTERM ends a command as Ctrl-C does", cases="command-line/sigterm", fields="exit", now="130"
    ),
    *(
        Accepted(
            kind="an audit of partitions",
            reason="rows are JSON Lines of other names with the whole image, and the command says how old they are",
            cases="command-line/audit-*",
            fields=field,
        )
        for field in ("files*", "std*")
    ),
    *(
        Accepted(
            kind="an audit of partitions",
            reason="`-f` and `-c` of `audit` are gone: JSON Lines are read by what writes CSV",
            cases="command-line/audit-csv",
            fields=field,
        )
        for field in ("requests*", "exit")
    ),
    Accepted(
        kind="an audit of partitions",
        reason="a run that is stopped ends with the exit code of what stopped it",
        cases="command-line/audit-sign-in",
        fields="exit",
    ),
    *(
        Accepted("given transport", GIVEN_TRANSPORT, cases=f"configuration/{case}")
        for case in (
            *("cloud-cacert-absent", "cloud-verify-false", "variables-user-cacert-absent"),
            *("variables-user-cert-absent", "variables-user-insecure"),
        )
    ),
    Accepted(
        kind="one request more for a list",
        reason="a page without a next link is followed by one more request, as a server may allow fewer images a page",
        fields="requests.*",
        recorded="^$",
        now="GET [^ ]*/images/detail[^ ]*marker=",
    ),
    *(
        Accepted(
            kind="one request more for a list",
            reason="the requests that follow it, or the sign-in recorded after it, stand one place later",
            cases=case,
            fields="requests.*",
        )
        for case in ("command-line/audit-of-a-list", "command-line/expected-list*", "command-line/format-list-*")
    ),
    *(
        Accepted("labels", "over JSON an unknown Content-Encoding is none, and a declared charset is obeyed", case)
        for case in ("images/encoding-none", "images/encoding-utf-8", "images/latin-1-declared")
    ),
    Accepted(
        kind="one request more for a list",
        reason="the requests of a command are recorded sorted: those after it moved by one",
        cases="command-line/*list*",
        fields="requests.*",
    ),
    Accepted(
        kind="a list that goes round",
        reason="a next page that begins where any page before it did is malformed, and the error says so",
        recorded="the next page begins where this one did",
        now="the list goes round: the next page begins where this one did, or one before it",
    ),
    Accepted(
        kind="an option of another type",
        reason="it is a `ConfigError` that names the option, not an error of Python's",
        cases="sign-in/option-region-number",
        fields="outcomes.*.construction.*",
    ),
    *(
        Accepted(kind, reason, cases=f"lists/{case}")
        for kind, reason, case in (
            ("a list that goes round", "the third page is the first again, and is not given a second time", "round"),
            ("a link without an id", "a next link whose marker is not an image id is malformed", "link-bracket-*"),
            ("a link without an id", "a next link whose marker is not an image id is malformed", "link-marker-empty-*"),
            ("a link without an id", "a next link whose marker is not an image id is malformed", "link-marker-word-*"),
            ("a marker that is gone", "the error says that the image was deleted meanwhile", "page-then-gone"),
        )
    ),
    Accepted(
        kind="wording of messages",
        reason="messages say what is wrong in plain sentences; class, fields and hint are as before",
        recorded=r"at least 1 is asked at a time|is no number of seconds|is no count of 1 to"
        r"|no answer|the answer's |handshake was not done",
    ),
    Accepted(
        kind="keys of a configuration",
        reason="OS_* variables beside a cloud that is named, which would sign in otherwise, are named in one warning",
        cases="command-line/source-os-cloud-and-openrc",
        fields="stderr.*",
    ),
    *(
        Accepted(
            kind="keys of a configuration",
            reason="a key that decides who signs in, to what, or where is obeyed or refused by name, never ignored",
            cases=f"configuration/{case}",
        )
        for case in (
            "cloud-profile-unknown",
            "cloud-trust",
            "cloud-unknown-keys",
            "cloud-verify-word",
            "named-and-openrc",
            "variables-user-system-scope",
            "variables-user-trust",
            "cloud-domain-scope",
            "variables-user-domain-scope",
            "variables-application-credential-name",
        )
    ),
    Accepted(
        kind="wording of messages",
        reason="the identity service sends a response, not an answer; class, fields and hint are as before",
        recorded=r"identity's answer|identity refused|the sign-in that another call leads|the catalog names no version",
    ),
    Accepted(
        kind="more ways to sign in",
        reason="an application credential is one by its id, or by its name and user",
        cases="sign-in/credentials-application-credential-empty",
    ),
    Accepted(
        kind="smaller bodies",
        reason="an image has 1 MiB at the most, a page and a sign-in 4 MiB, in place of 16 MiB for each",
        cases="*/*too-large*",
    ),
    *(
        Accepted("many values", "values are counted before a body is parsed, so one that is deep has too many", case)
        for case in ("images/body-deep-*", "lists/page-deep", "sign-in/*-refused-deep")
    ),
    Accepted(
        kind="one gzip member",
        reason="a second member is refused: no API sends one, and empty ones could go on without end",
        cases="images/encoding-gzip-members",
    ),
    *(
        Accepted("shorter lines", "`str()` of an error has 600 characters at the most", case, "*.error.str")
        for case in ("faults/fault-words-without-end", "images/request-id-odd")
    ),
    *(
        Accepted(
            kind="secrets in a success",
            reason="what a success quotes of the token is masked, as in a refusal",
            cases="images/body-the-token",
            fields=f"outcomes.0.error.{field}",
        )
        for field in ("fields.body", "fields.message", "holds a secret", "str")
    ),
    *(
        Accepted(
            kind="short secrets",
            reason="a text that quotes a password or key under 16 characters is left out: *** would give it away",
            cases="sign-in/*-refused-401-echo",
            fields=f"outcomes.0.error.{field}",
            now="left out",
        )
        for field in ("fields.message", "str")
    ),
    *(
        Accepted(
            kind="long ids",
            reason="an id in a response that is too long to be shown is not cut: a part of a secret has no mask",
            cases="images/body-id-huge",
            fields=f"outcomes.0.error.{field}",
        )
        for field in ("fields.message", "str")
    ),
    Accepted(
        kind="nothing is chained",
        reason="an error keeps no other error: what is below could hold what a server sent",
        cases="waits/then-gone",
        fields="outcomes.0.result.error.chained",
    ),
]
