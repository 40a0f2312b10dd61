"""Reads and writes clips: H.264 in MP4, the same bytes each time."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import IO, Any

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream
from PIL import Image

from providers.contract import Input
from providers.error import Refused
from providers.local.canvas import Size
from providers.local.picture import PIXELS_MOST, even

# So that the bytes are the same each time: one thread, and none of the instructions with which
# x264 reads beyond what it was given where a width is no multiple of 64.
ENCODER = {"preset": "veryfast", "crf": "20", "threads": "1", "x264-params": "asm=SSE2"}
FORMATS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
    "video/ogg": "ogg",
}
FRAMES_MOST = 1800
SIDE_MOST = 1280
RATES = (Fraction(1), Fraction(60))


def write(
    file: IO[bytes],
    frames: Iterable[Image.Image],
    size: Size,
    rate: Fraction,
    facts: Mapping[str, Any],
) -> None:
    """A clip of these frames, which says how it was made."""
    with av.open(file, "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        container.metadata["comment"] = json.dumps(facts, sort_keys=True)
        stream = container.add_stream("libx264", rate=rate, options=dict(ENCODER))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for image in frames:
            frame: av.VideoFrame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


class Clip:
    """A clip that is read, scaled down if it is large."""

    def __init__(self, container: InputContainer, where: str) -> None:
        self._container = container
        self._where = where
        if not container.streams.video:
            raise Refused("the file holds no moving picture", field=where)
        self._stream = container.streams.video[0]
        found = self._stream.average_rate or self._stream.guessed_rate or Fraction(16)
        self.rate = min(max(Fraction(found), RATES[0]), RATES[1]).limit_denominator(1001)
        self.count = self._stream.frames or None

    def frames(self) -> Iterator[Image.Image]:
        """Every frame, upright; at least one."""
        number = 0
        for number, (_, image) in enumerate(self._timed(), 1):
            if number > FRAMES_MOST:
                told = f"the clip has more than {FRAMES_MOST} frames; cut it first"
                raise Refused(told, field=self._where)
            yield image
        if not number:
            raise Refused("the clip holds no frame", field=self._where)

    def frame(self, wanted: Callable[[int, float], bool]) -> Image.Image | None:
        """The first frame that is wanted, by its number and its seconds."""
        for number, (seconds, image) in enumerate(self._timed()):
            if wanted(number, seconds):
                return image
        return None

    def _timed(self) -> Iterator[tuple[float, Image.Image]]:
        begin: float | None = None
        for frame in self._container.decode(self._stream):
            moment = frame.time or 0.0
            begin = moment if begin is None else begin
            image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
            if frame.rotation:
                image = image.rotate(frame.rotation, expand=True)
            yield moment - begin, image


def small(image: Image.Image) -> Image.Image:
    """As large as a clip may be."""
    if max(image.size) > SIDE_MOST:
        image = image.copy()
        image.thumbnail((SIDE_MOST, SIDE_MOST), Image.Resampling.LANCZOS)
    return even(image)


@contextmanager
def reading(file: IO[bytes], given: Input) -> Iterator[Clip]:
    """A clip; what it cannot be read for becomes a refusal."""
    file.seek(0)
    where = f"inputs.{given.parameter}"
    form = FORMATS.get(given.media.mime)
    if form is None:
        raise Refused("a clip is taken as MP4, MOV, WebM, Matroska or Ogg", field=where)
    with _opened(file, form, where) as container:
        try:
            yield Clip(container, where)
        except FFmpegError as error:
            raise _unreadable(where) from error


def _opened(file: IO[bytes], form: str, where: str) -> InputContainer:
    """Of a fixed form, and with no way to open anything else."""
    guard = {"protocol_whitelist": "none", "max_pixels": str(PIXELS_MOST)}
    try:
        return av.open(file, "r", format=form, options=guard, metadata_errors="replace")
    except (FFmpegError, OSError) as error:
        raise _unreadable(where) from error


def _unreadable(where: str) -> Refused:
    return Refused("the clip cannot be read", field=where)
