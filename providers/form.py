"""A file sent as a form, piece by piece: it is never held whole."""

import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any

from providers.contract import Media
from providers.error import Unreachable

QUOTED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def form(fields: Mapping[str, object], part: str, filename: str, media: Media) -> dict[str, Any]:
    """What `Http.call` is to send: all fields first, the file last."""
    boundary = secrets.token_hex(16)
    head = "".join([
        *(_head(boundary, name) + f"\r\n{value}\r\n" for name, value in fields.items()),
        _head(boundary, part, filename),
        f"Content-Type: {media.mime or 'application/octet-stream'}\r\n\r\n",
    ]).encode()  # fmt: skip
    tail = f"\r\n--{boundary}--\r\n".encode()
    return {
        "content": _body(head, media, tail),
        "headers": {
            "content-type": f"multipart/form-data; boundary={boundary}",
            "content-length": str(len(head) + media.size + len(tail)),
        },
    }


def _head(boundary: str, name: str, filename: str | None = None) -> str:
    file = f'; filename="{filename.translate(QUOTED)}"' if filename is not None else ""
    named = f'name="{name.translate(QUOTED)}"{file}'
    return f"--{boundary}\r\nContent-Disposition: form-data; {named}\r\n"


async def _body(head: bytes, media: Media, tail: bytes) -> AsyncIterator[bytes]:
    """The form, of just the length that was announced."""
    yield head
    left = media.size
    async for chunk in media.open():
        left -= len(chunk)
        if left < 0:
            break
        yield chunk
    if left:
        raise Unreachable("a file to be sent has not the size that it should have")
    yield tail
