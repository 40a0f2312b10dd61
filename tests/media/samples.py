"""Tiny pictures, clips and sounds, made with the real encoders."""

import math
import struct
import zlib
from array import array
from collections.abc import AsyncIterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av
from av.video.stream import VideoStream
from PIL import Image

PIXELS_MAX = 120_000_000
RATE = 48_000
RED, BLUE = (220, 20, 20), (20, 20, 220)


def noise(size: tuple[int, int] = (64, 48)) -> Image.Image:
    return Image.effect_noise(size, 80).convert("RGB")


def picture(kind: str, size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    return encode(noise(size), kind, **options)


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    output = BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


def animation(kind: str) -> bytes:
    frames = [noise() for _ in range(4)]
    return picture(kind, save_all=True, append_images=frames, duration=100)


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with(chunk: bytes) -> bytes:
    """A good PNG with one more chunk right after its header."""
    whole = picture("PNG")
    return whole[:33] + chunk + whole[33:]


def png_claiming(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + body + png_chunk(b"IEND", b"")


_VIDEO_CODEC = {".mp4": "libx264", ".mov": "libx264", ".webm": "libvpx", ".mkv": "libx264"}
_AUDIO_CODEC = {
    ".mp4": "aac",
    ".mov": "aac",
    ".webm": "libopus",
    ".mkv": "libopus",
    ".mp3": "libmp3lame",
    ".wav": "pcm_s16le",
    ".flac": "flac",
    ".ogg": "libopus",
    ".opus": "libopus",
    ".m4a": "aac",
}


def clip(
    path: Path,
    *,
    size: tuple[int, int] = (64, 48),
    frames: int = 20,
    rate: int = 10,
    red_frames: int = 10,
    split: bool = False,
    rotation: int = 0,
    tags: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    with_sound: bool = True,
) -> None:
    """Picture and sound; the picture is red, then blue, or `split` red left and blue right."""
    with av.open(str(path), "w", options=_options(tags, options)) as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(_VIDEO_CODEC[path.suffix], rate=rate)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.gop_size = 5
        if rotation:
            stream.set_display_rotation(rotation)
        sound = (
            container.add_stream(_AUDIO_CODEC[path.suffix], rate=RATE, layout="mono")
            if with_sound
            else None
        )
        for index in range(frames):
            image = Image.new("RGB", size, RED if index < red_frames else BLUE)
            if split:
                image.paste(RED, (0, 0, size[0] // 2, size[1]))
                image.paste(BLUE, (size[0] // 2, 0, *size))
            container.mux(stream.encode(_frame(image)))
        container.mux(stream.encode(None))
        if sound is not None:
            _add_sound(container, sound, frames / rate)


def _frame(image: Image.Image) -> av.VideoFrame:
    frame: av.VideoFrame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
    return frame


def sound(path: Path, *, seconds: float = 1.0, tags: dict[str, str] | None = None) -> None:
    with av.open(str(path), "w") as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(_AUDIO_CODEC[path.suffix], rate=RATE, layout="mono")
        _add_sound(container, stream, seconds)


def _options(tags: dict[str, str] | None, options: dict[str, str] | None) -> dict[str, str]:
    return {**({"movflags": "use_metadata_tags"} if tags else {}), **(options or {})}


def _add_sound(container: Any, stream: Any, seconds: float) -> None:
    resampler = av.AudioResampler(
        format=stream.format, layout="mono", rate=RATE, frame_size=stream.frame_size or 1024
    )
    count = int(seconds * RATE)
    for start in range(0, count, 1024):
        frame = _tone(start, min(1024, count - start))
        for ready in resampler.resample(frame):
            container.mux(stream.encode(ready))
    for ready in resampler.resample(None):
        container.mux(stream.encode(ready))
    container.mux(stream.encode(None))


def _tone(start: int, count: int) -> av.AudioFrame:
    wave = array("h", (int(9000 * math.sin(n / 17)) for n in range(start, start + count)))
    frame = av.AudioFrame(format="s16", layout="mono", samples=count)
    frame.planes[0].update(wave.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
    frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
    return frame


async def in_pieces(data: bytes, length: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), length):
        yield data[start : start + length]


class _Pipe:
    """Somewhere to write that cannot be gone back in."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += bytes(data)
        return len(data)


def piped_sound(container_format: str) -> bytes:
    codecs = {"wav": "pcm_s16le", "flac": "flac", "mp3": "libmp3lame"}
    pipe = _Pipe()
    with av.open(pipe, "w", format=container_format) as container:
        codec = codecs.get(container_format, "libopus")
        _add_sound(container, container.add_stream(codec, rate=RATE, layout="mono"), 1.0)
    return bytes(pipe.data)


def with_cover(flac: bytes) -> bytes:
    """The same FLAC with a picture block after its first block."""
    image, mime = picture("PNG"), b"image/png"
    block = struct.pack(">II", 3, len(mime)) + mime + struct.pack(">I", 0)
    block += struct.pack(">IIIII", 64, 48, 24, 0, len(image)) + image
    first = 8 + int.from_bytes(flac[5:8], "big")
    return flac[:first] + bytes([6]) + len(block).to_bytes(3, "big") + block + flac[first:]
