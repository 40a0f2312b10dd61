"""A Kling of our own that runs, and providers of it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr

from providers.kling.api import Api
from providers.kling.auth import headers_of
from providers.kling.provider import Kling
from settings import Settings
from tests.providers.kling_server import ACCESS, SECRET, KlingServer
from tests.providers.misbehaving import Misbehaving, serving

PACE = 0.01


@dataclass
class Running:
    """The fake, what stands in front of it, and where it is."""

    server: KlingServer
    front: Misbehaving
    url: str
    made: list[Kling] = field(default_factory=list)

    def provider(
        self,
        *,
        callback_url: str | None = None,
        pace: float = PACE,
        settings: Settings | None = None,
        **more: Any,
    ) -> Kling:
        """One of its own each time; `more` is for its calls."""
        headers = headers_of(settings or pair())
        assert headers is not None
        api = Api(self.url, headers, **more)
        made = Kling(api, concurrency=3, callback_url=callback_url, pace=pace)
        self.made.append(made)
        return made

    async def close(self) -> None:
        for one in self.made:
            await one.close()
        self.made.clear()


def pair() -> Settings:
    """Settings with a pair of keys."""
    keys = {"kling_access_key": SecretStr(ACCESS), "kling_secret_key": SecretStr(SECRET)}
    return Settings().model_copy(update=keys)


@contextmanager
def running() -> Iterator[Running]:
    server = KlingServer()
    front = Misbehaving(server.app())
    with serving(front) as url:
        yield Running(server, front, url)


@pytest.fixture(scope="module")
def kling_process() -> Iterator[Running]:
    with running() as there:
        yield there


@pytest.fixture
async def kling(kling_process: Running) -> AsyncIterator[Running]:
    """One that knows of nothing yet."""
    yield kling_process
    await kling_process.close()
    kling_process.server.forget()
    kling_process.front.troubles.clear()
    kling_process.front.asked.clear()
