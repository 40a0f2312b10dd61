"""Whatever workers and people do to jobs, in whatever order, each stands as one thing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import job
from graph.activity import outputs
from graph.driver import Graph
from graph.ending import LeaseLost
from graph.generation import GenerationState, Urgency
from graph.identifier import new_id, now
from graph.job import Job, Pulse
from tests.graph.ordering import LEASE, OVER, Desk, desk, made, outcomes

pytestmark = pytest.mark.anyio
LIMIT = 4
STEPS = 30
ENDS = {
    "generation.complete": GenerationState.COMPLETED,
    "generation.fail": GenerationState.FAILED,
    "generation.cancelled": GenerationState.CANCELLED,
}


@dataclass
class Workers:
    """Some who never ask whether they may, with all the leases that they ever had."""

    at: Desk
    random: Random
    asked: list[str] = field(default_factory=list)
    leases: list[Job] = field(default_factory=list)

    async def step(self) -> None:
        """A few things at once; whose lease is lost is told so, and nothing else goes wrong."""
        _, errors = await outcomes(*(self._one() for _ in range(self.random.randint(1, 4))))
        assert [error for error in errors if not isinstance(error, LeaseLost)] == []

    async def _one(self) -> None:
        random, at = self.random, self.at
        some = random.choice(self.asked) if self.asked else None
        held = random.choice(self.leases[-6:]) if self.leases else None
        kind = random.choice(
            ["ask", "begin", "begin", "claim", "claim", "expire", "off"] * 2 + ENDING
        )
        if kind == "ask" or some is None:
            made_now = await at.queue(2, urgency=random.choice(list(Urgency)))
            self.asked += [one.id for one in made_now]
        elif kind == "begin":
            await at.begin(limit=LIMIT, lease=random.choice([OVER, LEASE]))
        elif kind == "claim":
            length = random.choice([OVER, LEASE, LEASE])
            self.leases += filter(None, [await at.try_claim(some, length)])
        elif kind == "expire":
            await job.expired(at.graph, [at.provider], random.choice([OVER, LEASE]))
        elif kind == "off":
            await at.call_off(some)
        elif held:
            await self._by_holder(kind, held)

    async def _by_holder(self, kind: str, held: Job) -> None:
        at, number = self.at, held.generation.id
        if kind == "accept":
            await at.accept(held, f"far-{new_id()}")
        elif kind == "renew":
            await job.renew(at.graph, [Pulse(number, held.lease, 0.5, "half")], LEASE)
        elif kind == "release":
            await job.release(at.graph, held, unsent=self.random.random() < 0.5)
        elif kind == "requeue":
            await at.requeue(held, not_before=now() - timedelta(seconds=1))
        elif kind == "complete":
            await at.complete(held, made(0, new_id()), made(1, new_id()))
        elif kind == "fail":
            await at.fail(held)
        else:
            await at.stop(held)


ENDING = ["accept", "renew", "release", "requeue", "complete", "complete", "fail", "stop"]


@settings(
    deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.randoms(use_true_random=False))
async def test_each_stands_as_one_thing(graph: Graph, random: Random) -> None:
    workers = Workers(await desk(graph), random)
    for _ in range(STEPS):
        await workers.step()
        running = await graph.read(RUNNING, provider=workers.at.provider)
        assert running[0]["count"] <= LIMIT
    at = workers.at
    kept = await outputs(graph, at.world.within, workers.asked)
    for one in await at.many(workers.asked):
        raw, told = await at.raw(one.id), Counter(await at.actions(one.id))
        ends = [state for action, state in ENDS.items() for _ in range(told[action])]
        assert len(kept.get(one.id, [])) == 2 * (one.state is GenerationState.COMPLETED)
        holds(one.state, raw)
        if one.ended:
            # Called off while it waited, it ended without a worker.
            assert ends in ([one.state], [])
            assert ends or one.state is GenerationState.CANCELLED
        else:
            assert ends == []
        assert told["generation.start"] >= told["generation.requeue"]


RUNNING = "MATCH (g:Generation) WHERE g.running = $provider RETURN count(g) AS count"


def holds(state: GenerationState, raw: Any) -> None:
    """What stands of a generation goes with its state."""
    waits, runs = state is GenerationState.QUEUED, state is GenerationState.RUNNING
    assert ("lane" in raw) == waits
    assert ("running" in raw) == ("leaseUntil" in raw) == runs
    assert ("endedAt" in raw) == (not waits and not runs)
    if not runs:
        assert not {"lease", "submitting", "stage"} & set(raw)
