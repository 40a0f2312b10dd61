"""The graph that is sent: a workflow with values and file names put into its nodes."""

import copy
from collections.abc import Mapping
from typing import Any

from providers.contract import Media
from providers.error import Refused

FOLDER = "pedigree"
SUFFIXES: Mapping[str, str] = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/tiff": "tiff",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "video/ogg": "ogv",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "audio/webm": "webm",
    "audio/x-matroska": "mka",
}
USUAL = {"IMAGE": "png", "VIDEO": "mp4", "AUDIO": "wav"}


def assemble(
    workflow: Mapping[str, Any], parameters: Mapping[str, Any], files: Mapping[str, str]
) -> dict[str, Any]:
    """The graph in API format, with values and names of files at their `node.input`; a file
    holds where both are given. The workflow stays as it is."""
    if "nodes" in workflow and "links" in workflow:
        raise Refused("the workflow is in the editor's format; export it with `Export (API)`")
    graph: dict[str, Any] = copy.deepcopy(dict(workflow))
    for name, value in {**parameters, **files}.items():
        node, field = locate(graph, name)
        graph[node]["inputs"][field] = _wrapped(copy.deepcopy(value))
    return graph


def locate(graph: Mapping[str, Any], name: str) -> tuple[str, str]:
    """The node and its input that `node.input` names; either may have dots in it."""
    places = [at for at, letter in enumerate(name) if letter == "."]
    nodes = [(name[:at], name[at + 1 :]) for at in places if _inputs(graph, name[:at]) is not None]
    for node, field in nodes:
        if field in (_inputs(graph, node) or {}):
            return node, field
    if nodes:
        raise Refused(f"node {nodes[0][0]} has no input {nodes[0][1]!r}", field=name)
    raise Refused(f"the workflow has no node that {name!r} is an input of", field=name)


def file_name(media: Media) -> str:
    """The name an input gets on a server: equal bytes have the same, so it is known before."""
    suffix = SUFFIXES.get(media.mime.partition(";")[0].strip().lower())
    return f"{FOLDER}/{media.sha256}.{suffix or USUAL[media.media_type]}"


def _inputs(graph: Mapping[str, Any], node: str) -> Mapping[str, Any] | None:
    entry = graph.get(node)
    inputs = entry.get("inputs") if isinstance(entry, Mapping) else None
    return inputs if isinstance(inputs, Mapping) else None


def _wrapped(value: Any) -> Any:
    """A bare list would be taken for a link to another node."""
    return {"__value__": list(value)} if isinstance(value, list | tuple) else value
