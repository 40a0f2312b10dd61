"""Writes a workspace as the lines that an import reads."""

from collections.abc import AsyncIterator
from typing import Any

import orjson

from graph import export
from graph.driver import Graph
from graph.export import Whole
from graph.lineage import Edge


async def write(graph: Graph, workspace: str) -> AsyncIterator[bytes]:
    """The assets, then the edges: each line names only what stands on earlier ones."""
    before = export.horizon()
    async for whole in export.assets(graph, workspace, before):
        yield _line(asset_line(whole))
    async for edge in export.edges(graph, workspace, before):
        yield _line(edge_line(edge))


def asset_line(whole: Whole) -> dict[str, Any]:
    asset, detail = whole.asset, whole.detail
    return {
        "type": "asset",
        "key": asset.id,
        "mediaType": asset.media_type.name,
        "name": asset.name,
        "description": asset.description,
        "tags": asset.tags,
        "prompt": asset.prompt,
        "negativePrompt": asset.negative_prompt,
        "seed": asset.seed,
        "model": asset.model,
        "operation": asset.operation and asset.operation.name,
        "provider": asset.provider,
        "providerAssetId": asset.provider_asset_id,
        "remoteUrl": asset.remote_url,
        "mimeType": asset.mime_type,
        "sizeBytes": asset.size_bytes,
        "width": asset.width,
        "height": asset.height,
        "durationSeconds": asset.duration_seconds,
        "frameRate": asset.frame_rate,
        "sha256": asset.sha256,
        "madeAt": asset.made_at,
        "deletedAt": asset.deleted_at,
        "metadata": detail.metadata and orjson.Fragment(detail.metadata),
        "providerMetadata": detail.provider_metadata and orjson.Fragment(detail.provider_metadata),
        "providerUploads": detail.provider_uploads,
    }


def edge_line(edge: Edge) -> dict[str, Any]:
    return {
        "type": "edge",
        "child": edge.child_id,
        "parent": edge.parent_id,
        "kind": edge.kind.name,
        "operation": edge.operation.name,
        "sequence": edge.sequence,
        "evidence": edge.evidence.name,
        "parentStartSeconds": edge.parent_start_seconds,
        "parentEndSeconds": edge.parent_end_seconds,
        "parentFrame": edge.parent_frame,
        "prompt": edge.prompt,
        "durationSeconds": edge.duration_seconds,
    }


def _line(told: dict[str, Any]) -> bytes:
    kept = {name: value for name, value in told.items() if value not in (None, [], {})}
    return orjson.dumps(kept, option=orjson.OPT_APPEND_NEWLINE)
