"""Quick generation: a subject, a slot, a count, and go."""

from collections.abc import Mapping
from dataclasses import replace

from graph import subject, workflow
from graph.actor import Actor
from graph.edge import Operation
from graph.error import NotFound
from graph.generation import Generation, Urgency
from graph.subject import fields_of
from planning.wording import described, shape_of
from workers import order as orders
from workers import workflow as workflows
from workers.order import Wish
from workers.rooms import Rooms

BUILT_IN = "local"


async def generate(
    rooms: Rooms,
    actor: Actor,
    workspace: str,
    subject_id: str,
    slot: str,
    *,
    count: int,
    prompt: str | None,
    urgency: Urgency,
    once: str | None,
) -> list[Generation]:
    """By the slot's current workflow, where there is one and it can be run; else built in."""
    found = await subject.get_many(rooms.graph, [workspace], [subject_id])
    if subject_id not in found or found[subject_id].deleted_at:
        raise NotFound("subjectId", "there is no such subject, or it was deleted")
    wish = await _wish(rooms, workspace, slot, fields_of(found[subject_id]), prompt)
    wish = replace(wish, subject=subject_id, slot=slot, count=count, urgency=urgency)
    return await orders.place(rooms, actor, workspace, wish, once=once)


async def _wish(
    rooms: Rooms, workspace: str, slot: str, fields: Mapping[str, str], prompt: str | None
) -> Wish:
    if workflows.PROVIDER in rooms.providers:
        current = await workflow.of_slot(rooms.graph, workspace, slot)
        if current:
            return Wish(workflows.PROVIDER, workflow=current.id, prompt=prompt)
    width, height = shape_of(slot)
    return Wish(
        BUILT_IN,
        Operation.TEXT_TO_IMAGE,
        prompt=described(fields, slot, prompt),
        parameters={"width": width, "height": height},
    )
