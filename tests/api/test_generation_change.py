"""Made through GraphQL alone, by a worker process and the built-in provider: everything it does,
and that the lineage of what came last shows it all."""

import asyncio
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
    pictured,
    queue,
)
from tests.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("at_work")]


async def chain(who: Client) -> dict[str, str]:
    """One asset of each operation at least, each made from others; by what they are called here."""
    made: dict[str, str] = {}

    async def make(name: str, operation: str, *inputs: Any, **more: Any) -> None:
        made[name] = await output(who, operation, inputs, **more)

    text: dict[str, Any] = {"prompt": "a lighthouse at dusk", "parameters": PICTURE}
    film = {"parameters": {name: CLIP[name] for name in ("durationSeconds", "frameRate")}}
    await make("first", "TEXT_TO_IMAGE", **text)
    first = made["first"]
    await asyncio.gather(
        make("other", "TEXT_TO_IMAGE", given("styleReferences", first), **text),
        make("large", "UPSCALE", given("image", first)),
    )
    await make("clip", "IMAGE_TO_VIDEO", given("firstFrame", made["large"]), **film)
    more = {"durationSeconds": 0.5}
    await make("longer", "VIDEO_EXTEND", given("video", made["clip"]), parameters=more)
    longer = made["longer"]
    await asyncio.gather(
        make("frame", "FRAME_EXTRACT", given("video", longer, frame=5)),
        make("moment", "FRAME_EXTRACT", given("video", longer, startSeconds=0.25)),
    )
    stills = [
        given("stills", made["frame"], prompt="slide", durationSeconds=0.25),
        given("stills", made["moment"], prompt="iris"),
        given("stills", made["other"]),
    ]
    await make("transition", "VIDEO_TRANSITION", *stills, **film)
    cast = [
        given("characters", made["frame"], name="Ann"),
        given("background", made["other"]),
        given("references", made["transition"]),
    ]
    await make("fusion", "FUSION", *cast, parameters=CLIP)
    style = [given("video", made["fusion"]), given("styleReferences", made["large"])]
    await make("restyle", "RESTYLE", *style, prompt="in ink")
    await make("last", "FRAME_EXTRACT", given("video", made["restyle"]))
    parts = [given("images", made[name]) for name in ("last", "moment")]
    await make("sheet", "COMPOSE", *parts)
    return made


async def test_the_lineage_of_the_last_shows_all_that_was_done(crew: People) -> None:
    made = await chain(crew.editor)
    told = (await ask(crew.viewer, PARENTS, id=made["sheet"]))["lineage"]
    assert not told["truncated"]
    assert {one["asset"]["id"] for one in told["nodes"]} == set(made.values())
    name = {number: name for name, number in made.items()}
    edges = {
        (name[one["childId"]], name[one["parentId"]], one["kind"], one["operation"]): one
        for one in told["edges"]
    }
    assert {key: one["sequence"] for key, one in edges.items()} == {
        ("other", "first", "STYLE_REFERENCE", "TEXT_TO_IMAGE"): 0,
        ("large", "first", "UPSCALED_FROM", "UPSCALE"): 0,
        ("clip", "large", "FIRST_FRAME", "IMAGE_TO_VIDEO"): 0,
        ("longer", "clip", "SOURCE_VIDEO", "VIDEO_EXTEND"): 0,
        ("frame", "longer", "PAUSED_FRAME", "FRAME_EXTRACT"): 0,
        ("moment", "longer", "PAUSED_FRAME", "FRAME_EXTRACT"): 0,
        ("transition", "frame", "TRANSITION_INPUT", "VIDEO_TRANSITION"): 0,
        ("transition", "moment", "TRANSITION_INPUT", "VIDEO_TRANSITION"): 1,
        ("transition", "other", "TRANSITION_INPUT", "VIDEO_TRANSITION"): 2,
        ("fusion", "frame", "FUSION_CHARACTER", "FUSION"): 0,
        ("fusion", "other", "FUSION_BACKGROUND", "FUSION"): 1,
        ("fusion", "transition", "FUSION_REFERENCE", "FUSION"): 2,
        ("restyle", "fusion", "SOURCE_VIDEO", "RESTYLE"): 0,
        ("restyle", "large", "STYLE_REFERENCE", "RESTYLE"): 1,
        ("last", "restyle", "PAUSED_FRAME", "FRAME_EXTRACT"): 0,
        ("sheet", "last", "COMPOSED_FROM", "COMPOSE"): 0,
        ("sheet", "moment", "COMPOSED_FROM", "COMPOSE"): 1,
    }
    assert {one["evidence"] for one in edges.values()} == {"RECORDED"}
    assert all(one["generationId"] for one in edges.values())
    paused = "PAUSED_FRAME", "FRAME_EXTRACT"
    assert edges["frame", "longer", *paused]["parentFrame"] == 5
    assert edges["moment", "longer", *paused]["parentStartSeconds"] == 0.25
    slide = edges["transition", "frame", "TRANSITION_INPUT", "VIDEO_TRANSITION"]
    assert (slide["prompt"], slide["durationSeconds"]) == ("slide", 0.25)


