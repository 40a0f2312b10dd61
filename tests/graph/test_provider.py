"""Providers in the graph: how each stands is one truth, and one worker at a time looks at it."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from graph import entry, provider
from graph.driver import Graph
from graph.generation import Price
from graph.identifier import new_id, now
from graph.provider import PLACE, Circuit, ProviderState
from planning.circuit import looked_well
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


async def test_another_message_is_news_of_one_that_is_not_well_alone(graph: Graph) -> None:
    here = name()
    for free in ("8 GB free.", "7 GB free.", "6 GB free."):
        well = await stands(graph, Circuit(here, ProviderState.CONNECTED, free))
        assert (await provider.get_many(graph, [here]))[here] == well
    assert await states(graph, here) == ["CONNECTED"]
    for lacking in ("one of two is away", "two of three are away", "two of three are away"):
        await stands(graph, Circuit(here, ProviderState.DEGRADED, lacking))
    assert await states(graph, here) == ["CONNECTED", "DEGRADED", "DEGRADED"]


async def test_what_the_account_has_left_is_kept_and_no_news(graph: Graph) -> None:
    here, at = Circuit(name()), now()
    for left in ("12.5", "12.25", "0"):
        price = Price(Decimal(left), "credits")
        await stands(graph, looked_well(here, at, "Ready.", whole=True, balance=price))
        assert (await provider.get_many(graph, [here.name]))[here.name].balance == price
    await stands(graph, looked_well(here, at, "Ready.", whole=True))
    assert (await provider.get_many(graph, [here.name]))[here.name].balance is None
    assert await states(graph, here.name) == ["CONNECTED"]


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
