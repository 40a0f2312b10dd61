"""Small real media, as a provider gets them."""

import hashlib
import tempfile
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

from providers.contract import Media
from tests.media import samples

SIZE = (96, 64)
RATE = 8


def media(data: bytes, mime: str, **facts: float) -> Media:
    """An asset of these bytes, given in pieces as a store gives them."""

    def opened() -> AsyncIterator[bytes]:
        return samples.in_pieces(data)

    kind = mime.partition("/")[0].upper()
    return Media(kind, mime, len(data), hashlib.sha256(data).hexdigest(), opened, **facts)  # type: ignore[arg-type]


@cache
def picture(colour: str = "teal", size: tuple[int, int] = SIZE) -> Media:
    """A PNG: a disc on a ground."""
    image = Image.new("RGB", size, colour)
    box = (size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4)
    ImageDraw.Draw(image).ellipse(box, fill="gold")
    data = samples.encode(image, "PNG")
    return media(data, "image/png", width=size[0], height=size[1])


@cache
def mask(size: tuple[int, int] = SIZE) -> Media:
    """A PNG, white on the left, where something may change, and black on the right."""
    image = Image.new("L", size, 0)
    image.paste(255, (0, 0, size[0] // 2, size[1]))
    return media(samples.encode(image, "PNG"), "image/png", width=size[0], height=size[1])


@cache
def clip(frames: int = 8) -> Media:
    """An MP4, red and then blue, with sound."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        samples.clip(path, size=SIZE, frames=frames, rate=RATE, red_frames=frames // 2)
        data = path.read_bytes()
    facts = {"duration_seconds": frames / RATE, "frame_rate": float(RATE)}
    return media(data, "video/mp4", width=SIZE[0], height=SIZE[1], **facts)


@cache
def sound(seconds: float = 1.0) -> Media:
    """A WAV with a tone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.wav"
        samples.sound(path, seconds=seconds)
        data = path.read_bytes()
    return media(data, "audio/wav", duration_seconds=seconds)
