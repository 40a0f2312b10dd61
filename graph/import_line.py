"""What lines of an import say once they are read, and what is wrong with the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from graph.identifier import new_id
from graph.link import NewEdge

# The order of a row's values in `cypher/import_batch/create_assets.cypher`.
COLUMNS = (
    *("id", "idempotencyKey", "mediaType", "name", "description", "prompt", "negativePrompt"),
    *("seed", "model", "operation", "provider", "providerAssetId", "referenceKey", "remoteUrl"),
    *("tags", "metadata", "providerMetadata", "mediaState", "mime", "size", "width", "height"),
    *("duration", "frameRate", "sha256", "madeAt", "deletedAt"),
)
AT = {name: place for place, name in enumerate(COLUMNS)}
# What an asset that was only referred to so far can learn from a line.
LATER = (
    *("name", "description", "prompt", "negativePrompt", "seed", "model", "operation", "provider"),
    *("remoteUrl", "madeAt", "tags", "metadata", "providerMetadata"),
)
Row = list[object]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line, or a part of it, is not taken in; `field` is where in the line."""

    line: int
    field: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class AssetLine:
    """An asset, as the row that will be written unless it is there already."""

    number: int
    key: str
    row: Row
    uploads: dict[str, dict[str, str]]

    @property
    def id(self) -> str:
        return str(self.row[0])

    @property
    def reference(self) -> str | None:
        return self._text("referenceKey")

    @property
    def sha256(self) -> str | None:
        return self._text("sha256")

    def told(self) -> dict[str, object]:
        """What an asset that is there already may learn from it."""
        values = {name: self.row[AT[name]] for name in LATER}
        return {name: value for name, value in values.items() if value is not None}

    def _text(self, column: str) -> str | None:
        found = self.row[AT[column]]
        return str(found) if found else None


@dataclass(frozen=True, slots=True)
class EdgeLine:
    """An edge whose child and parent are named by key or id; `at` is where in the line it is."""

    number: int
    at: str
    child: str
    parent: str
    kind: str
    sequence: int
    values: Row  # all but the ends, in the order of `cypher/import_edge/create.cypher`

    @classmethod
    def of(cls, number: int, at: str, edge: NewEdge) -> Self:
        values: Row = [
            edge.operation.value,
            edge.sequence,
            edge.evidence.value,
            edge.parent_start_seconds,
            edge.parent_end_seconds,
            edge.parent_frame,
            edge.prompt,
            edge.duration_seconds,
        ]
        kind, sequence = edge.kind.value, edge.sequence
        return cls(number, at, edge.child_id, edge.parent_id, kind, sequence, values)


@dataclass(frozen=True)
class Batch:
    """The next lines of an import: bytes `start` up to, not including, `end`."""

    start: int
    end: int
    lines: int
    assets: Sequence[AssetLine]
    edges: Sequence[EdgeLine]
    problems: Sequence[Problem]
    last: bool
    id: str = field(default_factory=new_id)

    def names(self) -> set[str]:
        """All that could make an asset of this batch the same as one of another."""
        told = {name for line in self.assets for name in (line.reference, line.sha256) if name}
        return told | {line.key for line in self.assets}


def once_key(run: str, key: str) -> str:
    """The idempotency key of the asset that a key of an import stands for."""
    return f"{run}:{key}"


def to_row(run: str, key: str, told: Mapping[str, object]) -> Row:
    """The values of a new asset, in the order of COLUMNS. Enums and instants go as text: packing
    them as what they are costs more than all else of a row."""
    row: Row = [told.get(name) for name in COLUMNS]
    row[AT["id"]] = new_id()
    row[AT["idempotencyKey"]] = once_key(run, key)
    return row
