"""Workflows: graphs of nodes that a service runs, a version each, one of them current per slot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import orjson

from graph import entry
from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Row, Transaction
from graph.error import InvalidInput, NotFound
from graph.identifier import canonical, instant, new_id, now
from graph.slot import checked_slot
from graph.text import checked_name

LOCK = query("workflow/lock")
STANDING = query("workflow/standing")
CREATE = query("workflow/create")
CHOOSE = query("workflow/choose")
GET = query("workflow/get")
CONTENTS = query("workflow/contents")
CURRENT = query("workflow/current")
OF_SLOT = query("workflow/of_slot")
VERSIONS = query("workflow/versions")
JSON_MAX = 512 * 1024
RULES_MAX = 256 * 1024
VERSION_MAX = 2**31 - 1


class PromptSource(StrEnum):
    """Where the text of a mapped input comes from."""

    SUBJECT = "SUBJECT"
    STATIC = "STATIC"
    TEMPLATE = "TEMPLATE"


class StyleMode(StrEnum):
    """How the input that takes a style reference is found."""

    AUTO = "AUTO"
    POINTED = "POINTED"
    NONE = "NONE"


@dataclass(frozen=True)
class PromptMapping:
    """What an input `node.input` says: a field's name, the text itself, or a template."""

    input: str
    source: PromptSource
    value: str


@dataclass(frozen=True)
class StyleReference:
    """Which input takes a style reference; it is named where it is pointed at."""

    mode: StyleMode = StyleMode.AUTO
    input: str | None = None


@dataclass(frozen=True)
class WorkflowRules:
    """How a graph is filled for a subject, and what of it nothing may override."""

    prompts: tuple[PromptMapping, ...] = ()
    locked: Mapping[str, object] = field(default_factory=dict)
    style: StyleReference = StyleReference()

    @property
    def text(self) -> str:
        """As it is stored."""
        prompts = [[one.input, one.source, one.value] for one in self.prompts]
        style = [self.style.mode, self.style.input]
        return canonical({"prompts": prompts, "locked": dict(self.locked), "style": style})

    @classmethod
    def of(cls, text: str) -> Self:
        told = orjson.loads(text)
        mode, pointed = told["style"]
        return cls(
            tuple(PromptMapping(i, PromptSource(s), value) for i, s, value in told["prompts"]),
            told["locked"],
            StyleReference(StyleMode(mode), pointed),
        )


@dataclass(frozen=True, slots=True)
class Workflow:
    """A version of a slot's workflow; fields stand in the order of its fragment.

    `size` is that of its JSON, which is read apart as it is long."""

    id: str
    workspace_id: str
    slot: str
    version: int
    name: str
    current: bool
    size: int
    created_by: str
    created_at: datetime

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self:
        *plain, created = columns
        plain.append(instant(created))
        return cls(*plain)


@dataclass(frozen=True)
class Content:
    """All that a workflow says: its nodes by id as JSON, and the rules."""

    id: str
    json: str
    rules: WorkflowRules

    @classmethod
    def from_record(cls, row: Row) -> Self:
        return cls(row["id"], row["json"], WorkflowRules.of(row["rules"]))

    @property
    def graph(self) -> dict[str, Any]:
        """The nodes by id."""
        nodes: dict[str, Any] = orjson.loads(self.json)
        return nodes


