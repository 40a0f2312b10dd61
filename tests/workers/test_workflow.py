"""Workflows filled for one use."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from graph.edge import MediaType, Operation
from graph.error import InvalidInput
from graph.identifier import canonical
from graph.workflow import (
    Content,
    PromptMapping,
    PromptSource,
    StyleMode,
    StyleReference,
    WorkflowRules,
)
from providers import contract
from providers.contract import Input
from tests.providers.comfyui_graphs import image_to_image, text_to_image
from tests.providers.comfyui_workflows import inpainting, portrait, refined
from workers.workflow import Resolved, checked, read, resolve

FACE = PromptMapping("6.text", PromptSource.TEMPLATE, "{description}, portrait")


async def nothing() -> AsyncIterator[bytes]:
    yield b""


def picture(parameter: str, letter: str = "a", medium: str = "IMAGE") -> Input:
    mime = {"IMAGE": "image/png", "AUDIO": "audio/wav"}[medium]
    media = contract.Media(
        media_type="IMAGE" if medium == "IMAGE" else "AUDIO",
        mime=mime,
        size=1,
        sha256=letter * 64,
        open=nothing,
    )
    return Input(parameter, media)


def resolved(graph: dict[str, Any], rules: WorkflowRules | None = None, **more: Any) -> Resolved:
    content = Content("w", canonical(read(graph)), rules or WorkflowRules())
    return resolve(content, **{"fields": {"description": "a fox"}, **more})


def refusal(field: str) -> Any:
    return pytest.raises(InvalidInput, check=lambda error: error.field == field)


def test_a_plain_workflow_is_sent_as_it_is() -> None:
    found = resolved(text_to_image())
    assert found.sent == text_to_image()
    assert (found.operation, found.output) == (Operation.TEXT_TO_IMAGE, MediaType.IMAGE)
    assert (found.parameters, found.rules, found.seeds) == ({}, (), ("3.seed",))
    assert found.prompt == "a fox in snow"


def test_a_seed_is_put_wherever_none_was_fixed() -> None:
    locked = WorkflowRules(locked={"53.noise_seed": 0})
    found = resolved(refined(), locked).seeded(42)
    assert found.sent["3"]["inputs"]["noise_seed"] == 42
    assert found.sent["53"]["inputs"]["noise_seed"] == 0
    given = resolved(refined(), locked, overrides={"3.noise_seed": 7}).seeded(42)
    assert given.sent["3"]["inputs"]["noise_seed"] == 7


def test_texts_media_and_overrides_come_together() -> None:
    found = resolved(
        inpainting(),
        WorkflowRules((FACE,), {"3.steps": 30}),
        overrides={"3.denoise": 0.5},
        given=[picture("20.image"), picture("21.image", "b")],
    )
    assert found.prompt == "a fox, portrait"
    assert found.sent["20"]["inputs"]["image"] == f"pedigree/{'a' * 64}.png"
    assert found.sent["21"]["inputs"]["image"] == f"pedigree/{'b' * 64}.png"
    assert found.sent["3"]["inputs"] == {
        **inpainting()["3"]["inputs"],
        "steps": 30,
        "denoise": 0.5,
    }
    assert [(rule.name, rule.kind) for rule in found.rules] == [
        ("20.image", "SOURCE_IMAGE"),
        ("21.image", "MASK"),
    ]
    assert (found.operation, found.server_files) == (Operation.IMAGE_TO_IMAGE, {})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ([], "inputs.20.image"),
        ([picture("20.image"), picture("20.image")], "inputs.20.image"),
        ([picture("20.image", medium="AUDIO")], "inputs.20.image"),
        ([picture("20.image"), picture("6.text")], "inputs.6.text"),
        ([picture("20.image"), picture("styleReferences")], "inputs.styleReferences"),
    ],
)
def test_media_that_do_not_fit_are_refused_by_name(given: list[Input], field: str) -> None:
    with refusal(field):
        resolved(image_to_image(), given=given)


def test_a_locked_file_is_the_servers_own_and_nothing_takes_its_place() -> None:
    locked = WorkflowRules(locked={"20.image": "ours.png"})
    found = resolved(image_to_image(), locked)
    assert (found.rules, found.server_files) == ((), {"20.image": "ours.png"})
    assert found.sent["20"]["inputs"]["image"] == "ours.png"
    with refusal("inputs.20.image"):
        resolved(image_to_image(), locked, given=[picture("20.image")])


POSE = picture("40.image", "b")


def test_a_style_reference_may_be_left_out_and_given_later() -> None:
    found = resolved(portrait(), given=[POSE])
    assert (found.style, found.server_files) == ("30.image", {"30.image": "style.png"})
    styled = found.with_style(picture("styleReferences"))
    assert styled.sent["30"]["inputs"]["image"] == f"pedigree/{'a' * 64}.png"
    assert (styled.server_files, len(styled.inputs)) == ({}, 2)
    assert found.sent["30"]["inputs"]["image"] == "style.png"


def test_a_style_goes_where_it_is_pointed_and_is_an_edge_of_style() -> None:
    pointed = WorkflowRules(style=StyleReference(StyleMode.POINTED, "40.image"))
    found = resolved(portrait(), pointed, given=[picture("styleReferences")])
    assert [one.parameter for one in found.inputs] == ["40.image"]
    kinds = {rule.name: (rule.kind, rule.least) for rule in found.rules}
    assert kinds["40.image"] == ("STYLE_REFERENCE", 0)


def test_a_workflow_may_take_no_style_at_all() -> None:
    plain = WorkflowRules(style=StyleReference(StyleMode.NONE))
    assert resolved(portrait(), plain, given=[POSE]).style is None
    with refusal("inputs.styleReferences"):
        resolved(portrait(), plain, given=[POSE, picture("styleReferences")])


def test_inputs_are_locked_as_they_stand() -> None:
    found = checked(text_to_image(), WorkflowRules(locked={"3.cfg": 5}), ["3.steps"])
    assert found.locked == {"3.cfg": 5, "3.steps": 20}
    with refusal("lockedInputs.3.model"):
        checked(text_to_image(), WorkflowRules(), ["3.model"])


def test_what_is_resolved_changes_nothing_of_the_workflow() -> None:
    content = Content("w", canonical(text_to_image()), WorkflowRules((FACE,)))
    first = resolve(content, fields={"description": "a fox"}).seeded(1).sent
    second = resolve(content, fields={"description": "a cat"}).seeded(2).sent
    assert first["6"]["inputs"]["text"] == "a fox, portrait"
    assert second["6"]["inputs"]["text"] == "a cat, portrait"
    assert content.graph == text_to_image()
