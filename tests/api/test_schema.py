"""The schema: documented throughout, the file in the repository, and closed to strangers.

The operations that ask every field are written by walking the schema, so a new field is
covered unasked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from api.schema import schema, sdl
from graph import asset, entry, link, order, subject, workflow
from graph.actor import Actor
from graph.asset import NewAsset
from graph.driver import Graph
from graph.edge import EdgeKind, MediaType, Operation
from graph.link import NewEdge
from graph.order import NewGeneration, Order
from graph.subject import SubjectKind
from settings import ROOT
from tests.api.asking import operation
from tests.api.conftest import Client, People, gather
from tests.api.frames import connected
from tests.providers.comfyui_graphs import node, text_to_image

CORE: Any = schema._schema
TYPES = {name: t for name, t in CORE.type_map.items() if not name.startswith("__")}
BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}
REFUSALS = {
    "InvalidInput",
    "NotFound",
    "NotAllowed",
    "Conflict",
    "LimitExceeded",
    "Unavailable",
}


def undescribed() -> Iterator[str]:
    for name, type_ in TYPES.items():
        if name not in BUILT_IN and not type_.description and not hasattr(type_, "types"):
            yield name
        for member, field in getattr(type_, "fields", {}).items():
            if not field.description:
                yield f"{name}.{member}"
            for argument, given in getattr(field, "args", {}).items():
                if not given.description and argument not in {"id", "input"}:
                    yield f"{name}.{member}({argument})"
        for value, given in getattr(type_, "values", {}).items():
            if not given.description:
                yield f"{name}.{value}"


def test_everything_has_a_description() -> None:
    assert list(undescribed()) == []


def test_the_schema_file_is_the_schema() -> None:
    assert (ROOT / "schema.graphql").read_text(encoding="utf-8") == sdl(), "run `make schema`"


@pytest.mark.parametrize("name", sorted(CORE.mutation_type.fields))
def test_a_mutation_takes_one_input_and_answers_with_refusals(name: str) -> None:
    field = CORE.mutation_type.fields[name]
    assert list(field.args) == ["input"]
    answer = field.type.of_type if hasattr(field.type, "of_type") else field.type
    members = {member.name for member in answer.types}
    assert members & REFUSALS, name
    assert len(members - REFUSALS) == 1, name


SECRET = "sEcReT-of-the-workspace"
SLOT = f"custom:{SECRET}"
QUERIES = sorted(CORE.query_type.fields)
MUTATIONS = sorted(CORE.mutation_type.fields)
# Of no workspace, and for all to see.
SHARED = {"providerStateChanged"}
SUBSCRIPTIONS = sorted(CORE.subscription_type.fields.keys() - SHARED)
# What anyone with a token may do: about themselves, or making something of their own.
OWN = {"createWorkspace", "issueToken"}


@dataclass(frozen=True)
class World:
    """Something of each noun in the workspace of the people, full of the secret."""

    people: People
    ids: dict[str, str]

    def ids_of(self, field: str) -> dict[str, str]:
        """The ids to ask a root field with: a generation's, if it is about those."""
        own = self.ids["generationId"]
        return {**self.ids, "id": own, "ids": own} if "eneration" in field else self.ids

    def everything(self) -> set[str]:
        return {SECRET, *self.ids.values()}


@pytest.fixture(scope="module")
async def world(graph: Graph, http: httpx.AsyncClient) -> World:
    people = await gather(graph, http)
    home, actor = people.owner.workspace, Actor(people.owner.user_id, None, "test")
    child, _ = await asset.create(graph, actor, home, _told(MediaType.VIDEO))
    parent, _ = await asset.create(graph, actor, home, _told(MediaType.IMAGE))
    edge = NewEdge(child.id, parent.id, EdgeKind.SOURCE_IMAGE, Operation.IMAGE_TO_VIDEO)
    await link.link(graph, actor, [home], [edge])
    one = await subject.create(graph, actor, home, kind=SubjectKind.CHARACTER, name=SECRET)
    kept = await workflow.save(graph, actor, home, slot=SLOT, name=SECRET, nodes=_nodes())
    wanted = Order("nowhere", Operation.TEXT_TO_IMAGE, name=SECRET, prompt=SECRET, slot=SLOT)
    new = [NewGeneration({"prompt": SECRET}, "i")]
    [queued] = await order.queue(graph, actor, home, wanted, new)
    ids = {
        "id": child.id,
        "ids": child.id,
        "from": child.id,
        "to": parent.id,
        "parentId": parent.id,
        "workspace": home,
        "workspaceId": home,
        "subjectId": one.id,
        "workflowId": kept.id,
        "slot": SLOT,
        "userId": people.owner.user_id,
        "generationId": queued.id,
    }
    return World(people, ids)


