"""How media go to Kling: what each sort must be, and as what it is sent."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace

import anyio.to_thread

from providers.contract import Media
from providers.error import Refused

MEGABYTE = 1_000_000
NAMES = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "video/mp4": "MP4",
    "video/quicktime": "MOV",
    "audio/mpeg": "MP3",
    "audio/wav": "WAV",
    "audio/mp4": "M4A",
    "audio/aac": "AAC",
}
# Kling gives lengths to a tenth of a second, and a clip of 10 s is often 10.04 s long.
LEEWAY_SECONDS = 0.1
BYTES, ADDRESS, NUMBER = "bytes", "address", "number"
HINTS = {
    ADDRESS: "Kling fetches videos itself, by an address that it can reach: set "
    "PEDIGREE_PUBLIC_URL to where this service is found from outside",
    NUMBER: "Kling extends only videos that it made itself, which have a video_id there: take one "
    "of those",
}


@dataclass(frozen=True)
class Medium:
    """What a sort of media must be. `ids` are the id spaces under which Kling may know it, the
    best first; else it goes `by` its bytes, by an address, or not at all."""

    mimes: tuple[str, ...]
    bytes_most: int
    by: str = BYTES
    side_least: int = 0
    ratio_most: float | None = None
    seconds: tuple[float, float] | None = None
    ids: tuple[str, ...] = ()

    def known(self, media: Media) -> tuple[str, str] | None:
        """The id space and id under which Kling knows it already."""
        return next(((kind, media.known[kind]) for kind in self.ids if kind in media.known), None)

    def problems(self, media: Media) -> Iterator[str]:
        """Why Kling would not take it, as far as it is known."""
        if self.known(media) is None and self.by != NUMBER:
            yield from self._form(media)
        if self.seconds and media.duration_seconds is not None:
            least, most = self.seconds
            if not least - LEEWAY_SECONDS <= media.duration_seconds <= most + LEEWAY_SECONDS:
                yield f"must be {least:g} to {most:g} seconds long, not {media.duration_seconds:g}"

    def _form(self, media: Media) -> Iterator[str]:
        if media.mime not in self.mimes:
            yield f"must be {' or '.join(NAMES[m] for m in self.mimes)}, and it is {media.mime}"
        if media.size > self.bytes_most:
            yield f"must have at most {self.bytes_most // MEGABYTE} MB; it has {media.size} bytes"
        if not media.width or not media.height:
            return
        short, long = sorted((media.width, media.height))
        if short < self.side_least:
            yield f"must be at least {self.side_least} pixels wide and high; it is {short}"
        if self.ratio_most and long > short * self.ratio_most:
            yield f"must not be longer than {self.ratio_most:g} times its shorter side"


@dataclass(frozen=True)
class Sent:
    """An input as it is sent: its bytes in base64, its address, or Kling's own id of it. `kind`
    says which: how its medium goes, or the id space."""

    kind: str
    text: str


def marked(medium: Medium, media: Media) -> Sent:
    """As what this one is sent, told without its bytes, and without an address that opens it to
    anybody."""
    known = medium.known(media)
    return Sent(*known) if known else Sent(medium.by, f"sha256:{media.sha256}")


async def whole(sent: Sent, media: Media, name: str) -> Sent:
    """The same with all that is sent; Refused if it cannot be sent."""
    if sent.kind == BYTES:
        data = await media.read()
        packed = await anyio.to_thread.run_sync(base64.b64encode, data)
        return replace(sent, text=packed.decode())
    if sent.kind not in HINTS:
        return sent
    if sent.kind == ADDRESS and (address := _address(media)):
        return replace(sent, text=address)
    raise Refused(f"Kling: {name}: {HINTS[sent.kind]}", field=name)


def _address(media: Media) -> str:
    address = media.known.get("url", "")
    return address if address.startswith(("http://", "https://")) else ""


PICTURE = Medium(("image/jpeg", "image/png"), 10 * MEGABYTE, side_least=300, ratio_most=2.5)
LARGE_PICTURE = replace(PICTURE, bytes_most=50 * MEGABYTE)
CLIP = Medium(("video/mp4", "video/quicktime"), 200 * MEGABYTE, ADDRESS, seconds=(3, 10))
LONG_CLIP = replace(CLIP, seconds=(3, 15.5))
MOTION = replace(CLIP, bytes_most=100 * MEGABYTE)
LONG_MOTION = replace(MOTION, seconds=(3, 30))
FACE_CLIP = replace(MOTION, seconds=(2, 60), ids=("video_id",))
OWN_CLIP = Medium((), 0, NUMBER, seconds=(0, 176), ids=("video_id",))
SPEECH = Medium(
    ("audio/mpeg", "audio/wav", "audio/mp4"), 5 * MEGABYTE, seconds=(2, 60), ids=("audio_id",)
)
LONG_SPEECH = replace(SPEECH, mimes=(*SPEECH.mimes, "audio/aac"), seconds=(2, 300))
