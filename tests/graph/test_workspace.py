"""Workspaces and who belongs to them."""

import asyncio

import pytest

from graph import entry, user, workspace
from graph.driver import Graph
from graph.error import Conflict, InvalidInput, NotFound
from graph.identifier import new_id
from graph.role import PERMISSIONS, Permission, Role, capped
from tests.person import address, member, person, place

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.OWNER, {Permission.READ, Permission.WRITE, Permission.AUDIT, Permission.MANAGE}),
        (Role.EDITOR, {Permission.READ, Permission.WRITE}),
        (Role.VIEWER, {Permission.READ}),
        (Role.AUDITOR, {Permission.READ, Permission.AUDIT}),
    ],
)
def test_a_role_allows_what_the_table_says(role: Role, allowed: set[Permission]) -> None:
    assert PERMISSIONS[role] == allowed


def test_a_capped_role_may_what_both_may_and_there_always_is_one() -> None:
    for role in Role:
        assert capped(role, None) is role
        for cap in Role:
            assert PERMISSIONS[capped(role, cap)] == PERMISSIONS[role] & PERMISSIONS[cap]


async def test_the_creator_owns_it(graph: Graph) -> None:
    ann = await person(graph, "ann")
    made = await workspace.create(graph, ann, "  Film  ")
    assert made.name == "Film"
    assert await user.roles(graph, ann.user) == {made.id: Role.OWNER}
    assert await workspace.get_many(graph, [made.id], [made.id]) == {made.id: made}


async def test_a_workspace_that_is_not_visible_is_not_told(graph: Graph) -> None:
    ann = await person(graph)
    mine, other = await place(graph, ann), await place(graph, ann)
    assert list(await workspace.get_many(graph, [mine], [mine, other])) == [mine]
    assert list(await workspace.members(graph, [mine], [mine, other])) == [mine]


async def test_the_same_key_makes_the_same_workspace_also_at_once(graph: Graph) -> None:
    ann, once = await person(graph), new_id()
    made = await asyncio.gather(
        *(workspace.create(graph, ann, "Film", once=once) for _ in range(8))
    )
    assert len({one.id for one in made}) == 1
    assert len(await user.roles(graph, ann.user)) == 1
    told = await entry.list_entries(graph, made[0].id)
    assert [line.action for line in told] == ["workspace.create"]


async def test_the_key_of_another_user_is_another_key(graph: Graph) -> None:
    once = new_id()
    first = await workspace.create(graph, await person(graph), "A", once=once)
    second = await workspace.create(graph, await person(graph), "B", once=once)
    assert first.id != second.id


