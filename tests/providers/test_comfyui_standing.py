"""Queue and history say where a job stands."""

from typing import Any

import pytest

from providers.comfyui.standing import Item, Queue, Running, Waiting, item_of, place, read_queue


def listed(number: float, name: str, **extra: Any) -> list[Any]:
    return [number, name, {"9": {}}, extra, ["9"]]


def test_what_waits_is_counted_with_what_runs() -> None:
    queue = read_queue(
        {
            "queue_running": [listed(0, "a")],
            "queue_pending": [listed(3, "d"), listed(2, "c"), listed(-1, "front")],
        }
    )
    assert [item.id for item in queue.pending] == ["front", "c", "d"]
    assert place(queue, "a") == Running(queue.running[0])
    assert place(queue, "d") == Waiting(queue.pending[2], 3)
    assert place(queue, "front") == Waiting(queue.pending[0], 1)
    assert place(queue, "x") is None


@pytest.mark.parametrize("odd", [None, 3, [3], [[1]], [[1, 2]], [None]])
def test_odd_queues_are_empty(odd: object) -> None:
    assert read_queue({"queue_running": odd, "queue_pending": odd}) == Queue()


def test_a_short_item_is_read() -> None:
    assert item_of({"prompt": [1, "x"]}) == Item("x", 1.0)
    assert item_of({"prompt": [None, "x", 3, 4, 5]}) == Item("x")
    assert item_of({"prompt": {}}) is None


def test_a_job_is_known_by_its_id_or_our_note() -> None:
    assert Item("key").is_of("key")
    assert Item("x", extra={"pedigree": {"job": "key"}}).is_of("key")
    assert not Item("x", extra={"pedigree": {"job": "other"}}).is_of("key")
    assert not Item("x", extra={"pedigree": 3}).is_of("key")
