"""The channel protocols of Kubernetes' exec and attach, without I/O: frames, and the exit status.

Source: k8s.io/apimachinery, pkg/util/remotecommand; k8s.io/kubelet, pkg/cri/streaming/remotecommand.
A message is one byte that names the channel, and data. ``v5.channel.k8s.io`` is ``v4.channel.k8s.io`` and one
frame more: byte 255 and the byte of a channel end that channel.
"""

from __future__ import annotations

import enum
import signal
from typing import Final, NamedTuple

import msgspec

from apimachinery.errors import Status
from yurt_console.kube.errors import MalformedReply, from_response

V5: Final = "v5.channel.k8s.io"
"""From Kubernetes 1.30; the client can end stdin."""
V4: Final = "v4.channel.k8s.io"
"""Every version's; stdin ends with the connection."""
SUBPROTOCOLS: Final = (V5, V4)
"""The best first."""
_SIGNALLED: Final = 128
"""What shells add to a signal's number."""


class Channel(enum.IntEnum):
    """The first byte of a message."""

    STDIN = 0
    STDOUT = 1
    STDERR = 2
    ERROR = 3
    """A ``Status``: how the command ended."""
    RESIZE = 4
    CLOSE = 255
    """v5 only: the data is the byte of the channel that ends."""


class Frame(NamedTuple):
    """One message."""

    channel: Channel
    data: bytes


class Size(msgspec.Struct, frozen=True, rename="pascal"):
    """A terminal's size in characters."""

    width: int
    height: int


class ExitStatus(msgspec.Struct, frozen=True):
    """How a command ended."""

    code: int

    @property
    def words(self) -> str:
        """The exit code for people."""
        known = _WORDS.get(self.code)
        if known is None and _SIGNALLED < self.code < _SIGNALLED + signal.NSIG:
            known = f"ended by signal {_signal_name(self.code - _SIGNALLED)}"
        return f"exit code {self.code}" + (f": {known}" if known else "")


_WORDS: Final = {
    0: "success",
    126: "the command cannot be executed",
    127: "the command was not found",
    130: "interrupted (SIGINT)",
    137: "killed (SIGKILL), often for lack of memory",
    143: "asked to stop (SIGTERM)",
}
_size = msgspec.json.Decoder(Size)
_status = msgspec.json.Decoder(Status)


def encode(channel: Channel, data: bytes) -> bytes:
    """The message that carries ``data`` on ``channel``."""
    return bytes((channel,)) + data


def decode(message: bytes) -> Frame:
    """The frame in a message. Raises `MalformedReply` for an empty one and for an unknown channel."""
    try:
        return Frame(Channel(message[0]), message[1:])
    except (IndexError, ValueError):
        raise MalformedReply("a message names no channel that we know") from None


def closing(channel: Channel) -> bytes:
    """The message that ends ``channel`` in v5."""
    return encode(Channel.CLOSE, bytes((channel,)))


def resizing(size: Size) -> bytes:
    """The message that sets the terminal's size."""
    return encode(Channel.RESIZE, msgspec.json.encode(size))


def size_of(data: bytes) -> Size:
    """The size in a resize frame. Raises `MalformedReply` for malformed data."""
    try:
        size = _size.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        size = Size(0, 0)
    if not (0 < size.width < 2**16 and 0 < size.height < 2**16):  # the API server decodes uint16
        raise MalformedReply("a resize frame holds no size between 1 and 65535")
    return size


def exit_status(data: bytes) -> ExitStatus:
    """The exit status in the ``Status`` of the error channel.

    Raises the `ApiError` that it stands for when the command could not be run, and `MalformedReply` for
    malformed data.
    """
    try:
        status = _status.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise MalformedReply("the error channel holds no Status") from None
    if status.status == "Success":
        return ExitStatus(0)
    if status.reason == "NonZeroExitCode":
        for cause in status.details.causes:
            if cause.reason == "ExitCode" and cause.message.isascii() and cause.message.isdecimal():
                return ExitStatus(int(cause.message[:9]))
    raise from_response(500, data)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
