"""Providers as GraphQL shows them: what they can do, and whether they can be used now."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from starlette.applications import Starlette

from api import provider as api_provider
from graph import provider
from graph.actor import Actor
from graph.driver import Graph
from graph.generation import Price
from graph.provider import Circuit
from planning import circuit as planning
from providers.registry import plugins
from tests.api.conftest import People
from tests.api.making import ask
from tests.api.test_subscription import Watch, watching
from workers.rooms import opened

pytestmark = pytest.mark.anyio

WORKER = Actor("worker", None, "worker")
TOLD = "name title state message retryIn checkedAt workflows balance { amount unit }"
PROVIDERS = f"""
{{
  providers {{
    {TOLD}
    abilities {{
      operation outputs description parameters
      inputs {{ name kind mediaTypes description least most details }}
    }}
  }}
}}
"""
ONE = f"query ($name: String!) {{ provider(name: $name) {{ {TOLD} }} }}"
WATCH = f"""
subscription ($after: String) {{
  providerStateChanged(after: $after) {{ cursor at happening providers {{ {TOLD} }} }}
}}
"""


@pytest.fixture
async def kling(makers: Starlette, made_at: str) -> AsyncIterator[Graph]:
    """A worker's graph, where nobody has looked at Kling yet, nor has afterwards."""
    assert made_at
    async with opened(makers.state.edge.settings) as rooms:
        await _set(rooms.graph, lambda c, _: Circuit(c.name))
        yield rooms.graph
        await _set(rooms.graph, lambda c, _: Circuit(c.name))


async def _set(graph: Graph, decide: Any) -> Circuit:
    return await provider.change(graph, WORKER, "kling", decide)


async def looked_well(graph: Graph) -> None:
    await _set(graph, lambda c, at: planning.looked_well(c, at, "Ready.", whole=True))


async def failed(graph: Graph, times: int = planning.FAILURES_MAX) -> None:
    for _ in range(times):
        await _set(graph, lambda c, at: planning.failed(c, at, "It does not answer.", 0.5))


async def test_all_are_listed_configured_or_not(crew: People, kling: Graph) -> None:
    found = {one["name"]: one for one in await ask(crew.viewer, PROVIDERS)}
    assert list(found) == list(plugins())
    for name, one in found.items():
        plugin = plugins()[name]
        assert (one["title"], one["workflows"]) == (plugin.title, plugin.workflows)
        if name in ("runway", "pixverse"):
            assert (one["state"], one["message"]) == ("NOT_CONFIGURED", plugin.setup)
            assert (one["retryIn"], one["checkedAt"]) == (None, None)
    assert (found["kling"]["state"], found["kling"]["checkedAt"]) == ("DISCONNECTED", None)
    assert "worker" in found["kling"]["message"], "which says what to do"


async def test_abilities_tell_all_that_a_form_needs(crew: People) -> None:
    found = {one["name"]: one for one in await ask(crew.viewer, PROVIDERS)}
    assert found["comfyui"]["workflows"]
    assert found["comfyui"]["abilities"] == []
    for name, one in found.items():
        abilities = {each["operation"]: each for each in one["abilities"]}
        assert {each.lower() for each in abilities} == {
            ability.operation for ability in plugins()[name].abilities
        }
        for each in abilities.values():
            assert each["description"].endswith("."), each
            jsonschema_rs.meta.validate(each["parameters"])
            assert not each["parameters"]["additionalProperties"]
            for told in each["parameters"]["properties"].values():
                assert told["description"]
            for taken in each["inputs"]:
                assert taken["description"]
                assert 0 <= taken["least"] <= taken["most"]
    [transition] = [
        each for each in found["local"]["abilities"] if each["operation"] == "VIDEO_TRANSITION"
    ]
    assert transition["outputs"] == ["VIDEO"]
    [stills] = transition["inputs"]
    assert stills | {"description": ""} == {
        "name": "stills",
        "kind": "TRANSITION_INPUT",
        "mediaTypes": ["IMAGE"],
        "description": "",
        "least": 2,
        "most": 8,
        "details": ["DURATION_SECONDS", "PROMPT"],
    }