async def test_a_stranger_to_the_graph_creates_nothing(graph: Graph) -> None:
    ann = await person(graph)
    nobody = type(ann)(new_id(), None, new_id())
    with pytest.raises(NotFound, match="does not exist"):
        await workspace.create(graph, nobody, "Film")


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "two\nlines"])
async def test_a_bad_name_is_refused(graph: Graph, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await workspace.create(graph, await person(graph), name)
    assert refused.value.field == "name"


async def test_renaming_tells_what_it_was(graph: Graph) -> None:
    ann = await person(graph)
    home = await place(graph, ann)
    assert (await workspace.rename(graph, ann, home, "New")).name == "New"
    await workspace.rename(graph, ann, home, "New")
    told = [line for line in await entry.list_entries(graph, home) if line.target == home]
    assert [line.action for line in told] == ["workspace.rename", "workspace.create"]
    assert told[0].detail == '{"before":"Test","name":"New"}'


async def test_renaming_what_is_not_there_is_refused(graph: Graph) -> None:
    with pytest.raises(NotFound):
        await workspace.rename(graph, await person(graph), new_id(), "New")


async def test_an_address_nobody_has_gets_a_user(graph: Graph) -> None:
    ann = await person(graph)
    home, email = await place(graph, ann), address("New.Person")
    made = await workspace.put_member(graph, ann, home, f" {email.upper()} ", Role.VIEWER)
    assert (made.user.email, made.role) == (email.lower(), Role.VIEWER)
    assert await user.find_by_email(graph, email) == made.user
    told = await entry.list_entries(graph, home, targets=[made.user.id])
    assert [line.action for line in told] == ["member.put", "user.create"]


async def test_one_new_address_invited_twice_at_once_is_one_user(graph: Graph) -> None:
    ann, email = await person(graph), address()
    homes = [await place(graph, ann) for _ in range(4)]
    made = await asyncio.gather(
        *(workspace.put_member(graph, ann, home, email, Role.EDITOR) for home in homes)
    )
    assert len({one.user.id for one in made}) == 1


async def test_a_new_role_replaces_the_old_and_keeps_since(graph: Graph) -> None:
    ann = await person(graph)
    home, email = await place(graph, ann), address()
    before = await workspace.put_member(graph, ann, home, email, Role.VIEWER)
    after = await workspace.put_member(graph, ann, home, email, Role.AUDITOR)
    again = await workspace.put_member(graph, ann, home, email, Role.AUDITOR)
    assert after == again
    assert (after.role, after.since) == (Role.AUDITOR, before.since)
    told = await entry.list_entries(graph, home, targets=[after.user.id])
    assert [line.detail for line in told if line.action == "member.put"] == [
        '{"before":"VIEWER","role":"AUDITOR"}',
        '{"before":null,"role":"VIEWER"}',
    ]


@pytest.mark.parametrize("email", ["", "nobody", "a b@example.org", "@x", "a@" + "b" * 300])
async def test_a_bad_address_is_refused(graph: Graph, email: str) -> None:
    ann = await person(graph)
    home = await place(graph, ann)
    with pytest.raises(InvalidInput) as refused:
        await workspace.put_member(graph, ann, home, email, Role.VIEWER)
    assert refused.value.field == "email"


async def test_members_come_in_pages_of_each_workspace(graph: Graph) -> None:
    ann = await person(graph)
    one, two = await place(graph, ann), await place(graph, ann)
    expected = sorted(
        [ann.user, *[(await member(graph, ann, one, Role.VIEWER)).user for _ in range(4)]]
    )
    visible, found, after = [one, two], [], None
    while page := (await workspace.members(graph, visible, [one], after=after, limit=2)).get(one):
        assert len(page) <= 2
        found += [each.user.id for each in page]
        after = found[-1]
    assert found == expected
    both = await workspace.members(graph, visible, visible, limit=3)
    assert {key: len(page) for key, page in both.items()} == {one: 3, two: 1}


async def test_a_removed_member_is_out_but_keeps_a_name(graph: Graph) -> None:
    ann = await person(graph)
    home = await place(graph, ann)
    bob = await member(graph, ann, home, Role.EDITOR)
    gone = await workspace.remove_member(graph, ann, home, bob.user)
    assert gone.role is Role.EDITOR
    assert await user.roles(graph, bob.user) == {}
    assert [m.user.id for m in (await workspace.members(graph, [home], [home]))[home]] == [ann.user]
    assert bob.user in await user.get_many(graph, [home], [bob.user], viewer=ann.user)
    newest = (await entry.list_entries(graph, home))[0]
    assert (newest.action, newest.target, newest.actor) == ("member.remove", bob.user, ann.user)


async def test_who_is_no_member_cannot_be_removed(graph: Graph) -> None:
    ann, bob = await person(graph), await person(graph)
    home = await place(graph, ann)
    with pytest.raises(NotFound) as refused:
        await workspace.remove_member(graph, ann, home, bob.user)
    assert refused.value.field == "user"


async def test_the_last_owner_stays_and_a_refusal_leaves_no_entry(graph: Graph) -> None:
    ann = await person(graph)
    email, home = address(), await place(graph, ann)
    bob = await workspace.put_member(graph, ann, home, email, Role.OWNER)
    await workspace.remove_member(graph, ann, home, ann.user)
    before = await entry.list_entries(graph, home)
    with pytest.raises(Conflict, match="last owner"):
        await workspace.remove_member(graph, ann, home, bob.user.id)
    with pytest.raises(Conflict, match="last owner"):
        await workspace.put_member(graph, ann, home, email, Role.EDITOR)
    assert (await workspace.put_member(graph, ann, home, email, Role.OWNER)).role is Role.OWNER
    assert await entry.list_entries(graph, home) == before


@pytest.mark.parametrize("attempt", range(5))
async def test_two_last_owners_cannot_go_at_once(graph: Graph, attempt: int) -> None:
    ann = await person(graph)
    email, home = address(), await place(graph, ann)
    bob = await workspace.put_member(graph, ann, home, email, Role.OWNER)
    outcomes = await asyncio.gather(
        workspace.remove_member(graph, ann, home, ann.user),
        workspace.put_member(graph, ann, home, email, Role.VIEWER),
        workspace.remove_member(graph, ann, home, bob.user.id),
        return_exceptions=True,
    )
    left = (await workspace.members(graph, [home], [home]))[home]
    assert [one.role for one in left].count(Role.OWNER) == 1
    assert any(isinstance(outcome, Conflict) for outcome in outcomes)
    assert all(isinstance(outcome, workspace.Member | Conflict | NotFound) for outcome in outcomes)
