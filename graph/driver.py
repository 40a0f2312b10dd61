"""The one way to Neo4j: reads in one round trip, writes in retried transactions."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, LiteralString, TypeVar

import neo4j
from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncManagedTransaction, Record
from neo4j.exceptions import (
    ConstraintError,
    DriverError,
    IncompleteCommit,
    Neo4jError,
    ReadServiceUnavailable,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
    WriteServiceUnavailable,
)

from graph.catalog import Query
from graph.error import AlreadyThere, GraphError, QueryTimeout, Unavailable
from graph.outage import Away, Outage, Unsettled
from telemetry import watch
from telemetry.request import REQUEST_ID

if TYPE_CHECKING:
    from graph.entry import Entry

Row = Record
T = TypeVar("T")
# A new leader of a cluster is found within seconds; reads go to followers, who are there.
READ_SECONDS = 1.0
WRITE_SECONDS = 15.0
OnCommit = Callable[[Sequence["Entry"]], None]


class Transaction:
    """A write in progress: everything in it happens, or nothing does."""

    def __init__(self, inner: AsyncManagedTransaction, graph: "Graph") -> None:
        self._inner = inner
        self._graph = graph
        self.entries: list[Entry] = []  # what it tells the audit trail

    async def run(self, query: Query | LiteralString, **parameters: Any) -> list[Row]:
        self._graph.round_trips += 1
        with watch.query(_name(query)):
            result = await self._inner.run(_text(query), parameters)
            return [row async for row in result]


class Graph:
    """A process's connection to the graph; share one per event loop."""

    def __init__(self, driver: AsyncDriver, database: str, query_seconds: float) -> None:
        self._driver = driver
        self._database = database
        self._seconds = query_seconds
        self._outage = Outage()
        self.round_trips = 0
        self.on_commit: OnCommit | None = None

    async def read(self, query: Query | LiteralString, **parameters: Any) -> list[Row]:
        """Rows of one read-only query: one round trip, repeated if the connection was lost."""
        text = _told(query, self._seconds)

        async def attempt() -> list[Row]:
            with watch.query(_name(query)):
                return await self._read_once(text, parameters)

        return await self._outage.endure(attempt, READ_SECONDS)

    async def _read_once(self, query: neo4j.Query, parameters: dict[str, Any]) -> list[Row]:
        self.round_trips += 1
        with _translated():
            async with self._session(neo4j.READ_ACCESS) as session:
                result = await session.run(query, parameters)
                return [row async for row in result]

    async def stream(
        self, query: Query | LiteralString, seconds: float = 3600.0, **parameters: Any
    ) -> AsyncIterator[Row]:
        """Rows as Neo4j finds them, for answers too long to hold."""
        self.round_trips += 1
        with _translated():
            async with self._session(neo4j.READ_ACCESS) as session:
                result = await session.run(_told(query, seconds), parameters)
                async for row in result:
                    yield row

    async def write(
        self, work: Callable[[Transaction], Awaitable[T]], seconds: float | None = None
    ) -> T:
        """Runs `work` in a transaction; it may run again after a lost lock or connection.

        What it told the audit trail is told to `on_commit`, too, once it is committed."""
        entries: list[Entry] = []

        @neo4j.unit_of_work(timeout=seconds or self._seconds, metadata=_origin())
        async def run(inner: AsyncManagedTransaction) -> T:
            nonlocal entries
            tx = Transaction(inner, self)
            entries = tx.entries
            return await work(tx)

        done = await self._outage.endure(lambda: self._write_once(run), WRITE_SECONDS)
        if entries and self.on_commit:
            self.on_commit(entries)
        return done

    async def execute(self, text: LiteralString) -> None:
        """What wants transactions of its own, as schema commands do and changes in batches;
        repeated after a lost lock."""

        async def run() -> None:
            with _translated():
                async with self._session(neo4j.WRITE_ACCESS) as session:
                    await (await session.run(text)).consume()

        await self._outage.endure(run, WRITE_SECONDS)

    async def _write_once(self, run: Callable[[AsyncManagedTransaction], Awaitable[T]]) -> T:
        with _translated():
            async with self._session(neo4j.WRITE_ACCESS) as session:
                return await session.execute_write(run)

    async def verify(self) -> None:
        """Raises Unavailable unless Neo4j answers now."""
        await self._read_once(neo4j.Query("RETURN 1", timeout=self._seconds), {})

    def _session(self, access: str) -> neo4j.AsyncSession:
        return self._driver.session(database=self._database, default_access_mode=access)


@asynccontextmanager
async def connect(
    uri: str, user: str, password: str, *, database: str = "neo4j", query_seconds: float = 20.0
) -> AsyncIterator[Graph]:
    """A graph for the length of the block; nothing is sent until it is used."""
    driver = AsyncGraphDatabase.driver(
        uri,
        auth=(user, password),
        connection_acquisition_timeout=15.0,
        connection_timeout=2.0,
        max_transaction_retry_time=0.0,  # `Outage` tries again
        notifications_min_severity="OFF",
        telemetry_disabled=True,
    )
    async with driver:
        yield Graph(driver, database, query_seconds)


def _text(query: Query | LiteralString) -> LiteralString:
    return query.render() if isinstance(query, Query) else query


def _name(query: Query | LiteralString) -> str:
    return query.name if isinstance(query, Query) else "other"


def _told(query: Query | LiteralString, seconds: float) -> neo4j.Query:
    """The query as it is sent; SHOW TRANSACTIONS tells its name and the request it is for."""
    metadata = {**_origin(), "query": _name(query)}
    return neo4j.Query(_text(query), timeout=seconds, metadata=metadata)


def _origin() -> dict[str, str]:
    return {"app": "pedigree", "request": REQUEST_ID.get()}


@contextmanager
def _translated() -> Iterator[None]:
    """The one place where errors of the driver become errors of this room."""
    try:
        yield
    except Neo4jError as error:
        if "TransactionTimedOut" in (error.code or ""):
            raise QueryTimeout("the graph query took too long and was stopped") from error
        if isinstance(error, TransientError):
            raise Unsettled("Neo4j is busy or changing its leader") from error
        if isinstance(error, ConstraintError):
            raise AlreadyThere("a unique key is taken") from error
        if "EquivalentSchemaRuleAlreadyExists" in (error.code or ""):
            raise AlreadyThere("an equal index or constraint is there") from error
        raise GraphError(f"Neo4j refused a query: {error.code}") from error
    except (SessionExpired, ReadServiceUnavailable, WriteServiceUnavailable) as error:
        raise Unsettled("the connection to Neo4j was lost, or nobody leads it") from error
    except IncompleteCommit as error:
        raise Unavailable("the connection to Neo4j was lost at the very end") from error
    except ServiceUnavailable as error:
        raise Away(type(error).__name__) from error
    except DriverError as error:
        raise Unavailable(f"Neo4j cannot be reached: {type(error).__name__}") from error
