"""Quick generation: by the slot's workflow where it can be run, else built in."""

from dataclasses import replace
from typing import Any

import pytest

from graph import subject
from graph.edge import Operation
from graph.error import InvalidInput, NotFound
from graph.generation import Generation, Urgency
from graph.identifier import new_id
from graph.workflow import PromptMapping, PromptSource, WorkflowRules
from planning.wording import SHAPES, SQUARE
from providers.comfyui.plugin import PLUGIN as COMFYUI
from providers.local.plugin import PLUGIN as LOCAL
from tests.providers.comfyui_graphs import text_to_image
from tests.workers.refreshing import Here
from tests.workers.scripted import Scripted
from tests.workers.test_order import Shop
from workers import order, quick

pytestmark = pytest.mark.anyio
FACE = PromptMapping("6.text", PromptSource.TEMPLATE, "{description}, portrait")


@pytest.fixture
async def shop(here: Here, monkeypatch: pytest.MonkeyPatch) -> Shop:
    known = {"local": LOCAL, "comfyui": COMFYUI}
    monkeypatch.setattr(order, "plugins", lambda: known)
    found = Shop(here, known, Scripted())
    found.rooms = replace(found.rooms, providers={"local": Scripted(), "comfyui": Scripted()})
    return found


async def generate(shop: Shop, who: str, slot: str, **more: Any) -> list[Generation]:
    wish = {"count": 1, "prompt": None, "urgency": Urgency.NORMAL, "once": None, **more}
    world = shop.here.world
    return await quick.generate(shop.rooms, world.actor, world.workspace, who, slot, **wish)


async def test_a_subject_a_slot_a_count_and_go(shop: Shop) -> None:
    who = await shop.fox()
    once = new_id()
    made = await generate(shop, who, "portrait", count=3, urgency=Urgency.HIGH, once=once)
    assert len({one.seed for one in made}) == 3
    for one in made:
        assert (one.provider, one.operation) == ("local", Operation.TEXT_TO_IMAGE)
        assert (one.subject_id, one.slot, one.urgency) == (who, "portrait", Urgency.HIGH)
        for word in ("Vix", "a red fox", "sly", "bushy", "portrait"):
            assert word in (one.prompt or "")
    again = await generate(shop, who, "portrait", count=3, once=once)
    assert [one.id for one in again] == [one.id for one in made]


@pytest.mark.parametrize("slot", [*SHAPES, "custom:tavern sign"])
async def test_each_slot_has_its_shape(shop: Shop, slot: str) -> None:
    [made] = await generate(shop, await shop.fox(), slot, prompt="at night")
    parameters = await shop.parameters(made)
    assert (parameters["width"], parameters["height"]) == SHAPES.get(slot, SQUARE)
    assert (made.prompt or "").startswith("at night, Vix, a red fox")
    assert (made.prompt or "").endswith(slot.removeprefix("custom:"))


async def test_the_current_workflow_of_the_slot_is_run(shop: Shop) -> None:
    who = await shop.fox()
    await shop.workflow(text_to_image())
    current = await shop.workflow(text_to_image(), WorkflowRules((FACE,)))
    [made] = await generate(shop, who, "portrait")
    assert (made.provider, made.workflow_id) == ("comfyui", current)
    assert made.prompt == "a red fox, portrait"
    [other] = await generate(shop, who, "item")
    assert other.provider == "local", "that slot has none"
    shop.rooms = replace(shop.rooms, providers={"local": Scripted()})
    [without] = await generate(shop, who, "portrait")
    assert (without.provider, without.workflow_id) == ("local", None)


async def test_the_style_of_the_subject_is_taken(shop: Shop) -> None:
    who = await shop.fox()
    picture = await shop.styled(who)
    [made] = await generate(shop, who, "portrait")
    assert [one.asset_id for one in await shop.used(made)] == [picture]


async def test_refusals_name_the_field(shop: Shop) -> None:
    world = shop.here.world
    who, gone = await shop.fox(), await shop.fox()
    await subject.delete(world.graph, world.actor, world.workspace, gone)
    for number in (gone, new_id()):
        with pytest.raises(NotFound) as missing:
            await generate(shop, number, "portrait")
        assert missing.value.field == "subjectId"
    with pytest.raises(InvalidInput) as refused:
        await generate(shop, who, "portrait", count=0)
    assert refused.value.field == "count"
    assert await shop.count() == 0
