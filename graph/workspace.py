"""Workspaces: who belongs to each, and as what."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from graph import entry, user
from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Row, Transaction
from graph.error import AlreadyThere, Conflict, NotFound
from graph.identifier import instant, new_id, now
from graph.role import Role
from graph.text import checked_email, checked_name
from graph.user import User

FIND_ONCE = query("workspace/find_once")
CREATE = query("workspace/create")
LOCK = query("workspace/lock")
RENAME = query("workspace/rename")
GET = query("workspace/get")
MEMBERS = query("workspace/members")
STANDING = query("workspace/standing")
PUT_MEMBER = query("workspace/put_member")
REMOVE_MEMBER = query("workspace/remove_member")
NAMED = query("workspace/named")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A place of assets; fields stand in the order of `cypher/fragment/workspace.cypher`."""

    id: str
    name: str
    created_at: datetime

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self:
        workspace_id, name, created = columns
        return cls(workspace_id, name, instant(created))


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a workspace, or one who was."""

    user: User
    role: Role
    since: datetime

    @classmethod
    def from_record(cls, row: Row) -> Self:
        return cls(User.from_columns(row["user"]), Role(row["role"]), instant(row["since"]))


@dataclass(frozen=True)
class Standing:
    """What a user is to a workspace before a change; `role` is None for a stranger."""

    role: Role | None
    owners: int

    @property
    def is_last_owner(self) -> bool:
        return self.role is Role.OWNER and self.owners == 1


async def create(graph: Graph, actor: Actor, name: str, *, once: str | None = None) -> Workspace:
    """A workspace that the actor owns; the same one again for the same idempotency key."""
    properties = {"id": new_id(), "name": checked_name(name)}
    key = f"{actor.user}:{once}" if once else None

    async def work(tx: Transaction) -> Workspace:
        for row in await tx.run(FIND_ONCE, once=key or ""):
            return Workspace.from_columns(row["workspace"])
        return await _add(tx, actor, properties | ({"idempotencyKey": key} if key else {}))

    try:
        return await graph.write(work)
    except AlreadyThere:  # the other of two at once won between our look and our write
        return await graph.write(work)


async def _add(tx: Transaction, actor: Actor, properties: dict[str, str]) -> Workspace:
    rows = await tx.run(CREATE, properties=properties, at=now(), user=actor.user)
    if not rows:
        raise NotFound("user", "the user who would own it does not exist")
    made = Workspace.from_columns(rows[0]["workspace"])
    await entry.record(tx, actor, "workspace.create", made.id, workspace=made.id, name=made.name)
    return made


async def rename(graph: Graph, actor: Actor, workspace: str, name: str) -> Workspace:
    """Gives a workspace another name."""
    wanted = checked_name(name)

    async def work(tx: Transaction) -> Workspace:
        before = await _lock(tx, workspace)
        rows = await tx.run(RENAME, id=workspace, name=wanted)
        if before != wanted:
            detail = {"name": wanted, "before": before}
            await entry.record(
                tx, actor, "workspace.rename", workspace, workspace=workspace, **detail
            )
        return Workspace.from_columns(rows[0]["workspace"])

    return await graph.write(work)


async def get_many(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, Workspace]:
    """The workspaces of these ids that are among the visible ones."""
    rows = await graph.read(GET, workspaces=list(workspaces), ids=list(ids))
    found = (Workspace.from_columns(row["workspace"]) for row in rows)
    return {workspace.id: workspace for workspace in found}


async def named(graph: Graph, name: str | None, *, limit: int = 2) -> list[Workspace]:
    """The workspaces of this name or id, or a few of all: for the command line, which asks for
    no token."""
    rows = await graph.read(NAMED, name=name, limit=limit)
    return [Workspace.from_columns(row["workspace"]) for row in rows]


async def members(
    graph: Graph,
    workspaces: Sequence[str],
    ids: Sequence[str],
    *,
    after: str | None = None,
    limit: int = 50,
) -> dict[str, list[Member]]:
    """A page of the members of each visible workspace, after a user's id."""
    rows = await graph.read(
        MEMBERS, workspaces=list(workspaces), ids=list(ids), after=after or "", limit=limit
    )
    found: defaultdict[str, list[Member]] = defaultdict(list)
    for row in rows:
        found[row["workspace"]].append(Member.from_record(row))
    return dict(found)


async def put_member(graph: Graph, actor: Actor, workspace: str, email: str, role: Role) -> Member:
    """Makes the user of an address a member, or changes a member's role. An address nobody has
    yet gets a user, whom a sign-in with it finds."""
    address = checked_email(email)

    async def work(tx: Transaction) -> Member:
        await _lock(tx, workspace)
        someone = await user.ensure(tx, actor, address, workspace=workspace)
        standing = await _standing(tx, workspace, someone.id)
        if role is not Role.OWNER:
            _refuse_last_owner(standing, "role")
        rows = await tx.run(PUT_MEMBER, id=workspace, user=someone.id, role=role, at=now())
        if standing.role is not role:
            detail = {"role": role, "before": standing.role}
            await entry.record(tx, actor, "member.put", someone.id, workspace=workspace, **detail)
        return Member.from_record(rows[0])

    return await graph.write(work)


async def remove_member(graph: Graph, actor: Actor, workspace: str, user_id: str) -> Member:
    """Ends a membership and tells what it was."""

    async def work(tx: Transaction) -> Member:
        await _lock(tx, workspace)
        standing = await _standing(tx, workspace, user_id)
        if standing.role is None:
            raise NotFound("user", "this workspace has no such member")
        _refuse_last_owner(standing, "user")
        rows = await tx.run(REMOVE_MEMBER, id=workspace, user=user_id, at=now())
        await entry.record(
            tx, actor, "member.remove", user_id, workspace=workspace, before=standing.role
        )
        return Member.from_record(rows[0])

    return await graph.write(work)


async def _lock(tx: Transaction, workspace: str) -> str:
    """From here on no other change of the workspace can come between; tells its name."""
    rows = await tx.run(LOCK, id=workspace, at=now())
    if not rows:
        raise NotFound("workspace", "there is no such workspace")
    return str(rows[0]["name"])


async def _standing(tx: Transaction, workspace: str, user_id: str) -> Standing:
    rows = await tx.run(STANDING, id=workspace, user=user_id)
    role = rows[0]["role"]
    return Standing(Role(role) if role else None, rows[0]["owners"])


def _refuse_last_owner(standing: Standing, field: str) -> None:
    if standing.is_last_owner:
        raise Conflict(
            field, "this is the workspace's last owner", "make another member an owner first"
        )
