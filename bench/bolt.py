"""Cypher over bare Bolt: exactly what the product would send, with nothing around it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import neo4j

from embedded.services import Services
from graph.catalog import Query
from graph.driver import Graph, Row


@dataclass(frozen=True)
class Question:
    """A query with its parameters."""

    text: LiteralString
    parameters: dict[str, Any]


class _Listener(Graph):
    """Stands in for the graph and notes what it is asked."""

    def __init__(self) -> None:
        self.heard: list[Question] = []

    async def read(self, query: Query | LiteralString, **parameters: Any) -> list[Row]:
        text = query.render() if isinstance(query, Query) else query
        self.heard.append(Question(text, parameters))
        return []


def overhear(ask: Callable[[Graph], Awaitable[object]], place: int = 0) -> Question:
    """The query that a function of the graph room sends first, or at this place, as long as
    nothing is found."""

    async def listen() -> Question:
        listener = _Listener()
        await ask(listener)
        return listener.heard[place]

    return asyncio.run(listen())


@contextmanager
def session(services: Services, *, write: bool = False) -> Iterator[neo4j.Session]:
    """One session, kept open: the least that Bolt can cost from Python."""
    access = neo4j.WRITE_ACCESS if write else neo4j.READ_ACCESS
    with (
        neo4j.GraphDatabase.driver(
            services.neo4j_uri,
            auth=(services.neo4j_user, services.neo4j_password),
            notifications_min_severity="OFF",
            telemetry_disabled=True,
        ) as driver,
        driver.session(database="neo4j", default_access_mode=access) as opened,
    ):
        yield opened


def ask(opened: neo4j.Session, question: Question) -> list[Row]:
    """All records of the answer."""
    return list(opened.run(question.text, question.parameters))
