"""What every provider must hold, ours and others'.

A test module subclasses `Conformance` as `Test...`, names its `plugin`, its `requests` and those
that are `bad`, and gives a fixture `service`; what a service cannot do is said in `traits`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from providers.contract import Health, Provider, Request
from providers.cost import Cost
from providers.error import JobGone, ProviderError, Refused, SubmitLost
from providers.event import Cancelled, Done, Event
from tests.providers.conforming import (
    Service,
    check_event,
    check_submitted,
    check_told,
    examine,
    followed,
    following,
    new_job,
    outcome,
    outputs_of,
    stopped,
    submitted_outcome,
)
from tests.providers.described import Described


@pytest.mark.anyio
class Conformance(Described):
    """The tests of a provider."""

    @pytest.fixture
    async def provider(self, service: Service) -> AsyncIterator[Provider]:
        made = service.make()
        yield made
        await made.close()

    # What it does.

    async def test_it_is_well(self, provider: Provider, service: Service) -> None:
        async with self.limit():
            health = await provider.health()
        assert isinstance(health, Health)
        assert health.message.strip()
        assert not health.problem
        assert provider.concurrency >= 1
        check_told(service, health.message)

    async def test_a_quote_is_a_cost_or_unknown(self, provider: Provider, wanted: Request) -> None:
        async with self.limit():
            quote = await provider.quote(wanted)
        if quote is not None:
            assert isinstance(quote, Cost)
            assert quote.amount >= 0
            assert quote.unit

    async def test_what_is_asked_for_is_made(
        self, provider: Provider, service: Service, wanted: Request, tmp_path: Path
    ) -> None:
        job = new_job(wanted)
        async with self.limit():
            submitted = await provider.submit(job)
            events = await followed(provider, job, submitted.number)
        check_submitted(service, submitted, wanted)
        ability = self.ability(wanted)
        assert isinstance(events[-1], Done), events[-1]
        made = await outputs_of(events)
        for one in made:
            facts = await examine(one.data, tmp_path)
            assert facts.media_type == one.output.media_type
            assert ability is None or facts.media_type == ability.output
        for event in events:
            check_event(service, event)

    async def test_followed_again_by_its_number_it_gives_the_same(
        self, provider: Provider, service: Service, wanted: Request
    ) -> None:
        job = new_job(wanted)
        async with self.limit():
            number = (await provider.submit(job)).number
            first = await outputs_of(await followed(provider, job, number))
            other = service.make()
            try:
                again = await outputs_of(await followed(other, job, number))
            finally:
                await other.close()
        assert [one.data for one in again] == [one.data for one in first]
        assert [one.output.media_type for one in again] == [one.output.media_type for one in first]

    async def test_a_follower_who_leaves_can_come_back(
        self, provider: Provider, any_wanted: Request
    ) -> None:
        job = new_job(any_wanted)
        async with self.limit():
            number = (await provider.submit(job)).number
            async with following(provider, job, number) as events:
                await anext(events)
            assert isinstance((await followed(provider, job, number))[-1], Done)

    async def test_many_run_at_once(self, provider: Provider, any_wanted: Request) -> None:
        ends: list[Event] = []

        async def run() -> None:
            job = new_job(any_wanted)
            number = (await provider.submit(job)).number
            ends.append((await followed(provider, job, number))[-1])

        async with self.limit(), anyio.create_task_group() as tasks:
            for _ in range(2):
                tasks.start_soon(run)
        assert [type(end) for end in ends] == [Done, Done]

    # What it does when in doubt.

    async def test_a_doubtful_submit_makes_nothing_twice(
        self, provider: Provider, service: Service, any_wanted: Request
    ) -> None:
        job = new_job(any_wanted)
        async with self.limit():
            number = (await provider.submit(job)).number
            before = service.begun() if service.begun else 0
            try:
                again = (await provider.submit(replace(job, doubtful=True))).number
            except SubmitLost:
                assert not self.traits.looks_up
            else:
                assert again == number
            assert (service.begun() if service.begun else 0) == before

    async def test_a_lost_submit_makes_nothing_twice(
        self, provider: Provider, service: Service, any_wanted: Request
    ) -> None:
        if service.lose is None or service.begun is None:
            pytest.skip("no answer of this service gets lost")
        job, before = new_job(any_wanted), service.begun()
        service.lose()
        async with self.limit():
            with pytest.raises(SubmitLost):
                await provider.submit(job)
            try:
                found = await provider.submit(replace(job, doubtful=True))
            except SubmitLost:
                assert not self.traits.looks_up
            else:
                assert isinstance((await followed(provider, job, found.number))[-1], Done)
        assert service.begun() == before + 1

    async def test_an_unknown_number_is_gone(
        self, provider: Provider, service: Service, any_wanted: Request
    ) -> None:
        async with self.limit():
            with pytest.raises((JobGone, Refused)) as raised:
                await outcome(provider, new_job(any_wanted), service.unknown)
        check_told(service, raised.value.message)

    async def test_what_is_wrong_is_refused(
        self, provider: Provider, service: Service, bad_name: str
    ) -> None:
        job = new_job(self.bad[bad_name]())
        async with self.limit():
            with pytest.raises(Refused) as raised:
                await submitted_outcome(provider, job)
        assert raised.value.message.strip()
        check_told(service, raised.value.message, *raised.value.problems)

    async def test_an_unknown_operation_is_refused(
        self, provider: Provider, any_wanted: Request
    ) -> None:
        if any_wanted.workflow is not None:
            pytest.skip("a workflow says itself what it does")
        with pytest.raises(Refused):
            await provider.submit(new_job(replace(any_wanted, operation="import")))

    # How it stops.

    async def test_stopped_before_it_is_followed_it_ends(
        self, provider: Provider, any_wanted: Request
    ) -> None:
        job = new_job(any_wanted)
        async with self.limit():
            number = (await provider.submit(job)).number
            await stopped(provider, number)
            try:
                end = await outcome(provider, job, number)
            except JobGone:
                assert self.traits.forgets_cancelled
            else:
                assert isinstance(end, Cancelled | Done)

    async def test_stopped_while_it_runs_it_ends(
        self, provider: Provider, service: Service, any_wanted: Request
    ) -> None:
        job = new_job(any_wanted)
        held = self.traits.cancels and service.hold is not None
        seen: list[Event] = []
        async with self.limit():
            with service.hold() if held and service.hold else nullcontext():
                number = (await provider.submit(job)).number
                async with following(provider, job, number) as events:
                    async for event in events:
                        if not seen:
                            assert await stopped(provider, number) or not held
                        seen.append(event)
        assert isinstance(seen[-1], Cancelled if held else (Cancelled, Done))

    async def test_stopping_what_has_ended_does_no_harm(
        self, provider: Provider, any_wanted: Request
    ) -> None:
        job = new_job(any_wanted)
        async with self.limit():
            number = (await provider.submit(job)).number
            assert isinstance((await followed(provider, job, number))[-1], Done)
            await stopped(provider, number)
            await stopped(provider, number)

    async def test_stopping_what_is_unknown_does_no_harm(
        self, provider: Provider, service: Service
    ) -> None:
        async with self.limit():
            await stopped(provider, service.unknown)

    async def test_a_service_that_is_gone_is_told_of(
        self, provider: Provider, service: Service, any_wanted: Request
    ) -> None:
        if service.cut is None:
            pytest.skip("this service is always there")
        job = new_job(any_wanted)
        async with self.limit():
            number = (await provider.submit(job)).number
            service.cut()
            calls: tuple[Callable[[], Any], ...] = (
                provider.health,
                lambda: provider.submit(new_job(any_wanted)),
                lambda: followed(provider, job, number),
                *([lambda: provider.cancel(number)] if self.traits.cancels else []),
            )
            for call in calls:
                with pytest.raises(ProviderError) as raised:
                    await call()
                check_told(service, raised.value.message)

    async def test_it_closes_twice(self, service: Service) -> None:
        made = service.make()
        async with self.limit():
            await made.close()
            await made.close()

    def limit(self) -> asyncio.Timeout:
        return asyncio.timeout(self.traits.seconds)
