"""The audit trail: in the transaction of the change, whole or not at all."""

import pytest

from graph import entry, workspace
from graph.actor import Actor
from graph.driver import Graph, Transaction
from graph.error import NotFound
from graph.identifier import new_id, now
from tests.person import person, place

pytestmark = pytest.mark.anyio


class Stopped(Exception):
    """What stops a transaction in these tests."""


async def test_an_entry_says_who_when_what_and_in_which_request(graph: Graph) -> None:
    ann = await person(graph)
    acting = Actor(ann.user, new_id(), new_id())
    before = now()
    made = await workspace.create(graph, acting, "Film")
    (line,) = await entry.list_entries(graph, made.id)
    assert (line.actor, line.token, line.request) == (ann.user, acting.token, acting.request)
    assert (line.action, line.target, line.workspace) == ("workspace.create", made.id, made.id)
    assert line.detail == '{"name":"Film"}'
    assert before <= line.at <= now()


async def test_a_change_that_fails_leaves_no_entry(graph: Graph) -> None:
    ann = await person(graph)
    home = await place(graph, ann)
    before = await entry.list_entries(graph, home)

    async def work(tx: Transaction) -> None:
        await entry.record(tx, ann, "test.change", home, workspace=home)
        raise Stopped

    with pytest.raises(Stopped):
        await graph.write(work)
    assert await entry.list_entries(graph, home) == before


async def test_an_entry_that_fails_leaves_no_change(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await person(graph)
    home = await place(graph, ann)

    async def failing(*_: object, **__: object) -> None:
        raise Stopped

    monkeypatch.setattr(entry, "record", failing)
    with pytest.raises(Stopped):
        await workspace.rename(graph, ann, home, "Other")
    monkeypatch.undo()
    assert (await workspace.get_many(graph, [home], [home]))[home].name == "Test"


async def test_a_refused_change_leaves_no_entry(graph: Graph) -> None:
    ann, eve = await person(graph), await person(graph)
    home = await place(graph, ann)
    before = await entry.list_entries(graph, home)
    with pytest.raises(NotFound):
        await workspace.remove_member(graph, ann, home, eve.user)
    assert await entry.list_entries(graph, home) == before


async def test_entries_come_newest_first_in_pages_of_one_workspace(graph: Graph) -> None:
    ann = await person(graph)
    home, other = await place(graph, ann), await place(graph, ann)
    for name in "abcd":
        await workspace.rename(graph, ann, home, name)
    found: list[entry.Entry] = []
    while page := await entry.list_entries(
        graph, home, before=found[-1].id if found else None, limit=2
    ):
        assert len(page) <= 2
        found += page
    assert [line.id for line in found] == sorted((line.id for line in found), reverse=True)
    assert [line.detail for line in found[:2]] == [
        '{"before":"c","name":"d"}',
        '{"before":"b","name":"c"}',
    ]
    assert len(found) == 5
    assert {line.workspace for line in found} == {home}
    assert len(await entry.list_entries(graph, other)) == 1


async def test_entries_of_some_targets_only(graph: Graph) -> None:
    ann = await person(graph)
    home = await place(graph, ann)
    assert await entry.list_entries(graph, home, targets=[new_id()]) == []
    assert len(await entry.list_entries(graph, home, targets=[home, new_id()])) == 1
