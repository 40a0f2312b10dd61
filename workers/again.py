"""Made once more: a retry of what failed, a rerun of what was made, a variation of an asset."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
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
    names = {found[number].provider for number in ids}
    for name in names:
        orders.plugin_of(rooms, name)
    batches = await _retries(rooms, workspace, [found[number] for number in ids])
    made = await order.queue_all(rooms.graph, actor, workspace, batches)
    for name in names:
        await wake_dispatch(rooms.settings.redis_url, name)
    return [one for each in made for one in each]


async def _retries(
    rooms: Rooms, workspace: str, formers: Sequence[Generation]
) -> list[order.Batch]:
    """An order for each of these, in their order."""
    ids = [one.id for one in formers]
    given = await activity.inputs(rooms.graph, [workspace], ids)
    parameters = await generation.parameters(rooms.graph, [workspace], ids)
    batches: dict[str, order.Batch] = {}
    for index, former in enumerate(formers):
        inputs = given.get(former.id, [])
        _refuse_gone(f"ids.{index}", inputs)
        # What is lineage alone is told of a retry too, unless it was deleted since.
        used = [one.used for one in inputs if one.used.parameter or one.asset.deleted_at is None]
        same = replace(_as_it_was(former), inputs=tuple(used), retry_of=former.id)
        new = _new(former, parameters[former.id])
        # Nobody's own key begins with a tab.
        once, field = f"\tretry:{former.id}", f"ids.{index}"
        batches.setdefault(former.id, order.Batch(same, [new], once, field))
    return list(batches.values())


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
    home = former.workspace_id
    given = (await activity.inputs(rooms.graph, [home], [former.id])).get(former.id, [])
    _refuse_gone("id", given)
    recorded = (await generation.parameters(rooms.graph, [home], [former.id]))[former.id]
    beside = await _beside(rooms, former, linked, first=len(given))
    if not changed:
        used = tuple(one.used for one in given if one.used.parameter)
        same = replace(_as_it_was(former), inputs=(*used, *beside), rerun_of=former.id)
        batch = order.Batch(same, [_new(former, recorded)], once, "id")
        [made] = await order.queue_all(rooms.graph, actor, home, [batch])
        await wake_dispatch(rooms.settings.redis_url, former.provider)
        return made
    wish = await _wish(rooms, former, given, orjson.loads(recorded), changes, prompt)
    wish = replace(wish, rerun_of=former.id, beside=beside)
    return await orders.place(rooms, actor, home, wish, once=once)


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
        rules = await asyncio.to_thread(workflows.rules_of, found[wish.workflow])
        return None, workflows.PROVIDER, rules
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


def _as_it_was(former: Generation) -> Order:
    """The same order but for its inputs; nothing is checked anew, as it was taken before."""
    return Order(
        provider=former.provider,
        operation=former.operation,
        name=former.name,
        prompt=former.prompt,
        model=former.model,
        subject=former.subject_id,
        slot=former.slot,
        workflow=former.workflow_id,
        urgency=former.urgency,
    )


def _new(former: Generation, parameters: str) -> NewGeneration:
    """With the same parameters and seed."""
    number = new_id()
    return NewGeneration(orjson.loads(parameters), first_place(number), former.seed, number)


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
    rooms: Rooms,
    former: Generation,
    given: Sequence[Input],
    recorded: dict[str, Any],
    changes: Mapping[str, Any],
    prompt: str | None,
) -> Wish:
    if former.workflow_id:
        home = former.workspace_id
        content = (await workflow.contents(rooms.graph, [home], [former.workflow_id]))[
            former.workflow_id
        ]
        again = partial(workflows.overrides_of, content, recorded, anew=prompt is not None)
        recorded = await asyncio.to_thread(again)
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
