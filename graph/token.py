"""Tokens: what a program shows to act as a user, or as less than that user."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self

from graph import entry
from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Row, Transaction
from graph.error import AlreadyThere, InvalidInput, NotFound
from graph.identifier import instant, maybe_instant, new_id, now
from graph.role import Role, capped
from graph.text import checked_name

FIND = query("token/find")
FIND_ONCE = query("token/find_once")
CREATE = query("token/create")
GET = query("token/get")
LOCK = query("token/lock")
REVOKE = query("token/revoke")
OF_USER = query("token/of_user")
WITHIN = query("token/within")
TOUCH = query("token/touch")

PREFIX = "pdg_"
LIFE_DEFAULT = timedelta(days=90)
LIFE_MAX = timedelta(days=366)
TOUCH_MAX = 1000
LAST = "~"  # sorts after every id


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it; fields stand in the order of `cypher/fragment/token.cypher`."""

    id: str
    user_id: str
    name: str
    workspace_id: str | None
    role: Role | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self:
        values = list(columns)
        values[4] = Role(values[4]) if values[4] else None
        values[5:7] = [instant(value) for value in values[5:7]]
        values[7:] = [maybe_instant(value) for value in values[7:]]
        return cls(*values)


@dataclass(frozen=True)
class Bearer:
    """What a token stands for now. `limited` tells that it may do less than its user."""

    token_id: str
    user_id: str
    expires_at: datetime
    limited: bool
    roles: Mapping[str, Role]

    @classmethod
    def from_record(cls, row: Row) -> Self:
        cap = Role(row["cap"]) if row["cap"] else None
        roles = {workspace: capped(Role(role), cap) for workspace, role in row["roles"]}
        limited = cap is not None or row["within"] is not None
        return cls(row["id"], row["user"], instant(row["expiresAt"]), limited, roles)


def hash_of(secret: str) -> str:
    """What is stored in a secret's place. A secret has 256 random bits, so a plain hash keeps
    it, and looking one up by its hash tells a guesser nothing by how long it takes."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def issue(
    graph: Graph,
    actor: Actor,
    *,
    user: str,
    name: str,
    expires_at: datetime | None = None,
    workspace: str | None = None,
    role: Role | None = None,
    once: str | None = None,
) -> tuple[Token, str | None]:
    """A token of a user and its secret, which is never to be seen again: None in its place says
    that an earlier request with the same idempotency key has had it."""
    secret = PREFIX + secrets.token_urlsafe(32)
    key = f"{actor.user}:{once}" if once else None
    values = {
        "id": new_id(),
        "hash": hash_of(secret),
        "name": checked_name(name),
        "role": role,
        "expiresAt": _checked_expiry(expires_at),
        "idempotencyKey": key,
    }
    properties = {field: value for field, value in values.items() if value is not None}

    async def work(tx: Transaction) -> tuple[Token, str | None]:
        for row in await tx.run(FIND_ONCE, once=key or ""):
            return Token.from_columns(row["token"]), None
        return await _add(tx, actor, user, workspace, properties), secret

    try:
        return await graph.write(work)
    except AlreadyThere:  # the other of two at once won between our look and our write
        return await graph.write(work)


def _checked_expiry(expires_at: datetime | None) -> datetime:
    moment = now()
    if expires_at is None:
        return moment + LIFE_DEFAULT
    if expires_at.tzinfo is None:
        raise InvalidInput("expiresAt", "lacks its offset", "end it with Z for UTC")
    if expires_at <= moment:
        raise InvalidInput("expiresAt", "must be in the future")
    if expires_at > moment + LIFE_MAX:
        raise InvalidInput("expiresAt", f"must be at most {LIFE_MAX.days} days from now")
    return expires_at


async def _add(
    tx: Transaction, actor: Actor, user: str, workspace: str | None, properties: dict[str, Any]
) -> Token:
    rows = await tx.run(CREATE, properties=properties, at=now(), user=user, workspace=workspace)
    if not rows and workspace is None:
        raise NotFound("user", "there is no such user")
    if not rows:
        raise NotFound("workspace", "the user belongs to no such workspace")
    made = Token.from_columns(rows[0]["token"])
    detail = {"user": user, "name": made.name, "role": made.role}
    await entry.record(tx, actor, "token.issue", made.id, workspace=workspace, **detail)
    return made


async def revoke(
    graph: Graph, actor: Actor, token_id: str, *, user: str | None, workspaces: Sequence[str] = ()
) -> Token:
    """Ends a token for good. It must be of the user, or limited to one of the workspaces; one
    that is revoked already stays as it is."""

    async def work(tx: Transaction) -> Token:
        await tx.run(LOCK, id=token_id, at=now())
        found = await tx.run(GET, ids=[token_id], user=user, workspaces=list(workspaces))
        if not found:
            raise NotFound("token", "there is no such token")
        token = Token.from_columns(found[0]["token"])
        return token if token.revoked_at else await _revoke(tx, actor, token)

    return await graph.write(work)


async def _revoke(tx: Transaction, actor: Actor, token: Token) -> Token:
    rows = await tx.run(REVOKE, id=token.id, at=now())
    await entry.record(
        tx, actor, "token.revoke", token.id, workspace=token.workspace_id, user=token.user_id
    )
    return Token.from_columns(rows[0]["token"])


async def get_many(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str], *, user: str | None
) -> dict[str, Token]:
    """The tokens of these ids that are of the user or limited to one of the workspaces."""
    rows = await graph.read(GET, ids=list(ids), user=user, workspaces=list(workspaces))
    tokens = (Token.from_columns(row["token"]) for row in rows)
    return {token.id: token for token in tokens}


async def of_user(
    graph: Graph, user: str, *, before: str | None = None, limit: int = 50
) -> list[Token]:
    """A page of a user's tokens, newest first, before a token's id."""
    rows = await graph.read(OF_USER, user=user, before=before or LAST, limit=limit)
    return [Token.from_columns(row["token"]) for row in rows]


async def within(
    graph: Graph,
    workspaces: Sequence[str],
    ids: Sequence[str],
    *,
    before: str | None = None,
    limit: int = 50,
) -> dict[str, list[Token]]:
    """A page of the tokens limited to each visible workspace, newest first."""
    rows = await graph.read(
        WITHIN, workspaces=list(workspaces), ids=list(ids), before=before or LAST, limit=limit
    )
    found: defaultdict[str, list[Token]] = defaultdict(list)
    for row in rows:
        found[row["workspace"]].append(Token.from_columns(row["token"]))
    return dict(found)


async def find(graph: Graph, secret_hash: str) -> Bearer | None:
    """What the token with this hash stands for now, in one round trip; None if it is unknown,
    expired or revoked."""
    rows = await graph.read(FIND, hash=secret_hash, at=now())
    return Bearer.from_record(rows[0]) if rows else None


async def touch(graph: Graph, used: Mapping[str, datetime]) -> None:
    """Notes when tokens were last used. Use is no change of the graph: it has no entry."""
    rows = [{"id": token, "at": used[token]} for token in sorted(used)]
    for start in range(0, len(rows), TOUCH_MAX):
        await graph.write(partial(_touch, rows=rows[start : start + TOUCH_MAX]))


async def _touch(tx: Transaction, rows: list[dict[str, object]]) -> None:
    await tx.run(TOUCH, rows=rows)
