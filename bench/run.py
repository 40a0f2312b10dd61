"""One run at one size: loads, asks everybody, and looks at the memory."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import neo4j

from bench import bolt, machine, postgres
from bench.api import Api, served
from bench.cases import Contest, further_cases, hop_cases
from bench.load import load
from bench.timing import Effort, Outcome, measure
from bench.wire import HttpClient
from bench.world import Loading, World
from embedded.services import Services


@dataclass(frozen=True)
class Report:
    """All figures of one size."""

    size: int
    children: int
    machine: dict[str, str | int]
    loadings: list[Loading]
    outcomes: list[Outcome]
    memory_mib: dict[str, int]
    remarks: list[str]


def say(line: str) -> None:
    """Progress, kept off standard output."""
    sys.stderr.write(line + "\n")


def run(services: Services, size: int, children: int, effort: Effort) -> Report:
    """Loads a data set into these services and measures all cases on it."""
    say(f"loading {size:,} assets and a hub with {children:,} children")
    world = asyncio.run(load(services, size, children))
    remarks: list[str] = []
    with ExitStack() as stack:
        api = stack.enter_context(served(services))
        contest = stack.enter_context(_contest(services, api, world, effort, remarks))
        facts = machine.facts(contest.bolt)
        if contest.postgres:
            facts["postgres"] = postgres.release(contest.postgres)
        outcomes = list(_outcomes(contest, effort))
        return Report(
            size,
            children,
            facts,
            world.loadings,
            outcomes,
            machine.memory(services, api.pid),
            remarks,
        )


def _outcomes(contest: Contest, effort: Effort) -> Iterator[Outcome]:
    for cases in (hop_cases(contest), further_cases(contest)):
        for case in cases:
            say(f"asking: {case.title}")
            yield measure(case, effort)


@contextmanager
def _contest(
    services: Services,
    api: Api,
    world: World,
    effort: Effort,
    remarks: list[str],
) -> Iterator[Contest]:
    with ExitStack() as stack:
        opened = stack.enter_context(bolt.session(services))
        client = stack.enter_context(HttpClient(api.address, world.token))
        relational = _relational(stack, opened, world, remarks)
        yield Contest(world, effort.questions, client, opened, relational)


def _relational(
    stack: ExitStack, opened: neo4j.Session, world: World, remarks: list[str]
) -> postgres.Connection | None:
    try:
        connection = stack.enter_context(postgres.server())
    except postgres.NotHere as error:
        remarks.append(f"without PostgreSQL: {error}")
        return None
    say("copying the data set to PostgreSQL")
    postgres.fill(connection, opened, world)
    return connection
