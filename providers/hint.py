"""What stored provider metadata says about where an asset came from.

Kinds and operations are the names of the catalogue of edges, as plain text: this room
does not know the graph.
"""

from dataclasses import dataclass
from typing import Literal

MediaType = Literal["IMAGE", "VIDEO", "AUDIO"]


@dataclass(frozen=True)
class Reference:
    """How a parent can be found: by the provider's own id, a URL, a server file or a hash."""

    provider: str
    id_kind: str | None = None
    id: str | None = None
    url: str | None = None
    file: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class ParentHint:
    """One parent, what it was to the child, and which part of it was taken."""

    kind: str
    operation: str
    sequence: int
    reference: Reference
    media_type: MediaType
    parent_start: float | None = None
    parent_end: float | None = None
    parent_frame: int | None = None
    prompt: str | None = None
    duration: float | None = None


@dataclass(frozen=True)
class Extraction:
    """Everything one asset's metadata says; `problems` tells what could not be read."""

    parents: tuple[ParentHint, ...] = ()
    operation: str | None = None
    prompt: str | None = None
    negative_prompt: str | None = None
    seed: int | None = None
    model: str | None = None
    provider_asset_id: str | None = None
    provider_asset_id_kind: str | None = None
    problems: tuple[str, ...] = ()
