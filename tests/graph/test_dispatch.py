"""Dispatch on the real graph: within its limit, in its order, and only what may begin."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import dispatch, entry, queue
from graph.actor import Actor
from graph.chore import Due
from graph.dispatch import Waiting
from graph.driver import Graph
from graph.generation import Generation, GenerationState, Urgency
from graph.identifier import new_id, now
from graph.provider import ProviderState
from planning.dispatch import choose, position
from tests.graph.ordering import OVER, Desk, desk, outcomes
from tests.planning.test_dispatch import ahead as counted

pytestmark = pytest.mark.anyio
LATER = timedelta(hours=1)
few = settings(
    deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def users(count: int) -> list[Actor]:
    return [Actor(new_id(), None, new_id()) for _ in range(count)]


def keys(found: list[Due]) -> list[str]:
    return [due.key for due in found]


async def test_never_more_than_the_limit_however_many_dispatch(graph: Graph) -> None:
    at = await desk(graph)
    for one in users(3):
        await at.queue(6, by=one)
    found, errors = await outcomes(*(at.begin(limit=7) for _ in range(10)))
    assert errors == []
    begun = [due.key for each in found for due in each]
    assert len(begun) == len(set(begun)) == 7
    for done in begun[:3]:
        held = await at.claim(done)
        await at.stop(held)
    found, errors = await outcomes(*(at.begin(limit=7) for _ in range(6)))
    assert errors == []
    assert sum(map(len, found)) == 3, "as many as ended"
    rest, _ = await outcomes(*(at.begin(limit=1000) for _ in range(6)))
    assert sum(map(len, rest)) == 8
    assert await at.begin(limit=1000) == []
    lines = await entry.list_entries(graph, at.world.workspace, limit=200)
    started = Counter(line.target for line in lines if line.action == "generation.start")
    assert set(started.values()) == {1}
    assert len(started) == 18


async def test_the_limit_holds_whatever_each_would_choose(graph: Graph) -> None:
    at = await desk(graph)
    for one in users(4):
        await at.queue(10, by=one)
    actor = Actor("dispatch", None, new_id())

    def any_of(waiting: Sequence[Waiting], running: Mapping[str, int], limit: int) -> list[str]:
        free = limit - sum(running.values())
        return [one.id for one in Random().sample(list(waiting), min(free, len(waiting)))]

    for limit in (5, 9, 12):
        _, errors = await outcomes(
            *(dispatch.start(graph, actor, at.provider, any_of, limit, LATER) for _ in range(8))
        )
        assert errors == []
        states_now = Counter(one.state for one in await states(at))
        assert states_now[GenerationState.RUNNING] == limit


async def test_each_is_told_with_whom_it_was_asked_for(graph: Graph) -> None:
    at = await desk(graph)
    asked = await at.one()
    [due] = await at.begin()
    raw = await at.raw(asked.id)
    assert (due.key, due.request, due.trace) == (asked.id, raw.get("request"), raw.get("trace"))
    begun = await at.now(asked.id)
    assert begun.state is GenerationState.RUNNING
    assert begun.started_at == begun.updated_at
    assert "lane" not in raw, "it stands in no queue any more"


async def test_nothing_begins_before_its_time(graph: Graph) -> None:
    at = await desk(graph)
    first, second = await at.queue(2)
    await at.begin(limit=1)
    held = await at.claim(first.id)
    await at.requeue(held, not_before=now() + LATER)
    assert await dispatch.waiting(graph, [at.provider]) == [at.provider]
    assert keys(await at.begin(limit=5)) == [second.id]
    assert await dispatch.waiting(graph, [at.provider]) == []
    text = "MATCH (g:Generation {id: $id}) SET g.notBefore = $at"
    await at.run(text, id=first.id, at=now())
    assert await dispatch.waiting(graph, [at.provider, "nobody"]) == [at.provider]
    assert keys(await at.begin(limit=5)) == [first.id]
    assert (await at.now(first.id)).not_before is None


async def test_nothing_begins_where_nothing_can(graph: Graph) -> None:
    at = await desk(graph)
    asked = await at.one()
    for how in (
        {"state": ProviderState.CIRCUIT_OPEN, "open_until": now() + LATER},
        {"state": ProviderState.CIRCUIT_OPEN, "open_until": now() - LATER},
        {"state": ProviderState.DISCONNECTED},
        {"state": ProviderState.CONNECTED, "rest_until": now() + LATER},
    ):
        await at.stands(**how)
        assert await at.begin(limit=5) == []
    assert (await at.now(asked.id)).state is GenerationState.QUEUED
    await at.stands(state=ProviderState.DEGRADED, rest_until=now() - LATER)
    assert keys(await at.begin(limit=5)) == [asked.id]
    unseen = Desk(at.world)
    await unseen.one()
    assert await unseen.begin() == [], "not before somebody looked whether it is there"


async def test_what_is_chosen_and_called_off_meanwhile_does_not_begin(graph: Graph) -> None:
    at = await desk(graph)
    one, two = (each.id for each in await at.queue(2))
    actor = Actor("dispatch", None, new_id())

    def stale(waiting: list[Waiting], _running: object, _limit: int) -> list[str]:
        return [one, two, new_id()]

    await queue.cancel(graph, at.world.actor, at.world.workspace, [one])
    begun = await dispatch.start(graph, actor, at.provider, stale, 5, OVER)  # type: ignore[arg-type]
    assert keys(begun) == [two]
    assert (await at.now(one)).state is GenerationState.CANCELLED


async def test_users_take_turns(graph: Graph) -> None:
    at = await desk(graph)
    greedy, second, third = users(3)
    first = await at.queue(9, by=greedy)
    assert keys(await at.begin(limit=3)) == [one.id for one in first[:3]]
    theirs = await at.queue(3, by=second)
    last = await at.queue(2, by=third)
    begun = keys(await at.begin(limit=9))
    assert Counter(one.created_by for one in await at.many(begun)) == {
        greedy.user: 1,
        second.user: 3,
        third.user: 2,
    }
    assert begun[:2] == [theirs[0].id, last[0].id], "who has the fewest under way"


@few
@given(st.randoms(use_true_random=False))
async def test_the_position_told_is_the_one_it_begins_at(graph: Graph, random: Random) -> None:
    """Users, urgencies, moves, calls-off and some that run: what is counted here, by a model, and
    what then happens."""
    at = await desk(graph)
    people = users(3)
    for _ in range(6):
        await at.queue(random.randint(1, 3), by=random.choice(people), urgency=urgency(random))
    begun = len(await at.begin(limit=random.randint(0, 4)))
    waiting = [one.id for one in await states(at) if one.state is GenerationState.QUEUED]
    off = [one for one in waiting if random.random() < 0.2]
    if off:
        await queue.cancel(graph, at.world.actor, at.world.workspace, off)
    model, running = await modelled(at)
    told = await dispatch.ahead(graph, at.world.within, waiting)
    assert set(told) == {one.id for one in model}
    for one in model:
        expected = [each for each in counted(one, model, running) if each.urgent or each.equal]
        assert sorted(told[one.id]) == sorted(expected)
    positions = {number: position(each) for number, each in told.items()}
    order = keys(await at.begin(limit=1000 + begun))
    assert positions == {number: index for index, number in enumerate(order)}
    assert order == choose(model, running, 1000)
    assert await dispatch.ahead(graph, at.world.within, order) == {}


def urgency(random: Random) -> Urgency:
    return random.choice([Urgency.NORMAL, Urgency.NORMAL, Urgency.HIGH, Urgency.LOW])


async def states(at: Desk) -> list[Generation]:
    text = "MATCH (g:Generation) WHERE g.workspace = $home RETURN g.id AS id"
    rows = await at.graph.read(text, home=at.world.workspace)
    return await at.many([row["id"] for row in rows])


async def modelled(at: Desk) -> tuple[list[Waiting], dict[str, int]]:
    """Everything that stands, counted here."""
    waiting, running = [], Counter[str]()
    for one in await states(at):
        raw = await at.raw(one.id)
        if one.state is GenerationState.QUEUED:
            waiting.append(Waiting(one.id, one.created_by, raw["urgency"], raw["place"]))
        elif one.state is GenerationState.RUNNING:
            running[one.created_by] += 1
    return waiting, dict(running)
