"""Whether a response that counts as whole leaves nothing behind, whatever it holds."""

from __future__ import annotations

import h11
from hypothesis import example, given
from hypothesis import strategies as st
from rackspace_images.http.network import is_whole

lines = st.sampled_from(
    [
        *(
            b"Content-Length: 5",
            b"content-length: 0",
            b"Content-Length: 05",
            b"Content-Length:5 ",
            b"Content-Length: 1, 1",
        ),
        *(b"Transfer-Encoding: chunked", b"X: y", b"X-Content-Length: 5", b" folded", b"Content-Length : 5", b""),
        *(b"Connection: close", b"X: \r", b"HTTP/1.1 200 OK"),
    ]
)
starts = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.1 204 No", b"HTTP/1.1 100 Go on", b"HTTP/1.0 200 OK", b"HTTP/1.1 200 "]
)
ends = st.sampled_from([b"\r\n", b"\n"])


@given(starts, st.lists(lines, max_size=6), ends, st.sampled_from([b"", b"12345", b"1234", b"5\r\n12345\r\n0\r\n\r\n"]))
@example(b"HTTP/1.1 200 OK", [b"Content-Length: 0", b"", b"HTTP/1.1 200 OK", b"Content-Length: 5"], b"\n", b"12345")
def test_response_that_is_whole_leaves_nothing_for_the_next_request(
    start: bytes, fields: list[bytes], end: bytes, body: bytes
) -> None:
    """As h11 reads it: what is not held back is used up by the response, or refused."""
    data = end.join([start, *fields, b"", body])
    if not data.startswith(b"HTTP/") or not is_whole(data):
        return
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "h")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    try:
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            assert event is not h11.NEED_DATA
    except h11.RemoteProtocolError:
        return
    assert connection.trailing_data == (b"", False)
