"""Workflows through GraphQL: saved in versions, listed, shown."""

import json
from typing import Any

import httpx
import pytest

from graph import entry
from graph.driver import Graph
from graph.identifier import new_id
from tests.api.conftest import People, gather
from tests.api.workflow_help import ANALYSE, LOOK, TOLD, ask, portraits, refused, save, told
from tests.providers.comfyui_graphs import node
from tests.providers.comfyui_workflows import portrait

pytestmark = pytest.mark.anyio

SET = """
mutation ($id: ID!) {
  setCurrentWorkflow(input: {workflowId: $id}) {
    ... on CurrentWorkflowSet { workflow { id current version } } ...Refused
  }
}
"""
ONE = "query ($id: ID!) { workflow(id: $id) { ...Told } node(id: $id) { __typename id } }"
LIST = """
query ($slot: String, $first: Int, $after: String) {
  workflows(slot: $slot, first: $first, after: $after) {
    edges { node { id slot version current } } pageInfo { hasNextPage endCursor }
  }
}
"""


@pytest.fixture
async def home(graph: Graph, http: httpx.AsyncClient) -> People:
    """People with a workspace that has no workflows yet."""
    return await gather(graph, http)


async def test_what_is_saved_is_shown(home: People) -> None:
    made = await save(home.editor, styleReference={"mode": "POINTED", "input": "40.image"})
    assert (made["slot"], made["version"], made["current"]) == ("portrait", 1, True)
    assert (made["createdBy"], made["workspaceId"]) == (home.editor.user_id, home.owner.workspace)
    assert made["json"] == portrait()
    assert made["promptMappings"] == portraits()["promptMappings"]
    assert made["lockedInputs"] == [
        {"input": "3.sampler_name", "value": "euler"},
        {"input": "3.steps", "value": 30},
    ]
    assert made["styleReference"] == {"mode": "POINTED", "input": "40.image"}
    data = await home.viewer.ask(ONE + TOLD, id=made["id"])
    assert data["workflow"] == made
    assert data["node"] == {"__typename": "Workflow", "id": made["id"]}


async def test_the_text_of_a_file_is_as_good_as_its_object(home: People) -> None:
    first = await save(home.editor)
    again = await save(home.editor, json=json.dumps(portrait(), indent=2))
    assert again["id"] == first["id"]


async def test_versions_and_slots_in_pages(home: People) -> None:
    made = [await save(home.editor, name=f"V{number}") for number in range(3)]
    await save(home.editor, slot="custom:tavern sign")
    page = await ask(home.viewer, LIST, slot="portrait", first=2)
    assert [edge["node"]["version"] for edge in page["edges"]] == [3, 2]
    assert page["pageInfo"]["hasNextPage"]
    cursor = page["pageInfo"]["endCursor"]
    rest = await ask(home.viewer, LIST, slot="portrait", first=2, after=cursor)
    assert [edge["node"]["id"] for edge in rest["edges"]] == [made[0]["id"]]
    slots = await ask(home.viewer, LIST, first=1)
    assert [edge["node"]["slot"] for edge in slots["edges"]] == ["custom:tavern sign"]
    more = await ask(home.viewer, LIST, first=1, after=slots["pageInfo"]["endCursor"])
    assert [edge["node"]["id"] for edge in more["edges"]] == [made[2]["id"]]
    assert not more["pageInfo"]["hasNextPage"]


async def test_an_older_version_is_made_current(home: People, graph: Graph) -> None:
    first, second = await save(home.editor), await save(home.editor, name="Faces")
    answer = await ask(home.editor, SET, id=first["id"])
    assert answer["workflow"] == {"id": first["id"], "current": True, "version": 1}
    page = await ask(home.viewer, LIST, slot="portrait")
    assert [edge["node"]["current"] for edge in page["edges"]] == [False, True]
    lines = await entry.list_entries(graph, home.owner.workspace, limit=2)
    assert {line.action: line.target for line in lines} == {
        "workflow.choose": first["id"],
        "workflow.save": second["id"],
    }


async def test_a_key_saves_once(home: People) -> None:
    once = new_id()
    first = await save(home.editor, idempotencyKey=once)
    await save(home.editor, name="Between")
    assert (await save(home.editor, idempotencyKey=once))["id"] == first["id"]


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("slot", {"slot": "hat"}),
        ("name", {"name": ""}),
        ("json", {"json": {"nodes": [], "links": [], "version": 0.4}}),
        ("json", {"json": "{"}),
        ("json", {"json": "[]"}),
        ("json", {"json": {}}),
        ("json", {"json": portrait() | {"99": node("Note", text="x" * 600_000)}}),
        ("json", {"json": "[" * 900 + "]" * 900}),
        ("json", {"json": '{"1":' + '{"a":' * 900 + "1" + "}" * 901}),
        ("promptMappings.0.value", {"value": "{colour}"}),
        ("promptMappings.0.input", {"key": "6.words"}),
        ("promptMappings.0.input", {"key": "3.cfg"}),
        ("lockedInputs.3.steps", {"lockedInputs": [{"input": "3.steps", "value": 0.5}]}),
        ("lockedInputs.3.model", {"lockedInputs": [{"input": "3.model"}]}),
        ("lockedInputs.3.cfg", {"lockedInputs": [{"input": "3.cfg"}] * 2}),
        ("promptMappings.0.input", {"lockedInputs": [{"input": "6.text"}]}),
        ("styleReference.input", {"styleReference": {"mode": "POINTED", "input": "6.text"}}),
    ],
)
async def test_what_cannot_be_saved_is_refused_by_name(
    people: People, field: str, changed: dict[str, Any]
) -> None:
    mapping = dict(portraits()["promptMappings"][0])
    mapping["value"] = changed.pop("value", mapping["value"])
    mapping["input"] = changed.pop("key", mapping["input"])
    assert told(await save(people.editor, promptMappings=[mapping], **changed)) == refused(field)


async def test_only_editors_save_and_nobody_sees_anothers(home: People) -> None:
    assert (await save(home.viewer))["__typename"] == "NotAllowed"
    made = await save(home.editor)
    assert (await ask(home.viewer, SET, id=made["id"]))["__typename"] == "NotAllowed"
    assert told(await ask(home.stranger, SET, id=made["id"])) == refused("workflowId", "NotFound")
    told_nothing = await home.stranger.ask(ONE + TOLD, id=made["id"])
    assert told_nothing == {"workflow": None, "node": None}


async def test_a_saved_workflow_tells_its_analysis(home: People) -> None:
    made = await save(home.editor)
    query = f"query ($id: ID!) {{ workflow(id: $id) {{ analysis {{ {LOOK} }} }} }}"
    found = (await home.viewer.ask(query, id=made["id"]))["workflow"]["analysis"]
    assert found == await ask(home.viewer, ANALYSE, json=portrait())
