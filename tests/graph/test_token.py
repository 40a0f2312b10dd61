"""Tokens: what they stand for, and when no longer."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from graph import entry, token, workspace
from graph.actor import Actor
from graph.driver import Graph
from graph.error import InvalidInput, NotFound
from graph.identifier import new_id, now
from graph.role import Role
from graph.token import Bearer, Token, hash_of
from tests.person import address, member, person, place

pytestmark = pytest.mark.anyio

STORED = "MATCH (t:Token {id: $id}) RETURN properties(t) AS properties"
ENTRIES = "MATCH (e:Entry {target: $id}) RETURN e.action AS action ORDER BY e.id"


async def _entries(graph: Graph, target: str) -> list[str]:
    return [row["action"] for row in await graph.read(ENTRIES, id=target)]


async def _issue(
    graph: Graph, actor: Actor, *, workspace: str | None = None, role: Role | None = None
) -> tuple[Token, str]:
    made, secret = await token.issue(
        graph, actor, user=actor.user, name="laptop", workspace=workspace, role=role
    )
    assert secret
    return made, secret


async def _find(graph: Graph, secret: str) -> Bearer | None:
    return await token.find(graph, hash_of(secret))


async def test_a_token_stands_for_its_user_in_one_round_trip(graph: Graph) -> None:
    ann = await person(graph)
    one, two = await place(graph, ann), await place(graph, ann)
    made, secret = await _issue(graph, ann)
    before = graph.round_trips
    found = await _find(graph, secret)
    assert graph.round_trips == before + 1
    assert found == Bearer(
        made.id, ann.user, made.expires_at, False, {one: Role.OWNER, two: Role.OWNER}
    )


async def test_only_the_hash_of_a_long_random_secret_is_stored(graph: Graph) -> None:
    made, secret = await _issue(graph, await person(graph))
    assert secret.startswith("pdg_")
    assert len(secret) == len("pdg_") + 43
    stored = (await graph.read(STORED, id=made.id))[0]["properties"]
    assert stored["hash"] == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(stored)
    told = await graph.read("MATCH (e:Entry {target: $id}) RETURN e.detail AS d", id=made.id)
    assert secret not in told[0]["d"]
    assert stored["hash"] not in told[0]["d"]


async def test_an_unknown_an_expired_and_a_revoked_token_are_not_found(graph: Graph) -> None:
    ann = await person(graph)
    assert await _find(graph, "pdg_unknown") is None
    made, secret = await _issue(graph, ann)
    assert await _find(graph, secret)
    await token.revoke(graph, ann, made.id, user=ann.user)
    assert await _find(graph, secret) is None
    expired, secret = await _issue(graph, ann)
    past = "MATCH (t:Token {id: $id}) SET t.expiresAt = datetime() - duration('PT1S')"
    await graph.write(lambda tx: tx.run(past, id=expired.id))
    assert await _find(graph, secret) is None


async def test_a_token_within_a_workspace_is_nothing_elsewhere(graph: Graph) -> None:
    ann = await person(graph)
    home, _ = await place(graph, ann), await place(graph, ann)
    made, secret = await _issue(graph, ann, workspace=home)
    assert made.workspace_id == home
    found = await _find(graph, secret)
    assert found
    assert (found.roles, found.limited) == ({home: Role.OWNER}, True)


async def test_a_token_within_a_workspace_is_nothing_after_the_membership(graph: Graph) -> None:
    ann = await person(graph)
    home = await place(graph, ann)
    bob = await member(graph, ann, home, Role.EDITOR)
    _, secret = await _issue(graph, bob, workspace=home)
    await workspace.remove_member(graph, ann, home, bob.user)
    found = await _find(graph, secret)
    assert found
    assert found.roles == {}


@pytest.mark.parametrize(
    ("role", "cap", "effective"),
    [
        (Role.OWNER, Role.VIEWER, Role.VIEWER),
        (Role.OWNER, Role.AUDITOR, Role.AUDITOR),
        (Role.VIEWER, Role.OWNER, Role.VIEWER),
        (Role.EDITOR, Role.AUDITOR, Role.VIEWER),
    ],
)
async def test_a_cap_takes_and_never_gives(
    graph: Graph, role: Role, cap: Role, effective: Role
) -> None:
    ann = await person(graph)
    home = await place(graph, ann)
    holder = ann if role is Role.OWNER else await member(graph, ann, home, role)
    _, secret = await _issue(graph, holder, role=cap)
    found = await _find(graph, secret)
    assert found
    assert (found.roles, found.limited) == ({home: effective}, True)


async def test_a_token_follows_its_users_role(graph: Graph) -> None:
    ann, email = await person(graph), address()
    home = await place(graph, ann)
    bob = await workspace.put_member(graph, ann, home, email, Role.EDITOR)
    _, secret = await _issue(graph, Actor(bob.user.id, None, new_id()))
    await workspace.put_member(graph, ann, home, email, Role.VIEWER)
    found = await _find(graph, secret)
    assert found
    assert found.roles == {home: Role.VIEWER}


async def test_the_same_key_issues_one_token_and_shows_its_secret_once(graph: Graph) -> None:
    ann, once = await person(graph), new_id()
    issued = await asyncio.gather(
        *(token.issue(graph, ann, user=ann.user, name="ci", once=once) for _ in range(6))
    )
    assert len({made.id for made, _ in issued}) == 1
    secrets = [secret for _, secret in issued if secret]
    assert len(secrets) == 1
    assert await _find(graph, secrets[0])
    assert await _entries(graph, issued[0][0].id) == ["token.issue"]


async def test_a_token_lives_ninety_days_unless_told(graph: Graph) -> None:
    made, _ = await _issue(graph, await person(graph))
    assert made.expires_at - made.created_at < timedelta(days=90, seconds=1)
    assert made.expires_at - made.created_at > timedelta(days=90, seconds=-1)


@pytest.mark.parametrize(
    "expires_at",
    [
        datetime.now(UTC) - timedelta(seconds=1),
        datetime.now(UTC) + timedelta(days=367),
        datetime.now() + timedelta(days=1),
    ],
)
async def test_a_bad_expiry_is_refused(graph: Graph, expires_at: datetime) -> None:
    ann = await person(graph)
    with pytest.raises(InvalidInput) as refused:
        await token.issue(graph, ann, user=ann.user, name="ci", expires_at=expires_at)
    assert refused.value.field == "expiresAt"
    assert await token.of_user(graph, ann.user) == []


async def test_no_token_for_nobody_nor_where_its_user_is_no_member(graph: Graph) -> None:
    ann, bob = await person(graph), await person(graph)
    home = await place(graph, ann)
    before = await entry.list_entries(graph, home)
    with pytest.raises(NotFound) as refused:
        await token.issue(graph, ann, user=new_id(), name="ci")
    assert refused.value.field == "user"
    with pytest.raises(NotFound) as refused:
        await token.issue(graph, ann, user=bob.user, name="ci", workspace=home)
    assert refused.value.field == "workspace"
    assert await token.of_user(graph, bob.user) == []
    assert await entry.list_entries(graph, home) == before


async def test_a_token_is_revoked_once(graph: Graph) -> None:
    ann = await person(graph)
    made, _ = await _issue(graph, ann)
    first = await token.revoke(graph, ann, made.id, user=ann.user)
    assert first.revoked_at
    assert await token.revoke(graph, ann, made.id, user=ann.user) == first
    assert await _entries(graph, made.id) == ["token.issue", "token.revoke"]


async def test_the_token_of_another_is_revoked_only_through_its_workspace(graph: Graph) -> None:
    ann = await person(graph)
    home = await place(graph, ann)
    bob = await member(graph, ann, home, Role.EDITOR)
    whole, _ = await _issue(graph, bob)
    within, _ = await _issue(graph, bob, workspace=home)
    with pytest.raises(NotFound):
        await token.revoke(graph, ann, whole.id, user=ann.user, workspaces=[home])
    with pytest.raises(NotFound):
        await token.revoke(graph, ann, within.id, user=ann.user)
    assert await _entries(graph, whole.id) == ["token.issue"]
    gone = await token.revoke(graph, ann, within.id, user=ann.user, workspaces=[home])
    assert gone.revoked_at
    told = await entry.list_entries(graph, home, targets=[within.id])
    assert [(line.action, line.actor) for line in told] == [
        ("token.revoke", ann.user),
        ("token.issue", bob.user),
    ]
    assert set(await token.get_many(graph, [home], [whole.id, within.id], user=ann.user)) == {
        within.id
    }


async def test_tokens_come_newest_first_in_pages(graph: Graph) -> None:
    ann = await person(graph)
    home = await place(graph, ann)
    made = [(await _issue(graph, ann, workspace=home))[0] for _ in range(5)]
    expected = sorted((one.id for one in made), reverse=True)
    found: list[str] = []
    while page := await token.of_user(
        graph, ann.user, before=found[-1] if found else None, limit=2
    ):
        assert len(page) <= 2
        found += [one.id for one in page]
    assert found == expected
    pages = await token.within(graph, [home], [home], before=expected[0], limit=3)
    assert [one.id for one in pages[home]] == expected[1:4]
    assert await token.within(graph, [], [home]) == {}


async def test_last_use_is_shown_and_never_goes_back(graph: Graph) -> None:
    ann = await person(graph)
    one, two = (await _issue(graph, ann))[0], (await _issue(graph, ann))[0]
    late, early = now(), now() - timedelta(minutes=1)
    before = graph.round_trips
    await token.touch(graph, {one.id: late, two.id: early})
    assert graph.round_trips == before + 1
    await token.touch(graph, {one.id: early, two.id: late, "gone": late})
    found = {each.id: each.last_used_at for each in await token.of_user(graph, ann.user)}
    assert found == {one.id: late, two.id: late}
