import pytest

from media.kind import Kind, kind_of


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", Kind.PNG),
        (b"RIFF\0\0\0\0WEBPVP8 ", Kind.WEBP),
        (b"RIFF\0\0\0\0WAVEfmt ", Kind.WAV),
        (b"\0\0\0\x18ftypisom", Kind.MOV),
        (b"\0\0\0\x18ftypavif", Kind.AVIF),
        (b"\0\0\0\x08wide", Kind.MOV),
        (b"\xff\xfb\x90\x00", Kind.MP3),
        (b"ID3\x04\0\0", Kind.MP3),
    ],
)
def test_known_by_its_bytes(head: bytes, kind: Kind) -> None:
    assert kind_of(head) is kind


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"plain words",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<?xml version='1.0'?><svg/>",
        b"<!doctype html><script>",
        b"#!/bin/sh\n",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"RIFF\0\0\0\0AVI LIST",
        b"\0\0\0\x18ftypheic",
        b"\xff\xfe<\0s\0",
        b"\xff\xf1\x50\x80",
    ],
)
def test_everything_else_is_no_media(head: bytes) -> None:
    assert kind_of(head) is None
