"""Providers in the graph: how each stands is one truth, and one worker at a time looks at it."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from graph import entry, provider
from graph.driver import Graph
from graph.identifier import new_id, now
from graph.provider import PLACE, Circuit, ProviderState
from tests.graph.ordering import outcomes
from tests.person import SYSTEM

pytestmark = pytest.mark.anyio
SOON, LATER = timedelta(seconds=15), timedelta(hours=1)


def name() -> str:
    return f"provider-{new_id()}"


async def states(graph: Graph, of: str) -> list[str]:
    lines = await entry.list_entries(graph, PLACE, targets=[of], limit=200)
    return [json.loads(line.detail)["state"] for line in lines[::-1]]


async def stands(graph: Graph, one: Circuit) -> Circuit:
    return await provider.change(graph, SYSTEM, one.name, lambda *_: one)


async def test_one_looks_at_a_time(graph: Graph) -> None:
    names = [name() for _ in range(4)]
    found, errors = await outcomes(
        *(provider.due(graph, names[:: (-1) ** i], SOON) for i in range(8))
    )
    assert errors == []
    assert sorted(one for each in found for one in each) == sorted(names)
    assert await provider.due(graph, names, SOON) == []


async def test_an_open_circuit_is_looked_at_by_one_when_its_time_is_over(graph: Graph) -> None:
    here = name()
    open_until = now() + LATER
    shut = Circuit(here, ProviderState.CIRCUIT_OPEN, "away", open_until=open_until)
    await stands(graph, shut)
    assert await provider.due(graph, [here], SOON) == []
    await stands(graph, replace(shut, open_until=now() - timedelta(seconds=1)))
    found, errors = await outcomes(*(provider.due(graph, [here], SOON) for _ in range(8)))
    assert errors == []
    assert sum(map(len, found)) == 1


async def test_a_looker_that_died_is_followed_by_another(graph: Graph) -> None:
    here = name()
    assert await provider.due(graph, [here], timedelta(milliseconds=-1)) == [here]
    assert await provider.due(graph, [here], SOON) == [here]


async def test_who_decide_at_once_take_turns(graph: Graph) -> None:
    here = name()

    def one_more(circuit: Circuit, _: datetime) -> Circuit:
        return replace(circuit, failures=circuit.failures + 1)

    _, errors = await outcomes(*(provider.change(graph, SYSTEM, here, one_more) for _ in range(12)))
    assert errors == []
    found = await provider.get_many(graph, [here, "nobody"])
    assert found[here].failures == 12
    assert set(found) == {here}
    assert await states(graph, here) == [], "a count is nothing to tell of"


async def test_a_change_is_told_once(graph: Graph) -> None:
    here = name()
    at = now()
    well = Circuit(here, ProviderState.CONNECTED, "Ready.", checked_at=at)
    await outcomes(*(stands(graph, well) for _ in range(5)))
    assert await states(graph, here) == ["CONNECTED"]
    await stands(graph, replace(well, checked_at=at + SOON))
    assert await states(graph, here) == ["CONNECTED"], "a look that finds the same is no news"
    shut = replace(well, state=ProviderState.CIRCUIT_OPEN, open_until=at + LATER, opened=1)
    assert await stands(graph, shut) == shut
    assert (await provider.get_many(graph, [here]))[here] == shut
    rests = replace(well, rest_until=at + LATER)
    await stands(graph, rests)
    assert (await provider.get_many(graph, [here]))[here] == rests, "what is over is taken away"
    assert await states(graph, here) == ["CONNECTED", "CIRCUIT_OPEN", "CONNECTED"]


def test_when_it_is_tried_again() -> None:
    at = now()
    one = Circuit("p", ProviderState.CONNECTED, rest_until=at + SOON)
    assert one.usable
    assert one.rests(at)
    assert not one.rests(at + SOON)
    assert one.retry_at == at + SOON
    assert replace(one, open_until=at + LATER).retry_at == at + LATER
    assert [each for each in ProviderState if replace(one, state=each).usable] == [
        ProviderState.CONNECTED,
        ProviderState.DEGRADED,
    ]
