"""What a provider took is followed to its end: no trouble on the way has it made twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from graph.generation import Failure, GenerationState
from media.errors import FetchFailed, TooLarge
from providers.error import Busy, Denied, OutOfCredits, Passing, Unreachable
from tests.waiting import until
from tests.workers.generating import Works
from workers import following, generate, material
from workers.leases import Over

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("cut"),
        Busy("too many questions", retry_in=0.01),
        Denied("another key"),
        OutOfCredits("nothing left"),
        Passing("odd"),
        RuntimeError("a mistake of ours"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_however_often_it_is_asked_it_is_made_once(at_work: Works, error: Exception) -> None:
    at_work.provider.on_follow += [error] * 30
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.attempt) == (GenerationState.COMPLETED, 1), done.problem
    assert len(at_work.provider.far.begun) == 1


async def test_what_it_waits_for_is_told(at_work: Works) -> None:
    at_work.provider.on_follow += [Unreachable("the far side is away")] * 1000
    asked = await at_work.ask()

    async def is_told() -> bool:
        return (await at_work.now(asked.id)).stage == "waiting: the far side is away"

    await until(is_told)
    at_work.provider.on_follow.clear()
    done = await at_work.ended(asked.id)
    assert done.state is GenerationState.COMPLETED


def failing(times: int, error: Exception) -> Callable[..., Any]:
    """Fetches an output after so many failures."""
    left, fetched = times, material.fetched

    async def fetch(*args: Any) -> Any:
        nonlocal left
        if left:
            left -= 1
            raise error
        return await fetched(*args)

    return fetch


@pytest.mark.parametrize(
    "error",
    [FetchFailed("down"), Unreachable("away"), OSError("no space left")],
    ids=lambda error: type(error).__name__,
)
async def test_an_output_out_of_reach_is_fetched_until_it_comes(
    at_work: Works, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(following, "fetched", failing(40, error))
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.attempt) == (GenerationState.COMPLETED, 1), done.problem


async def test_one_that_never_comes_is_given_up(
    at_work: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "UNFETCHED_SECONDS", 0.2)
    monkeypatch.setattr(following, "fetched", failing(10_000, FetchFailed("down")))
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.failure) == (GenerationState.FAILED, Failure.BAD_OUTPUT)
    assert "down" in (done.problem or "")
    assert at_work.provider.far.cancelled == [], "what is finished there is left there"


async def test_one_that_is_too_large_is_fetched_once(
    at_work: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "fetched", failing(1, TooLarge(1000)))
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.failure) == (GenerationState.FAILED, Failure.BAD_OUTPUT)


async def test_what_is_done_is_fetched_however_late_it_is(at_work: Works) -> None:
    """As after all workers were away for longer than a job may take."""
    at_work.provider.finish.clear()
    asked = await at_work.ask()

    async def is_followed() -> bool:
        return bool(at_work.provider.far.followed)

    await until(is_followed)
    long_ago = "MATCH (g:Generation {id: $id}) SET g.startedAt = g.startedAt - $days"
    await at_work.world.graph.write(
        lambda tx: tx.run(long_ago, id=asked.id, days=timedelta(days=2))
    )
    at_work.provider.on_follow += [Unreachable("cut")] * 5
    for held in list(at_work.shop.leases._held.values()):
        held.leave(Over.STOPPING)
    at_work.provider.finish.set()
    done = await at_work.ended(asked.id)
    assert done.state is GenerationState.COMPLETED, done.problem


async def test_the_time_of_a_job_ends_it(at_work: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate.Run, "_seconds_left", lambda run: 0.3)
    at_work.provider.finish.clear()
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.failure) == (GenerationState.FAILED, Failure.TIMED_OUT)
    assert at_work.provider.far.cancelled == ["far-1"]
