"""What cannot be made is refused before anything is queued, and the refusal names the field."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import anyio
import pytest

from graph.order import GENERATIONS_MAX
from tests.api.conftest import Client, People
from tests.api.making import PICTURE, ask, change, given, queue, refused, waiting
from tests.api.test_upload import uploaded
from tests.api.workflow_help import save
from tests.media import samples
from tests.providers.comfyui_graphs import text_to_image

pytestmark = pytest.mark.anyio

NOBODY = "0199f3a0-0000-7000-8000-000000000001"
SUBJECT = """
mutation {
  createSubject(input: { kind: CHARACTER, name: "Ann", description: "A pilot." }) {
    ... on SubjectCreated { subject { id } }
  }
}
"""
BY_REFERENCE = """
mutation {
  createAsset(input: { mediaType: IMAGE, remoteUrl: "https://example.org/a.png" }) {
    ... on AssetCreated { asset { id } }
  }
}
"""
DELETE = "mutation ($ids: [ID!]!) { deleteAssets(input: { ids: $ids }) { __typename } }"
DELETE_SUBJECT = "mutation ($id: ID!) { deleteSubject(input: { id: $id }) { __typename } }"
LISTED = "{ generations { edges { node { id } } } }"


@dataclass(frozen=True)
class Things:
    """What can be named, and what cannot."""

    who: Client
    names: dict[str, str]

    async def ask(self, mutation: str, **more: Any) -> Any:
        """With things by their names."""
        return await queue(self.who, mutation, **self._named(more))

    def _named(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._named(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._named(one) for one in value]
        return self.names.get(value, value) if isinstance(value, str) else value


async def picture(who: Client, more: int = 0) -> str:
    data = samples.picture("PNG", (320 + more, 320))
    return str((await uploaded(who, data))["asset"]["id"])


@pytest.fixture
async def things(crew: People) -> AsyncIterator[Things]:
    deleted, other = await picture(crew.editor, 1), await picture(crew.stranger, 2)
    await crew.editor.ask(DELETE, ids=[deleted])
    subject = (await ask(crew.editor, SUBJECT))["subject"]["id"]
    gone = (await ask(crew.editor, SUBJECT))["subject"]["id"]
    await crew.editor.ask(DELETE_SUBJECT, id=gone)
    names = {
        "a picture": await picture(crew.editor),
        "a deleted one": deleted,
        "another's": other,
        "a remote one": (await ask(crew.editor, BY_REFERENCE))["asset"]["id"],
        "a subject": subject,
        "a deleted subject": gone,
        "another's subject": (await ask(crew.stranger, SUBJECT))["subject"]["id"],
        "another's workflow": (await save(crew.stranger))["id"],
        "a workflow": (await save(crew.editor, json=text_to_image()))["id"],
    }
    yield Things(crew.editor, names)
    assert await ask(crew.editor, LISTED) == {"edges": []}, "nothing was queued"


LOCAL = {"provider": "local", "operation": "TEXT_TO_IMAGE", "prompt": "a fox"}
UPSCALE = {"provider": "local", "operation": "UPSCALE"}
STYLE = "styleReferences"
CASES: list[tuple[dict[str, Any], str, str, str]] = [
    ({"operation": "TEXT_TO_IMAGE"}, "InvalidInput", "provider", "say who is to make it"),
    (LOCAL | {"provider": "dalle"}, "InvalidInput", "provider", "is no provider"),
    (LOCAL | {"provider": "runway"}, "Conflict", "provider", "PEDIGREE_RUNWAY_KEY"),
    ({"provider": "local"}, "InvalidInput", "operation", "it does: TEXT_TO_IMAGE"),
    (LOCAL | {"operation": "LIP_SYNC"}, "InvalidInput", "operation", "it does: TEXT_TO_IMAGE"),
    (
        {"provider": "comfyui", "operation": "UPSCALE"},
        "InvalidInput",
        "operation",
        "name a workflow",
    ),
    (LOCAL | {"parameters": {"widht": 64}}, "InvalidInput", "parameters", "width"),
    (LOCAL | {"parameters": {"width": 63}}, "InvalidInput", "parameters.width", "64"),
    (LOCAL | {"parameters": {"width": "wide"}}, "InvalidInput", "parameters.width", "integer"),
    (LOCAL | {"parameters": {"seed": -1}}, "InvalidInput", "parameters.seed", "0"),
    (LOCAL | {"parameters": [1]}, "InvalidInput", "parameters", "object"),
    (LOCAL | {"prompt": None}, "InvalidInput", "parameters", "prompt"),
    (LOCAL | {"count": 0}, "InvalidInput", "count", "1 to"),
    (LOCAL | {"count": GENERATIONS_MAX + 1}, "InvalidInput", "count", "1 to"),
    (LOCAL | {"slot": "banner"}, "InvalidInput", "slot", "portrait"),
    (LOCAL | {"workspace": NOBODY}, "NotFound", "workspace", ""),
    (UPSCALE, "InvalidInput", "inputs.image", "wants 1, got 0"),
    (
        UPSCALE | {"inputs": [given("picture", "a picture")]},
        "InvalidInput",
        "inputs.picture",
        "the inputs are: image",
    ),
    (
        UPSCALE | {"inputs": [given("image", "a picture"), given("image", "a picture")]},
        "InvalidInput",
        "inputs.image",
        "wants 1, got 2",
    ),
    (
        UPSCALE | {"inputs": [given("image", "a picture", frame=3)]},
        "InvalidInput",
        "inputs.image",
        "takes no frame",
    ),
    (
        {
            "provider": "local",
            "operation": "RESTYLE",
            "inputs": [given("video", "a picture")],
        },
        "InvalidInput",
        "inputs.video",
        "wants VIDEO, got IMAGE",
    ),
    (
        LOCAL | {"inputs": [given(STYLE, "a picture")] * 101},
        "LimitExceeded",
        "",
        "100",
    ),
    (
        LOCAL | {"inputs": [given(STYLE, "a picture"), given(STYLE, "a deleted one")]},
        "Conflict",
        "inputs.1.assetId",
        "was deleted",
    ),
    (
        LOCAL | {"inputs": [given(STYLE, "a remote one")]},
        "Conflict",
        "inputs.0.assetId",
        "upload or fetch",
    ),
    (LOCAL | {"inputs": [given(STYLE, "another's")]}, "NotFound", "inputs.0.assetId", ""),
    (LOCAL | {"inputs": [given(STYLE, NOBODY)]}, "NotFound", "inputs.0.assetId", ""),
    (LOCAL | {"subjectId": "another's subject"}, "NotFound", "subjectId", "no such subject"),
    (LOCAL | {"subjectId": "a deleted subject"}, "NotFound", "subjectId", "no such subject"),
    (LOCAL | {"workflowId": "a workflow"}, "InvalidInput", "workflowId", "runs no workflows"),
    ({"workflowId": "another's workflow"}, "NotFound", "workflowId", "no such workflow"),
    (
        {"workflowId": "a workflow"},
        "InvalidInput",
        "subject.description",
        "give parameters.6.text",
    ),
    (
        {"workflowId": "a workflow", "subjectId": "a subject", "operation": "UPSCALE"},
        "InvalidInput",
        "operation",
        "the workflow does",
    ),
    (
        {"workflowId": "a workflow", "parameters": {"3.steps": 5}},
        "InvalidInput",
        "parameters.3.steps",
        "locked",
    ),
    (LOCAL | {"idempotencyKey": "x" * 5000}, "InvalidInput", "idempotencyKey", ""),
]


async def test_each_refusal_names_the_field(things: Things) -> None:
    for asked, kind, field, word in CASES:
        answer = await things.ask("generate", **asked)
        assert refused(answer) == (kind, field), (asked, answer)
        said = f"{answer['message']} {answer.get('hint')} {answer.get('allowed')}"
        assert word in said, (asked, answer)


QUICK = {"subjectId": "a subject", "slot": "portrait"}
PICTURED = {"assetId": "a picture"}
SHORT: list[tuple[str, dict[str, Any], str, str]] = [
    ("quickGenerate", QUICK | {"slot": "no slot"}, "InvalidInput", "slot"),
    ("quickGenerate", QUICK | {"count": 0}, "InvalidInput", "count"),
    ("quickGenerate", QUICK | {"subjectId": "another's subject"}, "NotFound", "subjectId"),
    ("quickGenerate", QUICK | {"subjectId": "a deleted subject"}, "NotFound", "subjectId"),
    ("createVariation", {"assetId": "another's"}, "NotFound", "assetId"),
    ("createVariation", {"assetId": "a deleted one"}, "Conflict", "assetId"),
    ("createVariation", {"assetId": "a remote one"}, "Conflict", "assetId"),
    ("createVariation", PICTURED | {"provider": "nobody"}, "InvalidInput", "provider"),
    ("createVariation", PICTURED | {"provider": "runway"}, "Conflict", "provider"),
    ("createVariation", PICTURED | {"provider": "comfyui"}, "InvalidInput", "provider"),
    ("createVariation", PICTURED | {"workflowId": "another's workflow"}, "NotFound", "workflowId"),
    ("rerunGeneration", {"id": NOBODY}, "NotFound", "id"),
    ("retryGenerations", {"ids": [NOBODY]}, "NotFound", "ids.0"),
    ("retryGenerations", {"ids": []}, "InvalidInput", "ids"),
]


async def test_short_ways_refuse_by_name_too(things: Things) -> None:
    for mutation, asked, kind, field in SHORT:
        answer = await things.ask(mutation, **asked)
        assert refused(answer) == (kind, field), (mutation, asked, answer)


async def test_changes_refuse_by_name(crew: People) -> None:
    [mine] = await waiting(crew.editor)
    [theirs] = await waiting(crew.stranger)
    for name in ("cancelGenerations", "clearGenerations"):
        answer = await change(crew.editor, name, ids=[mine, theirs])
        assert refused(answer) == ("NotFound", "ids.1")
        assert refused(await change(crew.editor, name, ids=[]))[0] == "InvalidInput"
        answer = await change(crew.editor, name, ids=[mine] * 1001)
        assert (refused(answer)[0], answer["allowed"]) == ("LimitExceeded", 1000)
    cleared = await change(crew.editor, "clearGenerations", ids=[mine])
    assert refused(cleared) == ("Conflict", "ids")
    moved = await change(crew.editor, "moveGeneration", id=theirs)
    assert refused(moved) == ("NotFound", "id")
    for beside, kind in ((theirs, "NotFound"), (mine, "InvalidInput")):
        moved = await change(crew.editor, "moveGeneration", id=mine, besideId=beside)
        assert refused(moved) == (kind, "besideId"), moved


async def test_of_several_retries_all_are_queued_or_none(crew: People) -> None:
    asset = await picture(crew.editor)
    more: dict[str, Any] = {"operation": "IMAGE_TO_IMAGE", "inputs": [given("image", asset)]}
    numbers = [*await waiting(crew.editor), *await waiting(crew.editor, **more)]
    answer = await queue(crew.editor, "retryGenerations", ids=numbers)
    assert (refused(answer), answer["hint"]) == (("Conflict", "ids.0"), "wait for its end")
    await change(crew.editor, "cancelGenerations", ids=numbers)
    await crew.editor.ask(DELETE, ids=[asset])
    answer = await queue(crew.editor, "retryGenerations", ids=numbers)
    assert refused(answer) == ("Conflict", "ids.1")
    assert asset in answer["message"]
    assert len((await ask(crew.viewer, LISTED))["edges"]) == 2


async def test_a_viewer_asks_for_nothing_and_strangers_see_nothing(crew: People) -> None:
    asked = {**LOCAL, "parameters": PICTURE}
    for who in (crew.viewer, crew.auditor):
        assert refused(await queue(who, "generate", **asked))[0] == "NotAllowed"
    for_another = {**asked, "workspace": crew.editor.workspace}
    assert refused(await queue(crew.stranger, "generate", **for_another))[0] == "NotFound"
    [mine] = await waiting(crew.editor)
    subject = (await ask(crew.editor, SUBJECT))["subject"]["id"]
    picture_of = await picture(crew.editor)
    tries: list[tuple[str, dict[str, Any]]] = [
        ("quickGenerate", {"subjectId": subject, "slot": "item"}),
        ("createVariation", {"assetId": picture_of}),
        ("rerunGeneration", {"id": mine}),
        ("retryGenerations", {"ids": [mine]}),
        ("cancelGenerations", {"ids": [mine]}),
        ("clearGenerations", {"ids": [mine]}),
        ("setUrgency", {"ids": [mine], "urgency": "HIGH"}),
        ("moveGeneration", {"id": mine}),
    ]
    for name, named in tries:
        run = change if name.startswith(("cancel", "clear", "set", "move")) else queue
        assert refused(await run(crew.viewer, name, **named))[0] == "NotAllowed", name
        assert refused(await run(crew.stranger, name, **named))[0] == "NotFound", name
    assert (
        await ask(crew.stranger, "query ($id: ID!) { generation(id: $id) { id } }", id=mine)
    ) is None


async def test_one_key_gives_the_same_generations(crew: People) -> None:
    asked: dict[str, Any] = {"count": 3, "idempotencyKey": "once"}
    first = await waiting(crew.editor, **asked)
    assert await waiting(crew.editor, **asked) == first
    found: list[list[str]] = []

    async def at_once() -> None:
        found.append(await waiting(crew.editor, count=3, idempotencyKey="at once"))

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(at_once)
    assert len(found) == 4
    assert len({tuple(one) for one in found}) == 1
    assert len((await ask(crew.viewer, LISTED))["edges"]) == 6
    assert await waiting(crew.stranger, **asked) != first, "a key is a workspace's own"
