"""What a server lacks is told before a job is sent."""

from typing import Any

import pytest

from providers.comfyui.objects import choices_of
from providers.error import Refused, Unreachable
from tests.providers.comfyui_graphs import node
from tests.providers.comfyui_help import comfy, edited, graph, pool
from tests.providers.misbehaving import Way

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("old", [False, True])
async def test_missing_classes_and_models_are_named(old: bool) -> None:
    workflow = graph()
    workflow["4"]["inputs"]["ckpt_name"] = "nowhere.safetensors"
    workflow["4"]["_meta"]["title"] = "The model"
    workflow["40"] = node("IPAdapter: Odd+", image=["8", 0])
    with comfy(old=old) as server:
        provider = pool(server)
        assert list(await provider.missing(workflow)) == [
            'Node 4 "The model" (CheckpointLoaderSimple): the server has no '
            "'nowhere.safetensors' for its input ckpt_name.",
            "Node 40 (IPAdapter: Odd+) is of a class the server does not have; "
            "install its custom node there.",
        ]
        assert list(await provider.missing(graph())) == []
        await provider.close()


async def test_files_that_come_with_a_job_are_not_missing() -> None:
    with comfy() as server:
        provider = pool(server)
        assert list(await provider.missing(edited())) == []
        await provider.close()


async def test_every_server_that_answers_is_asked() -> None:
    workflow = {**graph(), "40": node("IPAdapter", image=["8", 0])}
    with comfy() as one, comfy() as other:
        provider = pool(one, other)
        told = list(await provider.missing(workflow))
        assert [line.partition(": ")[0] for line in told] == [f"At {one.url}", f"At {other.url}"]
        one.front.meet(Way.STATUS, path="/object_info/.*", times=99)
        assert len(await provider.missing(workflow)) == 1
        other.front.meet(Way.UNHEARD, path="/object_info/.*", times=99)
        with pytest.raises(Unreachable):
            await provider.missing(workflow)
        await provider.close()


@pytest.mark.parametrize("workflow", [{}, {"nodes": [], "links": []}])
async def test_what_is_no_workflow_is_refused(workflow: dict[str, Any]) -> None:
    with comfy() as server:
        provider = pool(server)
        with pytest.raises(Refused):
            await provider.missing(workflow)
        await provider.close()


@pytest.mark.parametrize(
    ("spec", "choices"),
    [
        ([["a", "b"]], ["a", "b"]),
        ([["a"], {"default": "a"}], ["a"]),
        (["COMBO", {"options": ["a"]}], ["a"]),
        (["COMBO", {"remote": {"route": "/x"}}], None),
        (["COMBO"], None),
        (["INT", {"options": ["a"]}], None),
        ([["a.png"], {"image_upload": True}], None),
        (["COMBO", {"options": ["a.png"], "video_upload": True}], None),
        ([], None),
        ("COMBO", None),
        (None, None),
    ],
)
def test_choices_are_read_in_both_ways(spec: object, choices: list[object] | None) -> None:
    assert choices_of(spec) == choices
