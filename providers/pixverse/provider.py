"""PixVerse as a provider."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from providers.contract import Health, Job, Request, Submitted
from providers.cost import Cost
from providers.error import Denied, Moderated, Refused, SubmitLost, Unreachable
from providers.event import Event, Failed
from providers.http import pause
from providers.pixverse.api import Api, number_in
from providers.pixverse.body import body_of
from providers.pixverse.check import check
from providers.pixverse.codes import NOT_FOUND, STALE
from providers.pixverse.endpoint import PICTURE, Endpoint, chosen
from providers.pixverse.outcome import ENDS, OUTPUTS, cost_of, ending, going_on, status_of
from providers.pixverse.prepare import Preparation, Prepared

POLL_SECONDS = 4.0
# What is just begun may not be found yet: so often it is asked for before it counts as missing.
MISSED_MOST = 3
# What may have been billed is not begun anew by itself.
GONE = (
    "PixVerse does not know this job any more under this key: it may have been made and billed "
    "there; look at its console before you try anew"
)


class PixVerse:
    """A configured account."""

    def __init__(self, api: Api, jobs: int, *, poll_seconds: float = POLL_SECONDS) -> None:
        self.concurrency = jobs
        self._api = api
        self._poll_seconds = poll_seconds
        self._preparation = Preparation(api)

    async def health(self) -> Health:
        answer = await self._api.get("account/balance")
        told = [answer.get(name) for name in ("credit_monthly", "credit_package")]
        parts = [Decimal(one) for one in told if isinstance(one, int)]
        if not parts:
            return Health("Connected.")
        balance = Cost(sum(parts, Decimal(0)), "credits")
        if balance.amount > 0:
            return Health("Connected.", balance=balance)
        return Health("Connected, and no credits are left.", problem=True, balance=balance)

    async def quote(self, request: Request) -> Cost | None:
        """PixVerse tells a price with the answer to a submit only."""
        return None

    async def submit(self, job: Job) -> Submitted:
        if job.doubtful:
            told = "PixVerse cannot look a submit up; see in its console whether it was begun"
            raise SubmitLost(told)
        endpoint = _accepted(job.request)
        with job.preparing():
            prepared = await self._preparation.identify(job.request)
        try:
            return await self._send(job.request, endpoint, prepared, job.key)
        except Refused as error:
            if error.code not in STALE or not prepared.known:
                raise
            code = error.code
        return await self._send_anew(job, endpoint, prepared, code)

    async def follow(self, job: Job, number: str, news: asyncio.Event) -> AsyncIterator[Event]:
        path = _result_path(number)
        seen: Event | None = None
        while True:
            try:
                answer = await self._found(path, news)
            except (Moderated, Refused) as error:
                yield Failed(error)
                return
            if (status := status_of(answer)) in ENDS:
                for event in ending(job, number, answer):
                    yield event
                return
            if (event := going_on(status)) != seen:
                yield event
                seen = event
            await pause(self._poll_seconds, news)

    async def cancel(self, number: str) -> bool:
        """PixVerse knows no way to stop a job."""
        return False

    async def close(self) -> None:
        await self._api.close()

    async def _found(self, path: str, news: asyncio.Event) -> dict[str, Any]:
        """How a job is."""
        missed = 0
        while True:
            try:
                return await self._api.get(path)
            except (Refused, Denied) as error:
                if error.code is None:  # so says a gateway, and nothing of the job
                    raise Unreachable(error.message) from error
                if error.code != NOT_FOUND:
                    raise
                missed += 1
                if missed == MISSED_MOST:
                    raise Refused(GONE, code=error.code) from error
            await pause(self._poll_seconds, news)

    async def _send_anew(
        self, job: Job, endpoint: Endpoint, before: Prepared, code: str | None
    ) -> Submitted:
        """Nothing was begun, as ids are not good any more. To PixVerse another body is another
        request, and so gets another trace id."""
        with job.preparing():
            prepared = await self._preparation.renew(job.request, before, code)
        trace = str(uuid5(UUID(job.key), "uploaded anew"))
        return await self._send(job.request, endpoint, prepared, trace)

    async def _send(
        self, request: Request, endpoint: Endpoint, prepared: Prepared, trace: str
    ) -> Submitted:
        given = await self._preparation.given(request, endpoint, prepared)
        body = body_of(endpoint, given)
        try:
            answer = await self._api.post(endpoint.path, body, trace)
        except Refused as error:
            self._preparation.doubt(given, error.code)
            raise
        told = {"endpoint": endpoint.path, "request": body}
        quote = _quote(answer, prepared)
        return Submitted(_number(endpoint, answer), told, quote, prepared.uploads())


def _accepted(request: Request) -> Endpoint:
    """The call it means, if nothing is wrong with it."""
    endpoint, problems = chosen(request), check(request)
    if endpoint is not None and not problems:
        return endpoint
    told = tuple(f"{name}: {what}" for name, what in problems)
    raise Refused(f"PixVerse cannot make this: {told[0]}", field=problems[0][0], problems=told)


def _number(endpoint: Endpoint, answer: Mapping[str, Any]) -> str:
    kind = "image" if endpoint is PICTURE else "video"
    number = number_in(answer, OUTPUTS[kind][1])
    if number is None:
        raise SubmitLost("PixVerse took this and told no id of it")
    return f"{kind}:{number}"


def _quote(answer: Mapping[str, Any], prepared: Prepared) -> Cost | None:
    """What it said this costs, what was spent on its preparation with it."""
    cost = cost_of(answer)
    return Cost(cost.amount + prepared.spent(), cost.unit) if cost else None


def _result_path(number: str) -> str:
    kind, _, own = number.partition(":")
    if kind not in OUTPUTS or not own.isdecimal():
        raise Refused("PixVerse gives no job such a number")
    return f"{kind}/result/{own}"
