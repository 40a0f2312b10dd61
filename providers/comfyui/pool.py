"""Several servers as one: all are asked, and the emptiest gets the next job."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import httpx

from providers.comfyui.server import Server
from providers.error import JobGone, Passing, ProviderError, Unreachable

T = TypeVar("T")
NO_NUMBER = "the number is of no job at ComfyUI"


@dataclass(frozen=True)
class Asked(Generic[T]):
    """What servers answered, and why others did not."""

    answers: tuple[tuple[Server, T], ...]
    failures: tuple[tuple[Server, ProviderError], ...]

    def worst(self) -> ProviderError:
        """The failure that a person should hear of: one that does not pass by itself."""
        errors = [error for _, error in self.failures]
        return next((one for one in errors if not isinstance(one, Passing)), errors[0])


class Pool:
    """Servers by their addresses. One that does not answer for `lost` seconds is given up with the
    jobs it had."""

    def __init__(
        self, urls: Sequence[str], make: Callable[[str], Server] = Server, lost: float = 600.0
    ) -> None:
        self._make = make
        self._lost = lost
        self.servers = tuple(map(make, urls))
        # Those that left the pool, and still have jobs of ours.
        self._former: dict[str, Server] = {}

    async def ask(self, question: Callable[[Server], Awaitable[T]]) -> Asked[T]:
        """Asks all servers at once."""
        told = await asyncio.gather(*(_answer(question, server) for server in self.servers))
        pairs = list(zip(self.servers, told, strict=True))
        return Asked(
            tuple((server, one) for server, one in pairs if not isinstance(one, ProviderError)),
            tuple((server, one) for server, one in pairs if isinstance(one, ProviderError)),
        )

    async def emptiest(self, key: str) -> Server:
        """Of servers that are as empty, each job has a favourite of its own, so that many jobs
        sent at once do not all go to the first."""
        asked = await self.ask(Server.remaining)
        if not asked.answers:
            raise asked.worst()
        return min(asked.answers, key=lambda one: (one[1], _lot(key, one[0])))[0]

    def locate(self, number: str) -> tuple[Server, str]:
        """The server of a job, which may have left the pool, and the id of its prompt there."""
        prompt_id, _, url = number.partition("@")
        if not prompt_id or not url.startswith(("http://", "https://")):
            raise JobGone(NO_NUMBER)
        for server in (*self.servers, *self._former.values()):
            if server.url == url:
                return server, prompt_id
        try:
            self._former[url] = self._make(url)
        except httpx.InvalidURL as error:
            raise JobGone(NO_NUMBER) from error
        return self._former[url], prompt_id

    @contextmanager
    def waited_for(self, server: Server) -> Iterator[None]:
        """A server that left the pool and does not answer, or does not answer any more, will not
        come back with its jobs. Nothing is billed there, should it have gone on with one."""
        try:
            yield
        except Unreachable as error:
            silent = server.silence.go_on()
            if server not in self.servers:
                told = "was taken from the settings and does not answer"
            elif silent >= self._lost:
                told = f"has not answered for {silent / 60:.0f} minutes, and is taken for lost"
            else:
                raise
            raise JobGone(f"ComfyUI at {server.url} {told}") from error

    async def close(self) -> None:
        for server in (*self.servers, *self._former.values()):
            await server.close()


def number_of(server: Server, prompt_id: str) -> str:
    """All that it takes to find a job again."""
    return f"{prompt_id}@{server.url}"


async def _answer(question: Callable[[Server], Awaitable[T]], server: Server) -> T | ProviderError:
    try:
        return await question(server)
    except ProviderError as error:
        return error


def _lot(key: str, server: Server) -> bytes:
    return hashlib.sha256(f"{key} {server.url}".encode()).digest()
