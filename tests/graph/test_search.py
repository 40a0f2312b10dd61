"""Finding assets: what fits, in order, page by page, and without reading more than the page."""

from datetime import timedelta

import pytest

from embedded.services import Services
from graph import asset, subject, tombstone
from graph.actor import Actor
from graph.asset import Asset, NewAsset
from graph.catalog import query
from graph.driver import Graph
from graph.edge import MediaType, Operation
from graph.error import InvalidInput
from graph.search import WORDS_MAX, Criteria, find
from graph.subject import SubjectKind
from tests.graph.plan import planner
from tests.person import person, place

pytestmark = pytest.mark.anyio


@pytest.fixture
async def owner(graph: Graph) -> Actor:
    return await person(graph)


@pytest.fixture
async def home(graph: Graph, owner: Actor) -> str:
    return await place(graph, owner)


async def made(graph: Graph, owner: Actor, home: str, **told: object) -> Asset:
    kind = told.pop("media_type", MediaType.IMAGE)
    new = NewAsset(kind, **told)  # type: ignore[arg-type]
    return (await asset.create(graph, owner, home, new))[0]


async def names(graph: Graph, home: str, criteria: Criteria) -> list[str | None]:
    return [one.name for one in await find(graph, home, criteria)]


async def test_words_match_in_any_field_and_at_their_beginning(
    graph: Graph, owner: Actor, home: str
) -> None:
    await made(graph, owner, home, name="Grizzled bartender")
    await made(graph, owner, home, name="b", description="serves the bartenders' guild")
    await made(graph, owner, home, name="c", prompt="a BARTENDER, at night")
    await made(graph, owner, home, name="d", tags=("bartender",))
    await made(graph, owner, home, name="other")
    assert await names(graph, home, Criteria(text="bartend")) == [
        "d",
        "c",
        "b",
        "Grizzled bartender",
    ]
    assert await names(graph, home, Criteria(text="bartender night")) == ["c"]


@pytest.mark.parametrize("text", ['"', "a AND (", "name:*", "+-&&||!(){}[]^~*?:\\/", "' OR 1=1"])
async def test_no_text_is_an_error(graph: Graph, home: str, text: str) -> None:
    assert await names(graph, home, Criteria(text=text)) == []


async def test_what_keeps_workspaces_apart_is_no_word(
    graph: Graph, owner: Actor, home: str
) -> None:
    await made(graph, owner, home, name="shot")
    assert await names(graph, home, Criteria(text=home[:4])) == []


async def test_too_many_words_are_refused(graph: Graph, owner: Actor, home: str) -> None:
    await made(graph, owner, home, name="many words")
    assert await names(graph, home, Criteria(text="many words " * (WORDS_MAX // 2)))
    with pytest.raises(InvalidInput):
        await names(graph, home, Criteria(text="many " * (WORDS_MAX + 1)))


async def test_everything_given_must_hold(graph: Graph, owner: Actor, home: str) -> None:
    one = await made(
        graph,
        owner,
        home,
        name="one",
        media_type=MediaType.VIDEO,
        operation=Operation.FUSION,
        provider="pixverse",
        tags=("a b", "c"),
    )
    await made(graph, owner, home, name="two", tags=("a", "b"))
    for criteria in (
        Criteria(tags=["a b"]),
        Criteria(tags=["a b", "c"]),
        Criteria(media_types=[MediaType.VIDEO]),
        Criteria(providers=["pixverse", "kling"]),
        Criteria(operations=[Operation.FUSION]),
        Criteria(text="one", tags=["c"], providers=["pixverse"]),
    ):
        assert await names(graph, home, criteria) == ["one"], criteria
    assert await names(graph, home, Criteria(tags=["a b"], providers=["kling"])) == []
    later = one.created_at + timedelta(seconds=60)
    assert await names(graph, home, Criteria(created_after=later)) == []
    assert await names(graph, home, Criteria(created_before=later)) == ["two", "one"]


async def test_deleted_assets_show_only_when_asked_for(
    graph: Graph, owner: Actor, home: str
) -> None:
    one = await made(graph, owner, home, name="gone")
    await tombstone.delete(graph, owner, home, [one.id])
    assert await names(graph, home, Criteria(text="gone")) == []
    assert await names(graph, home, Criteria(text="gone", deleted=True)) == ["gone"]


async def test_a_subject_has_its_own(graph: Graph, owner: Actor, home: str) -> None:
    one = await made(graph, owner, home, name="hers")
    await made(graph, owner, home, name="nobody's")
    who = await subject.create(graph, owner, home, kind=SubjectKind.CHARACTER, name="She")
    await subject.assign(graph, owner, home, [one.id], who.id)
    assert await names(graph, home, Criteria(subject=who.id)) == ["hers"]
    await subject.assign(graph, owner, home, [one.id], None)
    assert await names(graph, home, Criteria(subject=who.id)) == []


@pytest.mark.parametrize("criteria", [Criteria(), Criteria(text="page")])
async def test_pages_hold_each_once_newest_first(
    graph: Graph, owner: Actor, home: str, criteria: Criteria
) -> None:
    ids = [(await made(graph, owner, home, name=f"page {n}")).id for n in range(7)]
    seen: list[str] = []
    while page := await find(graph, home, criteria, before=seen[-1] if seen else None, limit=3):
        seen += [one.id for one in page]
    assert seen == ids[::-1]


async def test_nobody_finds_another_workspace(graph: Graph, owner: Actor, home: str) -> None:
    await made(graph, owner, home, name="private", tags=("secret",))
    elsewhere = await place(graph, owner)
    for criteria in (Criteria(), Criteria(text="private"), Criteria(tags=["secret"])):
        assert await names(graph, elsewhere, criteria) == []


@pytest.mark.parametrize("name", ["search/newest", "search/subject", "subject/list", "entry/list"])
async def test_a_page_is_read_off_the_index_in_order(name: str, services: Services) -> None:
    """Not sorted: a page costs the same however many there are."""
    async with planner(services) as plans:
        given = dict.fromkeys(query(name).parameters)
        found = await plans.explain(query(name).render(), **given)
    assert not {"Top", "Sort", "PartialTop"} & set(found.operators), found.text()
