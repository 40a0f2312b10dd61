"""Short answers and long ones are read alike, and long ones hold nobody up."""

import asyncio

import pytest

from providers import answer
from providers.answer import Found, read, read_long

pytestmark = pytest.mark.anyio
OBJECTS = [b"{}", b' {"a": [1, {"b": null}], "c": "\xc3\xbc"} ', b'{"n": 9007199254740993}']
OTHERS = [b"", b"[1]", b'"text"', b"17", b"null", b"{", b"\xff\xfe", b"<html>", b'{"n": NaN}']


@pytest.mark.parametrize("body", [*OBJECTS, *OTHERS, b"[" * 100_000])
async def test_all_are_read_alike(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    found = read(body)
    assert (found is not None) is (body in OBJECTS)
    assert await read_long(body) == found
    monkeypatch.setattr(answer, "LONG_BYTES", -1)
    assert await read_long(body) == found


async def test_others_go_on_while_a_long_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in one go, nobody would have a turn in the middle of it."""
    read_so_far = 0

    def counted(found: Found) -> Found:
        nonlocal read_so_far
        read_so_far += 1
        return found

    monkeypatch.setattr(answer, "_same", counted)
    body = b'{"all": [' + b",".join([b'{"n": [1, 2, 3]}'] * 200_000) + b"]}"
    reading = asyncio.create_task(read_long(body))
    seen = set()
    while not reading.done():
        await asyncio.sleep(0)
        seen.add(read_so_far)
    found = await reading
    assert found is not None
    assert len(found["all"]) == 200_000
    assert len(seen - {0, read_so_far}) > 3
