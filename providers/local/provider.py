"""The built-in provider: a job is its request, so nothing is kept and nothing can be lost."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import ExitStack, aclosing
from dataclasses import replace
from tempfile import TemporaryFile
from typing import IO

import anyio
import anyio.to_thread
from av.error import FFmpegError

from providers.checking import check, filled
from providers.contract import Health, Input, Job, Request, Submitted
from providers.cost import Cost
from providers.error import Broken, JobGone, Refused
from providers.event import Accepted, Cancelled, Done, Event, Failed, Model
from providers.local.ability import ABILITIES
from providers.local.chance import chance
from providers.local.render import RENDERS
from providers.local.schema import SEED_MOST
from providers.local.work import MODEL, Given, Stopped, Work, facts_of

ABILITY = {ability.operation: ability for ability in ABILITIES}


class Local:
    """Draws on this machine, in threads."""

    def __init__(self, concurrency: int) -> None:
        self.concurrency = concurrency
        self._running: dict[str, set[Work]] = {}

    async def health(self) -> Health:
        return Health("Always there, on this machine.")

    async def quote(self, request: Request) -> Cost | None:
        return None

    async def submit(self, job: Job) -> Submitted:
        """The number is the key: whoever follows has it made, as often as it is followed."""
        request = checked(job.request)
        return Submitted(job.key, facts_of(request, seed_of(job)))

    async def follow(
        self,
        job: Job,
        number: str,
        news: asyncio.Event,
    ) -> AsyncIterator[Event]:
        if number != job.key:
            raise JobGone("the built-in provider has no such job; it is to be made anew")
        request, seed = checked(job.request), seed_of(job)
        yield Accepted()
        with ExitStack() as files:
            given = [
                await _fetched(one, files.enter_context(TemporaryFile())) for one in request.inputs
            ]
            told: asyncio.Queue[Event | None] = asyncio.Queue()
            loop = asyncio.get_running_loop()

            def tell(event: Event) -> None:
                loop.call_soon_threadsafe(told.put_nowait, event)

            work = Work(request, seed, given, tell)
            async with aclosing(self._run(number, work, told)) as events:
                async for event in events:
                    yield event

    async def _run(
        self, number: str, work: Work, told: asyncio.Queue[Event | None]
    ) -> AsyncGenerator[Event, None]:
        """The events of a render in a thread, which has ended when this has."""
        self._running.setdefault(number, set()).add(work)
        task = asyncio.create_task(anyio.to_thread.run_sync(_rendered, work))
        task.add_done_callback(lambda _: told.put_nowait(None))
        try:
            while (event := await told.get()) is not None:
                yield event
            yield await task
        finally:
            work.stop()
            with anyio.CancelScope(shield=True):
                await asyncio.wait((task,))
            self._forget(number, work)

    def _forget(self, number: str, work: Work) -> None:
        self._running[number].discard(work)
        if not self._running[number]:
            del self._running[number]

    async def cancel(self, number: str) -> bool:
        """Stops what runs in this process; what is not followed is not made, so it is always
        stopped."""
        for work in tuple(self._running.get(number, ())):
            work.stop()
        return True

    @property
    def busy(self) -> bool:
        """Whether anything is being made in this process."""
        return bool(self._running)

    async def close(self) -> None:
        for number in tuple(self._running):
            await self.cancel(number)


def checked(request: Request) -> Request:
    """The request with what was left out; Refused if it cannot be done."""
    ability = ABILITY.get(request.operation)
    if ability is None or request.workflow is not None:
        raise Refused(f"the built-in provider does not do {request.operation}")
    whole = replace(request, parameters=filled(ability, request.parameters))
    check(ability, whole)
    return whole


def seed_of(job: Job) -> int:
    """The seed that was given, or one that belongs to the job."""
    given = job.request.parameters.get("seed")
    return chance(job.key).randint(0, SEED_MOST) if given is None else int(given)


async def _fetched(one: Input, file: IO[bytes]) -> Given:
    """An input with its bytes in a file."""
    async for chunk in one.media.open():
        await anyio.to_thread.run_sync(file.write, chunk)
    return Given(one, file)


def _rendered(work: Work) -> Event:
    """Runs in a thread, and says how it ended."""
    try:
        RENDERS[work.request.operation](work)
    except Stopped:
        return Cancelled()
    except Refused as error:
        return Failed(error)
    except (OSError, MemoryError, FFmpegError) as error:
        broken = Broken("this machine could not draw it; see that it has memory and disk left")
        broken.__cause__ = error
        return Failed(broken)
    return Done(seed=work.seed, models=(Model(MODEL),), answer=work.facts())