def _nodes() -> dict[str, Any]:
    return {**text_to_image(), "6": node("CLIPTextEncode", text=SECRET)}


def _told(media_type: MediaType) -> NewAsset:
    return NewAsset(media_type, name=SECRET, prompt=SECRET, metadata={"told": SECRET})


async def _ask(client: Client, kind: str, name: str, world: World) -> tuple[dict[str, Any], str]:
    root = CORE.query_type if kind == "query" else CORE.mutation_type
    text = operation(kind, name, root.fields[name], world.ids_of(name))
    response = await client.http.post("/graphql", json={"query": text}, headers=client.headers)
    assert response.status_code == 200, (text, response.text)
    answer = response.json()
    for error in answer.get("errors", []):
        assert error.get("extensions", {}).get("code") != "INTERNAL", (text, error)
    return answer, text


def _leaked(answer: dict[str, Any], text: str, world: World) -> set[str]:
    """What of the workspace the answer tells that the question did not."""
    told = json.dumps(answer.get("data"))
    return {word for word in world.everything() if word in told and word not in text}


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.anyio
async def test_a_stranger_sees_nothing(name: str, world: World) -> None:
    answer, text = await _ask(world.people.stranger, "query", name, world)
    assert not _leaked(answer, text, world)
    assert SECRET not in json.dumps(answer)


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.anyio
async def test_members_see_the_same_but_for_the_audit(name: str, world: World) -> None:
    by_viewer, text = await _ask(world.people.viewer, "query", name, world)
    by_auditor, _ = await _ask(world.people.auditor, "query", name, world)
    assert _denied(by_auditor, text) <= _denied(by_viewer, text)
    if not by_viewer.get("errors"):
        assert by_viewer["data"].keys() == by_auditor["data"].keys()


def _denied(answer: dict[str, Any], text: str) -> set[str]:
    """The fields that were refused; a member is refused for no other reason."""
    for error in answer.get("errors", []):
        assert error["extensions"]["code"] == "NOT_ALLOWED", (text, error)
    return {".".join(map(str, error["path"])) for error in answer.get("errors", [])}


@pytest.mark.parametrize("who", ["stranger", "viewer", "auditor"])
@pytest.mark.parametrize("name", MUTATIONS)
@pytest.mark.anyio
async def test_nobody_but_editors_changes_anything(
    name: str, who: str, world: World, graph: Graph
) -> None:
    home = world.people.owner.workspace
    before = await entry.list_entries(graph, home, limit=1)
    answer, text = await _ask(getattr(world.people, who), "mutation", name, world)
    if name not in OWN:
        assert await entry.list_entries(graph, home, limit=1) == before, text
    if who == "stranger":
        assert not _leaked(answer, text, world)
    if name not in OWN:
        result = (answer.get("data") or {}).get(name) or {}
        refused = result.get("__typename") in {"NotAllowed", "NotFound", "InvalidInput", "Conflict"}
        assert refused or answer.get("errors"), (text, answer)


async def _watch(server: str, client: Client, name: str, world: World) -> dict[str, Any]:
    """The first thing told of a subscription to all of its fields."""
    field = CORE.subscription_type.fields[name]
    async with connected(server) as socket:
        await socket.init(client)
        await socket.subscribe("1", operation("subscription", name, field, world.ids_of(name)))
        return await socket.receive()


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
@pytest.mark.anyio
async def test_a_stranger_watches_nothing(server: str, name: str, world: World) -> None:
    told = await _watch(server, world.people.stranger, name, world)
    assert told["type"] == "error"
    assert SECRET not in json.dumps(told)


@pytest.mark.parametrize("who", ["viewer", "auditor"])
@pytest.mark.parametrize("name", SUBSCRIPTIONS)
@pytest.mark.anyio
async def test_members_may_watch(server: str, who: str, name: str, world: World) -> None:
    told = await _watch(server, getattr(world.people, who), name, world)
    assert told["type"] == "next", told
    assert "errors" not in told["payload"], told
    assert SECRET in json.dumps(told)


@pytest.mark.parametrize("name", sorted(SHARED))
@pytest.mark.anyio
async def test_what_is_shared_tells_nothing_of_a_workspace(
    server: str, name: str, world: World
) -> None:
    told = await _watch(server, world.people.stranger, name, world)
    assert told["type"] == "next", told
    assert "errors" not in told["payload"], told
    assert not any(word in json.dumps(told) for word in world.everything())
