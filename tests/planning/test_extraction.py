"""What a refresh decides: what stands and is wanted stays, the rest comes and goes by rule."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from graph.asset import Asset, NewAsset
from graph.edge import EdgeKind, Evidence, MediaType, Operation
from graph.extraction import Clue, Match, Rank, State
from graph.lineage import Edge
from graph.link import NewEdge
from planning.extraction import Plan, Wanted, best, key, plan

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHILD, PARENT, OTHER = "child", "parent", "other"
KIND, TAKEN = EdgeKind.SOURCE_IMAGE, Operation.IMAGE_TO_VIDEO


def child(media_type: MediaType = MediaType.VIDEO) -> Asset:
    nothing = dict.fromkeys(Asset._fields)
    return Asset(**{**nothing, "id": CHILD, "media_type": media_type})  # type: ignore[arg-type]


def edge(sequence: int = 0, kind: EdgeKind = KIND) -> NewEdge:
    return NewEdge(CHILD, "", kind, TAKEN, sequence, prompt="opens", duration_seconds=2.5)


def stands(wanted: NewEdge, parent: str = PARENT, evidence: Evidence = Evidence.EXTRACTED) -> Edge:
    facts = vars(wanted) | {"parent_id": parent, "evidence": evidence}
    return Edge(**facts, created_at=NOW, retracted_at=None)


def named(number: int = 1, sequence: int = 0, kind: EdgeKind = KIND) -> Wanted:
    clue = Clue(upload=f"p:img_id:{number}")
    new = NewAsset(MediaType.IMAGE, provider="p")
    return Wanted(edge(sequence, kind), clue, f"p img_id {number}", new)


def image(asset_id: str = PARENT, rank: Rank = Rank.UPLOAD) -> Match:
    return Match(asset_id, rank, MediaType.IMAGE)


def decide(
    wanted: list[Wanted],
    standing: list[Edge],
    found: list[Match] | None = None,
    *,
    clear: bool = True,
    made: MediaType = MediaType.VIDEO,
) -> Plan:
    matches = {one.clue: found for one in wanted} if found else {}
    return plan(State(child(made), None, tuple(standing)), wanted, matches, clear=clear)


def test_a_parent_that_is_known_is_linked() -> None:
    decided = decide([named()], [], [image()])
    assert decided.add == (replace(edge(), parent_id=PARENT, evidence=Evidence.EXTRACTED),)
    assert (decided.keep, decided.retract, decided.create) == ((), (), ())
    assert decided.changes


@pytest.mark.parametrize("clear", [True, False])
def test_what_stands_and_is_wanted_stays(clear: bool) -> None:
    standing = stands(edge())
    decided = decide([named()], [standing], [image()], clear=clear)
    assert decided == Plan(keep=(standing,))
    assert not decided.changes


def test_what_is_no_longer_wanted_goes_only_with_clear() -> None:
    standing = [stands(edge(9), OTHER), stands(edge(8), OTHER, Evidence.INFERRED)]
    assert decide([], standing).retract == tuple(standing)
    kept = decide([], standing, clear=False)
    assert (kept.retract, kept.keep) == ((), tuple(standing))


@pytest.mark.parametrize("evidence", [Evidence.RECORDED, Evidence.CLAIMED])
def test_what_was_recorded_or_claimed_is_neither_removed_nor_repeated(evidence: Evidence) -> None:
    claimed = stands(edge(5), PARENT, evidence)
    assert decide([named()], [claimed], [image()]) == Plan()
    assert decide([], [claimed]) == Plan()
    other_kind = decide([named(kind=EdgeKind.FIRST_FRAME)], [claimed], [image()])
    assert len(other_kind.add) == 1


def test_an_edge_that_says_something_else_is_replaced_only_with_clear() -> None:
    old = stands(edge())._replace(prompt="closes")
    replaced = decide([named()], [old], [image()])
    assert (len(replaced.add), replaced.retract, replaced.keep) == (1, (old,), ())
    left = decide([named()], [old], [image()], clear=False)
    assert (left.add, left.retract, left.keep) == ((), (), (old,))
    assert "`clear`" in left.problems[0]


def test_the_same_parent_may_be_used_twice_in_order() -> None:
    decided = decide([named(1, 0), named(1, 2)], [], [image()])
    assert [e.sequence for e in decided.add] == [0, 2]


def test_equal_bytes_only_infer() -> None:
    decided = decide([named()], [], [image(rank=Rank.BYTES)])
    assert decided.add[0].evidence is Evidence.INFERRED


def test_an_unknown_parent_is_made_once_for_all_that_name_it() -> None:
    by_both = named()
    by_url = Wanted(edge(1), Clue(url="https://e.org/a"), "u", NewAsset(MediaType.IMAGE))
    by_both = replace(by_both, clue=replace(by_both.clue, url="https://e.org/a"))
    decided = decide([by_both, named(1, 4), by_url, named(2, 5)], [])
    first, second = decided.create
    assert [e.parent_id for e in decided.add] == [first.id, first.id, first.id, second.id]


def test_ids_of_two_providers_are_two_assets() -> None:
    ones = [
        Wanted(edge(i), Clue(provider=p, made="7"), p, NewAsset(MediaType.IMAGE, provider=p))
        for i, p in enumerate(("p", "q"))
    ]
    assert len(decide(ones, []).create) == 2


def test_a_parent_of_which_only_a_hash_is_known_is_told_and_not_made() -> None:
    bare = Wanted(edge(), Clue(sha256="ab"), "The file with SHA-256 ab")
    decided = decide([bare, named()], [], None)
    assert decided.problems == (
        "The file with SHA-256 ab is not known here; that parent is missing.",
    )
    assert len(decided.add) == len(decided.create) == 1


def test_what_does_not_fit_is_told_and_neither_made_nor_linked() -> None:
    known = decide([named()], [], [Match(PARENT, Rank.UPLOAD, MediaType.VIDEO)])
    assert known.add == ()
    assert "SOURCE_IMAGE wants IMAGE as its parent, and this one is VIDEO" in known.problems[0]
    made = decide([named()], [], made=MediaType.AUDIO)
    assert (made.add, made.create) == ((), ())
    assert "as its child" in made.problems[0]


def test_an_asset_is_not_its_own_parent() -> None:
    decided = decide([named()], [], [image(CHILD)])
    assert decided.add == ()
    assert "the asset itself" in decided.problems[0]


def test_of_many_matches_the_surest_is_taken_and_of_equals_what_stands() -> None:
    assert best([]) is None
    assert best([image("b", Rank.URL), image("c", Rank.MADE)]) == image("c", Rank.MADE)
    equals = [replace(image("a"), deleted=True), image("b"), image("c")]
    assert best(equals) == image("b")
    assert best(equals, [stands(edge(), "c")]) == image("c")
    assert best(equals, [stands(edge(), "a")]) == equals[0]


def test_an_edge_that_would_close_a_loop_is_left_out_and_told() -> None:
    decided = decide([named(1, 0), named(2, 1)], [], [image()])
    left = decided.without([0])
    assert [e.sequence for e in left.add] == [1]
    assert PARENT in left.problems[0]
    assert "loop" in left.problems[0]
    assert key(left.add[0]) == key(decided.add[1])
