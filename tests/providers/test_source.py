"""Forms of a media parameter."""

import hashlib

import pytest

from providers.hint import Reference
from providers.source import link
from tests.providers.reading_help import PICTURE, PICTURE_BASE64, PICTURE_SHA256


@pytest.mark.parametrize(
    "value",
    [
        PICTURE_BASE64,
        f"data:image/png;base64,{PICTURE_BASE64}",
        f"DATA:image/png;name=x;BASE64,{PICTURE_BASE64}",
        "\n".join(PICTURE_BASE64[n : n + 76] for n in range(0, len(PICTURE_BASE64), 76)),
        "data:application/octet-stream," + "".join(f"%{byte:02x}" for byte in PICTURE),
    ],
)
def test_bytes_in_the_text_are_hashed(value: str) -> None:
    assert link("kling", value) == Reference("kling", sha256=PICTURE_SHA256)


def test_long_media_are_hashed_over_all_pieces() -> None:
    import base64

    media = b"\x07\x01\xff" * 1_200_001
    value = base64.b64encode(media + b"!").decode()
    assert link("kling", value) == Reference(
        "kling", sha256=hashlib.sha256(media + b"!").hexdigest()
    )


def test_addresses() -> None:
    address = "HTTPS://A.example/x.png?sig=1"
    assert link("runway", address) == Reference("runway", url=address)
    assert link("runway", "runway://ab") == Reference("runway", "runway_uri", "runway://ab")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "word",
        "abcd" * 5,
        "not base64 at all, but longer than any word would be, by far!",
        PICTURE_BASE64[:-1],
        "data:image/png;base64",
        "data:image/png;base64,***",
        "https://a.example/" + "x" * 5000,
        "https://a.example/\ud800",
        "ftp://a.example/x",
        5,
        None,
        ["https://a.example"],
    ],
)
def test_what_is_no_source(value: object) -> None:
    assert link("kling", value) is None
