"""The websocket of a server: what it says of a job while it works on it."""

import asyncio
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.protocol import State

from providers.error import Unreachable
from providers.value import mapping, text

OPEN_SECONDS = 10.0
FRAME_BYTES_MAX = 64 * 1024 * 1024
# It must be the first message, or previews come without the id of their prompt.
HELLO = {"type": "feature_flags", "data": {"supports_preview_metadata": True}}
PREVIEW, PREVIEW_WITH_METADATA = 1, 4
PICTURES = {1: "image/jpeg", 2: "image/png"}


class SocketLost(Unreachable):
    """The websocket is not there, or not any more; what is asked over HTTP still may be."""


@dataclass(frozen=True)
class Said:
    """A message of some type."""

    type: str
    data: Mapping[str, object]

    @property
    def prompt_id(self) -> str | None:
        return text(self.data.get("prompt_id"), 200)


@dataclass(frozen=True)
class Seen:
    """A preview; older servers do not say of which prompt."""

    mime: str
    data: bytes
    prompt_id: str | None = None


class Socket:
    """A connection that hears of the prompts which were sent under its client id."""

    def __init__(self, url: str, client_id: str, seconds: float = OPEN_SECONDS) -> None:
        scheme, _, rest = url.partition("://")
        secure = "s" if scheme == "https" else ""
        self._url = f"ws{secure}://{rest}/ws?clientId={quote(client_id, safe='')}"
        self._seconds = seconds
        self._connection: ClientConnection | None = None

    async def open(self) -> None:
        """Connects, and says what we can read."""
        try:
            # A busy server answers pings late; whether it lives is asked over HTTP.
            self._connection = await connect(
                self._url,
                proxy=None,
                compression=None,
                open_timeout=self._seconds,
                close_timeout=1,
                ping_timeout=None,
                max_size=FRAME_BYTES_MAX,
            )
            await self._connection.send(orjson.dumps(HELLO).decode())
        except (OSError, WebSocketException, ValueError) as error:
            await self.close()
            raise SocketLost("the websocket of ComfyUI cannot be opened") from error

    @property
    def alive(self) -> bool:
        """Whether it has not broken off so far."""
        return self._connection is not None and self._connection.state is State.OPEN

    async def close(self) -> None:
        if self._connection:
            await self._connection.close()

    async def hear(self, seconds: float) -> Said | Seen | None:
        """The next message that can be read; None if there was none for so long."""
        if self._connection is None:
            raise SocketLost("the websocket of ComfyUI was not opened")
        try:
            async with asyncio.timeout(seconds):
                while True:
                    if heard := read_frame(await self._connection.recv()):
                        return heard
        except TimeoutError:
            return None
        except (OSError, WebSocketException) as error:
            raise SocketLost("the websocket of ComfyUI broke off") from error


def read_frame(frame: str | bytes) -> Said | Seen | None:
    """What a frame says; None if it is of no kind we know."""
    if isinstance(frame, bytes):
        return _read_binary(frame)
    try:
        message = mapping(orjson.loads(frame))
    except orjson.JSONDecodeError:
        return None
    kind = text(message.get("type"), 100)
    return Said(kind, mapping(message.get("data"))) if kind else None


def _read_binary(frame: bytes) -> Seen | None:
    if len(frame) < 8:
        return None
    kind, second = struct.unpack_from(">II", frame)
    if kind == PREVIEW and second in PICTURES:
        return Seen(PICTURES[second], frame[8:])
    if kind == PREVIEW_WITH_METADATA:
        return _with_metadata(frame[8 : 8 + second], frame[8 + second :])
    return None


def _with_metadata(told: bytes, picture: bytes) -> Seen | None:
    try:
        facts = mapping(orjson.loads(told))
    except orjson.JSONDecodeError:
        return None
    mime = text(facts.get("image_type"), 100)
    return Seen(mime, picture, text(facts.get("prompt_id"), 200)) if mime and picture else None
