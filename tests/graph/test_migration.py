"""Migrations, on a database that nobody has used yet."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import pytest

from embedded.services import Services, running
from graph import migration
from graph.catalog import Query
from graph.driver import Graph, Transaction, connect
from graph.error import GraphError
from graph.identifier import milliseconds, now
from graph.migration import STEPS, Step, migrate, version
from settings import Settings

pytestmark = pytest.mark.anyio
REPEATABLE = re.compile(
    r"IF NOT EXISTS|^MERGE \(.*\nON CREATE SET|^CALL db.awaitIndexes|^MATCH .* IS NULL CALL "
)
INDEXES = "SHOW INDEXES YIELD name, state WHERE state = 'ONLINE' RETURN collect(name) AS names"


@pytest.fixture(scope="module")
def untouched(config: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    own = {"data_dir": tmp_path_factory.mktemp("untouched"), "neo4j_uri": None, "redis_url": None}
    with running(config.model_copy(update=own)) as started:
        yield started


@pytest.fixture
async def fresh(untouched: Services) -> AsyncIterator[Graph]:
    login = (untouched.neo4j_uri, untouched.neo4j_user, untouched.neo4j_password)
    async with connect(*login) as graph:
        yield graph


async def online(graph: Graph) -> set[str]:
    return set((await graph.read(INDEXES))[0]["names"])


def promised() -> set[str]:
    words = [line.split() for step in STEPS for line in step.query.text.split(";")]
    return {word[word.index("IF") - 1] for word in words if "IF" in word}


async def test_processes_that_start_at_once_bring_it_up_to_date(fresh: Graph) -> None:
    assert await version(fresh) == 0
    ran = await asyncio.gather(*(migrate(fresh) for _ in range(4)))
    names = [step.query.name for step in STEPS]
    assert names in ran
    assert await version(fresh) == STEPS[-1].version
    assert len(promised()) > 20
    assert promised() <= await online(fresh)


async def test_what_is_up_to_date_is_let_be(fresh: Graph) -> None:
    await migrate(fresh)
    assert await migrate(fresh) == []


async def test_a_version_only_rises(fresh: Graph) -> None:
    await migrate(fresh)

    async def note_an_old_one(tx: Transaction) -> None:
        await tx.run(migration.REACH, version=0, at=milliseconds(now()))

    await fresh.write(note_an_old_one)
    assert await version(fresh) == STEPS[-1].version


async def test_a_step_that_fails_is_not_noted_and_can_be_repeated(
    fresh: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate(fresh)
    create = "CREATE INDEX extra IF NOT EXISTS FOR (e:Extra) ON (e.id);"

    def ending(with_: str) -> tuple[Step, ...]:
        text = Query("migration/9999_extra", create + with_, frozenset(), ())
        return (*STEPS, Step(9999, text))

    monkeypatch.setattr(migration, "STEPS", ending("RETURN 1 / 0"))
    with pytest.raises(GraphError):
        await migrate(fresh)
    assert await version(fresh) == STEPS[-1].version
    monkeypatch.setattr(migration, "STEPS", ending("RETURN 1"))
    assert await migrate(fresh) == ["migration/9999_extra"]
    assert await version(fresh) == 9999


LEGACY = """
CREATE (s:Subject {workspace: 'a-b', id: 's', name: 'Old', idempotencyKey: 's'})
CREATE (:Asset {workspace: 'a-b', id: '1'})-[:OF]->(s)
CREATE (:Asset {workspace: 'a-b', id: '2', deletedAt: datetime()})-[:OF]->(s)
"""
BROUGHT = """
MATCH (a:Asset)-[o:OF]->(s:Subject {workspace: 'a-b'})
RETURN o.asset = a.id AND o.subject = s.id AS keyed, s.scope AS scope, s.deletedAssets AS deleted
"""


async def test_subjects_from_before_are_brought_along(fresh: Graph) -> None:
    async def before(tx: Transaction) -> None:
        await tx.run(LEGACY)

    await fresh.write(before)
    for _ in range(2):
        await migration._run(fresh, STEPS[1])
        found = [dict(row) for row in await fresh.read(BROUGHT)]
        assert found == [{"keyed": True, "scope": "ab", "deleted": 1}] * 2


def test_steps_are_numbered_in_order_and_safe_to_repeat() -> None:
    versions = [step.version for step in STEPS]
    assert versions == list(range(1, len(STEPS) + 1))
    for step in STEPS:
        statements = [s.strip() for s in step.query.text.split(";") if s.strip()]
        assert all(REPEATABLE.search(statement) for statement in statements)
