"""Places in a queue: there is always another between two."""

from hypothesis import given
from hypothesis import strategies as st

from graph.identifier import new_id
from planning.place import between, first_place


@given(st.lists(st.integers(0, 50), max_size=60))
def test_there_is_always_a_place_between(moves: list[int]) -> None:
    row = [first_place(new_id()) for _ in range(3)]
    for move in moves:
        index = move % (len(row) + 1)
        before = row[index - 1] if index else None
        after = row[index] if index < len(row) else None
        row.insert(index, between(before, after))
    assert row == sorted(set(row))


def test_what_is_new_stands_last() -> None:
    older = first_place("01890000-0000-7000-8000-000000000000")
    newer = first_place("01890000-0001-7000-8000-000000000000")
    assert older < newer < between(newer, None)


@given(st.integers(1, 200))
def test_it_stays_short_at_one_end(count: int) -> None:
    place = first_place(new_id())
    for _ in range(count):
        place = between(None, place)
    assert len(place) < 33 + count
