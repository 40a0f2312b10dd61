"""Small WebP previews of images and videos."""

from io import BytesIO
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image, ImageOps

from media.clip import open_clip, picture_stream
from media.deadline import in_thread
from media.errors import Damaged, NotMedia
from media.kind import Kind, kind_of, read_head
from media.picture import check_pixels, open_picture

SIDE = 320
_QUALITY = 80
_VIDEO_PART = 0.1
_VIDEO_SECONDS_MAX = 1.0
_DECODE_MAX = 600


async def make_thumbnail(path: Path, pixels_max: int, side: int = SIDE) -> bytes | None:
    """WebP bytes, no side longer than `side`; None for sound, which has nothing to see."""
    return await in_thread(_make, path, pixels_max, side)


def _make(path: Path, pixels_max: int, side: int) -> bytes | None:
    kind = kind_of(read_head(path))
    if kind is None:
        raise NotMedia
    if kind.is_picture:
        with open_picture(path, kind, pixels_max) as image:
            return _encode(image, side)
    frame = _early_frame(path, kind, pixels_max)
    return None if frame is None else _encode(frame, side)


def _encode(image: Image.Image, side: int) -> bytes:
    # Shrunk first: turning and converting are then cheap.
    small = _eight_bit(image)
    small.thumbnail((side, side))
    small = ImageOps.exif_transpose(small)
    has_alpha = small.has_transparency_data
    output = BytesIO()
    small.convert("RGBA" if has_alpha else "RGB").save(output, "WEBP", quality=_QUALITY)
    return output.getvalue()


def _eight_bit(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("1", "P", "PA"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _early_frame(path: Path, kind: Kind, pixels_max: int) -> Image.Image | None:
    with open_clip(path, kind, pixels_max) as container:
        stream = picture_stream(container)
        if stream is None:
            return None
        check_pixels(stream.width, stream.height, pixels_max)
        return _decode_near(container, stream)


def _decode_near(container: InputContainer, stream: VideoStream) -> Image.Image:
    start = container.start_time or 0
    wait = min((container.duration or 0) / av.time_base * _VIDEO_PART, _VIDEO_SECONDS_MAX)
    container.seek(start + int(wait * av.time_base))
    chosen = None
    for chosen, _ in zip(container.decode(stream), range(_DECODE_MAX), strict=False):
        if (chosen.time or 0.0) >= start / av.time_base + wait:
            break
    if chosen is None:
        raise Damaged
    image: Image.Image = chosen.to_image()  # type: ignore[no-untyped-call]
    return image.rotate(chosen.rotation, expand=True)
