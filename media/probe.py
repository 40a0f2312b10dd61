"""What a received file is, from its bytes; files that are not whole, sane media are refused."""

from dataclasses import dataclass
from pathlib import Path

from media import clip, picture
from media.deadline import Deadline, in_thread
from media.errors import NotMedia
from media.intake import Received
from media.kind import Kind, MediaType, Shape, kind_of, read_head

PROBE_SECONDS = 60.0


@dataclass(frozen=True)
class Facts:
    """What is known of a file. Animated images are IMAGE with a duration and a frame rate."""

    media_type: MediaType
    mime: str
    sha256: str
    size: int
    width: int | None
    height: int | None
    duration: float | None
    frame_rate: float | None
    kind: Kind


async def probe(received: Received, pixels_max: int, seconds: float = PROBE_SECONDS) -> Facts:
    """Really decode the file, off the event loop; a MediaError says why it is refused."""
    return await in_thread(_read_facts, received, pixels_max, seconds)


def _read_facts(received: Received, pixels_max: int, seconds: float) -> Facts:
    kind = kind_of(read_head(received.path))
    if kind is None:
        raise NotMedia
    shape = _examine(received.path, kind, pixels_max, Deadline(seconds))
    return Facts(
        media_type=shape.media_type,
        mime=shape.mime,
        sha256=received.sha256,
        size=received.size,
        width=shape.width,
        height=shape.height,
        duration=shape.duration,
        frame_rate=shape.frame_rate,
        kind=kind,
    )


def _examine(path: Path, kind: Kind, pixels_max: int, deadline: Deadline) -> Shape:
    examine = picture.examine if kind.is_picture else clip.examine
    return examine(path, kind, pixels_max, deadline)
