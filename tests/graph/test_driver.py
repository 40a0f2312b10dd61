"""What Neo4j is told of a query beside its text."""

import pytest

from graph.catalog import Query
from graph.driver import Graph, Transaction
from telemetry.request import REQUEST_ID

pytestmark = pytest.mark.anyio
RUNNING = "SHOW TRANSACTIONS YIELD metaData WHERE metaData.request = $id RETURN metaData AS told"


async def test_a_running_query_tells_its_name_and_request(graph: Graph) -> None:
    token = REQUEST_ID.set("r-17")
    query = Query("asset/shown", RUNNING, frozenset({"id"}), ("told",))
    rows = await graph.read(query, id="r-17")
    REQUEST_ID.reset(token)
    assert rows[0]["told"] == {"app": "pedigree", "request": "r-17", "query": "asset/shown"}


async def test_so_does_a_change(graph: Graph) -> None:
    async def work(tx: Transaction) -> dict[str, str]:
        told: dict[str, str] = (await tx.run(RUNNING, id="r-18"))[0]["told"]
        return told

    token = REQUEST_ID.set("r-18")
    assert await graph.write(work) == {"app": "pedigree", "request": "r-18"}
    REQUEST_ID.reset(token)
