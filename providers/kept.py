"""What a service gave for something, kept to serve again as long as it is good."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class _Place(Generic[T]):
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    held: tuple[T] | None = None
    until: float = 0.0

    def is_good(self) -> bool:
        return self.held is not None and time.monotonic() < self.until


class Kept(Generic[T]):
    """So many values at most, those used last, each for so many seconds."""

    def __init__(self, most: int, seconds: float = math.inf) -> None:
        self._most = most
        self._seconds = seconds
        self._places: OrderedDict[Hashable, _Place[T]] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        place = self._places.get(key)
        return place is not None and place.is_good()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """The value of a key. It is made if there is none, and only once for all who wait."""
        place = self._place(key)
        async with place.lock:
            if place.held is None or not place.is_good():
                place.held = (await make(),)
                place.until = time.monotonic() + self._seconds
            return place.held[0]

    def forget(self, key: Hashable) -> None:
        self._places.pop(key, None)

    def _place(self, key: Hashable) -> _Place[T]:
        place = self._places.setdefault(key, _Place())
        self._places.move_to_end(key)
        while len(self._places) > self._most:
            self._places.popitem(last=False)
        return place
