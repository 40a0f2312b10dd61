"""Frames of the websocket are read, and odd ones passed over."""

import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.comfyui.socket import HELLO, Said, Seen, Socket, SocketLost, read_frame
from tests.providers.comfyui_help import comfy
from tests.waiting import until


def framed(kind: int, told: bytes, rest: bytes) -> bytes:
    return struct.pack(">II", kind, len(told)) + told + rest


def test_pictures_are_read() -> None:
    assert read_frame(struct.pack(">II", 1, 1) + b"jpg") == Seen("image/jpeg", b"jpg")
    assert read_frame(struct.pack(">II", 1, 2) + b"png") == Seen("image/png", b"png")
    told = json.dumps({"prompt_id": "x", "image_type": "image/png"}).encode()
    assert read_frame(framed(4, told, b"png")) == Seen("image/png", b"png", "x")


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\0\0\0\1",
        struct.pack(">II", 1, 9) + b"x",
        struct.pack(">II", 7, 1) + b"x",
        framed(3, b"9", b"text"),
        framed(4, b"{", b"png"),
        framed(4, b"{}", b"png"),
        framed(4, b'{"image_type": "image/png"}', b""),
        struct.pack(">II", 4, 2**32 - 1) + b"x",
        "",
        "3",
        "[]",
        "{}",
        '{"type": 3}',
    ],
)
def test_odd_frames_say_nothing(frame: str | bytes) -> None:
    assert read_frame(frame) is None


@settings(deadline=None)
@given(st.binary(max_size=40) | st.text(max_size=40))
def test_no_frame_does_harm(frame: str | bytes) -> None:
    read_frame(frame)


def test_messages_are_read() -> None:
    said = read_frame('{"type": "executing", "data": {"node": null, "prompt_id": "x"}}')
    assert said == Said("executing", {"node": None, "prompt_id": "x"})
    assert said.prompt_id == "x"
    assert read_frame('{"type": "status", "data": 3}') == Said("status", {})


@pytest.mark.anyio
@pytest.mark.parametrize("prefix", ["", "/behind/a/path"])
async def test_it_says_first_what_it_can_read(prefix: str) -> None:
    with comfy(prefix=prefix) as server:
        socket = Socket(server.url, "me & you")
        await socket.open()
        first = await socket.hear(5)
        assert isinstance(first, Said)
        assert first.data["sid"] == "me & you"

        async def heard() -> bool:
            return server.comfy.hello == [HELLO]

        await until(heard)
        assert await socket.hear(0.01) is None
        server.comfy.drop_sockets()
        with pytest.raises(SocketLost):
            await socket.hear(5)
        await socket.close()


@pytest.mark.anyio
async def test_where_none_can_be_opened_it_says_so() -> None:
    with comfy(sockets=False) as server:
        socket = Socket(server.url, "me")
        with pytest.raises(SocketLost):
            await socket.open()
        with pytest.raises(SocketLost):
            await socket.hear(1)
    with pytest.raises(SocketLost):
        await Socket(server.url, "me").open()
    await socket.close()
