"""Orders: what people ask to be made, checked against what its provider takes, and queued."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graph import asset, order, style, subject, workflow
from graph.activity import Used
from graph.actor import Actor
from graph.asset import Asset
from graph.edge import EdgeKind, Operation
from graph.error import Conflict, InvalidInput, NotFound
from graph.generation import Generation, Urgency
from graph.identifier import new_id
from graph.order import GENERATIONS_MAX, NewGeneration, Order
from graph.subject import fields_of
from graph.workflow import Content
from planning.place import first_place
from providers import checking
from providers.contract import Ability, Input, InputRule, Plugin, Request
from providers.cost import Cost
from providers.error import ProviderError, Refused
from providers.registry import plugins
from workers import workflow as workflows
from workers.broker import wake_dispatch
from workers.material import media_of
from workers.rooms import Rooms
from workers.workflow import RETRY_SECONDS, STYLE_REFERENCES, Resolved, ServiceAway

SEED_MAX = 2**31 - 1
QUOTE_SECONDS = 10.0
PROMPT_MAX = 20_000


@dataclass(frozen=True)
class Given:
    """An asset for an input, and what is said along with it."""

    parameter: str
    asset_id: str
    prompt: str | None = None
    name: str | None = None
    start_seconds: float | None = None
    end_seconds: float | None = None
    frame: int | None = None
    duration_seconds: float | None = None


@dataclass(frozen=True)
class Wish:
    """What is to be made: an operation of a provider, or a workflow."""

    provider: str
    operation: Operation | None = None
    workflow: str | None = None
    prompt: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Given, ...] = ()
    count: int = 1
    name: str | None = None
    subject: str | None = None
    slot: str | None = None
    urgency: Urgency = Urgency.NORMAL
    retry_of: str | None = None
    rerun_of: str | None = None
    # Lineage beside what the provider gets: what the outputs are variants or revisions of.
    beside: tuple[Used, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A wish that its provider would take. `seeds` are the parameters that want one, `counted`
    those that were given one."""

    operation: Operation
    parameters: Mapping[str, Any]
    used: tuple[Used, ...]
    seeds: tuple[str, ...]
    counted: tuple[str, ...]
    prompt: str | None
    request: Request


async def place(
    rooms: Rooms, actor: Actor, workspace: str, wish: Wish, *, once: str | None = None
) -> list[Generation]:
    """Queues what is wished for, as often as it is."""
    _refuse_count(wish.count)
    plugin = plugin_of(rooms, wish.provider)
    checked = await check(rooms, workspace, plugin, wish)
    new = _each(checked, wish.count)
    model = checked.parameters.get("model")
    ordered = Order(
        provider=plugin.name,
        operation=checked.operation,
        name=wish.name,
        prompt=(checked.prompt or "")[:PROMPT_MAX] or None,
        model=model if isinstance(model, str) else None,
        subject=wish.subject,
        slot=wish.slot,
        workflow=wish.workflow,
        urgency=wish.urgency,
        inputs=(*checked.used, *wish.beside),
        retry_of=wish.retry_of,
        rerun_of=wish.rerun_of,
    )
    queued = await order.queue(rooms.graph, actor, workspace, ordered, new, once=once)
    await wake_dispatch(rooms.settings.redis_url, plugin.name)
    return queued


async def quote(rooms: Rooms, workspace: str, wish: Wish) -> Cost | None:
    """What one of what is wished for would cost, if its provider tells before; nothing begins."""
    _refuse_count(wish.count)
    plugin = plugin_of(rooms, wish.provider)
    checked = await check(rooms, workspace, plugin, wish)
    try:
        async with asyncio.timeout(QUOTE_SECONDS):
            return await rooms.providers[plugin.name].quote(checked.request)
    except TimeoutError as error:
        raise ServiceAway(f"{plugin.title} did not answer in time.", RETRY_SECONDS) from error
    except Refused as error:
        raise InvalidInput(error.field or "parameters", error.message) from error
    except ProviderError as error:
        raise ServiceAway(error.message, RETRY_SECONDS) from error


def _refuse_count(count: int) -> None:
    if not 1 <= count <= GENERATIONS_MAX:
        raise InvalidInput("count", f"must be 1 to {GENERATIONS_MAX}, got {count}")


def plugin_of(rooms: Rooms, name: str) -> Plugin:
    """The provider of that name, if it can be used here."""
    plugin = plugins().get(name)
    if plugin is None:
        known = ", ".join(plugins())
        raise InvalidInput("provider", f"{name[:60]!r} is no provider", f"there are: {known}")
    if name not in rooms.providers:
        raise Conflict("provider", f"{plugin.title} is not configured here", plugin.setup)
    return plugin


