"""Generations as lists tell of them: filtered, in pages, and only to whom they belong."""

from decimal import Decimal
from typing import Any

import pytest

from graph import generation, queue, subject
from graph.actor import Actor
from graph.driver import Graph
from graph.generation import ENDED, Criteria, GenerationState, Price
from graph.identifier import new_id
from graph.subject import SubjectKind
from tests.graph.ordering import Desk, desk, made
from tests.graph.world import world

pytestmark = pytest.mark.anyio


async def listed(at: Desk, *, before: str | None = None, limit: int = 50, **what: Any) -> list[str]:
    found = await generation.list_generations(
        at.graph, at.world.workspace, Criteria(**what), before=before, limit=limit
    )
    return [one.id for one in found]


async def test_filters_hold_all_together(graph: Graph) -> None:
    at = await desk(graph)
    other = Desk(at.world)
    someone = Actor(new_id(), None, new_id())
    kind = SubjectKind.CHARACTER
    who = await subject.create(graph, at.world.actor, at.world.workspace, kind=kind, name="Fox")
    done = (await at.claimed()).generation
    runs = await at.claimed(subject=who.id, slot="portrait")
    waits = await at.one(subject=who.id, slot="sprite")
    theirs = await other.one(by=someone)
    away = await at.one()
    await queue.cancel(graph, at.world.actor, at.world.workspace, [done.id, away.id])
    await queue.clear(graph, at.world.actor, at.world.workspace, [away.id])
    number = runs.generation.id
    every = [theirs.id, waits.id, number, done.id]
    assert await listed(at) == every
    assert await listed(at, cleared=True) == [away.id, *every]
    assert await listed(at, states=[GenerationState.QUEUED]) == [theirs.id, waits.id]
    assert await listed(at, states=[GenerationState.CANCELLED]) == []
    assert await listed(at, states=[GenerationState.CANCELLED], cleared=True) == [away.id]
    assert await listed(at, states=[]) == every
    assert await listed(at, providers=[other.provider]) == [theirs.id]
    assert await listed(at, providers=[other.provider, at.provider]) == every
    assert await listed(at, subject=who.id) == [waits.id, number]
    assert await listed(at, subject=who.id, slot="portrait") == [number]
    assert await listed(at, user=someone.user) == [theirs.id]
    assert await listed(at, user=someone.user, providers=[at.provider]) == []
    foreign = await desk(graph)
    assert await listed(foreign) == []


async def test_pages_cover_all_exactly_once(graph: Graph) -> None:
    at = await desk(graph)
    asked = [one.id for one in await at.queue(23)][::-1]
    await queue.cancel(graph, at.world.actor, at.world.workspace, asked[::4])
    for what, expected in (
        ({}, asked),
        ({"states": [GenerationState.CANCELLED]}, asked[::4]),
    ):
        found: list[str] = []
        while page := await listed(at, before=found[-1] if found else None, limit=5, **what):
            assert len(page) <= 5
            found += page
            if len(found) == 10:
                await at.queue(2)  # what comes meanwhile stands before the pages to come
        assert found == expected


async def test_details_are_what_it_takes_to_make_it_again(graph: Graph) -> None:
    at, elsewhere = await desk(graph), await world(graph)
    held = await at.claimed()
    number = held.generation.id
    await at.accept(held, "n1", request='{"sent":1}')
    await at.complete(held, made(0, new_id()))
    found = await generation.details(graph, at.world.within, [number, new_id()])
    assert set(found) == {number}
    assert found[number].parameters == '{"prompt":"a fox"}'
    assert (found[number].request, found[number].models, found[number].answer) == (
        '{"sent":1}',
        None,
        None,
    )
    assert await generation.details(graph, elsewhere.within, [number]) == {}
    assert await generation.get_many(graph, elsewhere.within, [number]) == {}


def test_amounts_keep_every_millionth() -> None:
    for text in ("0.25", "0.000001", "123456.789012", "0"):
        price = Price(Decimal(text), "USD")
        assert Price.of(price.micros, price.unit) == price
    assert Price.of(None, "USD") is Price.of(1, None) is None


def test_what_neither_waits_nor_runs_has_ended() -> None:
    assert {each for each in GenerationState if each not in ENDED} == {
        GenerationState.QUEUED,
        GenerationState.RUNNING,
    }
