"""Provider uploads: under which ids a provider knows an asset, in each of its id spaces."""

from collections.abc import Mapping

from graph.catalog import query
from graph.driver import Transaction
from graph.error import Conflict
from graph.identifier import now

PUT = query("provider_upload/put")
CLAIM = query("provider_upload/claim")
Uploads = Mapping[str, Mapping[str, str]]


def key_of(provider: str, kind: str, value: str) -> str:
    return f"{provider}:{kind}:{value}"


def keys(uploads: Uploads) -> list[str]:
    return [row["key"] for row in _rows(uploads)]


async def put(tx: Transaction, workspace: str, asset_id: str, uploads: Uploads) -> None:
    """Adds to the map of an asset; an id that another asset holds is a conflict."""
    rows = _rows(uploads)
    for row in await tx.run(PUT, workspace=workspace, id=asset_id, rows=rows, at=now()):
        if row["holder"] != [asset_id]:
            raise Conflict("providerUploads", f"{row['key']} belongs to another asset")


async def claim(tx: Transaction, workspace: str, asset_id: str, uploads: Uploads) -> None:
    """The same, and what another asset holds stays with it: a provider may know equal bytes
    under one id."""
    await tx.run(CLAIM, workspace=workspace, id=asset_id, rows=_rows(uploads), at=now())


def _rows(uploads: Uploads) -> list[dict[str, str]]:
    return [
        {"key": key_of(provider, kind, value), "provider": provider, "kind": kind, "value": value}
        for provider, kinds in uploads.items()
        for kind, value in kinds.items()
    ]
