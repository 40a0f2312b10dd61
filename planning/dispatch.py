"""What a provider is to begin with next: the more urgent first; of equals, whose user has the
fewest under way; then who stands first in the queue."""

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence

from graph.dispatch import Ahead, Waiting


def choose(waiting: Sequence[Waiting], running: Mapping[str, int], limit: int) -> list[str]:
    """The ids of those that begin, in their order; `limit` is how many may run at once."""
    free = limit - sum(running.values())
    queues = _queues(waiting)
    turns = [_turn(queue, running.get(user, 0)) for user, queue in queues.items()]
    heapq.heapify(turns)
    chosen: list[str] = []
    while turns and len(chosen) < free:
        _, under_way, _, picked = heapq.heappop(turns)
        chosen.append(picked.id)
        queue = queues[picked.user]
        if queue:
            heapq.heappush(turns, _turn(queue, under_way + 1))
    return chosen


Turn = tuple[int, int, str, Waiting]  # sorts by itself: no two places are equal


def _queues(waiting: Sequence[Waiting]) -> dict[str, list[Waiting]]:
    """Of each user, the last to begin first."""
    queues: defaultdict[str, list[Waiting]] = defaultdict(list)
    for one in sorted(waiting, key=lambda w: (w.urgency, w.place), reverse=True):
        queues[one.user].append(one)
    return dict(queues)


def _turn(queue: list[Waiting], under_way: int) -> Turn:
    first = queue.pop()
    return first.urgency, under_way, first.place, first


def position(ahead: Sequence[Ahead]) -> int:
    """How many begin before it by the rule above, as things stand, from 0."""
    mine = next(one for one in ahead if one.mine)
    turn = mine.begun + mine.earlier
    return sum(_before(one, turn) for one in ahead)


def _before(other: Ahead, turn: int) -> int:
    """Of another user as many as have an earlier turn, and one of the same if it stands before."""
    if other.mine:
        return other.urgent + other.earlier
    turns = turn - other.begun
    if turns < 0:
        return other.urgent
    same = 1 if other.earlier > turns else 0
    return other.urgent + min(other.equal, turns + same)