async def check(rooms: Rooms, workspace: str, plugin: Plugin, wish: Wish) -> Checked:
    """The wish, made whole; refuses by name what its provider would not take."""
    content = await _content(rooms, workspace, plugin, wish.workflow) if wish.workflow else None
    wish = await _styled(rooms, workspace, plugin, wish, content)
    assets = await _assets(rooms, workspace, wish.inputs)
    given = tuple(
        _input(rooms, one, assets[one.asset_id], index) for index, one in enumerate(wish.inputs)
    )
    if content:
        return await _by_workflow(rooms, workspace, content, wish, given)
    return _by_ability(plugin, wish, given)


async def _content(rooms: Rooms, workspace: str, plugin: Plugin, number: str) -> Content:
    if not plugin.workflows:
        raise InvalidInput("workflowId", f"{plugin.title} runs no workflows")
    found = await workflow.contents(rooms.graph, [workspace], [number])
    if number not in found:
        raise NotFound("workflowId", "there is no such workflow")
    return found[number]


async def _styled(
    rooms: Rooms, workspace: str, plugin: Plugin, wish: Wish, content: Content | None
) -> Wish:
    """With the style reference of its subject, where one is taken and none was given. What is made
    once more has that of before, or none."""
    if wish.subject is None or wish.rerun_of:
        return wish
    if content:
        own = await asyncio.to_thread(workflows.style_of, content)
    else:
        own = _takes_style(plugin, wish.operation)
    if own is None or any(one.parameter in (own, STYLE_REFERENCES) for one in wish.inputs):
        return wish
    found = await style.of_subjects(rooms.graph, [workspace], [wish.subject])
    if wish.subject not in found:
        return wish
    if media_of(rooms.store, found[wish.subject]) is None:
        raise style_gone(found[wish.subject])
    given = Given(STYLE_REFERENCES, found[wish.subject].id)
    return replace(wish, inputs=(*wish.inputs, given))


def style_gone(found: Asset) -> Conflict:
    """That nothing can follow the style reference of a subject."""
    told = f"its style reference is asset {found.id}, whose bytes are not here"
    hint = "`setStyleReference` sets another or takes it away; or give one in `inputs`"
    return Conflict("subjectId", f"{told}: it is {found.media_state}", hint)


def _takes_style(plugin: Plugin, operation: Operation | None) -> str | None:
    ability = plugin.ability(operation.value) if operation else None
    names = [rule.name for rule in ability.inputs] if ability else []
    return STYLE_REFERENCES if STYLE_REFERENCES in names else None


def _by_ability(plugin: Plugin, wish: Wish, given: tuple[Input, ...]) -> Checked:
    ability = _ability(plugin, wish.operation)
    told = {"prompt": wish.prompt} if wish.prompt is not None else {}
    known: Mapping[str, Any] = ability.parameters.get("properties", {})
    all_seeds = ("seed",) if "seed" in known else ()
    counted = tuple(name for name in all_seeds if wish.parameters.get(name) is not None)
    try:
        parameters = checking.filled(ability, {**told, **wish.parameters})
        request = Request(ability.operation, parameters, given)
        checking.check(ability, request)
    except Refused as error:
        hint = _hint(error, ability)
        raise InvalidInput(error.field or "parameters", error.message, hint) from error
    prompt = parameters.get("prompt")
    return Checked(
        Operation(ability.operation),
        parameters,
        _used(ability.inputs, given, wish.inputs),
        () if counted else all_seeds,
        counted,
        prompt if isinstance(prompt, str) else None,
        request,
    )


async def _by_workflow(
    rooms: Rooms, workspace: str, content: Content, wish: Wish, given: tuple[Input, ...]
) -> Checked:
    fields = await _fields(rooms, workspace, wish)
    # It takes a while where the workflow is large.
    resolved, counted = await asyncio.to_thread(_resolved, content, fields, wish, given)
    if wish.operation not in (None, resolved.operation):
        raise InvalidInput("operation", f"the workflow does {resolved.operation.name}")
    given_as = tuple(
        replace(one, parameter=placed.parameter)
        for one, placed in zip(wish.inputs, resolved.inputs, strict=True)
    )
    return Checked(
        resolved.operation,
        resolved.parameters,
        _used(resolved.rules, resolved.inputs, given_as),
        resolved.seeds,
        counted,
        resolved.prompt,
        Request(resolved.operation.value, resolved.parameters, resolved.inputs, resolved.graph),
    )


def _resolved(
    content: Content, fields: Mapping[str, str], wish: Wish, given: tuple[Input, ...]
) -> tuple[Resolved, tuple[str, ...]]:
    """The workflow filled, and the seeds that were given."""
    try:
        resolved = workflows.resolve(
            content, fields=fields, prompt=wish.prompt, overrides=wish.parameters, given=given
        )
    except (InvalidInput, Conflict) as error:
        raise _renamed(error) from error
    seeds = workflows.analysis_of(content.json).seeds
    return resolved, tuple(name for name in seeds if name in wish.parameters)


