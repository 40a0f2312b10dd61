"""What Neo4j says of a query: its plan, what running it touched, and what it warns of."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import neo4j

from embedded.services import Services


@dataclass(frozen=True)
class Step:
    """One operator of a plan."""

    operator: str
    details: str
    hits: int
    rows: int


@dataclass(frozen=True)
class Plan:
    """Operators from the result down to the leaves, the columns, and what is warned of."""

    steps: list[Step]
    columns: tuple[str, ...]
    warnings: list[str]

    @property
    def operators(self) -> list[str]:
        return [step.operator for step in self.steps]

    @property
    def hits(self) -> int:
        return sum(step.hits for step in self.steps)

    def text(self) -> str:
        return "\n".join(f"{s.operator:38} {s.hits:8} {s.rows:8}  {s.details}" for s in self.steps)


@dataclass(frozen=True)
class Planner:
    """Asks Neo4j directly, as the graph room hides what only tests want to know."""

    driver: neo4j.AsyncDriver

    async def explain(self, text: str, /, **parameters: Any) -> Plan:
        """The plan, without running it."""
        return await self._ask("EXPLAIN", text, parameters)

    async def profile(self, text: str, /, **parameters: Any) -> Plan:
        """The plan and what it touched; what it wrote is rolled back."""
        return await self._ask("PROFILE", text, parameters)

    async def _ask(self, how: str, text: str, parameters: dict[str, Any]) -> Plan:
        async with self.driver.session() as session, await session.begin_transaction() as tx:
            result = await tx.run(f"{how} {text}", parameters)
            columns = tuple(result.keys())
            summary = await result.consume()
            await tx.rollback()
        warnings = [f"{s.gql_status} {s.status_description}" for s in _telling(summary)]
        return Plan(list(_steps(summary.profile or summary.plan or {})), columns, warnings)


def _telling(summary: neo4j.ResultSummary) -> Iterator[neo4j.GqlStatusObject]:
    return (status for status in summary.gql_status_objects if status.is_notification)


def _steps(node: dict[str, Any]) -> Iterator[Step]:
    facts = node["args"]
    yield Step(
        node["operatorType"].partition("@")[0],
        str(facts.get("Details", "")),
        node.get("dbHits", 0),
        node.get("rows", 0),
    )
    for child in node.get("children", ()):
        yield from _steps(child)


@asynccontextmanager
async def planner(services: Services) -> AsyncIterator[Planner]:
    login = (services.neo4j_user, services.neo4j_password)
    async with neo4j.AsyncGraphDatabase.driver(
        services.neo4j_uri,
        auth=login,
        # A fresh database knows hardly a name yet.
        notifications_disabled_classifications=["UNRECOGNIZED"],
        warn_notification_severity=neo4j.NotificationMinimumSeverity.OFF,
    ) as driver:
        yield Planner(driver)
