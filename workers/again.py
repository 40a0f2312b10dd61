"""Made once more: a retry of what failed, a rerun of what was made, a variation of an asset."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from graph import activity, generation, order, workflow
from graph.activity import Input, Used
from graph.actor import Actor
from graph.asset import Asset, MediaState
from graph.edge import EdgeKind, MediaType, Operation
from graph.error import Conflict, InvalidInput, NotFound
from graph.generation import Generation, GenerationState
from graph.identifier import new_id
from graph.order import NewGeneration, Order
from planning.place import first_place
from providers.contract import InputRule
from providers.registry import plugins
from workers import order as orders
from workers import workflow as workflows
from workers.broker import wake_dispatch
from workers.order import Given, Wish
from workers.rooms import Rooms

RETRIES_MAX = 200
RETRIED = {GenerationState.FAILED, GenerationState.CANCELLED, GenerationState.UNKNOWN}
FALLBACK = "local"
REFERENCES = ("SOURCE_IMAGE", "SOURCE_VIDEO", "CHARACTER_REFERENCE", "STYLE_REFERENCE")
VARIED = {
    MediaType.IMAGE: (Operation.IMAGE_TO_IMAGE,),
    MediaType.VIDEO: (Operation.RESTYLE, Operation.DERIVE),
}


async def retry(rooms: Rooms, actor: Actor, workspace: str, ids: Sequence[str]) -> list[Generation]:
    """Queues anew what ended without its outputs, as it was. Each is retried once: asked again,
    its retry is told, which can be retried in its turn."""
    if not 0 < len(ids) <= RETRIES_MAX:
        raise InvalidInput("ids", f"give 1 to {RETRIES_MAX} ids, got {len(ids)}")
    found = await generation.get_many(rooms.graph, [workspace], ids)
    for index, number in enumerate(ids):
        if number not in found:
            raise NotFound(f"ids.{index}", "there is no such generation")
        if found[number].state not in RETRIED:
            raise _not_over(f"ids.{index}", found[number], "did not fail", "rerun it instead")
    for name in {found[number].provider for number in ids}:
        orders.plugin_of(rooms, name)
    given = await activity.inputs(rooms.graph, [workspace], ids)
    for index, number in enumerate(ids):
        _refuse_gone(f"ids.{index}", given.get(number, []))
    made = [
        await _as_it_was(rooms, actor, found[number], retry_of=number)
        for number in dict.fromkeys(ids)
    ]
    for name in {one.provider for one in made}:
        await wake_dispatch(rooms.settings.redis_url, name)
    return made


async def rerun(
    rooms: Rooms,
    actor: Actor,
    former: Generation,
    *,
    changes: Mapping[str, Any],
    prompt: str | None,
    kind: EdgeKind | None,
    once: str | None,
) -> list[Generation]:
    """Makes once more what a generation made: exactly, or with changes. Its outputs are linked to
    those of before, each to that of its index."""
    if former.state is not GenerationState.COMPLETED:
        raise _not_over("id", former, "made nothing to make once more", "retry it instead")
    changed = bool(changes) or prompt is not None
    linked = kind or (EdgeKind.REVISION_OF if changed else EdgeKind.VARIANT_OF)
    orders.plugin_of(rooms, former.provider)
    given = (await activity.inputs(rooms.graph, [former.workspace_id], [former.id])).get(
        former.id, []
    )
    _refuse_gone("id", given)
    beside = await _beside(rooms, former, linked, first=len(given))
    if not changed:
        made = await _as_it_was(rooms, actor, former, beside=beside, once=once)
        await wake_dispatch(rooms.settings.redis_url, former.provider)
        return [made]
    wish = await _wish(rooms, former, changes, prompt)
    wish = replace(wish, rerun_of=former.id, beside=beside)
    return await orders.place(rooms, actor, former.workspace_id, wish, once=once)


async def vary(
    rooms: Rooms, actor: Actor, varied: Asset, wish: Wish, *, once: str | None = None
) -> list[Generation]:
    """Makes variations of an asset: generations with it as their reference."""
    if varied.media_state is not MediaState.STORED:
        raise orders.no_bytes("assetId", varied)
    operation, provider, taken = await _rules(rooms, varied, wish)
    rule = next((one for kind in REFERENCES for one in taken if _takes(one, kind, varied)), None)
    if rule is None:
        told = f"takes no {varied.media_type.lower()} to vary"
        raise InvalidInput("workflowId" if wish.workflow else "provider", told)
    given = (Given(rule.name, varied.id), *wish.inputs)
    link = Used(varied.id, EdgeKind.VARIANT_OF, len(given))
    wanted = replace(
        wish,
        provider=provider,
        operation=operation,
        inputs=given,
        beside=(link,),
        prompt=wish.prompt if wish.prompt is not None else varied.prompt,
    )
    return await orders.place(rooms, actor, varied.workspace_id, wanted, once=once)


async def _rules(
    rooms: Rooms, varied: Asset, wish: Wish
) -> tuple[Operation | None, str, Sequence[InputRule]]:
    """What is done by whom, and what inputs that has."""
    if wish.workflow:
        found = await workflow.contents(rooms.graph, [varied.workspace_id], [wish.workflow])
        if wish.workflow not in found:
            raise NotFound("workflowId", "there is no such workflow")
        return None, workflows.PROVIDER, workflows.rules_of(found[wish.workflow])
    if wish.provider:
        orders.plugin_of(rooms, wish.provider)
    wanted = [wish.provider] if wish.provider else [varied.provider or FALLBACK, FALLBACK]
    for name in wanted:
        plugin = plugins().get(name)
        for operation in VARIED.get(varied.media_type, ()):
            ability = plugin.ability(operation.value) if plugin else None
            if ability and name in rooms.providers:
                return operation, name, ability.inputs
    kind = varied.media_type.lower()
    if varied.media_type not in VARIED:
        raise InvalidInput("assetId", f"no provider varies {kind}", "name a workflow that does")
    raise InvalidInput("provider", f"does not vary {kind}", f"`{FALLBACK}` does")


def _takes(rule: InputRule, kind: str, varied: Asset) -> bool:
    return rule.kind == kind and varied.media_type.value in rule.media_types


async def _beside(
    rooms: Rooms, former: Generation, kind: EdgeKind, *, first: int
) -> tuple[Used, ...]:
    found = await activity.outputs(rooms.graph, [former.workspace_id], [former.id])
    return tuple(
        Used(one.id, kind, first + index, only=index)
        for index, one in enumerate(found.get(former.id, ()))
        if one.deleted_at is None
    )


async def _as_it_was(
    rooms: Rooms,
    actor: Actor,
    former: Generation,
    *,
    retry_of: str | None = None,
    beside: tuple[Used, ...] = (),
    once: str | None = None,
) -> Generation:
    """The same parameters, seed and inputs; nothing is checked anew, as it was taken before."""
    home = former.workspace_id
    detail = (await generation.details(rooms.graph, [home], [former.id]))[former.id]
    given = (await activity.inputs(rooms.graph, [home], [former.id])).get(former.id, [])
    number = new_id()
    same = Order(
        provider=former.provider,
        operation=former.operation,
        name=former.name,
        prompt=former.prompt,
        model=former.model,
        subject=former.subject_id,
        slot=former.slot,
        workflow=former.workflow_id,
        urgency=former.urgency,
        inputs=(*(one.used for one in given if _stays(one, retry_of)), *beside),
        retry_of=retry_of,
        rerun_of=None if retry_of else former.id,
    )
    new = NewGeneration(orjson.loads(detail.parameters), first_place(number), former.seed, number)
    # Nobody's own key begins with a tab.
    key = f"\tretry:{retry_of}" if retry_of else once
    return (await order.queue(rooms.graph, actor, home, same, [new], once=key))[0]


def _stays(one: Input, retry_of: str | None) -> bool:
    """What is lineage alone is told of a retry too, unless it was deleted since."""
    told = retry_of is not None and one.asset.deleted_at is None
    return one.used.parameter is not None or told


def _not_over(field: str, former: Generation, told: str, hint: str) -> Conflict:
    state = former.state.lower()
    return Conflict(field, f"{told}: it is {state}", hint if former.ended else "wait for its end")


def _refuse_gone(field: str, given: Sequence[Input]) -> None:
    """Refuses where bytes that the provider would get are not here any more."""
    for one in given:
        if one.used.parameter and one.asset.media_state is not MediaState.STORED:
            raise Conflict(
                field,
                f"its {one.used.parameter} is asset {one.asset.id}, whose bytes are gone",
                "generate it anew from another asset",
            )


async def _wish(
    rooms: Rooms, former: Generation, changes: Mapping[str, Any], prompt: str | None
) -> Wish:
    home = former.workspace_id
    detail = (await generation.details(rooms.graph, [home], [former.id]))[former.id]
    given = (await activity.inputs(rooms.graph, [home], [former.id])).get(former.id, [])
    recorded = orjson.loads(detail.parameters)
    if former.workflow_id:
        found = await workflow.contents(rooms.graph, [home], [former.workflow_id])
        content = found[former.workflow_id]
        recorded = workflows.overrides_of(content, recorded, anew=prompt is not None)
    return Wish(
        provider=former.provider,
        operation=former.operation,
        workflow=former.workflow_id,
        prompt=prompt,
        parameters={**recorded, **changes} | ({"prompt": prompt} if _has(recorded, prompt) else {}),
        inputs=tuple(_given(one.used) for one in given if one.used.parameter),
        name=former.name,
        subject=former.subject_id,
        slot=former.slot,
        urgency=former.urgency,
    )


def _has(recorded: Mapping[str, Any], prompt: str | None) -> bool:
    return prompt is not None and "prompt" in recorded


def _given(used: Used) -> Given:
    return Given(
        used.parameter or "",
        used.asset_id,
        used.prompt,
        used.name,
        used.start_seconds,
        used.end_seconds,
        used.frame,
        used.duration_seconds,
    )
