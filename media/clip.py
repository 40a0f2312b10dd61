"""Video and sound through FFmpeg: every packet read, the first and last pictures decoded."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.frame import Frame
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from media.deadline import Deadline
from media.errors import Damaged, NotMedia
from media.kind import Kind, MediaType, Shape, read_head
from media.picture import check_pixels
from media.structure import is_whole, states_length

S = TypeVar("S", bound=Stream)

_AUDIO_MIME = {
    Kind.MOV: "audio/mp4",
    Kind.MATROSKA: "audio/x-matroska",
    Kind.MP3: "audio/mpeg",
    Kind.WAV: "audio/wav",
    Kind.FLAC: "audio/flac",
    Kind.OGG: "audio/ogg",
}
_VIDEO_MIME = {
    Kind.MOV: "video/mp4",
    Kind.MATROSKA: "video/x-matroska",
    Kind.OGG: "video/ogg",
}
# Encoders pad the ends of sound by some hundredths of a second.
_SLACK_SECONDS = 0.1


@contextmanager
def open_clip(path: Path, kind: Kind, pixels_max: int) -> Iterator[InputContainer]:
    """The container, opened as `kind` and nothing else; FFmpeg's errors become refusals."""
    # Without a fixed format and protocol a text file could make FFmpeg open other files.
    guard = {"protocol_whitelist": "file", "max_pixels": str(pixels_max)}
    try:
        with av.open(
            str(path), format=kind.value, options=guard, metadata_errors="replace"
        ) as container:
            yield container
    except FFmpegError as error:
        raise Damaged from error


def examine(path: Path, kind: Kind, pixels_max: int, deadline: Deadline) -> Shape:
    """Read it to its end and tell what was seen."""
    if not is_whole(path, kind, deadline):
        raise Damaged
    with open_clip(path, kind, pixels_max) as container:
        picture, sound = picture_stream(container), _sound_stream(container)
        if picture is not None:
            check_pixels(picture.width, picture.height, pixels_max)
            picture.codec_context.options = {"max_pixels": str(pixels_max)}
        main = picture or sound
        if main is None:
            raise NotMedia("The file holds neither pictures nor sound")
        walk = _read_packets(container, main, deadline)
        duration = _duration(container, walk, states_length(path, kind))
        first = _decode_ends(container, main, walk, deadline)
    if picture is None:
        return Shape(MediaType.AUDIO, _mime(path, kind, _AUDIO_MIME), duration=duration)
    width, height = _size_as_shown(picture, first)
    mime = _mime(path, kind, _VIDEO_MIME)
    return Shape(MediaType.VIDEO, mime, width, height, duration, _frame_rate(picture))


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The moving picture; cover art of a song is none."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return _decodable(stream)
    return None


def _sound_stream(container: InputContainer) -> Stream | None:
    return next((_decodable(stream) for stream in container.streams.audio), None)


def _decodable(stream: S) -> S:
    if stream.codec_context is None:
        raise NotMedia("The file uses a codec that is not read here")
    return stream


@dataclass
class _Walk:
    """What the packets told, times in seconds."""

    start: float | None = None
    end: float = 0.0
    last_key: int | None = None

    def add(self, packet: "Packet[Stream]", is_main: bool) -> None:
        moment = packet.pts if packet.pts is not None else packet.dts
        if moment is None or packet.time_base is None:
            return
        if is_main and packet.is_keyframe:
            self.last_key = max(moment, self.last_key if self.last_key is not None else moment)
        begin = float(moment * packet.time_base)
        self.start = begin if self.start is None else min(begin, self.start)
        self.end = max(self.end, begin + float((packet.duration or 0) * packet.time_base))


def _read_packets(container: InputContainer, main: Stream, deadline: Deadline) -> _Walk:
    walk = _Walk()
    # A WAV written to a pipe does not know where it ends, so its last packet looks cut.
    can_tell = container.format.name != Kind.WAV.value
    for packet in container.demux():
        deadline.check()
        if packet.is_corrupt and can_tell:
            raise Damaged
        walk.add(packet, packet.stream is main)
    return walk


def _duration(container: InputContainer, walk: _Walk, is_exact: bool) -> float | None:
    measured = walk.end - (walk.start or 0.0)
    stated = container.duration / av.time_base if container.duration else None
    if is_exact and stated and stated - measured > _SLACK_SECONDS:
        raise Damaged
    return stated or measured or None


def _decode_ends(container: InputContainer, main: Stream, walk: _Walk, deadline: Deadline) -> Frame:
    container.seek(0)
    first = next(_frames(container, main), None)
    if first is None:
        raise Damaged
    if walk.last_key is not None:
        container.seek(walk.last_key, stream=main)
    last = None
    for last in _frames(container, main):
        deadline.check()
        if last.is_corrupt:
            raise Damaged
    if last is None or first.is_corrupt:
        raise Damaged
    return first


def _frames(container: InputContainer, main: Stream) -> Iterator[Frame]:
    return (frame for frame in container.decode(main) if isinstance(frame, Frame))


def _size_as_shown(stream: VideoStream, frame: Frame) -> tuple[int, int]:
    if isinstance(frame, VideoFrame) and frame.rotation % 180:
        return stream.height, stream.width
    return stream.width, stream.height


def _frame_rate(stream: VideoStream) -> float | None:
    rate = stream.average_rate or stream.guessed_rate
    return float(rate) if rate else None


def _mime(path: Path, kind: Kind, table: dict[Kind, str]) -> str:
    head = read_head(path)
    if kind is Kind.MATROSKA and b"webm" in head:
        return table[kind].replace("x-matroska", "webm")
    if kind is Kind.MOV and table is _VIDEO_MIME and _is_quicktime(head):
        return "video/quicktime"
    return table[kind]


def _is_quicktime(head: bytes) -> bool:
    return head[4:8] != b"ftyp" or head[8:12] == b"qt  "
