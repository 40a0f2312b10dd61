"""The files that a job made, as an entry of the history lists them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from providers.comfyui.file import ServerFile, listed, media_type
from providers.hint import MediaType
from providers.value import mapping, text

OUTPUT_LIMIT = 1000
KEYS: Mapping[str, MediaType] = {"images": "IMAGE", "gifs": "VIDEO", "audio": "AUDIO"}


@dataclass(frozen=True)
class Found:
    """A file and its medium."""

    file: ServerFile
    media_type: MediaType


def find_outputs(entry: Mapping[str, object]) -> tuple[Found, ...]:
    """What was saved, of whichever node; what was only shown, if nothing was saved. The order is
    that of the nodes' ids, so that it is the same however often one asks."""
    found = list(dict.fromkeys(_walk(mapping(entry.get("outputs")))))
    saved = [one for one in found if one.file.type == "output"]
    shown = [one for one in found if one.file.type == "temp"]
    return tuple((saved or shown)[:OUTPUT_LIMIT])


def in_order(name: str) -> tuple[tuple[int, str], ...]:
    """Sorts 9 before 10, and 10:2 between 10 and 11."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return tuple((int(p), "") if p.isascii() and p.isdigit() else (-1, p) for p in parts)


def _walk(nodes: Mapping[str, object]) -> Iterator[Found]:
    for node in sorted(nodes, key=in_order):
        for key, entries in sorted(mapping(nodes[node]).items()):
            for entry in map(mapping, entries if isinstance(entries, list) else []):
                if found := _found(key, entry):
                    yield found


def _found(key: str, entry: Mapping[str, object]) -> Found | None:
    if not text(entry.get("filename")) or not text(entry.get("type")):
        return None
    file = listed(entry)
    medium = _medium(key, entry, file.filename) if file else None
    return Found(file, medium) if file and medium else None


def _medium(key: str, entry: Mapping[str, object], filename: str) -> MediaType | None:
    """Savers of others tell a MIME type such as `video/h264-mp4`; a suffix that is known and
    stands for no picture or clip, such as that of a 3D model, is no medium."""
    suffix = PurePosixPath(filename).suffix.lower()
    if suffix in (".gif", ".apng"):
        return "IMAGE"
    told = (text(entry.get("format"), 100) or "").partition("/")[0].upper()
    if told in ("IMAGE", "VIDEO", "AUDIO"):
        return media_type(filename) or told  # type: ignore[return-value]
    return media_type(filename) or (None if suffix else KEYS.get(key))