async def test_one_is_found_by_its_name(crew: People, kling: Graph) -> None:
    await looked_well(kling)
    one = await ask(crew.viewer, ONE, name="kling")
    assert (one["state"], one["message"], one["retryIn"]) == ("CONNECTED", "Ready.", None)
    assert one["checkedAt"]
    assert await ask(crew.viewer, ONE, name="dalle") is None
    answer = await crew.viewer.http.post("/graphql", json={"query": PROVIDERS})
    assert "errors" in answer.json(), "only for those who signed in"


async def test_an_open_circuit_says_when_it_is_tried_again(crew: People, kling: Graph) -> None:
    await looked_well(kling)
    await failed(kling)
    one = await ask(crew.viewer, ONE, name="kling")
    assert (one["state"], one["message"]) == ("CIRCUIT_OPEN", "It does not answer.")
    assert 0 < one["retryIn"] <= 10


def long_ago(circuit: Circuit, at: datetime) -> Circuit:
    return replace(circuit, checked_at=at - timedelta(minutes=5))


async def test_what_the_account_has_left_is_told(crew: People, kling: Graph) -> None:
    left = Price(Decimal("812.5"), "credits")
    await _set(kling, lambda c, at: planning.looked_well(c, at, "Ready.", whole=True, balance=left))
    one = await ask(crew.viewer, ONE, name="kling")
    assert one["balance"] == {"amount": "812.5", "unit": "credits"}
    await looked_well(kling)
    assert (await ask(crew.viewer, ONE, name="kling"))["balance"] is None


async def test_one_that_no_worker_looks_at_is_not_told_as_well(crew: People, kling: Graph) -> None:
    await looked_well(kling)
    await _set(kling, long_ago)
    one = await ask(crew.viewer, ONE, name="kling")
    assert one["state"] == "DISCONNECTED"
    assert "pedigree worker" in one["message"]


async def test_whoever_watches_hears_of_a_circuit(made_at: str, crew: People, kling: Graph) -> None:
    async with watching(made_at, crew.viewer, WATCH) as watch:
        state = await watch.next()
        assert state["happening"] == "ATTACHED"
        assert [one["name"] for one in state["providers"]] == list(plugins())
        await looked_well(kling)
        await _becomes(watch, "CONNECTED")
        await failed(kling)
        seen = await _becomes(watch, "CIRCUIT_OPEN")
        [one] = seen["providers"]
        assert one["message"] == "It does not answer."
        assert one["retryIn"] > 0
        await looked_well(kling)
        await _becomes(watch, "CONNECTED")
    async with watching(made_at, crew.stranger, WATCH, after=seen["cursor"]) as watch:
        event = await watch.next()
        assert event["happening"] == "PROVIDER", "they are of no workspace, and for all to see"
        assert event["providers"][0]["message"] == "Ready."


async def test_whoever_watches_hears_that_no_worker_looks_any_more(
    made_at: str, crew: People, kling: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_provider, "LOOK_SECONDS", 0.05)
    await looked_well(kling)
    async with watching(made_at, crew.viewer, WATCH) as watch:
        assert (await watch.next())["happening"] == "ATTACHED"
        await _set(kling, long_ago)
        event = await _becomes(watch, "DISCONNECTED")
        assert "pedigree worker" in event["providers"][0]["message"]
    await _set(kling, lambda c, at: replace(c, checked_at=at))
    async with watching(made_at, crew.viewer, WATCH, after=event["cursor"]) as watch:
        while True:  # what it heard before is not known
            event = await watch.next()
            found = {one["name"]: one["state"] for one in event["providers"]}
            if found.get("kling") == "CONNECTED":
                break
        await _set(kling, long_ago)
        await _becomes(watch, "DISCONNECTED")


async def _becomes(watch: Watch, state: str) -> dict[str, Any]:
    """The event that tells this of Kling; others may be looked at meanwhile."""
    while True:
        event = await watch.next()
        assert event["happening"] == "PROVIDER"
        if [(one["name"], one["state"]) for one in event["providers"]] == [("kling", state)]:
            return event
