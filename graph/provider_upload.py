"""Provider uploads: under which ids a provider knows an asset, in each of its id spaces."""

from collections.abc import Mapping

from graph.catalog import query
from graph.driver import Transaction
from graph.error import Conflict
from graph.identifier import now

PUT = query("provider_upload/put")


def key_of(provider: str, kind: str, value: str) -> str:
    return f"{provider}:{kind}:{value}"


def keys(uploads: Mapping[str, Mapping[str, str]]) -> list[str]:
    return [
        key_of(provider, kind, value)
        for provider, kinds in uploads.items()
        for kind, value in kinds.items()
    ]


async def put(
    tx: Transaction, workspace: str, asset_id: str, uploads: Mapping[str, Mapping[str, str]]
) -> None:
    """Adds to the map of an asset; an id that another asset holds is a conflict."""
    rows = [
        {"key": key_of(provider, kind, value), "provider": provider, "kind": kind, "value": value}
        for provider, kinds in uploads.items()
        for kind, value in kinds.items()
    ]
    for row in await tx.run(PUT, workspace=workspace, id=asset_id, rows=rows, at=now()):
        if row["holder"] != [asset_id]:
            raise Conflict("providerUploads", f"{row['key']} belongs to another asset")
