"""Orders made whole: defaults, seeds, style and prompts, and what its provider would not take."""

import json
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from graph import activity, generation, style, subject, workflow
from graph.activity import Used
from graph.asset import NewAsset
from graph.edge import EdgeKind, MediaType, Operation
from graph.error import Conflict, InvalidInput, NotFound
from graph.generation import Criteria, Generation, Urgency
from graph.identifier import new_id
from graph.subject import SubjectKind
from graph.trait import Part
from graph.workflow import PromptMapping, PromptSource, WorkflowRules
from providers.comfyui.analysis import analyse
from providers.comfyui.plugin import PLUGIN as COMFYUI
from providers.contract import Plugin
from tests.graph.ordering import stored
from tests.providers.comfyui_graphs import image_to_image, text_to_image
from tests.providers.comfyui_workflows import portrait
from tests.workers.refreshing import Here
from tests.workers.scripted import Scripted, plugin
from workers import order
from workers import workflow as workflows
from workers.order import SEED_MAX, Given, Wish
from workers.rooms import Rooms

pytestmark = pytest.mark.anyio


class Shop:
    """Where people order: a provider that is scripted, and one that runs workflows."""

    def __init__(self, here: Here, known: Mapping[str, Plugin], provider: Scripted) -> None:
        self.here, self.provider = here, provider
        rooms = here.rooms
        configured = {provider.name: provider, COMFYUI.name: Scripted()}
        self.rooms = Rooms(rooms.graph, rooms.store, rooms.feed, rooms.settings, configured)
        self.known = known

    async def place(self, once: str | None = None, **wish: Any) -> list[Generation]:
        wanted = Wish(**{"provider": self.provider.name, **wish})
        world = self.here.world
        return await order.place(self.rooms, world.actor, world.workspace, wanted, once=once)

    async def ask(self, operation: Operation | None = Operation.TEXT_TO_IMAGE, **wish: Any) -> Any:
        return await self.place(operation=operation, **wish)

    async def run(self, number: str, **wish: Any) -> list[Generation]:
        return await self.place(provider=COMFYUI.name, workflow=number, **wish)

    async def parameters(self, made: Generation) -> dict[str, Any]:
        world = self.here.world
        found = await generation.details(world.graph, world.within, [made.id])
        whole: dict[str, Any] = json.loads(found[made.id].parameters)
        return whole

    async def used(self, made: Generation) -> list[Used]:
        world = self.here.world
        found = await activity.inputs(world.graph, world.within, [made.id])
        return [one.used for one in found.get(made.id, [])]

    async def picture(self, letter: str = "a") -> str:
        new = NewAsset(MediaType.IMAGE, media=stored(letter))
        return (await self.here.world.keep([new]))[0]

    async def fox(self) -> str:
        world = self.here.world
        made = await subject.create(
            world.graph,
            world.actor,
            world.workspace,
            kind=SubjectKind.CHARACTER,
            name="Vix",
            description="a red fox",
            attributes={"mood": "sly"},
            parts=[Part("tail", "bushy")],
        )
        return made.id

    async def styled(self, who: str, letter: str = "style") -> str:
        world = self.here.world
        picture = await self.picture(letter)
        await style.set_style(world.graph, world.actor, world.workspace, who, picture)
        return picture

    async def workflow(self, nodes: dict[str, Any], rules: WorkflowRules | None = None) -> str:
        world = self.here.world
        made = await workflow.save(
            world.graph,
            world.actor,
            world.workspace,
            slot="portrait",
            name="w",
            nodes=nodes,
            rules=rules,
        )
        return made.id

    async def count(self) -> int:
        world = self.here.world
        listed = generation.list_generations(world.graph, world.workspace, Criteria())
        return len(await listed)


@pytest.fixture
async def shop(here: Here, monkeypatch: pytest.MonkeyPatch) -> Shop:
    provider = Scripted()
    known = {provider.name: plugin(provider), COMFYUI.name: COMFYUI}
    known["asleep"] = Plugin("asleep", "Asleep", "Set A_KEY.", lambda _: None, COMFYUI.extract)
    monkeypatch.setattr(order, "plugins", lambda: known)
    return Shop(here, known, provider)


async def test_what_is_left_out_is_filled_in(shop: Shop) -> None:
    [made] = await shop.ask(name="mine", slot="portrait", urgency=Urgency.LOW)
    parameters = await shop.parameters(made)
    seed = parameters.pop("seed")
    assert parameters == {"prompt": "a knight", "count": 1}
    assert (made.seed, made.prompt) == (str(seed), "a knight")
    assert (made.name, made.slot, made.urgency) == ("mine", "portrait", Urgency.LOW)
    assert (made.provider, made.model) == (shop.provider.name, None)
    [told] = await shop.ask(prompt="a fox", parameters={"count": 2, "seed": None})
    assert (await shop.parameters(told))["prompt"] == told.prompt == "a fox"
    [both] = await shop.ask(prompt="a fox", parameters={"prompt": "a cat"})
    assert both.prompt == "a cat", "what is said of a parameter by its name holds"