async def save(
    graph: Graph,
    actor: Actor,
    workspace: str,
    *,
    slot: str,
    name: str,
    nodes: Mapping[str, object],
    rules: WorkflowRules | None = None,
    once: str | None = None,
) -> Workflow:
    """A new version of the slot, current from now on. What says the same as the current one
    gives that; so does a key that saved one before give that one."""
    number = new_id()
    slot, name = checked_slot(slot), checked_name(name)
    json = _text("json", nodes, JSON_MAX)
    told = _bounded("lockedInputs", (rules or WorkflowRules()).text, RULES_MAX)

    async def work(tx: Transaction) -> Workflow:
        at = now()
        await _lock(tx, workspace, at)
        row = (await tx.run(STANDING, workspace=workspace, slot=slot, once=once or number))[0]
        same = (row["name"], row["json"], row["rules"]) == (name, json, told)
        if row["saved"] or same:
            return Workflow.from_columns(row["saved"] or row["current"])
        rows = await tx.run(
            CREATE,
            workspace=workspace,
            id=number,
            slot=slot,
            version=row["version"] + 1,
            name=name,
            json=json,
            rules=told,
            size=len(json.encode()),
            once=once or number,
            user=actor.user,
            at=at,
        )
        made = Workflow.from_columns(rows[0]["workflow"])
        await _record(tx, actor, "workflow.save", made)
        return made

    return await graph.write(work)


async def choose(graph: Graph, actor: Actor, workspace: str, workflow: str) -> Workflow:
    """Makes a version the current one of its slot."""

    async def work(tx: Transaction) -> Workflow:
        await _lock(tx, workspace, now())
        rows = await tx.run(GET, workspaces=[workspace], ids=[workflow])
        if not rows:
            raise NotFound("workflowId", "there is no such workflow")
        found = Workflow.from_columns(rows[0]["workflow"])
        if found.current:
            return found
        rows = await tx.run(CHOOSE, workspace=workspace, id=workflow)
        chosen = Workflow.from_columns(rows[0]["workflow"])
        await _record(tx, actor, "workflow.choose", chosen)
        return chosen

    return await graph.write(work)


async def get_many(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, Workflow]:
    """The workflows of these ids that are in one of the workspaces."""
    rows = await graph.read(GET, workspaces=list(workspaces), ids=list(ids))
    found = (Workflow.from_columns(row["workflow"]) for row in rows)
    return {workflow.id: workflow for workflow in found}


async def contents(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, Content]:
    """All that workflows say."""
    rows = await graph.read(CONTENTS, workspaces=list(workspaces), ids=list(ids))
    return {row["id"]: Content.from_record(row) for row in rows}


async def current(
    graph: Graph, workspace: str, *, after: str | None = None, limit: int = 50
) -> list[Workflow]:
    """The current workflow of every slot, by slot."""
    rows = await graph.read(CURRENT, workspace=workspace, after=after or "", limit=limit)
    return [Workflow.from_columns(row["workflow"]) for row in rows]


async def of_slot(graph: Graph, workspace: str, slot: str) -> Workflow | None:
    """The current workflow of one slot, if it has any."""
    rows = await graph.read(OF_SLOT, workspace=workspace, slot=slot)
    return Workflow.from_columns(rows[0]["workflow"]) if rows else None


async def versions(
    graph: Graph, workspace: str, slot: str, *, before: int | None = None, limit: int = 50
) -> list[Workflow]:
    """The versions of a slot, newest first."""
    bound = VERSION_MAX if before is None else before
    rows = await graph.read(
        VERSIONS, workspace=workspace, slot=checked_slot(slot), before=bound, limit=limit
    )
    return [Workflow.from_columns(row["workflow"]) for row in rows]


async def _lock(tx: Transaction, workspace: str, at: datetime) -> None:
    if not await tx.run(LOCK, workspace=workspace, at=at):
        raise NotFound("workspace", "there is no such workspace")


async def _record(tx: Transaction, actor: Actor, action: str, workflow: Workflow) -> None:
    await entry.record(
        tx,
        actor,
        action,
        workflow.id,
        workspace=workflow.workspace_id,
        slot=workflow.slot,
        version=workflow.version,
    )


def _text(field_name: str, value: Mapping[str, object], most: int) -> str:
    try:
        return _bounded(field_name, canonical(value), most)
    except RecursionError as error:
        raise InvalidInput(field_name, "is nested too deeply") from error


def _bounded(field_name: str, text: str, most: int) -> str:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise InvalidInput(field_name, "holds half a character, which no text may") from error
    if size > most:
        raise InvalidInput(field_name, f"is {size} bytes of JSON; at most {most}")
    return text
