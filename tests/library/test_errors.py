"""Which error an answer is, and what it says."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from conftest import SOURCE_ID, Get
from hypothesis import given
from hypothesis import strategies as st
from rackspace_images import ApiKey, ImagesClient, StaticToken, documents, errors
from rackspace_images.faults import ERROR_OF_STATUS, api_error, retry_after
from reading import response_of
from scripted import Scripted, answer
from slack import SLACK

BODIES: dict[str, bytes] = {
    "empty": b"",
    "html": b"<html><body>Gateway</body></html>",
    "text": b"upstream connect error",
    "fault": b'{"someFault": {"code": 1, "message": "Words.", "details": "More."}}',
    "odd fault": b'{"someFault": {"message": ["a"], "retryAfter": {}}, "x": 1}',
    "list": b"[]",
    "null": b"null",
    "number": b"1e999",
    "bytes": b"\xff\xfe\x00",
    "deep": b"[" * 100_000,
}


def test_the_classes_and_the_document_name_the_same_statuses() -> None:
    """Each documented fault has its class and each class its documented fault."""
    responses = documents.document("images")["paths"]["/images/{image_id}"]["get"]["responses"]
    assert {str(status) for status in ERROR_OF_STATUS} == set(responses) - {"200", "203", "default"}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize(
    "status", [*sorted(ERROR_OF_STATUS), 204, 206, 300, 302, 304, 402, 418, 451, 502, 504, 520, 599]
)
def test_every_status_with_every_body_has_its_class(status: int, body: bytes) -> None:
    """The status decides, whatever the body; only a 404 that does not speak of the image is unexpected."""
    error = api_error(response_of(status, body, {"X-Compute-Request-Id": "req-1"}))
    expected = ERROR_OF_STATUS.get(status, errors.UnexpectedStatus)
    if status == 404 and body:
        expected = errors.UnexpectedStatus
    assert type(error) is expected
    assert (error.status_code, error.body, error.request_id) == (status, body, "req-1")
    assert "\n" not in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.__dict__) == (type(error), str(error), error.__dict__)


@pytest.mark.parametrize("status", [401, 404, 418, 500, 599])
def test_a_status_is_its_error_over_a_socket(get: Get, status: int) -> None:
    """No status, registered or not, ends in anything but an `ApiError`."""
    with Scripted([answer(status, BODIES["html"])]) as server, pytest.raises(errors.ApiError) as caught:
        get(server.endpoint)
    assert caught.value.status_code == status
    assert caught.value.body == BODIES["html"]


@given(st.integers(100, 999), st.binary() | st.from_regex(rb"\{.*\}"))
def test_no_body_breaks_the_making_of_an_error(status: int, body: bytes) -> None:
    """`api_error` never fails."""
    assert isinstance(str(api_error(response_of(status, body))), str)


def test_an_error_line_has_everything_in_a_fixed_order(get: Get) -> None:
    """One line: class, status, fault, words, image, region, request, request id, attempts, time, what to do."""
    body = {"itemNotFound": {"code": 404, "message": "Image not\nfound.\x1b[31m"}}
    with Scripted([answer(404, body, X_Compute_Request_Id="req-7")]) as server:
        with pytest.raises(errors.ImageNotFound) as caught:
            get(server.endpoint, region="DFW")
        line = str(caught.value)
    assert line.startswith(
        'ImageNotFound: 404 itemNotFound "Image not\\nfound.\\x1b[31m" '
        f"image={SOURCE_ID} region=DFW GET {server.endpoint}/images/{SOURCE_ID} request_id=req-7 attempts=1 0."
    )
    assert line.endswith(f"s; try: rackspace-images locate {SOURCE_ID}")
    assert caught.value.message == body["itemNotFound"]["message"]
    assert caught.value.endpoint == server.endpoint


def test_a_401_is_both_an_answer_and_a_matter_of_signing_in() -> None:
    """`Unauthorized` is caught as `ApiError` and as `AuthError`."""
    error = api_error(response_of(401, b'{"error": {"code": 401, "title": "Unauthorized", "message": "No."}}'))
    assert isinstance(error, errors.AuthError)
    assert (error.fault, error.message) == ("error", "No.")


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        (("30",), 30),
        (("0",), 0),
        (("-5",), 0),
        (("1.5",), 1.5),
        ((30,), 30),
        ((None, "30"), 30),
        (("soon", 30), 30),
        (("", "7"), 7),
        ((format_datetime(NOW + timedelta(seconds=90), usegmt=True),), 90),
        ((format_datetime(NOW - timedelta(seconds=90), usegmt=True),), 0),
        (("2026-01-01T00:01:00Z",), 60),
        (("2026-01-01T00:01:00",), 60),
        (("2026-01-01T01:01:00+01:00",), 60),
        ((NOW.timestamp() + 60,), 60),
        ((f"{NOW.timestamp() + 60:.0f}",), 60),
        ((NOW.timestamp() - 60,), 0),
        ((1_262_303_999,), 1_262_303_999),
        (("inf",), None),
        (("nan",), None),
        (("1e999",), None),
        ((True,), None),
        (([],), None),
        (({},), None),
        ((10**400,), None),
        ((None, None), None),
        ((), None),
    ],
)
def test_how_long_to_wait_is_read_from_header_then_body(values: tuple[Any, ...], seconds: float | None) -> None:
    """The first that can be read counts, as seconds, HTTP date, RFC 3339 date-time or seconds since 1970."""
    assert retry_after(*values, now=NOW) == seconds


@given(st.text() | st.floats() | st.integers() | st.none() | st.booleans() | st.lists(st.integers()))
def test_no_retry_after_is_negative_or_endless(value: Any) -> None:
    """Whatever is sent, the answer is None or a finite number of seconds from 0 up."""
    seconds = retry_after(value)
    assert seconds is None or 0 <= seconds < float("inf")


@pytest.mark.parametrize(
    ("headers", "fault", "seconds"),
    [
        ({"Retry-After": "12"}, {"retryAfter": 30}, 12),
        ({}, {"retryAfter": 30}, 30),
        ({}, {"retryAfter": "30"}, 30),
        ({}, {}, None),
    ],
)
@pytest.mark.parametrize("status", [413, 429, 503])
def test_a_limit_says_how_long(
    status: int, headers: dict[str, str], fault: dict[str, Any], seconds: float | None
) -> None:
    """`retry_after` comes from the header, else from the fault's body."""
    body = json.dumps({"overLimit": {"code": status, "message": "Slow down.", **fault}}).encode()
    error = api_error(response_of(status, body, headers))
    assert isinstance(error, errors.OverLimit | errors.ServiceUnavailable)
    assert error.retry_after == seconds
    assert error.retryable


