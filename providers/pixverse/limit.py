"""What PixVerse takes in of media, and how an upload is made."""

from collections.abc import Mapping
from dataclasses import dataclass

from providers.contract import Media

MEGABYTE = 1024 * 1024
# Which ids an input may be named by, the nearest first: what was made there needs no upload.
OWN_IDS = {"IMAGE": ("img_id",), "VIDEO": ("video_id", "media_id"), "AUDIO": ("media_id",)}


@dataclass(frozen=True)
class Limit:
    """Where a sort of media is sent to, and what is taken there."""

    path: str
    part: str
    id_kind: str
    endings: Mapping[str, str]
    size: int
    side: int | None = None
    seconds: float | None = None


PICTURES = {
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
}
CLIPS = {"video/mp4": "mp4", "video/quicktime": "mov", "video/mov": "mov", "video/webm": "webm"}
SOUNDS = {
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/m4a": "m4a",
    "audio/aac": "aac",
}
LIMITS = {
    "IMAGE": Limit("image/upload", "image", "img_id", PICTURES, 20 * MEGABYTE, side=4000),
    "VIDEO": Limit("media/upload", "file", "media_id", CLIPS, 50 * MEGABYTE, side=1920, seconds=30),
    "AUDIO": Limit("media/upload", "file", "media_id", SOUNDS, 50 * MEGABYTE, seconds=30),
}


def known_id(media: Media) -> tuple[str, str] | None:
    """Id space and id under which PixVerse has it already."""
    for kind in OWN_IDS[media.media_type]:
        if (number := media.known.get(kind, "")).isdecimal():
            return kind, number
    return None


def too_much(media: Media) -> str | None:
    """Why it cannot be uploaded; None if it can."""
    limit = LIMITS[media.media_type]
    if media.mime not in limit.endings:
        taken = ", ".join(dict.fromkeys(limit.endings.values()))
        return f"PixVerse takes {taken}, and this is {media.mime}; convert it first"
    if media.size >= limit.size:
        return f"PixVerse takes less than {limit.size // MEGABYTE} MB, and this has {media.size} bytes; make it smaller"
    if limit.side and max(media.width or 0, media.height or 0) > limit.side:
        return f"PixVerse takes {limit.side} pixels a side at most, and this is {media.width}x{media.height}; scale it down"
    if limit.seconds and (media.duration_seconds or 0) > limit.seconds:
        return f"PixVerse takes {limit.seconds:g} seconds at most, and this lasts {media.duration_seconds:g}; cut it"
    return None
