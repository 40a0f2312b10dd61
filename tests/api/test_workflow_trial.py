"""Workflows tried before they run: filled without being sent, held against a server."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from api.app import create_app
from embedded.services import Services
from graph import asset, style, subject
from graph.actor import Actor
from graph.asset import Media, NewAsset
from graph.driver import Graph
from graph.edge import MediaType
from graph.identifier import new_id
from graph.subject import SubjectKind
from settings import Settings
from tests.api.conftest import Client, People, gather, serving
from tests.api.workflow_help import ANALYSE, ask, refused, save, told
from tests.graph.world import World
from tests.providers.comfyui_graphs import node, text_to_image
from tests.providers.comfyui_help import Running, comfy, edited
from tests.providers.comfyui_workflows import portrait

pytestmark = pytest.mark.anyio

DRY = """
query ($input: DryRunWorkflowInput!) {
  dryRunWorkflow(input: $input) {
    ... on WorkflowDryRun {
      json parameters operation outputMediaType prompt styleReference freeSeeds serverFiles
    }
    ...Refused
  }
}
"""
CHECK = """
query ($input: CheckWorkflowInput!) {
  checkWorkflow(input: $input) { ... on WorkflowCheck { runnable missing } ...Refused }
}
"""


@pytest.fixture
async def home(graph: Graph, http: httpx.AsyncClient) -> People:
    """People with a workspace that has no workflows yet."""
    return await gather(graph, http)


async def test_an_analysis_of_what_is_not_saved(people: People) -> None:
    found = await ask(people.viewer, ANALYSE, json=portrait())
    assert (found["operation"], found["outputMediaType"]) == ("TEXT_TO_IMAGE", "IMAGE")
    assert found["styleReference"] == {
        "key": "30.image",
        "node": {"id": "33", "classType": "IPAdapterAdvanced"},
    }
    kinds = {one["key"]: (one["kind"], one["required"], one["file"]) for one in found["inputs"]}
    assert kinds == {
        "30.image": ("STYLE_REFERENCE", False, "style.png"),
        "40.image": ("KEYFRAME", True, "pose.png"),
    }
    assert (found["positivePrompts"], found["negativePrompts"]) == (["6.text"], ["7.text"])
    parameters = {one["key"]: one for one in found["parameters"]}
    assert parameters["3.seed"]["value"] == 2**64 - 1
    assert parameters["3.steps"] == {
        "key": "3.steps",
        "name": "steps",
        "type": "INT",
        "value": 20,
        "node": {"id": "3", "classType": "KSampler", "title": "KSampler"},
    }
    roles = {one["key"]: one["role"] for one in found["models"]}
    assert roles["4.ckpt_name"] == "CHECKPOINT"
    assert found["saves"] == [{"mediaType": "IMAGE", "preview": False, "node": {"id": "9"}}]


async def test_the_editors_format_is_answered_with_how_to_export(people: People) -> None:
    answer = await ask(people.viewer, ANALYSE, json={"nodes": [], "links": []})
    assert told(answer) == refused("json")
    assert "Workflow > Export (API)" in answer["message"]
    assert "dev mode" in answer["message"]


@dataclass(frozen=True)
class Studio:
    """A portrait workflow, a subject and pictures beside it."""

    who: Client
    workflow: str
    subject: str
    pose: str
    bare: str

    async def dry(self, **more: Any) -> Any:
        given = {
            "workflowId": self.workflow,
            "subjectId": self.subject,
            "inputs": [{"input": "40.image", "assetId": self.pose}],
            **more,
        }
        return await ask(self.who, DRY, input=given)


SHA = "ab" * 32


@pytest.fixture
async def studio(home: People, graph: Graph) -> Studio:
    actor, place = Actor(home.owner.user_id, None, "test"), home.owner.workspace
    marcus = await subject.create(
        graph, actor, place, kind=SubjectKind.CHARACTER, name="Marcus", description="a bartender"
    )
    media = Media(MediaType.IMAGE, "image/png", 10, SHA, 8, 8)
    pose, _ = await asset.create(graph, actor, place, NewAsset(MediaType.IMAGE, media=media))
    bare, _ = await asset.create(graph, actor, place, NewAsset(MediaType.IMAGE))
    made = await save(home.editor)
    return Studio(home.viewer, made["id"], marcus.id, pose.id, bare.id)


async def test_a_dry_run_shows_exactly_what_would_be_sent(studio: Studio) -> None:
    found = await studio.dry(overrides={"3.cfg": 5})
    wanted = portrait()
    wanted["6"]["inputs"]["text"] = "a bartender, portrait"
    wanted["7"]["inputs"]["text"] = "blurry, low quality"
    wanted["3"]["inputs"] |= {"cfg": 5, "steps": 30}
    wanted["40"]["inputs"]["image"] = f"pedigree/{SHA}.png"
    assert found["json"] == wanted
    assert found["parameters"] == {
        "3.cfg": 5,
        "3.sampler_name": "euler",
        "3.steps": 30,
        "6.text": "a bartender, portrait",
        "7.text": "blurry, low quality",
    }
    assert (found["operation"], found["prompt"]) == ("TEXT_TO_IMAGE", "a bartender, portrait")
    assert (found["styleReference"], found["freeSeeds"]) == ("30.image", ["3.seed"])
    assert found["serverFiles"] == {"30.image": "style.png"}


async def test_fields_in_place_of_a_subject_and_a_style(studio: Studio) -> None:
    style = {"input": "styleReferences", "assetId": studio.pose}
    pose = {"input": "40.image", "assetId": studio.pose}
    found = await studio.dry(subjectId=None, fields={"description": "a fox"}, inputs=[style, pose])
    assert found["json"]["6"]["inputs"]["text"] == "a fox, portrait"
    assert found["json"]["30"]["inputs"]["image"] == f"pedigree/{SHA}.png"
    assert found["serverFiles"] == {}


async def test_the_style_of_a_subject_is_taken_where_none_is_given(
    studio: Studio, home: People, graph: Graph
) -> None:
    actor, place = Actor(home.owner.user_id, None, "test"), home.owner.workspace
    media = Media(MediaType.IMAGE, "image/webp", 10, "cd" * 32, 8, 8)
    ink, _ = await asset.create(graph, actor, place, NewAsset(MediaType.IMAGE, media=media))
    await style.set_style(graph, actor, place, studio.subject, ink.id)
    found = await studio.dry()
    assert found["json"]["30"]["inputs"]["image"] == f"pedigree/{'cd' * 32}.webp"
    assert found["serverFiles"] == {}


async def test_a_style_whose_bytes_are_gone_is_refused_as_an_order_is(
    studio: Studio, home: People, graph: Graph
) -> None:
    at = World(graph, Actor(home.owner.user_id, None, "test"), home.owner.workspace)
    [ink] = await at.pictures(1)
    await style.set_style(graph, at.actor, at.workspace, studio.subject, ink)
    await at.lose(ink)
    answer = await studio.dry()
    assert told(answer) == refused("subjectId", "Conflict")
    assert "setStyleReference" in answer["hint"]
    await subject.delete(graph, at.actor, at.workspace, studio.subject)
    assert told(await studio.dry()) == refused("subjectId", "NotFound")


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("overrides.3.steps", {"overrides": {"3.steps": 10}}),
        ("overrides.3.cfg", {"overrides": {"3.cfg": "much"}}),
        ("overrides.3.seed", {"overrides": {"3.seed": 1.5}}),
        ("overrides.40.image", {"overrides": {"40.image": "x.png"}}),
        ("overrides", {"overrides": [1]}),
        ("subject.description", {"subjectId": None}),
        ("prompt", {"prompt": "at dusk"}),
        ("fields.name", {"fields": {"name": 1}}),
        ("inputs.40.image", {"inputs": []}),
    ],
)
async def test_a_dry_run_refuses_by_name(studio: Studio, field: str, more: dict[str, Any]) -> None:
    assert told(await studio.dry(**more)) == refused(field)


async def test_a_dry_run_knows_only_what_is_beside_the_workflow(
    studio: Studio, people: People, graph: Graph
) -> None:
    actor, place = Actor(people.owner.user_id, None, "test"), people.owner.workspace
    other = await subject.create(graph, actor, place, kind=SubjectKind.ITEM, name="Cup")
    assert told(await studio.dry(subjectId=other.id)) == refused("subjectId", "NotFound")
    bare = [{"input": "40.image", "assetId": studio.bare}]
    assert told(await studio.dry(inputs=bare)) == refused("inputs.0.assetId")
    nothing = [{"input": "40.image", "assetId": new_id()}]
    assert told(await studio.dry(inputs=nothing)) == refused("inputs.0.assetId", "NotFound")


async def test_a_check_without_a_server_says_how_to_set_one_up(people: People) -> None:
    answer = await ask(people.viewer, CHECK, input={"json": text_to_image()})
    assert told(answer) == refused("provider", "Conflict")
    assert "PEDIGREE_COMFYUI_URLS" in answer["hint"]


@dataclass(frozen=True)
class Checking:
    """Somebody in front of an API that knows a ComfyUI server."""

    who: Client
    server: Running


@pytest.fixture
async def checking(config: Settings, services: Services, people: People) -> AsyncIterator[Checking]:
    with comfy() as server:
        chosen = services.applied(config).model_copy(update={"comfyui_urls": (server.url,)})
        with serving(create_app(chosen)) as address:
            async with httpx.AsyncClient(base_url=address, timeout=30) as http:
                yield Checking(replace(people.editor, http=http), server)


async def test_a_check_names_missing_nodes_and_models(checking: Checking) -> None:
    good = await ask(checking.who, CHECK, input={"json": edited()})
    assert good == {"runnable": True, "missing": []}
    graph = edited() | {"77": node("FancySampler", x=1)}
    graph["4"]["inputs"]["ckpt_name"] = "nowhere.safetensors"
    found = await ask(checking.who, CHECK, input={"json": graph})
    assert not found["runnable"]
    text = " ".join(found["missing"])
    assert "Node 77 (FancySampler)" in text
    assert "nowhere.safetensors" in text


async def test_a_check_of_a_saved_workflow(checking: Checking) -> None:
    made = await save(checking.who, json=edited(), promptMappings=[], lockedInputs=[])
    found = await ask(checking.who, CHECK, input={"workflowId": made["id"]})
    assert found["runnable"]


async def test_a_stranger_tries_nothing(studio: Studio, home: People) -> None:
    for query in (DRY, CHECK):
        answer = await ask(home.stranger, query, input={"workflowId": studio.workflow})
        assert told(answer) == refused("workflowId", "NotFound")


async def test_a_check_takes_one_of_two(people: People) -> None:
    both = {"json": {}, "workflowId": new_id()}
    for given in ({}, both):
        assert told(await ask(people.viewer, CHECK, input=given)) == refused("workflowId")


async def test_a_server_that_is_away_is_said_to_be(
    config: Settings, services: Services, people: People
) -> None:
    chosen = services.applied(config).model_copy(update={"comfyui_urls": ("http://127.0.0.1:9",)})
    with serving(create_app(chosen)) as address:
        async with httpx.AsyncClient(base_url=address, timeout=30) as http:
            who = replace(people.editor, http=http)
            answer = await ask(who, CHECK, input={"json": text_to_image()})
    assert answer["__typename"] == "Unavailable"
    assert "ComfyUI" in answer["message"]
    assert answer["retryIn"] > 0
