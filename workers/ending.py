"""How the run of a generation ends, and what the graph is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from graph import ending as endings
from graph.actor import Actor
from graph.driver import Graph
from graph.generation import Failure, Price
from graph.identifier import now
from graph.job import Job
from graph.output import Output
from providers.cost import Cost
from providers.error import (
    Broken,
    Denied,
    JobGone,
    Moderated,
    OutOfCredits,
    Passing,
    ProviderError,
    Refused,
    SubmitLost,
)

ATTEMPTS_MAX = 3
FAILURES = {
    Refused: Failure.REFUSED,
    Denied: Failure.REFUSED,
    Moderated: Failure.MODERATED,
    OutOfCredits: Failure.OUT_OF_CREDITS,
    SubmitLost: Failure.SUBMIT_LOST,
}


@dataclass(frozen=True)
class Completed:
    """It made these."""

    outputs: tuple[Output, ...]
    billed: Price | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GaveUp:
    """It made nothing, and is not tried again by itself."""

    failure: Failure
    problem: str
    code: str | None = None
    billed: Price | None = None


@dataclass(frozen=True)
class CalledOff:
    """It was to be made no more; `problem` tells what that could not stop."""

    problem: str | None = None
    billed: Price | None = None


@dataclass(frozen=True)
class Again:
    """It is to be begun anew after a pause; not every reason counts as a failure of its own."""

    problem: str
    pause: timedelta
    counts: bool = True
    billed: Price | None = None


Ending = Completed | GaveUp | CalledOff | Again


def price(cost: Cost | None) -> Price | None:
    return Price(cost.amount, cost.unit) if cost else None


def verdict(job: Job, error: ProviderError, pause: timedelta, cost: Cost | None = None) -> Ending:
    """What becomes of a job after an error: made anew where that can help, and not for ever."""
    if isinstance(error, Passing):
        fresh = isinstance(error, Broken | JobGone)
        if job.failures + 1 < (ATTEMPTS_MAX if fresh else 2 * ATTEMPTS_MAX):
            told = timedelta(seconds=error.retry_in) if error.retry_in else timedelta()
            return Again(error.message, max(pause, told), billed=price(cost))
        problem = f"{error.message} Tried {job.failures + 1} times."
        return GaveUp(Failure.PROVIDER_FAILED, problem, error.code, price(cost))
    failure = FAILURES.get(type(error), Failure.PROVIDER_FAILED)
    return GaveUp(failure, _whole(error), error.code, price(cost))


def _whole(error: ProviderError) -> str:
    problems = error.problems if isinstance(error, Refused) else ()
    return "\n".join([error.message, *(one for one in problems if one not in error.message)])


async def apply(graph: Graph, actor: Actor, job: Job, ending: GaveUp | CalledOff | Again) -> None:
    """Tells of an ending without outputs. Raises LeaseLost where another worker is at it by now."""
    match ending:
        case GaveUp():
            await endings.fail(
                graph,
                actor,
                job,
                ending.failure,
                ending.problem,
                code=ending.code,
                billed=ending.billed,
            )
        case CalledOff():
            await endings.cancelled(graph, actor, job, ending.problem, billed=ending.billed)
        case Again():
            await endings.requeue(
                graph,
                actor,
                job,
                not_before=now() + ending.pause,
                problem=ending.problem,
                failures=job.failures + ending.counts,
                billed=ending.billed,
            )