moments = st.datetimes(datetime(2010, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
FORMS: dict[str, Callable[[datetime], Any]] = {
    "HTTP date": lambda moment: format_datetime(moment, usegmt=True),
    "RFC 3339": lambda moment: moment.isoformat(),
    "epoch": lambda moment: moment.timestamp(),
    "epoch as text": lambda moment: str(int(moment.timestamp())),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@given(moments, st.integers(0, 10**8))
def test_a_date_is_measured_from_the_date_of_its_response(
    form: Callable[[datetime], Any], now: datetime, seconds: int
) -> None:
    """In the header and in the fault, whatever the time is here."""
    until = form(now + timedelta(seconds=seconds))
    for headers, fault in (({"Retry-After": str(until)}, {}), ({}, {"retryAfter": until}), ({}, {"retryAt": until})):
        body = json.dumps({"overLimit": {"code": 413, "message": "Slow down.", **fault}}).encode()
        error = api_error(response_of(413, body, {"Date": format_datetime(now, usegmt=True), **headers}))
        assert isinstance(error, errors.OverLimit)
        assert error.retry_after == seconds


@pytest.mark.parametrize("date", [None, "", "soon", "Thu, 01 Jan 2026 00:00:00", "2026-01-01T00:00:00Z"])
def test_a_date_without_the_date_of_its_response_is_measured_from_now(date: str | None) -> None:
    """Where the header `Date` is absent or cannot be read. A time without a zone is UTC."""
    now = datetime(2026, 1, 1, tzinfo=UTC) if date and date.endswith(("00", "Z")) else datetime.now(UTC)
    until = format_datetime(now + timedelta(seconds=100), usegmt=True)
    headers = {"Retry-After": until} | ({} if date is None else {"Date": date})
    error = api_error(response_of(503, b"", headers))
    assert isinstance(error, errors.ServiceUnavailable)
    assert error.retry_after is not None
    assert 100 - 1 - SLACK < error.retry_after <= 100


@pytest.mark.parametrize("url", ["https://user:geheim@host/v2", "https://user:ge@heim@host/v2", "https://geheim@host"])
def test_a_url_holds_no_password(url: str) -> None:
    """A user name or password in a URL is refused unseen: every log line of a library below would show it."""
    for make in (
        lambda: ImagesClient(StaticToken("t"), endpoint=url),
        lambda: ApiKey("user", "key", auth_url=url),
        lambda: StaticToken("t", auth_url=url),
    ):
        with pytest.raises(errors.ConfigError, match="leave it out") as caught:
            make()
        assert "heim" not in str(caught.value) + repr(caught.value.__dict__)


def test_what_a_server_quotes_is_hidden(get: Get) -> None:
    """A token that compute repeats in its words or body is not in the error."""
    said = {"badRequest": {"code": 400, "message": "X-Auth-Token: a-token", "details": "a-token"}}
    with Scripted([answer(400, said)]) as server, pytest.raises(errors.BadRequest, match="X-Auth-Token: ") as caught:
        get(server.endpoint, token="a-token")
    assert "a-token" not in str(caught.value) + repr(caught.value.__dict__)


@pytest.mark.parametrize(
    ("status", "retryable"), [(400, False), (404, False), (418, False), (500, True), (502, True), (504, True)]
)
def test_what_may_be_tried_again_says_so(status: int, retryable: bool) -> None:
    """`retryable` is whether the same call may succeed later."""
    assert api_error(response_of(status)).retryable is retryable


def test_a_fault_that_says_nothing_is_still_named() -> None:
    """`{"itemNotFound": {}}` is a missing image."""
    error = api_error(response_of(404, b'{"itemNotFound": {}}'))
    assert (type(error), error.fault, error.message) == (errors.ImageNotFound, "itemNotFound", None)


def test_a_line_says_what_is_known_and_nothing_of_what_is_not() -> None:
    """No `None` in it; each part that is known, in a fixed order."""
    assert str(errors.ConfigError("bad")) == "ConfigError: bad"
    assert str(errors.ConfigError("bad", hint="good")) == "ConfigError: bad; try: good"
    assert str(errors.ConnectionFailed("no", region="DFW", endpoint="https://c/v2")) == (
        "ConnectionFailed: no region=DFW https://c/v2; try: check the endpoint, the network and the proxy"
    )
    whole = errors.ConflictingRequest(
        409,
        "buildInProgress",
        "busy",
        "very busy",
        image_id="i",
        region="DFW",
        endpoint="https://c/v2",
        method="GET",
        url="https://c/v2/images/i",
        request_id="req-1",
        attempts=0,
        elapsed=0.0,
    )
    assert str(whole) == (
        'ConflictingRequest: 409 buildInProgress "busy" "very busy" image=i region=DFW GET https://c/v2/images/i '
        "request_id=req-1 attempts=0 0.00s"
    )
    assert str(errors.ApiFault(500, None, "same", "same", hint="later")) == 'ApiFault: 500 "same"; try: later'
    assert str(errors.ApiFault(500, None, None, "only details", hint="x")) == 'ApiFault: 500 "only details"; try: x'


@pytest.mark.parametrize("kind", [errors.ConnectionFailed, errors.RequestTimeout])
def test_a_request_counts_as_sent_unless_it_is_known_that_it_was_not(
    kind: type[errors.ConnectionFailed | errors.RequestTimeout],
) -> None:
    """So that a sign-in is not sent a second time by mistake."""
    assert kind("broken").sent is True
    assert kind("broken", sent=False).sent is False