async def test_each_has_a_seed_of_its_own(shop: Shop) -> None:
    made = await shop.ask(count=20)
    seeds = [one.seed for one in made]
    assert len(set(seeds)) == 20
    for one in made:
        assert str((await shop.parameters(one))["seed"]) == one.seed
        assert 0 <= int(one.seed or -1) <= SEED_MAX
    given = await shop.ask(count=3, parameters={"seed": 41})
    assert [one.seed for one in given] == ["41", "42", "43"], "one that was given counts on"
    last = await shop.ask(count=4, parameters={"seed": SEED_MAX - 1})
    numbers = [int(one.seed or -1) for one in last]
    assert numbers[0] == SEED_MAX - 1
    assert len({one for one in numbers if 0 <= one <= SEED_MAX}) == 4


async def test_a_key_places_an_order_once(shop: Shop) -> None:
    once = new_id()
    first = await shop.ask(count=3, once=once)
    again = await shop.ask(count=3, once=once)
    assert [one.id for one in again] == [one.id for one in first]
    assert [one.seed for one in again] == [one.seed for one in first]
    assert await shop.count() == 3


async def test_the_style_of_a_subject_is_taken_unless_another_is_given(shop: Shop) -> None:
    who = await shop.fox()
    [bare] = await shop.ask(subject=who)
    assert await shop.used(bare) == []
    picture, other = await shop.styled(who), await shop.picture("other")
    [made] = await shop.ask(subject=who)
    assert made.subject_id == who
    style_of = Used(picture, EdgeKind.STYLE_REFERENCE, 0, "styleReferences")
    assert await shop.used(made) == [style_of]
    [own] = await shop.ask(subject=who, inputs=(Given("styleReferences", other),))
    assert [one.asset_id for one in await shop.used(own)] == [other]
    [after] = await shop.ask(Operation.IMAGE_TO_IMAGE, subject=who, inputs=(Given("image", other),))
    assert [(one.asset_id, one.kind, one.sequence) for one in await shop.used(after)] == [
        (other, EdgeKind.SOURCE_IMAGE, 0),
        (picture, EdgeKind.STYLE_REFERENCE, 1),
    ]
    [nobody] = await shop.ask()
    assert await shop.used(nobody) == []


async def test_a_style_whose_bytes_are_gone_is_refused_by_its_subject(shop: Shop) -> None:
    who, world = await shop.fox(), shop.here.world
    other = await shop.picture("other")
    picture = await shop.styled(who)
    await world.lose(picture)
    number = await shop.workflow(portrait())
    pose = Given("40.image", other)
    wish = Wish(shop.provider.name, Operation.TEXT_TO_IMAGE, subject=who)
    for asked in (
        shop.ask(subject=who),
        shop.run(number, subject=who, inputs=(pose,)),
        order.quote(shop.rooms, world.workspace, wish),
    ):
        with pytest.raises(Conflict) as refused:
            await asked
        assert refused.value.field == "subjectId"
        assert picture in refused.value.message
        assert "setStyleReference" in (refused.value.hint or "")
    await shop.ask(subject=who, inputs=(Given("styleReferences", other),))


async def test_how_often_is_bounded_for_a_quote_too(shop: Shop) -> None:
    for count in (-1, 0, 10_001):
        wish = Wish(shop.provider.name, Operation.TEXT_TO_IMAGE, count=count)
        with pytest.raises(InvalidInput) as refused:
            await order.quote(shop.rooms, shop.here.world.workspace, wish)
        assert refused.value.field == "count"


