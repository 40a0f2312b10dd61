"""A file goes out as a form of just the length that was announced."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from providers.contract import Media
from providers.error import Unreachable
from providers.form import form
from tests.providers import samples

pytestmark = pytest.mark.anyio
PICTURE = samples.picture()


async def whole(sent: Mapping[str, Any]) -> bytes:
    return b"".join([piece async for piece in sent["content"]])


async def read(sent: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The parts, as a server reads them."""
    body = await whole(sent)
    assert len(body) == int(sent["headers"]["content-length"])

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = httpx.Headers(sent["headers"]).raw
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    async with request.form() as found:
        return [
            (name, one if isinstance(one, str) else (one.filename, await one.read()))
            for name, one in found.multi_items()
        ]


async def test_fields_come_first_and_the_file_last() -> None:
    parts = await read(form({"type": "input", "n": 3}, "image", "a.png", PICTURE))
    assert parts == [
        ("type", "input"),
        ("n", "3"),
        ("image", ("a.png", await PICTURE.read())),
    ]


async def test_the_type_of_a_file_is_told() -> None:
    body = await whole(form({}, "image", "a.png", PICTURE))
    assert b"Content-Type: image/png\r\n\r\n" in body
    body = await whole(form({}, "image", "a.png", replace(PICTURE, mime="")))
    assert b"Content-Type: application/octet-stream\r\n\r\n" in body


async def test_a_name_stays_within_its_quotes() -> None:
    parts = await read(form({'a"\r\nb': "c"}, "image", 'x".png', PICTURE))
    assert parts[0] == ("a%22%0D%0Ab", "c")
    assert parts[1][1][0] == "x%22.png"


async def test_no_two_are_bounded_alike() -> None:
    bounds = {
        re.fullmatch(r"multipart/form-data; boundary=(\w{16,})", sent["headers"]["content-type"])
        for sent in (form({}, "image", "a.png", PICTURE) for _ in range(2))
    }
    assert None not in bounds
    assert len(bounds) == 2


async def test_a_piece_goes_out_before_the_next_comes_in() -> None:
    taken = 0

    async def opened() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(3):
            taken += 1
            yield b"x"

    pieces = form({}, "f", "a", Media("VIDEO", "video/mp4", 3, "0" * 64, opened))["content"]
    await anext(pieces)
    for count in (1, 2, 3):
        assert await anext(pieces) == b"x"
        assert taken == count


@pytest.mark.parametrize("more", [1, -1])
async def test_another_size_than_said_ends_it(more: int) -> None:
    with pytest.raises(Unreachable, match="size"):
        await whole(form({}, "f", "a", replace(PICTURE, size=PICTURE.size + more)))
