"""What people do with a queue: call off, put away, urge and move, many at once."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import entry, queue
from graph.dispatch import START
from graph.driver import Graph, Transaction
from graph.error import Conflict, InvalidInput, NotFound, Refused
from graph.generation import Generation, GenerationState, Urgency
from graph.identifier import new_id, now
from graph.queue import IDS_MAX
from graph.role import Role
from planning.place import between
from tests.graph.ordering import Desk, desk, made, outcomes
from tests.person import member
from tests.waiting import until

pytestmark = pytest.mark.anyio


async def move(
    at: Desk, moved: str, beside: str | None = None, *, after: bool = False
) -> Generation:
    where = (at.graph, at.world.actor, at.world.workspace)
    return await queue.move(*where, moved, beside, between, after=after)


async def change(at: Desk, how: Any, *ids: str, **more: Any) -> list[Generation]:
    found: list[Generation] = await how(
        at.graph, at.world.actor, at.world.workspace, list(ids), *more.values()
    )
    return found


async def order_of(at: Desk) -> list[str]:
    """In which order those that wait begin."""
    return [due.key for due in await at.begin(limit=200)]


async def test_called_off_where_it_stands(graph: Graph) -> None:
    at = await desk(graph)
    runs = await at.claimed()
    waits = await at.one()
    ended = await at.one()
    await change(at, queue.cancel, ended.id)
    for _ in range(2):
        found = await change(at, queue.cancel, runs.generation.id, waits.id, ended.id, waits.id)
        assert [one.id for one in found] == [runs.generation.id, waits.id, ended.id]
        assert [one.state for one in found] == [
            GenerationState.RUNNING,
            GenerationState.CANCELLED,
            GenerationState.CANCELLED,
        ]
    assert all(one.cancel_asked_at for one in found)
    assert found[1].ended_at
    assert found[2] == await at.now(ended.id)
    for number in (waits.id, ended.id):
        assert (await at.actions(number)).count("generation.cancel") == 1
    await at.complete(runs, made())
    assert await at.actions(runs.generation.id) == [
        "generation.queue",
        "generation.start",
        "generation.cancelling",
        "generation.complete",
    ], "that it ended so is not told, as it did not"
    assert await order_of(at) == [], "nothing that was called off begins"


async def test_called_off_or_begun_but_never_both(graph: Graph) -> None:
    """People and the dispatch at the same queue at once."""
    at = await desk(graph)
    begun: set[str] = set()
    for _ in range(3):
        asked = [one.id for one in await at.queue(24)]
        found, errors = await outcomes(
            *(work for one in asked for work in (at.begin(limit=1000), at.call_off(one)))
        )
        assert errors == []
        begun |= {due.key for each in found if each for due in each}
        for one in await at.many(asked):
            runs = one.id in begun
            state = GenerationState.RUNNING if runs else GenerationState.CANCELLED
            assert (one.state, bool(one.cancel_asked_at)) == (state, True)
            assert ("running" in await at.raw(one.id)) == runs


async def test_who_calls_off_waits_for_who_begins_it(graph: Graph) -> None:
    at = await desk(graph)
    asked = await at.one()
    begun, commit = asyncio.Event(), asyncio.Event()

    async def begin(tx: Transaction) -> None:
        await tx.run(START, ids=[asked.id], at=now(), until=now())
        begun.set()
        await commit.wait()

    async def one_is_blocked() -> bool:
        rows = await graph.read("SHOW TRANSACTIONS YIELD status RETURN collect(status) AS all")
        return any(status.startswith("Blocked") for status in rows[0]["all"])

    beginning = asyncio.create_task(graph.write(begin))
    await begun.wait()
    calling_off = asyncio.create_task(change(at, queue.cancel, asked.id))
    try:
        await until(one_is_blocked)
    finally:
        commit.set()
    await beginning
    [found] = await calling_off
    assert (found.state, bool(found.cancel_asked_at)) == (GenerationState.RUNNING, True)
    assert (await at.now(asked.id)).state is GenerationState.RUNNING, "its worker ends it"


async def test_put_away_once_it_has_ended(graph: Graph) -> None:
    at = await desk(graph)
    one, two = (each.id for each in await at.queue(2))
    await change(at, queue.cancel, one)
    with pytest.raises(Conflict) as refused:
        await change(at, queue.clear, one, two)
    assert (refused.value.field, refused.value.hint) == ("ids", "cancel it first")
    assert (await at.now(one)).cleared_at is None
    [cleared] = await change(at, queue.clear, one)
    assert cleared.cleared_at
    assert await change(at, queue.clear, one) == [cleared]
    assert await at.actions(one) == ["generation.queue", "generation.cancel", "generation.clear"]


async def test_the_urgent_begin_first(graph: Graph) -> None:
    at = await desk(graph)
    first, second, third = (one.id for one in await at.queue(3))
    await change(at, queue.urge, third, urgency=Urgency.HIGH)
    await change(at, queue.urge, first, urgency=Urgency.LOW)
    unchanged = await change(at, queue.urge, second, third, urgency=Urgency.HIGH)
    assert [one.urgency for one in unchanged] == [Urgency.HIGH] * 2
    told = await entry.list_entries(graph, at.world.workspace, targets=[third])
    assert [json.loads(line.detail).get("urgency") for line in told] == ["HIGH", None]
    assert await order_of(at) == [second, third, first]
    with pytest.raises(Conflict) as refused:
        await change(at, queue.urge, first, urgency=Urgency.HIGH)
    assert refused.value.field == "ids"


async def test_refusals_name_the_field(graph: Graph) -> None:
    at, elsewhere = await desk(graph), await desk(graph)
    one, two, late = (each.id for each in await at.queue(3))
    urgent = await at.one(urgency=Urgency.HIGH)
    second = await member(graph, at.world.actor, at.world.workspace, Role.EDITOR)
    theirs = await at.one(by=second)
    foreign = await elsewhere.one()
    await change(at, queue.cancel, late)
    cases: list[tuple[type[Refused], str, str, str | None]] = [
        (NotFound, "id", new_id(), None),
        (NotFound, "id", foreign.id, one),
        (NotFound, "besideId", one, new_id()),
        (NotFound, "besideId", one, foreign.id),
        (Conflict, "id", late, one),
        (Conflict, "besideId", one, late),
        (Conflict, "besideId", one, theirs.id),
        (Conflict, "besideId", one, urgent.id),
        (InvalidInput, "besideId", one, one),
    ]
    for sort, field, moved, beside in cases:
        with pytest.raises(sort) as refused:
            await move(at, moved, beside)
        assert (type(refused.value), refused.value.field) == (sort, field)
    for ids in ([], [new_id() for _ in range(IDS_MAX + 1)]):
        with pytest.raises(InvalidInput) as bad:
            await change(at, queue.cancel, *ids)
        assert bad.value.field == "ids"
    with pytest.raises(NotFound) as gone:
        await change(at, queue.cancel, one, foreign.id)
    assert gone.value.field == "ids"
    assert (await at.now(one)).state is GenerationState.QUEUED, "all or none"
    assert await order_of(at) == [urgent.id, theirs.id, one, two]


async def test_moved_at_once_all_keep_a_place_of_their_own(graph: Graph) -> None:
    at = await desk(graph)
    ids = [one.id for one in await at.queue(12)]
    mark, last, movers = ids[0], ids[-1], ids[1:11]
    _, errors = await outcomes(
        *(move(at, one, last if i % 2 else mark, after=not i % 2) for i, one in enumerate(movers))
    )
    assert errors == []
    _, errors = await outcomes(*(move(at, one) for one in movers[:4]))
    assert errors == []
    places = [(await at.raw(one))["place"] for one in ids]
    assert len(set(places)) == len(ids)
    begun = await order_of(at)
    assert set(begun[:4]) == set(movers[:4])
    assert begun[4] == mark
    assert begun[-1] == last
    assert set(begun[-4:-1]) == set(movers[5::2])


MOVES = st.lists(
    st.tuples(st.integers(0, 5), st.none() | st.integers(0, 5), st.booleans()), max_size=12
)
few = settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few
@given(MOVES)
async def test_any_moves_give_the_order_a_list_gives(
    graph: Graph, moves: list[tuple[int, int | None, bool]]
) -> None:
    at = await desk(graph)
    ids = [one.id for one in await at.queue(6)]
    model = list(ids)
    for which, beside, after in moves:
        if which == beside:
            continue
        moved = ids[which]
        model.remove(moved)
        if beside is None:
            await move(at, moved)
            model.insert(0, moved)
        else:
            await move(at, moved, ids[beside], after=after)
            model.insert(model.index(ids[beside]) + after, moved)
    assert await order_of(at) == model


async def test_a_requeued_one_stands_where_it_stood(graph: Graph) -> None:
    at = await desk(graph)
    first, second = (one.id for one in await at.queue(2))
    await at.begin(limit=1)
    held = await at.claim(first)
    await at.requeue(held)
    assert (await at.now(first)).problem == "again"
    assert await order_of(at) == [first, second]
