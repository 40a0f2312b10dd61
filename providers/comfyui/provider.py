"""ComfyUI as a provider: one server or several, of which the emptiest gets the next job."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from providers.comfyui import objects
from providers.comfyui.assemble import assemble, file_name
from providers.comfyui.file import ServerFile
from providers.comfyui.follow import Follower, Pace
from providers.comfyui.pool import Pool, number_of
from providers.comfyui.server import Server
from providers.comfyui.standing import NOTE, Item, Running, Waiting
from providers.comfyui.validation import partial
from providers.contract import Health, Job, Request, Submitted, Upload
from providers.cost import Cost
from providers.error import Passing, ProviderError, Refused, SubmitLost
from providers.event import Event
from providers.value import mapping, text, whole

GIB = 2**30


class ComfyUI:
    """A pool of servers. The number of a job is its prompt's id and its server's address."""

    def __init__(self, urls: Sequence[str], jobs: int, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._pool = Pool(urls, self._server, self._pace.lost)
        self.concurrency = len(self._pool.servers) * jobs

    def _server(self, url: str) -> Server:
        return Server(url, self._pace.call, self._pace.probe)

    async def health(self) -> Health:
        asked = await self._pool.ask(_describe)
        if not asked.answers:
            raise asked.worst()
        told = [message for _, message in asked.answers]
        told += [error.message for _, error in asked.failures]
        return Health("; ".join(told), problem=bool(asked.failures))

    async def quote(self, request: Request) -> Cost | None:
        return None

    async def submit(self, job: Job) -> Submitted:
        _check(job.request)
        with job.preparing():
            if job.doubtful and (found := await self._find(job)):
                return found
            server = await self._pool.emptiest(job.key)
            files = await self._upload(server, job.request)
        names = {
            one.parameter: _loader_name(file)
            for one, file in zip(job.request.inputs, files, strict=True)
        }
        body: dict[str, Any] = {
            "prompt": assemble(job.request.workflow or {}, job.request.parameters, names),
            "prompt_id": job.key,
            "client_id": job.key,
            "extra_data": {NOTE: {"job": job.key}},
        }
        try:
            answer = await server.prompt(body)
        except SubmitLost as error:
            raise job.lost(error) from error
        prompt_id = text(answer.get("prompt_id"), 200)
        if prompt_id is None:
            raise SubmitLost(f"ComfyUI at {server.url} does not say which id the job got")
        return Submitted(
            number=number_of(server, prompt_id),
            request={"server": server.url, **body},
            uploads=tuple(Upload(index, "file", file.key) for index, file in enumerate(files)),
            problems=tuple(partial(answer, body["prompt"])),
        )

    async def follow(
        self, job: Job, number: str, news: asyncio.Event
    ) -> AsyncGenerator[Event, None]:
        server, prompt_id = self._pool.locate(number)
        follower = Follower(server, prompt_id, job.key, news, self._pace)
        with self._pool.waited_for(server):
            async with aclosing(follower.events()) as events:
                async for event in events:
                    yield event

    async def cancel(self, number: str) -> bool:
        """Servers of 2024 only stop whatever runs. It is made sure that this is the job; should
        it end in the very moment between, the next one is stopped in its place."""
        server, prompt_id = self._pool.locate(number)
        with self._pool.waited_for(server):
            stopped = await server.cancel(prompt_id)
            return await _stop(server, prompt_id) if stopped is None else stopped

    async def missing(self, workflow: Mapping[str, Any]) -> Sequence[str]:
        """What any server that answers lacks, as any of them may get the job."""
        asked = await self._pool.ask(lambda server: objects.missing(server, workflow))
        if not asked.answers:
            raise asked.worst()
        several = len(self._pool.servers) > 1
        return [
            f"At {server.url}: {lack}" if several else lack
            for server, lacks in asked.answers
            for lack in lacks
        ]

    async def close(self) -> None:
        await self._pool.close()

    async def _find(self, job: Job) -> Submitted | None:
        """The job of an earlier try; None if surely no server has it."""
        asked = await self._pool.ask(lambda server: server.find(job.key))
        for server, found in asked.answers:
            if isinstance(found, Item):
                request = {"server": server.url, "prompt_id": found.id, "prompt": found.graph}
                return Submitted(number_of(server, found.id), request)
        if asked.failures:
            raise _not_found_out(asked.worst())
        if any(not found.surely for _, found in asked.answers if not isinstance(found, Item)):
            raise SubmitLost("the history of ComfyUI does not reach back to when the job was sent")
        return None

    async def _upload(self, server: Server, request: Request) -> list[ServerFile]:
        """Puts the inputs on the server, each file once."""
        placed: dict[str, ServerFile] = {}
        for one in request.inputs:
            name = file_name(one.media)
            if name not in placed:
                try:
                    placed[name] = await server.upload(one.media, name)
                except Refused as error:
                    raise Refused(error.message, code=error.code, field=one.parameter) from error
        return [placed[file_name(one.media)] for one in request.inputs]


def _check(request: Request) -> None:
    """Refuses what cannot be sent, before anything is uploaded."""
    if request.workflow is None:
        raise Refused("ComfyUI runs workflows; name one")
    for one in request.inputs:
        if len(request.given(one.parameter)) > 1:
            raise Refused("an input of a node takes one file", field=one.parameter)
    names = {one.parameter: file_name(one.media) for one in request.inputs}
    assemble(request.workflow, request.parameters, names)


def _not_found_out(error: ProviderError) -> ProviderError:
    """That a server cannot be asked does not tell that it has not the job."""
    if isinstance(error, Passing):
        return error
    told = f"whether a server has the job could not be found out: {error.message}"
    return SubmitLost(told, code=error.code)


def _loader_name(file: ServerFile) -> str:
    """A file as loaders name it."""
    path = f"{file.subfolder}/{file.filename}" if file.subfolder else file.filename
    return path if file.type == "input" else f"{path} [{file.type}]"


async def _describe(server: Server) -> str:
    stats, remaining = await asyncio.gather(server.stats(), server.remaining())
    version = text(mapping(stats.get("system")).get("comfyui_version"), 50)
    listed = stats.get("devices")
    devices = [mapping(one) for one in listed] if isinstance(listed, list) else []
    free = sum(whole(one.get("vram_free")) or 0 for one in devices)
    total = sum(whole(one.get("vram_total")) or 0 for one in devices)
    memory = f", {free / GIB:.1f} of {total / GIB:.1f} GiB of VRAM free" if total else ""
    name = f"ComfyUI {version}" if version else "ComfyUI"
    return f"{name} at {server.url}{memory}, {remaining} in its queue"


async def _stop(server: Server, prompt_id: str) -> bool:
    """Stops a job by the ways of older servers. It may begin while it is being taken out of the
    queue, so it is looked at twice."""
    for _ in range(2):
        standing = await server.standing(prompt_id)
        if isinstance(standing, Running):
            await server.interrupt(prompt_id)
            return True
        if not isinstance(standing, Waiting):
            return False
        await server.delete(prompt_id)
        if await server.standing(prompt_id) is None:
            return True
    return False
