"""What a service gave is kept: made once, for a while, and not without bound."""

import anyio
import pytest

from providers.error import Unreachable
from providers.kept import Kept

pytestmark = pytest.mark.anyio


class Maker:
    """Makes numbers; the first tries fail, if so many are told."""

    def __init__(self, failing: int = 0) -> None:
        self.made = 0
        self.failing = failing
        self.open = anyio.Event()

    async def __call__(self) -> int:
        await self.open.wait()
        self.made += 1
        if self.made <= self.failing:
            raise Unreachable("not now")
        return self.made


def ready(failing: int = 0) -> Maker:
    maker = Maker(failing)
    maker.open.set()
    return maker


async def test_it_is_made_once() -> None:
    kept, maker = Kept[int](9), ready()
    assert [await kept.get("a", maker) for _ in range(3)] == [1, 1, 1]
    assert await kept.get("b", maker) == 2
    assert "a" in kept
    assert "c" not in kept


async def test_who_comes_meanwhile_waits_for_it() -> None:
    kept, maker, found = Kept[int](9), Maker(), list[int]()

    async def ask() -> None:
        found.append(await kept.get("a", maker))

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            maker.open.set()
    assert found == [1, 1, 1]


async def test_what_failed_is_made_by_the_next() -> None:
    kept, maker = Kept[int](9), ready(failing=1)
    with pytest.raises(Unreachable):
        await kept.get("a", maker)
    assert "a" not in kept
    assert await kept.get("a", maker) == 2


async def test_what_was_forgotten_or_is_old_is_made_anew() -> None:
    kept, old, maker = Kept[int](9), Kept[int](9, 0.0), ready()
    await kept.get("a", maker)
    kept.forget("a")
    kept.forget("never there")
    assert await kept.get("a", maker) == 2
    assert [await old.get("a", maker) for _ in range(2)] == [3, 4]
    assert "a" not in old


async def test_those_used_last_are_kept() -> None:
    kept, maker = Kept[int](2), ready()
    for key in ("a", "b", "a", "c"):
        await kept.get(key, maker)
    assert [key in kept for key in "abc"] == [True, False, True]


async def test_nothing_is_something_to_keep() -> None:
    made: list[None] = []

    async def make() -> None:
        made.append(None)

    kept = Kept[None](2)
    for _ in range(2):
        await kept.get("a", make)
    assert len(made) == 1
