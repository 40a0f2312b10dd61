"""Neo4j goes away and comes back: who asks is told soon, and served again without a restart."""

import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from neo4j.exceptions import TransientError

from embedded.services import Services, running
from graph import outage
from graph.driver import Graph, Transaction, connect
from graph.error import AlreadyThere, Unavailable
from graph.outage import Away, Outage, Unsettled
from settings import Settings
from tests.proxy import Proxy, proxied, wired
from tests.waiting import until

pytestmark = pytest.mark.anyio
ONE = "RETURN 1 AS one"


@pytest.fixture
async def wire(services: Services) -> AsyncIterator[Proxy]:
    async with proxied(services.neo4j_uri) as proxy:
        yield proxy


@pytest.fixture
async def distant(services: Services, wire: Proxy) -> AsyncIterator[Graph]:
    address = f"bolt://127.0.0.1:{wire.port}"
    async with connect(address, services.neo4j_user, services.neo4j_password) as graph:
        yield graph


async def one(tx: Transaction) -> int:
    return int((await tx.run(ONE))[0]["one"])


async def test_both_reads_and_writes_are_refused_soon_and_recover(
    wire: Proxy, distant: Graph
) -> None:
    await distant.read(ONE)
    await wire.cut()
    begun = time.monotonic()
    with pytest.raises(Unavailable) as refused:
        await distant.write(one)
    assert time.monotonic() - begun < 5, "a driver left to itself goes on for 30 s"
    assert refused.value.retry_in == outage.REFUSING_SECONDS
    trips = distant.round_trips
    for _ in range(20):
        with pytest.raises(Unavailable):
            await distant.read(ONE)
    assert distant.round_trips - trips < 10, "each found out for itself"
    await wire.mend()

    async def answers() -> bool:
        try:
            return await distant.write(one) == 1
        except Unavailable:
            return False

    await until(answers)
    assert (await distant.read(ONE))[0]["one"] == 1


async def test_a_connection_lost_while_idle_is_not_noticed(wire: Proxy, distant: Graph) -> None:
    await distant.read(ONE)
    await wire.cut()
    await wire.mend()
    assert await distant.write(one) == 1
    await wire.cut()
    await wire.mend()
    assert (await distant.read(ONE))[0]["one"] == 1


@pytest.mark.timeout(300)
async def test_a_killed_server_is_found_again(config: Settings, tmp_path: Path) -> None:
    own = {"data_dir": tmp_path, "neo4j_uri": None, "redis_url": None}
    settings = config.model_copy(update=own)
    with ExitStack() as later:
        with running(settings) as first:
            wire = later.enter_context(wired(first.neo4j_uri))
            address = f"bolt://127.0.0.1:{wire.port}"
            connected = connect(address, first.neo4j_user, first.neo4j_password)
            graph = await connected.__aenter__()
            await graph.execute("CREATE (:Kept)")
            next(host for host in first.hosts if "Neo4j" in host.name).process.kill()
            with pytest.raises(Unavailable):
                await graph.write(one)
        second = later.enter_context(running(settings))
        with pytest.raises(Unavailable):
            await graph.read(ONE)
        wire.lead_to("127.0.0.1", urlsplit(second.neo4j_uri).port or 0)

        async def kept() -> bool:
            try:
                rows = await graph.read("MATCH (k:Kept) RETURN count(k) AS kept")
            except Unavailable:
                return False
            return bool(rows[0]["kept"] == 1)

        await until(kept)
        await connected.__aexit__(None, None, None)


async def test_a_change_of_leader_is_ridden_out(graph: Graph) -> None:
    tries = 0

    async def work(tx: Transaction) -> int:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise TransientError("no leader")
        return await one(tx)

    assert await graph.write(work) == 1
    assert tries == 4


async def test_what_is_unsettled_is_given_up_in_time() -> None:
    tries = 0

    async def unsettled() -> None:
        nonlocal tries
        tries += 1
        raise Unsettled("as yet")

    with pytest.raises(Unsettled):
        await Outage().endure(unsettled, 0.3)
    assert 3 <= tries <= 10


async def test_a_refusal_is_an_answer_and_ends_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "REFUSING_SECONDS", 0.0)
    known, errors = Outage(), iter([Away("a"), *[Away("b")] * 20])

    async def away() -> None:
        raise next(errors)

    async def refused() -> None:
        raise AlreadyThere("taken")

    with pytest.raises(Away):
        await known.endure(away, 0)
    monkeypatch.setattr(outage, "REFUSING_SECONDS", 60.0)
    with pytest.raises(AlreadyThere):
        await known.endure(refused, 0)
    with pytest.raises(AlreadyThere):
        await known.endure(refused, 0)
