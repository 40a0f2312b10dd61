"""The one way to Neo4j: reads in one round trip, writes in retried transactions."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, LiteralString, TypeVar

import neo4j
from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncManagedTransaction, Record
from neo4j.exceptions import (
    ConstraintError,
    DriverError,
    Neo4jError,
    SessionExpired,
    TransientError,
)

from graph.catalog import Query
from graph.error import AlreadyThere, GraphError, QueryTimeout, Unavailable

Row = Record
T = TypeVar("T")
READ_ATTEMPTS = 3


class Transaction:
    """A write in progress: everything in it happens, or nothing does."""

    def __init__(self, inner: AsyncManagedTransaction, graph: "Graph") -> None:
        self._inner = inner
        self._graph = graph

    async def run(self, query: Query | LiteralString, **parameters: Any) -> list[Row]:
        self._graph.round_trips += 1
        result = await self._inner.run(_text(query), parameters)
        return [row async for row in result]


class Graph:
    """A process's connection to the graph; share one per event loop."""

    def __init__(self, driver: AsyncDriver, database: str, query_seconds: float) -> None:
        self._driver = driver
        self._database = database
        self._seconds = query_seconds
        self.round_trips = 0

    async def read(self, query: Query | LiteralString, **parameters: Any) -> list[Row]:
        """Rows of one read-only query: one round trip, repeated if the connection was lost."""
        for attempt in range(READ_ATTEMPTS):
            try:
                return await self._read_once(_text(query), parameters)
            except Unavailable:
                if attempt == READ_ATTEMPTS - 1:
                    raise
                await asyncio.sleep(random.uniform(0.05, 0.2) * (attempt + 1))  # noqa: S311
        raise AssertionError("unreachable")

    async def _read_once(self, text: LiteralString, parameters: dict[str, Any]) -> list[Row]:
        self.round_trips += 1
        with _translated():
            async with self._session(neo4j.READ_ACCESS) as session:
                query = neo4j.Query(text, timeout=self._seconds)
                result = await session.run(query, parameters)
                return [row async for row in result]

    async def stream(
        self, query: Query | LiteralString, seconds: float = 3600.0, **parameters: Any
    ) -> AsyncIterator[Row]:
        """Rows as Neo4j finds them, for answers too long to hold."""
        self.round_trips += 1
        with _translated():
            async with self._session(neo4j.READ_ACCESS) as session:
                result = await session.run(neo4j.Query(_text(query), timeout=seconds), parameters)
                async for row in result:
                    yield row

    async def write(
        self, work: Callable[[Transaction], Awaitable[T]], seconds: float | None = None
    ) -> T:
        """Runs `work` in a transaction; it may run again after a lost lock or connection."""

        @neo4j.unit_of_work(timeout=seconds or self._seconds)
        async def run(inner: AsyncManagedTransaction) -> T:
            return await work(Transaction(inner, self))

        with _translated():
            async with self._session(neo4j.WRITE_ACCESS) as session:
                return await session.execute_write(run)

    async def execute(self, text: LiteralString) -> None:
        """Schema commands, which want a transaction of their own; repeated after a lost lock."""

        async def run(inner: AsyncManagedTransaction) -> None:
            await (await inner.run(text)).consume()

        with _translated():
            async with self._session(neo4j.WRITE_ACCESS) as session:
                await session.execute_write(run)

    async def verify(self) -> None:
        """Raises Unavailable unless Neo4j answers now."""
        await self._read_once("RETURN 1", {})

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
        connection_timeout=5.0,
        max_transaction_retry_time=15.0,
        notifications_min_severity="OFF",
        telemetry_disabled=True,
    )
    async with driver:
        yield Graph(driver, database, query_seconds)


def _text(query: Query | LiteralString) -> LiteralString:
    return query.render() if isinstance(query, Query) else query


@contextmanager
def _translated() -> Iterator[None]:
    """The one place where errors of the driver become errors of this room."""
    try:
        yield
    except Neo4jError as error:
        if "TransactionTimedOut" in (error.code or ""):
            raise QueryTimeout("the graph query took too long and was stopped") from error
        if isinstance(error, TransientError):
            raise Unavailable("Neo4j is busy or changing its leader") from error
        if isinstance(error, ConstraintError):
            raise AlreadyThere("a unique key is taken") from error
        if "EquivalentSchemaRuleAlreadyExists" in (error.code or ""):
            raise AlreadyThere("an equal index or constraint is there") from error
        raise GraphError(f"Neo4j refused a query: {error.code}") from error
    except SessionExpired as error:
        raise Unavailable("the connection to Neo4j was lost") from error
    except DriverError as error:
        raise Unavailable(f"Neo4j cannot be reached: {type(error).__name__}") from error
