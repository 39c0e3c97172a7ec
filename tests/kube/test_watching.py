"""The watch protocol: lines out of chunks, events out of lines."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurt_console.kube import watching
from yurt_console.kube.errors import Gone, MalformedReply, TooManyRequests

POD = b'{"metadata":{"name":"web","resourceVersion":"42"},"spec":{}}'


@pytest.mark.parametrize("kind", ["ADDED", "MODIFIED", "DELETED"])
def test_an_event_has_its_kind_its_object_as_sent_and_where_to_resume(kind: str) -> None:
    event = watching.parse(b'{"type":"%s","object":%s}' % (kind.encode(), POD))
    assert (event.type, bytes(event.object), event.resource_version) == (kind, POD, "42")


def test_a_bookmark_says_only_where_to_resume() -> None:
    metadata = b'{"resourceVersion":"99","creationTimestamp":null}'
    line = b'{"type":"BOOKMARK","object":{"kind":"Pod","metadata":%s}}' % metadata
    event = watching.parse(line)
    assert (event.type, event.resource_version) == ("BOOKMARK", "99")


def test_an_error_event_is_the_exception_of_its_status() -> None:
    status = b'{"kind":"Status","status":"Failure","message":"too old","reason":"Expired","code":410}'
    event = watching.parse(b'{"type":"ERROR","object":%s}' % status)
    assert event.type == "ERROR"
    assert isinstance(event.error, Gone)
    assert event.error.status.message == "too old"


def test_an_error_event_with_a_wait_carries_it() -> None:
    status = b'{"kind":"Status","code":429,"details":{"retryAfterSeconds":7}}'
    error = watching.parse(b'{"type":"ERROR","object":%s}' % status).error
    assert isinstance(error, TooManyRequests)
    assert error.retry_after == 7


def test_an_error_event_without_a_status_is_still_an_error() -> None:
    assert watching.parse(b'{"type":"ERROR","object":{"kind":"Pod"}}').error.status.code == 500


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b"<html>s3cret</html>",
        b'{"type":"ADDED"}',
        b'{"type":"ADDED","object":null}',
        b'{"type":"ADDED","object":{}}',
        b'{"type":"ADDED","object":{"metadata":null}}',
        b'{"type":"ADDED","object":{"metadata":{"resourceVersion":""}}}',
        b'{"type":"ADDED","object":{"metadata":{"resourceVersion":5}}}',
        b'{"type":"s3cret","object":{"metadata":{"resourceVersion":"1"}}}',
        b'{"type":"ADDED","object":{"metadata":{"resourceVersion":"1"}}',
        b'{"type":"ADDED","object":{"metadata":{"resourceVersion":"\xff"}}}',
    ],
)
def test_a_malformed_line_is_reported_without_its_content(line: bytes) -> None:
    with pytest.raises(MalformedReply) as raised:
        watching.parse(line)
    assert "s3cret" not in str(raised.value)


@given(st.binary(max_size=200))
def test_no_bytes_make_parse_fail_in_another_way(line: bytes) -> None:
    with pytest.raises(MalformedReply):
        watching.parse(line)


@given(st.lists(st.binary(min_size=1, max_size=30)), st.integers(1, 40))
def test_lines_do_not_depend_on_how_the_stream_is_cut(parts: list[bytes], size: int) -> None:
    stream = b"\n".join(parts)
    lines = watching.Lines()
    found = [
        line for start in range(0, len(stream), size) for line in lines.feed(stream[start : start + size])
    ]
    complete = stream.split(b"\n")[:-1]
    assert found == [line for line in complete if line.strip()]


def test_a_line_may_come_in_many_pieces_up_to_the_limit() -> None:
    lines = watching.Lines(limit=1000)
    assert [lines.feed(b"x" * 100) for _ in range(10)] == [[]] * 10
    assert lines.feed(b"\nshort\n") == [b"x" * 1000, b"short"]


def test_an_endless_line_is_given_up() -> None:
    lines = watching.Lines(limit=1000)
    with pytest.raises(MalformedReply, match="1000"):
        for _ in range(11):
            lines.feed(b"x" * 100)


def test_the_object_can_be_decoded_later() -> None:
    event = watching.parse(b'{"object":%s,"type":"ADDED"}' % POD)
    assert msgspec.json.decode(event.object)["metadata"]["name"] == "web"
