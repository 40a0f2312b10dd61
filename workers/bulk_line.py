"""Reads the lines of an import: assets and edges, or what is wrong with them."""

from typing import Any

import orjson

from graph.asset import MediaState, reference_of
from graph.edge import Evidence, Operation
from graph.error import InvalidInput
from graph.import_line import AssetLine, EdgeLine, Problem, to_row
from graph.import_run import ImportRun
from graph.link import NewEdge, check_one
from workers.bulk_field import ASSET, EDGE, PARENT, read

PARENTS_MAX = 1000
INVALID = "INVALID_INPUT"


class Lines:
    """What the lines read so far say."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run
        self.assets: list[AssetLine] = []
        self.edges: list[EdgeLine] = []
        self.problems: list[Problem] = []

    def add(self, number: int, text: bytes) -> None:
        """Reads one line; an empty one says nothing."""
        if not text.strip():
            return
        try:
            self._add(number, orjson.loads(text))
        except orjson.JSONDecodeError as error:
            self.refuse(number, None, f"is no JSON: {error.msg}")
        except InvalidInput as error:
            self.refuse(number, error.field, error.message)

    def refuse(self, number: int, field: str | None, message: str) -> None:
        self.problems.append(Problem(number, field, INVALID, message))

    def _add(self, number: int, line: Any) -> None:
        kind = line.get("type") if isinstance(line, dict) else None
        if kind == "asset":
            self._add_asset(number, line)
        elif kind == "edge":
            self._add_edge(number, line)
        else:
            raise InvalidInput("type", 'must be "asset" or "edge", in an object')

    def _add_asset(self, number: int, line: dict[str, Any]) -> None:
        told = read(line, ASSET)
        key = _wanted(told, "key", "key")
        _wanted(told, "mediaType", "mediaType")
        parents = told.get("parents", ())
        if len(parents) > PARENTS_MAX:
            raise InvalidInput("parents", f"at most {PARENTS_MAX} at an asset, got {len(parents)}")
        url = told.get("remoteUrl")
        told["mediaState"] = _media_state(url, told.get("deletedAt"))
        told["referenceKey"] = reference_of(told.get("provider"), told.get("providerAssetId"), url)
        row = to_row(self._run.id, key, told)
        self.assets.append(AssetLine(number, key, row, told.get("providerUploads", {})))
        for place, parent in enumerate(parents):
            self._add_parent(number, f"parents.{place}", parent, key, line.get("operation"))

    def _add_parent(
        self, number: int, at: str, parent: Any, child: str, operation: str | None
    ) -> None:
        """A bad parent is left out; the asset is not."""
        try:
            told = read(_object(at, parent), PARENT, f"{at}.")
            if operation and "operation" not in told:
                told["operation"] = Operation[operation]
            self._keep_edge(number, f"{at}.", told | {"child_id": child})
        except InvalidInput as error:
            self.refuse(number, error.field, error.message)

    def _add_edge(self, number: int, line: dict[str, Any]) -> None:
        told = read(line, EDGE)
        del told["type"]
        _wanted(told, "child_id", "child")
        self._keep_edge(number, "", told)

    def _keep_edge(self, number: int, at: str, told: dict[str, Any]) -> None:
        _wanted(told, "parent_id", f"{at}parent")
        _wanted(told, "kind", f"{at}kind")
        told.setdefault("operation", Operation.DERIVE)
        if told["child_id"] == told["parent_id"]:
            raise InvalidInput(f"{at}parent", "an asset cannot be its own parent")
        if told.get("evidence") is Evidence.RECORDED:
            # Only what ran here was recorded here; from elsewhere it is a claim.
            told["evidence"] = Evidence.CLAIMED
        edge = NewEdge(**told)
        check_one(edge, at)
        self.edges.append(EdgeLine.of(number, at, edge))


def _wanted(told: dict[str, Any], name: str, field: str) -> Any:
    value = told.get(name)
    if value is None:
        raise InvalidInput(field, "is missing")
    return value


def _object(field: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(field, "must be an object")
    return value


def _media_state(url: str | None, deleted: str | None) -> str:
    state = MediaState.REMOTE if url else MediaState.NONE
    return str((MediaState.REMOVED if deleted else state).value)
