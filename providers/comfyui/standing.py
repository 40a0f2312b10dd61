"""Where jobs stand on a server, as its queue and its history tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from providers.comfyui.naming import ids_of
from providers.value import mapping

NOTE = "pedigree"


@dataclass(frozen=True)
class Item:
    """A prompt as queue and history list it: [number, id, graph, extra data, output nodes]."""

    id: str
    number: float = 0.0
    graph: Mapping[str, object] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)
    targets: tuple[str, ...] = ()

    def is_of(self, key: str) -> bool:
        """Whether it is the job of this key; servers that give ids of their own keep our note."""
        return self.id == key or mapping(self.extra.get(NOTE)).get("job") == key


@dataclass(frozen=True)
class Queue:
    """What a server works on, and what waits, first the next."""

    running: tuple[Item, ...] = ()
    pending: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Waiting:
    """It waits, and so many are before it."""

    item: Item
    position: int


@dataclass(frozen=True)
class Running:
    """It is worked on."""

    item: Item


@dataclass(frozen=True)
class Ended:
    """It is over; the entry of the history says how."""

    entry: Mapping[str, object]


Standing = Waiting | Running | Ended


def read_queue(answer: Mapping[str, object]) -> Queue:
    """The server lists what waits as a heap: only its first is in place."""
    pending = sorted(_items(answer.get("queue_pending")), key=lambda item: item.number)
    return Queue(tuple(_items(answer.get("queue_running"))), tuple(pending))


def place(queue: Queue, prompt_id: str) -> Standing | None:
    """Where a job stands in the queue; None if it is not there."""
    for item in queue.running:
        if item.id == prompt_id:
            return Running(item)
    for before, item in enumerate(queue.pending):
        if item.id == prompt_id:
            return Waiting(item, len(queue.running) + before)
    return None


def item_of(entry: Mapping[str, object]) -> Item | None:
    """The prompt that an entry of the history is of."""
    return _item(entry.get("prompt"))


def _items(listed: object) -> Iterable[Item]:
    read = (_item(one) for one in listed) if isinstance(listed, list) else ()
    return [item for item in read if item]


def _item(listed: object) -> Item | None:
    if not isinstance(listed, list) or len(listed) < 2 or not isinstance(listed[1], str):
        return None
    number, prompt_id, graph, extra, targets = (*listed, None, None, None)[:5]
    return Item(
        id=prompt_id,
        number=float(number) if isinstance(number, int | float) else 0.0,
        graph=mapping(graph),
        extra=mapping(extra),
        targets=ids_of(targets),
    )
