"""The channel protocols' frames and exit statuses, for any data."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurt_console.kube.errors import ApiError, Forbidden, InternalError, MalformedReply
from yurt_console.kube.streaming import channels
from yurt_console.kube.streaming.channels import Channel, ExitStatus, Frame, Size

SIZES = st.builds(Size, width=st.integers(1, 65535), height=st.integers(1, 65535))


def failed(reason: str, *causes: dict[str, str], code: int = 500, message: str = "no") -> bytes:
    return msgspec.json.encode(
        {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            "details": {"causes": list(causes)},
            "code": code,
        }
    )


@given(st.sampled_from(Channel), st.binary(max_size=100))
def test_what_is_encoded_is_decoded(channel: Channel, data: bytes) -> None:
    assert channels.decode(channels.encode(channel, data)) == Frame(channel, data)


@given(st.binary(max_size=100))
def test_any_message_is_a_frame_or_malformed(message: bytes) -> None:
    if message and message[0] in (0, 1, 2, 3, 4, 255):
        frame = channels.decode(message)
        assert channels.encode(*frame) == message
    else:
        with pytest.raises(MalformedReply):
            channels.decode(message)


@given(SIZES)
def test_a_size_survives_its_frame(size: Size) -> None:
    frame = channels.decode(channels.resizing(size))
    assert frame.channel is Channel.RESIZE
    assert channels.size_of(frame.data) == size
    assert msgspec.json.decode(frame.data) == {"Width": size.width, "Height": size.height}


@given(
    st.binary(max_size=60)
    | st.builds(
        lambda width, height: msgspec.json.encode({"Width": width, "Height": height}),
        st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.none(),
        st.integers(-(2**70), 2**70),
    )
)
def test_what_is_no_size_is_malformed(data: bytes) -> None:
    try:
        size = channels.size_of(data)
    except MalformedReply:
        return
    assert 1 <= size.width <= 65535
    assert 1 <= size.height <= 65535


def test_closing_names_the_channel() -> None:
    assert channels.closing(Channel.STDIN) == b"\xff\x00"


@given(st.integers(0, 255))
def test_any_exit_code_is_read_from_its_status(code: int) -> None:
    data = failed("NonZeroExitCode", {"reason": "ExitCode", "message": str(code)})
    found = channels.exit_status(data)
    assert found == ExitStatus(code)
    assert f"exit code {code}" in found.words


def test_success_is_code_0() -> None:
    assert channels.exit_status(b'{"metadata":{},"status":"Success"}') == ExitStatus(0)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "exit code 0: success"),
        (3, "exit code 3"),
        (127, "exit code 127: the command was not found"),
        (129, "exit code 129: ended by signal SIGHUP"),
        (137, "exit code 137: killed (SIGKILL), often for lack of memory"),
        (255, "exit code 255"),
    ],
)
def test_exit_codes_have_words(code: int, words: str) -> None:
    assert ExitStatus(code).words == words


def test_a_command_that_could_not_run_is_the_error_of_its_status() -> None:
    with pytest.raises(InternalError, match="executable file not found"):
        channels.exit_status(failed("InternalError", message='exec: "bash": executable file not found'))
    with pytest.raises(Forbidden, match="no"):
        channels.exit_status(failed("Forbidden", code=403))


@pytest.mark.parametrize("message", ["", "-1", "x", "1.5", "²"])
def test_an_exit_code_that_is_no_number_is_an_error(message: str) -> None:
    with pytest.raises(ApiError):
        channels.exit_status(failed("NonZeroExitCode", {"reason": "ExitCode", "message": message}))


@given(st.binary(max_size=60))
def test_what_is_no_status_raises_from_the_tree(data: bytes) -> None:
    with pytest.raises((MalformedReply, ApiError)):
        channels.exit_status(data)
