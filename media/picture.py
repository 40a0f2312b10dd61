"""Images through Pillow: opened with care, then really decoded."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import ExifTags, Image, ImageFile, PngImagePlugin

from media import gif, png
from media.deadline import Deadline
from media.errors import Bomb, Damaged, MediaError
from media.kind import Kind, MediaType, Shape

# A warning of Pillow means that it guessed, and a guess is no fact.
for _category in (UserWarning, RuntimeWarning):
    warnings.filterwarnings("error", category=_category, module=r"(PIL|media)\.")

# One cap for text, ours: the texts are measured before Pillow unpacks them.
PngImagePlugin.MAX_TEXT_CHUNK = png.TEXT_MAX
PngImagePlugin.MAX_TEXT_MEMORY = png.TEXTS_MAX

_UNREADABLE = (
    SyntaxError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    EOFError,
    OSError,
    RuntimeError,
    Warning,
    struct.error,
    zlib.error,
)
_MIME = {
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.WEBP: "image/webp",
    Kind.GIF: "image/gif",
    Kind.AVIF: "image/avif",
    Kind.BMP: "image/bmp",
    Kind.TIFF: "image/tiff",
}
# Pages of a TIFF and the views of a JPEG are no film.
_ANIMATED = frozenset({Kind.PNG, Kind.WEBP, Kind.GIF, Kind.AVIF})
# Here every pixel may be read although the end of the file is missing.
_ENDS = {Kind.PNG: png.is_whole, Kind.GIF: gif.is_whole}
_LYING = frozenset({5, 6, 7, 8})


@contextmanager
def open_picture(path: Path, kind: Kind, pixels_max: int) -> Iterator[ImageFile.ImageFile]:
    """The image, its size checked and nothing decoded; errors within become refusals."""
    # Pillow's own guard knows only this global; every caller brings the same setting.
    Image.MAX_IMAGE_PIXELS = pixels_max
    try:
        with Image.open(path, formats=[kind.value]) as image:
            check_pixels(image.width, image.height, pixels_max)
            yield image
    except MediaError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many(pixels_max) from error
    except _UNREADABLE as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk failed, not the file
        raise Damaged from error


def examine(path: Path, kind: Kind, pixels_max: int, deadline: Deadline) -> Shape:
    """Decode every frame and tell what was seen."""
    if kind is Kind.PNG:
        _check_texts(path, deadline)
    with open_picture(path, kind, pixels_max) as image:
        image.load()
        width, height = _size_as_shown(image)
        frames, seconds = 1, _frame_seconds(image)
        while kind in _ANIMATED and _next_frame(image, frames, pixels_max):
            deadline.check()
            frames, seconds = frames + 1, seconds + _frame_seconds(image)
    ends = _ENDS.get(kind)
    if ends is not None and not ends(path, deadline):
        raise Damaged
    shape = Shape(MediaType.IMAGE, _MIME[kind], width, height)
    if frames == 1 or seconds <= 0:
        return shape
    return Shape(MediaType.IMAGE, _MIME[kind], width, height, seconds, frames / seconds)


def check_pixels(width: int, height: int, pixels_max: int) -> None:
    if width * height > pixels_max:
        raise _too_many(pixels_max)


def _too_many(pixels_max: int) -> Bomb:
    return Bomb(f"More than {pixels_max:,} pixels. Send a smaller picture.")


def _check_texts(path: Path, deadline: Deadline) -> None:
    try:
        with path.open("rb") as file:
            for _ in png.texts(file, deadline):
                pass
    except zlib.error as error:
        raise Damaged from error


def _size_as_shown(image: Image.Image) -> tuple[int, int]:
    if image.getexif().get(ExifTags.Base.Orientation) in _LYING:
        return image.height, image.width
    return image.width, image.height


def _frame_seconds(image: Image.Image) -> float:
    return float(image.info.get("duration") or 0) / 1000


def _next_frame(image: Image.Image, index: int, pixels_max: int) -> bool:
    try:
        image.seek(index)
    except EOFError:
        return False
    check_pixels(image.width, image.height, pixels_max)
    image.load()
    return True
