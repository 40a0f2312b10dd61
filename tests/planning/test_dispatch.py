"""Who begins next, and that the position told is the one it comes to."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from graph.dispatch import Ahead, Waiting
from planning.dispatch import choose, position

USERS = ("ann", "bob", "cid")
WAITING = st.lists(
    st.tuples(st.sampled_from(USERS), st.integers(1, 3)), min_size=1, max_size=30
).map(lambda rows: [Waiting(str(i), u, n, f"{i:03}") for i, (u, n) in enumerate(rows)])
RUNNING = st.dictionaries(st.sampled_from(USERS), st.integers(0, 5))
ALL = 1000


def ahead(one: Waiting, waiting: list[Waiting], running: dict[str, int]) -> list[Ahead]:
    """What the graph counts."""
    found = []
    for user in {w.user for w in waiting}:
        theirs = [w for w in waiting if w.user == user]
        same = [w for w in theirs if w.urgency == one.urgency]
        found.append(
            Ahead(
                user,
                user == one.user,
                running.get(user, 0),
                sum(w.urgency < one.urgency for w in theirs),
                len(same),
                sum(w.place < one.place for w in same),
            )
        )
    return found


@given(WAITING, RUNNING)
def test_the_position_told_is_the_one_it_begins_at(
    waiting: list[Waiting], running: dict[str, int]
) -> None:
    order = choose(waiting, running, ALL)
    assert sorted(order) == sorted(w.id for w in waiting)
    told = {one.id: position(ahead(one, waiting, running)) for one in waiting}
    assert told == {number: index for index, number in enumerate(order)}


@given(WAITING, RUNNING, st.integers(0, 20))
def test_never_more_run_than_may(
    waiting: list[Waiting], running: dict[str, int], limit: int
) -> None:
    chosen = choose(waiting, running, limit)
    assert len(chosen) == min(len(waiting), max(limit - sum(running.values()), 0))


@given(WAITING, st.integers(1, 12))
def test_users_share_fairly_whoever_asked_for_more(waiting: list[Waiting], limit: int) -> None:
    alike = [w._replace(urgency=2) for w in waiting]
    users = {w.id: w.user for w in alike}
    begun = Counter(users[number] for number in choose(alike, {}, limit))
    left = Counter(w.user for w in alike) - begun
    most = max(begun.values(), default=0)
    assert all(begun[user] >= most - 1 for user in left)


@given(WAITING)
def test_the_more_urgent_begin_first(waiting: list[Waiting]) -> None:
    urgency = {w.id: w.urgency for w in waiting}
    order = [urgency[number] for number in choose(waiting, {}, ALL)]
    assert order == sorted(order)


def test_a_user_keeps_their_own_order() -> None:
    waiting = [Waiting(str(i), "ann", 2, f"{9 - i}") for i in range(9)]
    assert choose(waiting, {}, ALL) == [str(i) for i in range(8, -1, -1)]
