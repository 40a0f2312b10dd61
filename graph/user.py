"""Users: the people and programs that act, known by an address, a sign-in or both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from graph import entry
from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Transaction
from graph.error import AlreadyThere, Conflict
from graph.identifier import instant, new_id, now
from graph.role import Role
from graph.text import checked_email, checked_name

GET = query("user/get")
FIND_BY_EMAIL = query("user/find_by_email")
FIND_BY_SUBJECT = query("user/find_by_subject")
CREATE = query("user/create")
ENSURE = query("user/ensure")
LOCK = query("user/lock")
LINK = query("user/link")
ROLES = query("user/roles")
SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class User:
    """Someone who acts; fields stand in the order of `cypher/fragment/user.cypher`."""

    id: str
    email: str | None
    name: str | None
    created_at: datetime

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self:
        user_id, email, name, created = columns
        return cls(user_id, email, name, instant(created))


async def get_many(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str], *, viewer: str
) -> dict[str, User]:
    """The users of these ids whom the viewer may see: themselves, and those who are or were
    members of one of the workspaces."""
    rows = await graph.read(GET, workspaces=list(workspaces), ids=list(ids), viewer=viewer)
    users = (User.from_columns(row["user"]) for row in rows)
    return {user.id: user for user in users}


async def find_by_email(graph: Graph, email: str) -> User | None:
    """The user of an address, whoever asks: for the command line and tests."""
    rows = await graph.read(FIND_BY_EMAIL, email=checked_email(email))
    return User.from_columns(rows[0]["user"]) if rows else None


async def create(graph: Graph, actor: Actor, *, email: str, name: str | None = None) -> User:
    """A user who belongs to no workspace yet, such as the first one there is."""
    properties = {"id": new_id(), "email": checked_email(email)}
    if name is not None:
        properties["name"] = checked_name(name)

    async def work(tx: Transaction) -> User:
        return await _add(tx, actor, properties)

    try:
        return await graph.write(work)
    except AlreadyThere as error:
        raise Conflict("email", "there is a user with this address") from error


async def _add(tx: Transaction, actor: Actor, properties: dict[str, str]) -> User:
    rows = await tx.run(CREATE, properties=properties, at=now())
    made = User.from_columns(rows[0]["user"])
    await entry.record(tx, actor, "user.create", made.id, workspace=None)
    return made


async def ensure(tx: Transaction, actor: Actor, email: str, *, workspace: str) -> User:
    """The user of a checked address, created in a transaction under way if there is none."""
    rows = await tx.run(ENSURE, email=email, id=new_id(), at=now())
    found = User.from_columns(rows[0]["user"])
    if rows[0]["created"]:
        await entry.record(tx, actor, "user.create", found.id, workspace=workspace)
    return found


async def for_subject(
    graph: Graph, issuer: str, subject: str, email: str | None, name: str | None
) -> User:
    """The user an identity of an issuer belongs to: found by the identity, or else by its
    address, or else created. Give `email` only if the issuer has verified it."""
    key = f"{issuer}|{subject}"
    address = checked_email(email) if email else None
    for row in await graph.read(FIND_BY_SUBJECT, subject=key):
        return User.from_columns(row["user"])

    async def work(tx: Transaction) -> User:
        for row in await tx.run(FIND_BY_SUBJECT, subject=key):
            return User.from_columns(row["user"])
        return await _link(tx, key, address, name) or await _join(tx, key, address, name)

    try:
        return await graph.write(work)
    except AlreadyThere:  # the other of two first sign-ins at once won
        return await graph.write(work)


async def _link(tx: Transaction, key: str, email: str | None, name: str | None) -> User | None:
    """The user who was known by the address alone, from now on known by the identity too."""
    if email is None or not await tx.run(LOCK, email=email, at=now()):
        return None
    row = (await tx.run(FIND_BY_EMAIL, email=email))[0]
    found = User.from_columns(row["user"])
    if row["subject"] == key:  # the same sign-in, at once, was first
        return found
    if row["subject"]:
        raise Conflict("email", "the address belongs to another identity of the issuer")
    rows = await tx.run(LINK, id=found.id, subject=key, name=name)
    await entry.record(tx, Actor(found.id, None, SIGN_IN), "user.link", found.id, workspace=None)
    return User.from_columns(rows[0]["user"])


async def _join(tx: Transaction, key: str, email: str | None, name: str | None) -> User:
    values = {"id": new_id(), "subject": key, "email": email, "name": name}
    properties = {field: value for field, value in values.items() if value is not None}
    return await _add(tx, Actor(properties["id"], None, SIGN_IN), properties)


async def roles(graph: Graph, user_id: str) -> dict[str, Role]:
    """What a user is in each workspace they belong to."""
    rows = await graph.read(ROLES, id=user_id)
    return {row["workspace"]: Role(row["role"]) for row in rows}
