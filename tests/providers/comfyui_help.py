"""What the tests of ComfyUI share: servers that run, graphs they take, jobs that are followed."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from providers.comfyui.follow import Pace
from providers.comfyui.provider import ComfyUI
from providers.contract import Input, Job, Media, Request
from providers.event import Event, Output
from tests.providers.comfyui_graphs import Graph, image_to_image, node, text_to_image
from tests.providers.comfyui_server import Comfy
from tests.providers.misbehaving import Misbehaving, serving

QUICK = Pace(poll=0.05, quiet=0.2, end=0.02, reconnect=0.1, call=5.0)


@dataclass
class Running:
    """A server at an address."""

    comfy: Comfy
    front: Misbehaving
    url: str

    def foreign(self, seed: int = 99) -> str:
        """Another user's job."""
        sent = {"prompt": graph(seed=seed), "client_id": "somebody"}
        answer = httpx.post(f"{self.url}/prompt", json=sent, trust_env=False)
        return str(answer.json()["prompt_id"])


@contextmanager
def comfy(prefix: str = "", **more: bool) -> Iterator[Running]:
    """A server that runs while in the block."""
    made = Comfy(prefix=prefix, **more)
    front = Misbehaving(made.app)
    with serving(front) as url:
        yield Running(made, front, url + prefix)


def pool(*servers: Running, pace: Pace = QUICK, jobs: int = 2) -> ComfyUI:
    return ComfyUI([server.url for server in servers], jobs, pace)


def graph(seed: int = 7, steps: int = 3) -> Graph:
    made = text_to_image()
    made["3"]["inputs"] |= {"seed": seed, "steps": steps}
    return made


def edited() -> Graph:
    """A graph that takes a picture at `20.image`."""
    made = image_to_image("old.png")
    made["3"]["inputs"]["steps"] = 3
    return made


def saving(class_type: str, **inputs: object) -> Graph:
    """A graph that ends in a saver of some class."""
    made = graph()
    made["9"] = node(class_type, images=["8", 0], **inputs)
    return made


def failing(exception: str, message: str = "it went wrong") -> Graph:
    made = graph()
    made["30"] = node("Boom", image=["8", 0], exception=exception, message=message)
    made["9"]["inputs"]["images"] = ["30", 0]
    return made


def request(
    workflow: Graph | None = None,
    files: Mapping[str, Media] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Request:
    inputs = tuple(Input(name, media) for name, media in (files or {}).items())
    made = graph() if workflow is None else workflow
    return Request("text_to_image", parameters or {}, inputs, made)


def job(
    workflow: Graph | None = None,
    files: Mapping[str, Media] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Job:
    return Job(str(uuid.uuid4()), request(workflow, files, parameters))


@dataclass
class Watch:
    """A job that is followed in the background."""

    events: list[Event] = field(default_factory=list)
    task: "asyncio.Task[None] | None" = None

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    async def end(self) -> Event:
        assert self.task
        await asyncio.wait_for(self.task, 20)
        return self.events[-1]


def watch(provider: ComfyUI, followed: Job, number: str) -> Watch:
    """Follows from now on."""
    watching = Watch()

    async def run() -> None:
        async for event in provider.follow(followed, number, asyncio.Event()):
            watching.events.append(event)

    watching.task = asyncio.create_task(run())
    return watching


async def all_of(provider: ComfyUI, followed: Job, number: str) -> list[Event]:
    watching = watch(provider, followed, number)
    await watching.end()
    return watching.events


async def read(output: Output) -> bytes:
    assert not isinstance(output.source, str)
    return b"".join([chunk async for chunk in output.source()])


def over(server: Running, prompt_id: str) -> Callable[[], Awaitable[bool]]:
    async def ended() -> bool:
        return prompt_id in server.comfy.history

    return ended


def runs(server: Running, prompt_id: str) -> Callable[[], Awaitable[bool]]:
    async def begun() -> bool:
        return bool(server.comfy.running and server.comfy.running[1] == prompt_id)

    return begun


def id_of(number: str) -> str:
    return number.partition("@")[0]