async def test_what_was_asked_for_is_recorded_whole(crew: People) -> None:
    one = await made_by(
        crew.editor,
        provider="local",
        operation="TEXT_TO_IMAGE",
        prompt="a harbour",
        parameters=PICTURE,
        name="Harbour",
        slot="backdrop",
        workspace=crew.editor.workspace,
    )
    assert (one["prompt"], one["name"], one["slot"]) == ("a harbour", "Harbour", "backdrop")
    parameters = one["parameters"]
    assert parameters | {"seed": 0} == {
        "prompt": "a harbour",
        "negativePrompt": "",
        **PICTURE,
        "count": 1,
        "caption": False,
        "seed": 0,
    }
    assert str(parameters["seed"]) == one["seed"]
    assert [model["name"] for model in one["models"]]
    assert one["providerRequest"]["prompt"] == "a harbour"
    assert (one["attempt"], one["progress"], one["failure"]) == (1, 1.0, None)
    assert one["startedAt"] <= one["endedAt"]
    assert (one["quoted"], one["billed"]) == (None, None), "it costs nothing"
    [made] = one["outputs"]
    assert (made["name"], made["mediaState"]) == ("Harbour", "STORED")
    assert (made["mediaType"], made["operation"], made["provider"]) == (
        "IMAGE",
        "TEXT_TO_IMAGE",
        "local",
    )
    assert (made["width"], made["height"]) == (96, 64)
    assert made["createdBy"] == crew.editor.user_id
    assert made["generation"] == {"id": one["id"]}
    answer = await crew.viewer.http.get(made["thumbnail"]["url"])
    assert answer.headers["content-type"].startswith("image/")


async def test_each_of_several_has_a_seed_of_its_own(crew: People) -> None:
    many = await ended(crew.editor, await pictured(crew.editor, count=3))
    assert len({one["seed"] for one in many}) == 3
    assert len({one["outputs"][0]["sha256"] for one in many}) == 3
    fixed = {**PICTURE, "seed": 7}
    told = await pictured(crew.editor, count=2, parameters=fixed)
    assert [one["seed"] for one in told] == ["7", "8"], "one that is given counts on"
    both = await ended(crew.editor, told)
    [same] = await ended(crew.editor, await pictured(crew.editor, parameters=fixed))
    assert same["outputs"][0]["sha256"] == both[0]["outputs"][0]["sha256"]


async def test_a_provider_may_make_several_at_once(crew: People) -> None:
    one = await made_by(
        crew.editor,
        provider="local",
        operation="TEXT_TO_IMAGE",
        prompt="a fox",
        parameters={**PICTURE, "count": 3},
    )
    assert len({made["sha256"] for made in one["outputs"]}) == 3


async def test_what_runs_is_called_off(crew: People) -> None:
    film = {"width": 640, "height": 360, "durationSeconds": 6, "frameRate": 30}
    [asked] = await queue(
        crew.editor,
        "generate",
        provider="local",
        operation="TEXT_TO_VIDEO",
        prompt="a long way over the sea",
        parameters=film,
    )

    async def runs() -> bool:
        return bool((await got(crew.viewer, asked["id"]))["state"] == "RUNNING")

    await until(runs)
    [told] = await change(crew.editor, "cancelGenerations", ids=[asked["id"]])
    assert told["cancelAskedAt"]
    [over] = await ended(crew.viewer, [asked], "CANCELLED")
    assert (over["outputs"], over["failure"], over["problem"]) == ([], None, None)
    assert await change(crew.editor, "cancelGenerations", ids=[asked["id"]]) == [over]


async def test_what_its_provider_cannot_do_fails_with_a_reason(crew: People) -> None:
    clip = await output(crew.editor, "TEXT_TO_VIDEO", prompt="rain", parameters=CLIP)
    asked = await queue(
        crew.editor,
        "generate",
        provider="local",
        operation="FRAME_EXTRACT",
        inputs=[given("video", clip, frame=999)],
    )
    [one] = await ended(crew.editor, asked, "FAILED")
    assert (one["failure"], one["outputs"]) == ("REFUSED", [])
    assert "clip ends before that frame" in one["problem"]
