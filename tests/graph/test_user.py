"""Users, by address and by sign-in."""

import asyncio

import pytest

from graph import entry, user, workspace
from graph.driver import Graph
from graph.error import Conflict
from graph.identifier import new_id
from graph.role import Role
from tests.person import SYSTEM, address, member, person, place

pytestmark = pytest.mark.anyio
ISSUER = "https://issuer.example"

ENTRIES = "MATCH (e:Entry {target: $id}) RETURN e.action AS action, e.actor AS actor ORDER BY e.id"


async def _entries(graph: Graph, target: str) -> list[tuple[str, str]]:
    return [(row["action"], row["actor"]) for row in await graph.read(ENTRIES, id=target)]


async def test_a_user_is_found_by_address_however_it_is_written(graph: Graph) -> None:
    email = address("Mixed.Case")
    made = await user.create(graph, SYSTEM, email=email, name="Mixed")
    assert await user.find_by_email(graph, f" {email.upper()}") == made
    assert await user.find_by_email(graph, address()) is None
    assert await _entries(graph, made.id) == [("user.create", "system")]


async def test_an_address_has_one_user(graph: Graph) -> None:
    email = address()
    await user.create(graph, SYSTEM, email=email)
    with pytest.raises(Conflict) as refused:
        await user.create(graph, SYSTEM, email=email.upper())
    assert refused.value.field == "email"


async def test_who_shares_a_workspace_is_seen_and_a_stranger_is_not(graph: Graph) -> None:
    ann, eve = await person(graph), await person(graph)
    home = await place(graph, ann)
    bob = await member(graph, ann, home, Role.VIEWER)
    ids = [ann.user, bob.user, eve.user]
    assert set(await user.get_many(graph, [home], ids, viewer=bob.user)) == {ann.user, bob.user}
    assert set(await user.get_many(graph, [], ids, viewer=eve.user)) == {eve.user}


async def test_a_new_identity_gets_a_user_once_also_at_once(graph: Graph) -> None:
    subject, email = new_id(), address()
    found = await asyncio.gather(
        *(user.for_subject(graph, ISSUER, subject, email, "Ann") for _ in range(6))
    )
    assert len({one.id for one in found}) == 1
    assert (found[0].email, found[0].name) == (email, "Ann")
    assert await _entries(graph, found[0].id) == [("user.create", found[0].id)]


async def test_a_known_identity_is_known_whatever_its_address_is_now(graph: Graph) -> None:
    subject = new_id()
    first = await user.for_subject(graph, ISSUER, subject, None, "Ann")
    assert await user.for_subject(graph, ISSUER, subject, address(), "Other") == first


async def test_the_same_subject_of_another_issuer_is_someone_else(graph: Graph) -> None:
    subject = new_id()
    one = await user.for_subject(graph, ISSUER, subject, None, None)
    two = await user.for_subject(graph, "https://other.example", subject, None, None)
    assert one.id != two.id


async def test_an_invited_address_is_joined_by_its_first_sign_in(graph: Graph) -> None:
    ann = await person(graph)
    home, email, subject = await place(graph, ann), address(), new_id()
    invited = (await workspace.put_member(graph, ann, home, email, Role.EDITOR)).user
    found = await user.for_subject(graph, ISSUER, subject, email, "Bob")
    assert (found.id, found.name) == (invited.id, "Bob")
    assert await user.roles(graph, found.id) == {home: Role.EDITOR}
    assert ("user.link", found.id) in await _entries(graph, found.id)
    assert [line.action for line in await entry.list_entries(graph, home)].count("user.link") == 0


async def test_an_address_cannot_be_taken_over_by_another_identity(graph: Graph) -> None:
    email = address()
    first = await user.for_subject(graph, ISSUER, new_id(), email, None)
    with pytest.raises(Conflict, match="another identity"):
        await user.for_subject(graph, ISSUER, new_id(), email, None)
    assert await user.find_by_email(graph, email) == first


async def test_of_two_identities_that_claim_an_address_at_once_one_gets_it(graph: Graph) -> None:
    email = address()
    await user.create(graph, SYSTEM, email=email)
    outcomes = await asyncio.gather(
        *(user.for_subject(graph, ISSUER, new_id(), email, None) for _ in range(6)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, user.User) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 5
