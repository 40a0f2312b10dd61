"""A schema for tests of transports: it counts, fails, and tells what is still running."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import strawberry
from strawberry.scalars import JSON

from api.context import Info
from api.limit import limits
from api.schema import Schema

SECRET = "a word from the inside"
alive: set[str] = set()
poured: Counter[str] = Counter()


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "hello"

    @strawberry.field
    def whoami(self, info: Info) -> str:
        return info.context.viewer.user_id

    @strawberry.field
    def extensions(self, info: Info) -> JSON:
        return JSON(info.input_extensions)

    @strawberry.field
    def link(self, info: Info) -> str:
        return info.context.links.base_url

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError(SECRET)

    @strawberry.field
    def huge(self) -> JSON:
        return JSON(2**70)

    @strawberry.field
    async def stuck(self, name: str) -> str:
        with _Alive(name):
            await asyncio.Event().wait()
        return name


@strawberry.type
class Mutation:
    @strawberry.mutation
    def shout(self, word: str) -> str:
        return word.upper()


@strawberry.type
class Event:
    number: int

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError(SECRET)

    @strawberry.field
    def lost(self) -> str:
        raise RuntimeError(SECRET)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncIterator[int]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def forever(self, name: str) -> AsyncIterator[int]:
        with _Alive(name):
            yield 0
            await asyncio.Event().wait()

    @strawberry.subscription
    async def workspaces(self, info: Info) -> AsyncIterator[list[str]]:
        seen: Any = None
        while True:
            if seen != info.context.readable:
                seen = info.context.readable
                yield seen
            await asyncio.sleep(0.01)

    @strawberry.subscription
    async def failing(self, after: int = 1) -> AsyncIterator[int]:
        for number in range(after):
            yield number + 1
        raise RuntimeError(SECRET)

    @strawberry.subscription
    async def events(self, to: int) -> AsyncIterator[Event]:
        for number in range(to):
            yield Event(number=number)

    @strawberry.subscription
    async def pour(self, name: str, size: int) -> AsyncIterator[str]:
        """As much as is taken, and more."""
        with _Alive(name):
            while True:
                poured[name] += 1
                yield "x" * size


class _Alive:
    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        alive.add(self._name)

    def __exit__(self, *_: object) -> None:
        alive.discard(self._name)


schema = Schema(query=Query, mutation=Mutation, subscription=Subscription, limits=limits)