def _renamed(error: InvalidInput | Conflict) -> InvalidInput | Conflict:
    """The same; whoever has something made gives as parameters what overrides a workflow."""
    said = (error.field, error.message, error.hint or "")
    field, message, hint = (part.replace("overrides", "parameters") for part in said)
    return type(error)(field, message, hint or None)


async def _fields(rooms: Rooms, workspace: str, wish: Wish) -> Mapping[str, str]:
    """What is told of its subject; of one that was deleted too, where it is made once more."""
    if wish.subject is None:
        return {}
    found = (await subject.get_many(rooms.graph, [workspace], [wish.subject])).get(wish.subject)
    if found is None or (found.deleted_at and not wish.rerun_of):
        raise NotFound("subjectId", "there is no such subject, or it was deleted")
    return fields_of(found)


def _ability(plugin: Plugin, operation: Operation | None) -> Ability:
    known = ", ".join(Operation(one.operation).name for one in plugin.abilities)
    hint = "name a workflow by `workflowId`" if plugin.workflows else f"it does: {known}"
    if operation is None:
        raise InvalidInput("operation", f"say what {plugin.title} is to do", hint)
    ability = plugin.ability(operation.value)
    if ability is None:
        raise InvalidInput("operation", f"{plugin.title} does not do {operation.name}", hint)
    return ability


async def _assets(rooms: Rooms, workspace: str, given: Sequence[Given]) -> Mapping[str, Asset]:
    ids = list(dict.fromkeys(one.asset_id for one in given))
    found = await asset.get_many(rooms.graph, [workspace], ids) if ids else {}
    for index, one in enumerate(given):
        if one.asset_id not in found:
            raise NotFound(f"inputs.{index}.assetId", "there is no such asset in this workspace")
    return found


def no_bytes(where: str, found: Asset) -> Conflict:
    """That nothing can be made from an asset."""
    if found.deleted_at:
        return Conflict(where, "this asset was deleted", "use another one")
    told = f"the bytes of this asset are not here: it is {found.media_state}"
    return Conflict(where, told, "upload or fetch them first, or use another asset")


def _input(rooms: Rooms, one: Given, found: Asset, index: int) -> Input:
    media = media_of(rooms.store, found)
    if media is None:
        raise no_bytes(f"inputs.{index}.assetId", found)
    told = {**vars(one)}
    del told["asset_id"]
    return Input(media=media, **told)


def _used(
    rules: Sequence[InputRule], placed: Sequence[Input], given: Sequence[Given]
) -> tuple[Used, ...]:
    kinds = {rule.name: EdgeKind(rule.kind) for rule in rules}
    return tuple(
        Used(
            asset_id=one.asset_id,
            kind=kinds[one.parameter],
            sequence=sequence,
            parameter=one.parameter,
            prompt=one.prompt,
            name=one.name,
            start_seconds=one.start_seconds,
            end_seconds=one.end_seconds,
            frame=one.frame,
            duration_seconds=one.duration_seconds,
        )
        for sequence, (one, _) in enumerate(zip(given, placed, strict=True))
    )


def _each(checked: Checked, count: int) -> list[NewGeneration]:
    """One for each; where nobody gave a seed, each gets one of its own. One that was given counts
    on, so that no two are the same."""
    ids = sorted(new_id() for _ in range(count))
    new = []
    for index, number in enumerate(ids):
        fresh = dict.fromkeys(checked.seeds, secrets.randbelow(SEED_MAX))
        given = ((name, checked.parameters.get(name)) for name in checked.counted)
        fresh |= {name: _counted(value, index) for name, value in given if isinstance(value, int)}
        seed = next(iter(fresh.values()), None)
        parameters = {**checked.parameters, **fresh}
        text = str(seed) if seed is not None else None
        new.append(NewGeneration(parameters, first_place(number), text, number))
    return new


def _counted(seed: int, index: int) -> int:
    """On from a seed that was given; back from one that leaves no room."""
    return seed + index if seed + index <= SEED_MAX else seed - index


def _hint(error: Refused, ability: Ability) -> str | None:
    """What else is wrong; and what there is, where a name or a number is wrong or missing."""
    hints = list(error.problems[1:4])
    if error.field == "parameters":
        known = ", ".join(ability.parameters.get("properties", {})) or "none"
        hints.append(f"the parameters are: {known}")
    elif (error.field or "").startswith("inputs"):
        hints.append(f"it takes: {', '.join(map(_taken, ability.inputs)) or 'no assets'}")
    return "; ".join(hints) or None


def _taken(rule: InputRule) -> str:
    count = str(rule.least) if rule.least == rule.most else f"{rule.least} to {rule.most}"
    return f"{rule.name} ({count} {' or '.join(rule.media_types)})"
