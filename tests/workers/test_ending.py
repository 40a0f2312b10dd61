"""What becomes of a job after each sort of error."""

from datetime import timedelta
from decimal import Decimal

import pytest

from graph.generation import Failure, Price
from graph.job import Job
from providers.cost import Cost
from providers.error import (
    Broken,
    Busy,
    Denied,
    JobGone,
    Moderated,
    OutOfCredits,
    Passing,
    ProviderError,
    Refused,
    SubmitLost,
    Unreachable,
)
from tests.graph.ordering import bare
from workers.ending import ATTEMPTS_MAX, Again, GaveUp, price, verdict

PAUSE = timedelta(seconds=2)
COST = Cost(Decimal("0.5"), "USD")


def job(failures: int = 0) -> Job:
    """One that failed so often before."""
    return bare(failures=failures)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (Refused("no", code="E1"), Failure.REFUSED),
        (Denied("no", code="E1"), Failure.REFUSED),
        (Moderated("no", code="E1"), Failure.MODERATED),
        (OutOfCredits("no", code="E1"), Failure.OUT_OF_CREDITS),
        (SubmitLost("no", code="E1"), Failure.SUBMIT_LOST),
        (ProviderError("no", code="E1"), Failure.PROVIDER_FAILED),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_succeed_is_given_up_at_once(error: ProviderError, failure: Failure) -> None:
    billed = Price(Decimal("0.5"), "USD")
    assert verdict(job(), error, PAUSE, COST) == GaveUp(failure, "no", "E1", billed)


@pytest.mark.parametrize(
    ("sort", "tries"),
    [
        (Broken, ATTEMPTS_MAX),
        (JobGone, ATTEMPTS_MAX),
        (Unreachable, 2 * ATTEMPTS_MAX),
        (Busy, 2 * ATTEMPTS_MAX),
        (Passing, 2 * ATTEMPTS_MAX),
    ],
)
def test_what_may_succeed_is_made_anew_but_not_for_ever(sort: type[Passing], tries: int) -> None:
    billed = Price(Decimal("0.5"), "USD")
    again = Again("away", PAUSE, billed=billed)
    for failures in range(tries - 1):
        assert verdict(job(failures), sort("away"), PAUSE, COST) == again
    last = verdict(job(tries - 1), sort("away.", code="E2"), PAUSE, COST)
    told = f"away. Tried {tries} times."
    assert last == GaveUp(Failure.PROVIDER_FAILED, told, "E2", billed)


@pytest.mark.parametrize(("said", "pause"), [(None, 2), (0.5, 2), (30.0, 30)])
def test_it_waits_as_long_as_it_was_told_and_never_less_than_the_pause(
    said: float | None, pause: int
) -> None:
    ending = verdict(job(), Busy("full", retry_in=said), PAUSE)
    assert ending == Again("full", timedelta(seconds=pause))


def test_every_problem_of_a_refusal_is_told_once() -> None:
    error = Refused("width: is too small", problems=("width: is too small", "node 3: no model"))
    ending = verdict(job(), error, PAUSE)
    assert isinstance(ending, GaveUp)
    assert ending.problem == "width: is too small\nnode 3: no model"


def test_what_was_not_billed_is_no_price() -> None:
    assert price(None) is None
    assert price(COST) == Price(Decimal("0.5"), "USD")
