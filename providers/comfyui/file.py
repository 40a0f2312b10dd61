"""Names of files on a ComfyUI server, as loaders write them and as its answers list them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from providers.hint import MediaType
from providers.value import text

TYPES = ("input", "output", "temp")
NAME_LIMIT = 1024
SUFFIXES: Mapping[MediaType, frozenset[str]] = {
    "IMAGE": frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".avif"}),
    "VIDEO": frozenset({".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4v", ".gif"}),
    "AUDIO": frozenset({".mp3", ".wav", ".flac", ".ogg", ".opus", ".m4a", ".aac"}),
}


@dataclass(frozen=True)
class ServerFile:
    """A file below one of the server's folders."""

    type: str
    subfolder: str
    filename: str

    @property
    def key(self) -> str:
        """The file as references spell it: type/subfolder/filename."""
        return "/".join(part for part in (self.type, self.subfolder, self.filename) if part)


def annotated(value: object, default_type: str = "input") -> ServerFile | None:
    """The file a loader's value names, such as `sub/dir/x.png [output]`; None if it is none."""
    name = text(value, NAME_LIMIT + 1)
    if name is None or len(name) > NAME_LIMIT or not name.isprintable():
        return None
    for type_ in TYPES:
        if name.endswith(f"[{type_}]"):
            return _split(name.removesuffix(f"[{type_}]").strip(), type_)
    return _split(name, default_type)


def listed(value: Mapping[str, object]) -> ServerFile | None:
    """The file an answer of the server lists as {filename, subfolder, type}."""
    folder, name = text(value.get("subfolder")), text(value.get("filename") or value.get("name"))
    type_ = text(value.get("type")) or "output"
    return annotated(f"{folder}/{name}" if folder else name, type_) if type_ in TYPES else None


def media_type(filename: str) -> MediaType | None:
    """The medium a file name's suffix says."""
    suffix = PurePosixPath(filename).suffix.lower()
    return next((medium for medium, known in SUFFIXES.items() if suffix in known), None)


def _split(name: str, type_: str) -> ServerFile | None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or not path.name or ".." in path.parts or ":" in path.parts[0]:
        return None
    subfolder = "/".join(path.parts[:-1])
    return ServerFile(type_, subfolder, path.name)
