"""Made once more through GraphQL: variations, reruns and retries; and of a subject in one go."""

from typing import Any

import pytest

from tests.api.conftest import Client, People
from tests.api.making import (
    CLIP,
    PARENTS,
    PICTURE,
    ask,
    change,
    ended,
    given,
    got,
    made_by,
    output,
    queue,
    refused,
    waiting,
)
from tests.api.test_generation_change_queue import SUBJECT

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("at_work")]

TEXT: dict[str, Any] = {"provider": "local", "operation": "TEXT_TO_IMAGE", "prompt": "a fox"}
STYLE = """
mutation ($subject: ID!, $asset: ID!) {
  setStyleReference(input: { subjectId: $subject, assetId: $asset }) {
    __typename ... on Refusal { message }
  }
}
"""
DELETE = "mutation ($ids: [ID!]!) { deleteAssets(input: { ids: $ids }) { __typename } }"


async def edges(who: Client, asset: str) -> set[tuple[str, str, str, str]]:
    """Parent, kind, operation and generation of what an asset was made from at once."""
    found = (await ask(who, PARENTS, id=asset))["lineage"]["edges"]
    assert {one["evidence"] for one in found} <= {"RECORDED"}
    return {
        (one["parentId"], one["kind"], one["operation"], one["generationId"])
        for one in found
        if one["childId"] == asset
    }


async def test_a_picture_is_varied(crew: People) -> None:
    first = await output(crew.editor, "TEXT_TO_IMAGE", prompt="a fox", parameters=PICTURE)
    asked = {"assetId": first, "count": 2, "idempotencyKey": "vary", "parameters": {"strength": 1}}
    made = await queue(crew.editor, "createVariation", **asked)
    assert [one["id"] for one in await queue(crew.editor, "createVariation", **asked)] == [
        one["id"] for one in made
    ]
    for one in await ended(crew.editor, made):
        assert (one["operation"], one["prompt"]) == ("IMAGE_TO_IMAGE", "a fox")
        assert [(i["kind"], i["parameter"]) for i in one["inputs"]] == [
            ("SOURCE_IMAGE", "image"),
            ("VARIANT_OF", None),
        ]
        assert await edges(crew.viewer, one["outputs"][0]["id"]) == {
            (first, "SOURCE_IMAGE", "IMAGE_TO_IMAGE", one["id"]),
            (first, "VARIANT_OF", "IMAGE_TO_IMAGE", one["id"]),
        }


async def test_a_clip_is_varied(crew: People) -> None:
    first = await output(crew.editor, "TEXT_TO_VIDEO", prompt="rain", parameters=CLIP)
    one = await made_by(crew.editor, "createVariation", assetId=first, prompt="snow")
    assert (one["operation"], one["prompt"]) == ("RESTYLE", "snow")
    [made] = one["outputs"]
    assert made["mediaType"] == "VIDEO"
    assert await edges(crew.viewer, made["id"]) == {
        (first, "SOURCE_VIDEO", "RESTYLE", one["id"]),
        (first, "VARIANT_OF", "RESTYLE", one["id"]),
    }


async def test_a_rerun_without_changes_gives_the_same_bytes(crew: People) -> None:
    style = await output(crew.editor, "TEXT_TO_IMAGE", prompt="the sea", parameters=PICTURE)
    inputs = [given("styleReferences", style)]
    parameters = {**PICTURE, "count": 2}
    first = await made_by(crew.editor, **TEXT, parameters=parameters, inputs=inputs, name="Fox")
    same = await made_by(crew.editor, "rerunGeneration", id=first["id"], idempotencyKey="again")
    [told] = await queue(crew.editor, "rerunGeneration", id=first["id"], idempotencyKey="again")
    assert told["id"] == same["id"]
    assert [one["sha256"] for one in same["outputs"]] == [one["sha256"] for one in first["outputs"]]
    assert (same["parameters"], same["seed"]) == (first["parameters"], first["seed"])
    assert (same["name"], same["rerunOf"]) == ("Fox", {"id": first["id"]})
    assert (await got(crew.viewer, first["id"]))["followers"] == [{"id": same["id"]}]
    for before, after in zip(first["outputs"], same["outputs"], strict=True):
        assert before["id"] != after["id"]
        assert await edges(crew.viewer, after["id"]) == {
            (style, "STYLE_REFERENCE", "TEXT_TO_IMAGE", same["id"]),
            (before["id"], "VARIANT_OF", "TEXT_TO_IMAGE", same["id"]),
        }
    third = await made_by(crew.editor, "rerunGeneration", id=same["id"])
    assert (same["outputs"][0]["id"], "VARIANT_OF", "TEXT_TO_IMAGE", third["id"]) in await edges(
        crew.viewer, third["outputs"][0]["id"]
    )