async def test_a_workflow_is_looked_at_beside_what_else_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large one takes a tenth of a second, in which nobody else would be answered."""
    looked: list[int] = []

    def noting(nodes: Mapping[str, Any]) -> Any:
        looked.append(threading.get_ident())
        return analyse(nodes)

    number = await shop.workflow(text_to_image())
    workflows.analysis_of.cache_clear()
    monkeypatch.setattr(workflows, "analyse", noting)
    await shop.run(number, subject=await shop.fox())
    assert looked
    assert threading.get_ident() not in looked


async def test_a_workflow_is_filled_for_its_subject(shop: Shop) -> None:
    who = await shop.fox()
    face = PromptMapping(
        "6.text", PromptSource.TEMPLATE, "{name}: {description}, {parts.tail} tail"
    )
    plain = PromptMapping("7.text", PromptSource.STATIC, "blurry, text")
    number = await shop.workflow(
        text_to_image(), WorkflowRules((face, plain), locked={"3.steps": 30})
    )
    [made] = await shop.run(number, subject=who, parameters={"3.cfg": 5.5})
    parameters = await shop.parameters(made)
    seed = parameters.pop("3.seed")
    assert parameters == {
        "6.text": "Vix: a red fox, bushy tail",
        "7.text": "blurry, text",
        "3.steps": 30,
        "3.cfg": 5.5,
    }
    assert made.seed == str(seed)
    assert (made.workflow_id, made.provider) == (number, "comfyui")
    assert (made.operation, made.prompt) == (
        Operation.TEXT_TO_IMAGE,
        "Vix: a red fox, bushy tail",
    )
    several = await shop.run(number, subject=who, count=4)
    assert len({one.seed for one in several}) == 4
    given = await shop.run(number, subject=who, count=2, parameters={"3.seed": 7})
    assert [(await shop.parameters(one))["3.seed"] for one in given] == [7, 8]
    for field, wish in (
        ("3.steps", {"parameters": {"3.steps": 5}}),
        ("operation", {"operation": Operation.FUSION}),
        ("subjectId", {"subject": new_id()}),
    ):
        with pytest.raises((InvalidInput, Conflict, NotFound)) as refused:
            await shop.run(number, **{"subject": who, **wish})
        assert refused.value.field.endswith(field)


async def test_a_workflow_takes_the_style_of_its_subject(shop: Shop) -> None:
    who = await shop.fox()
    picture, pose = await shop.styled(who), await shop.picture("pose")
    number = await shop.workflow(portrait())
    [made] = await shop.run(number, subject=who, inputs=(Given("40.image", pose),))
    used = await shop.used(made)
    assert [(one.parameter, one.asset_id) for one in used] == [
        ("40.image", pose),
        ("30.image", picture),
    ]
    assert used[1].kind is EdgeKind.STYLE_REFERENCE
    other = await shop.picture("other")
    by_name = (Given("40.image", pose), Given("30.image", other))
    [own] = await shop.run(number, subject=who, inputs=by_name)
    assert [one.asset_id for one in await shop.used(own)] == [pose, other]
    without = await shop.workflow(image_to_image())
    [plain] = await shop.run(without, subject=who, inputs=(Given("20.image", pose),))
    assert [one.parameter for one in await shop.used(plain)] == ["20.image"]


async def test_refusals_name_the_field_and_queue_nothing(shop: Shop) -> None:
    number = await shop.workflow(image_to_image())
    clip = (
        await shop.here.world.keep([NewAsset(MediaType.VIDEO, media=stored("v", MediaType.VIDEO))])
    )[0]
    bare = (await shop.here.world.images(1))[0]
    picture = await shop.picture()
    to_image = Operation.IMAGE_TO_IMAGE
    cases: list[tuple[str, dict[str, Any]]] = [
        ("count", {"count": 0}),
        ("count", {"count": 10_001}),
        ("provider", {"provider": "nobody"}),
        ("provider", {"provider": "asleep"}),
        ("operation", {"operation": None}),
        ("operation", {"operation": Operation.FUSION}),
        ("operation", {"provider": "comfyui"}),
        ("workflowId", {"workflow": number}),
        ("workflowId", {"provider": "comfyui", "workflow": new_id(), "operation": None}),
        ("parameters", {"parameters": {"width": 3}}),
        ("parameters.count", {"parameters": {"count": 9}}),
        ("parameters.seed", {"parameters": {"seed": "x"}}),
        ("inputs.image", {"operation": to_image}),
        ("inputs.image", {"operation": to_image, "inputs": (Given("image", clip),)}),
        ("inputs.image", {"operation": to_image, "inputs": (Given("image", picture, frame=3),)}),
        ("inputs.mask", {"inputs": (Given("mask", picture),)}),
        ("inputs.0.assetId", {"inputs": (Given("styleReferences", bare),)}),
        (
            "inputs.1.assetId",
            {"inputs": (Given("styleReferences", picture), Given("styleReferences", new_id()))},
        ),
        ("subjectId", {"subject": new_id()}),
    ]
    for field, wish in cases:
        with pytest.raises((InvalidInput, Conflict, NotFound)) as refused:
            await shop.place(**{"operation": Operation.TEXT_TO_IMAGE, **wish})
        assert refused.value.field == field, wish
    with pytest.raises(Conflict) as asleep:
        await shop.place(provider="asleep", operation=Operation.FUSION)
    assert asleep.value.hint == "Set A_KEY.", "it says how to change that"
    assert await shop.count() == 0
