"""What a file is, told by its first bytes, never by its name."""

from dataclasses import dataclass
from enum import Enum, StrEnum
from pathlib import Path

HEAD_BYTES = 64


class MediaType(StrEnum):
    """The three kinds of media an asset can be."""

    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    AUDIO = "AUDIO"


class Kind(Enum):
    """The file families read here, by the name their reader (Pillow or FFmpeg) knows them by."""

    PNG = "PNG"
    JPEG = "JPEG"
    WEBP = "WEBP"
    GIF = "GIF"
    AVIF = "AVIF"
    BMP = "BMP"
    TIFF = "TIFF"
    MOV = "mov"
    MATROSKA = "matroska"
    MP3 = "mp3"
    WAV = "wav"
    FLAC = "flac"
    OGG = "ogg"

    @property
    def is_picture(self) -> bool:
        return self.value.isupper()


@dataclass(frozen=True)
class Shape:
    """What decoding tells; width and height are as shown, after rotation."""

    media_type: MediaType
    mime: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    frame_rate: float | None = None


_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"BM", Kind.BMP),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"\x1aE\xdf\xa3", Kind.MATROSKA),
    (b"fLaC", Kind.FLAC),
    (b"OggS", Kind.OGG),
    (b"ID3", Kind.MP3),
)
_RIFF = {b"WEBP": Kind.WEBP, b"WAVE": Kind.WAV}
_STILL_BRANDS = frozenset({b"avif", b"avis", b"mif1", b"msf1"})
_FOREIGN_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"jp2 ", b"crx "}
)
_OLD_QUICKTIME = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip"})


def read_head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def kind_of(head: bytes) -> Kind | None:
    """The family these first bytes belong to; None for anything that is not media."""
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _branded(head[8:12])
    if head[4:8] in _OLD_QUICKTIME:
        return Kind.MOV
    return Kind.MP3 if _starts_mpeg_layer_3(head) else None


def _branded(brand: bytes) -> Kind | None:
    if brand in _STILL_BRANDS:
        return Kind.AVIF
    return None if brand in _FOREIGN_BRANDS else Kind.MOV


def _starts_mpeg_layer_3(head: bytes) -> bool:
    return len(head) > 3 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