async def test_a_rerun_with_changes_is_a_revision(crew: People) -> None:
    first = await made_by(crew.editor, **TEXT, parameters=PICTURE)
    [before] = first["outputs"]
    other = await made_by(
        crew.editor, "rerunGeneration", id=first["id"], prompt="an owl", parameters={"width": 128}
    )
    assert other["parameters"] == {**first["parameters"], "width": 128, "prompt": "an owl"}
    assert (other["prompt"], other["seed"]) == ("an owl", first["seed"])
    [after] = other["outputs"]
    assert after["width"] == 128
    revised = (before["id"], "REVISION_OF", "TEXT_TO_IMAGE", other["id"])
    assert await edges(crew.viewer, after["id"]) == {revised}
    changes = {"parameters": {"seed": 5}, "kind": "VARIANT_OF"}
    variant = await made_by(crew.editor, "rerunGeneration", id=first["id"], **changes)
    assert variant["seed"] == "5"
    assert {kind for _, kind, _, _ in await edges(crew.viewer, variant["outputs"][0]["id"])} == {
        "VARIANT_OF"
    }


async def test_what_cannot_be_made_once_more_is_refused(crew: People) -> None:
    [unmade] = await waiting(crew.editor)
    answer = await queue(crew.editor, "rerunGeneration", id=unmade)
    assert (refused(answer), answer["hint"]) == (("Conflict", "id"), "wait for its end")
    first = await made_by(crew.editor, **TEXT, parameters=PICTURE)
    for changes, field in (
        ({"kind": "SOURCE_IMAGE"}, "kind"),
        ({"parameters": {"width": 1}}, "parameters.width"),
    ):
        answer = await queue(crew.editor, "rerunGeneration", id=first["id"], **changes)
        assert refused(answer) == ("InvalidInput", field)
    answer = await queue(crew.editor, "retryGenerations", ids=[first["id"]])
    assert refused(answer) == ("Conflict", "ids.0")
    assert "rerun" in answer["hint"]
    upscaled = await made_by(
        crew.editor,
        provider="local",
        operation="UPSCALE",
        inputs=[given("image", first["outputs"][0]["id"])],
    )
    await crew.editor.ask(DELETE, ids=[first["outputs"][0]["id"]])
    for changes in ({}, {"parameters": {"factor": 4}}):
        answer = await queue(crew.editor, "rerunGeneration", id=upscaled["id"], **changes)
        assert refused(answer) == ("Conflict", "id")
        assert "whose bytes are gone" in answer["message"]
    # Of what was deleted itself nothing is told, and it can be made anew.
    again = await made_by(crew.editor, "rerunGeneration", id=first["id"])
    assert again["outputs"][0]["sha256"] == first["outputs"][0]["sha256"]
    assert await edges(crew.viewer, again["outputs"][0]["id"]) == set()


async def test_a_retry_is_told_again_and_can_be_retried_itself(crew: People) -> None:
    clip = await output(crew.editor, "TEXT_TO_VIDEO", prompt="rain", parameters=CLIP)
    asked = await queue(
        crew.editor,
        "generate",
        provider="local",
        operation="FRAME_EXTRACT",
        inputs=[given("video", clip, frame=999)],
    )
    [failed] = await ended(crew.editor, asked, "FAILED")
    [retry] = await queue(crew.editor, "retryGenerations", ids=[failed["id"]])
    [same] = await queue(crew.editor, "retryGenerations", ids=[failed["id"]])
    assert same["id"] == retry["id"]
    assert retry["retryOf"] == {"id": failed["id"]}
    [over] = await ended(crew.editor, [retry], "FAILED")
    assert over["inputs"] == failed["inputs"]
    [second] = await queue(crew.editor, "retryGenerations", ids=[retry["id"]])
    assert second["id"] not in (failed["id"], retry["id"])
    told = await got(crew.viewer, failed["id"])
    assert (told["state"], told["followers"]) == ("FAILED", [{"id": retry["id"]}])


async def test_what_was_called_off_is_retried(crew: People) -> None:
    numbers = await waiting(crew.editor, 2, urgency="LOW", name="Harbour")
    await change(crew.editor, "cancelGenerations", ids=numbers)
    retries = await queue(crew.editor, "retryGenerations", ids=numbers)
    assert [one["retryOf"]["id"] for one in retries] == numbers
    assert {(one["state"], one["urgency"], one["name"]) for one in retries} == {
        ("QUEUED", "LOW", "Harbour")
    }
    [first, _] = [await got(crew.viewer, number) for number in numbers]
    assert retries[0]["parameters"] == first["parameters"]


async def test_a_subject_is_shown_in_one_go(crew: People) -> None:
    who = (await ask(crew.editor, SUBJECT))["subject"]["id"]
    style = await output(crew.editor, "TEXT_TO_IMAGE", prompt="the sea", parameters=PICTURE)
    told = await ask(crew.editor, STYLE, subject=who, asset=style)
    assert "message" not in told, told
    asked = {"subjectId": who, "slot": "sprite", "prompt": "smiling", "idempotencyKey": "quick"}
    one = await made_by(crew.editor, "quickGenerate", **asked)
    [again] = await queue(crew.editor, "quickGenerate", **asked)
    assert again["id"] == one["id"]
    assert (one["provider"], one["operation"]) == ("local", "TEXT_TO_IMAGE")
    assert one["prompt"] == "smiling, Ann, A pilot, hair grey, sprite"
    assert (one["subject"]["id"], one["slot"]) == (who, "sprite")
    [made] = one["outputs"]
    assert made["width"] < made["height"]
    assert made["name"] == "Ann sprite"
    assert await edges(crew.viewer, made["id"]) == {
        (style, "STYLE_REFERENCE", "TEXT_TO_IMAGE", one["id"])
    }
