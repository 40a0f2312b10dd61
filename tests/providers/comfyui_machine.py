"""How the ComfyUI server that tests run works: a queue, a job at a time, what it says of it."""

import asyncio
import heapq
import itertools
import json
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.websockets import WebSocket

from tests.providers import comfyui_nodes as nodes

Item = tuple[float, str, dict[str, Any], dict[str, Any], list[str]]
Frame = dict[str, Any] | bytes
PATIENCE = 20


class Boom(Exception):
    """A node fails."""


class Machine:
    """A server. `auto`: jobs run by themselves; else each `step` lets it say one thing."""

    def __init__(self, *, old: bool = False, auto: bool = True, sockets: bool = True) -> None:
        self.old, self.auto, self.has_sockets = old, auto, sockets
        self.queue: list[Item] = []
        self.running: Item | None = None
        self.history: dict[str, dict[str, Any]] = {}
        self.files: dict[tuple[str, str, str], bytes] = {}
        self.metadata: dict[str, dict[str, str]] = {}
        self.written: list[str] = []
        self.meanwhile: Callable[[], None] | None = None
        self.max_upload = 100 * 1024 * 1024
        self.begun: list[str] = []
        self.told: list[str] = []
        self.hello: list[Any] = []
        self.origins: list[str | None] = []
        self.clients: dict[str, WebSocket] = {}
        self.interrupted = False
        self._allowed = 0
        self._numbers = itertools.count(1)
        self._names = itertools.count(1)
        self.last_node: tuple[str | None, str] | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()
        self._parked = asyncio.Event()

    # What a test does to it, from another thread.

    def step(self, times: int = 1) -> None:
        """Lets the job that runs come forward."""
        for _ in range(times):
            self._do(self._step())

    def run(self) -> None:
        """Lets everything go on by itself."""
        self._do(self._set_auto(True))

    @contextmanager
    def held(self) -> Iterator[None]:
        self.auto = False
        try:
            yield
        finally:
            if self.loop:
                self._do(self._set_auto(True))
            self.auto = True

    def drop_sockets(self) -> None:
        self._do(self._drop())

    def restart(self) -> None:
        """It forgets everything but files."""
        self._do(self._restart())

    def say(self, client_id: str, *frames: Frame) -> None:
        """Sends frames of a test's own."""
        self._do(self.send(client_id, frames))

    def _do(self, work: Any) -> None:
        assert self.loop, "nobody has asked it anything yet"
        asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    async def _step(self) -> None:
        await asyncio.wait_for(self._parked.wait(), PATIENCE)
        self._parked.clear()
        self._allowed = 1
        self._moved.set()
        await asyncio.wait_for(self._parked.wait(), PATIENCE)

    async def _set_auto(self, auto: bool) -> None:
        self.auto = auto
        self._moved.set()

    async def _drop(self) -> None:
        clients, self.clients = list(self.clients.values()), {}
        for client in clients:
            await client.close(1011)

    async def _restart(self) -> None:
        if self._work:
            self._work.cancel()
        self._work = self.running = self.last_node = None
        self.queue.clear()
        self.history.clear()
        await self._drop()

    # How it works.

    async def push(self, prompt_id: str, graph: Any, extra: Any, targets: list[str]) -> float:
        number = float(next(self._numbers))
        heapq.heappush(self.queue, (number, prompt_id, graph, extra, targets))
        self.begun.append(prompt_id)
        if self._work is None or self._work.done():
            self._parked.clear()
            self._work = asyncio.create_task(self._working())
        await self.tell_status()
        return number

    async def drop(self, unwanted: list[str]) -> None:
        self.queue = [item for item in self.queue if item[1] not in unwanted]
        heapq.heapify(self.queue)
        await self.tell_status()

    def interrupt(self, wanted: str | None) -> None:
        """Stops what runs, if it is what is wanted; None is anything."""
        if self.running and wanted in (None, self.running[1]):
            self.interrupted = True
            self._moved.set()

    async def _working(self) -> None:
        while self.queue:
            self.running = heapq.heappop(self.queue)
            self.interrupted = False
            await self.tell_status()
            await self._run(self.running)
        self._parked.set()

    async def _run(self, item: Item) -> None:
        client = item[3].get("client_id", "")
        messages: list[Any] = []
        outputs: dict[str, Any] = {}
        succeeded = False
        try:
            for frames in self._execute(item, outputs):
                await self._permit()
                told = [f for f in frames if isinstance(f, dict)]
                self.told += [frame["type"] for frame in told]
                kept = ("execution_start", "execution_cached", "execution_success")
                messages += [[f["type"], f["data"]] for f in told if f["type"] in kept]
                await self.send(client, frames)
            await self._permit()  # a job's end is told before its history is written
            succeeded = True
        except (InterruptedError, Boom) as error:
            frame = self._failed(item, error)
            messages.append([frame["type"], frame["data"]])
            everybody = isinstance(error, InterruptedError)
            for name in list(self.clients) if everybody else [client]:
                await self.send(name, [frame])
        word = "success" if succeeded else "error"
        told_status = {"status_str": word, "completed": succeeded, "messages": messages}
        self.history[item[1]] = {"prompt": list(item), "outputs": outputs, "status": told_status}
        self.running = self.last_node = None
        await self.send(client, [said("executing", node=None, prompt_id=item[1])])
        await self.tell_status()

    def _execute(self, item: Item, outputs: dict[str, Any]) -> Iterator[list[Frame]]:
        _, prompt_id, graph, _, targets = item
        own = {"prompt_id": prompt_id}
        states: dict[str, Any] = {}
        yield [said("execution_start", **own, timestamp=_now())]
        yield [said("execution_cached", nodes=[], **own, timestamp=_now())]
        for name in nodes.order_of(graph, targets):
            self.last_node = (item[3].get("client_id"), name)
            yield [said("executing", node=name, display_node=name, **own)]
            node = graph[name]
            if node["class_type"] == "Boom":
                raise Boom(name)
            steps = node["inputs"].get("steps", 1) if node["class_type"] == "KSampler" else 0
            for value in range(1, steps + 1):
                yield self._progress(prompt_id, name, value, steps, states)
            states[name] = _state(name, prompt_id, 1, 1, "finished")
            if node["class_type"] in nodes.SAVERS:
                outputs[name] = self._save(graph, name)
                yield [said("executed", node=name, display_node=name, output=outputs[name], **own)]
            if not self.old:
                yield [said("progress_state", nodes=dict(states), **own)]
        yield [said("execution_success", **own, timestamp=_now())]

    def _progress(
        self, prompt_id: str, name: str, value: int, most: int, states: dict[str, Any]
    ) -> list[Frame]:
        frames: list[Frame] = [
            said("progress", value=value, max=most, prompt_id=prompt_id, node=name)
        ]
        if self.old:
            return [*frames, struct.pack(">II", 1, 1) + nodes.preview()]
        states[name] = _state(name, prompt_id, value, most, "running")
        facts = {"node_id": name, "prompt_id": prompt_id, "image_type": "image/jpeg"}
        told = json.dumps(facts).encode()
        preview = struct.pack(">II", 4, len(told)) + told + nodes.preview()
        return [*frames, said("progress_state", nodes=dict(states), prompt_id=prompt_id), preview]

    def _save(self, graph: dict[str, Any], name: str) -> dict[str, Any]:
        key, folder, suffix = nodes.SAVERS[graph[name]["class_type"]]
        if key == "text":
            return {"text": ["a fox"]}
        prefix = graph[name]["inputs"].get("filename_prefix", "ComfyUI")
        sub, _, stem = prefix.rpartition("/")
        filename = f"{stem}_{next(self._names):05}_.{suffix}"
        self.files[folder, sub, filename] = nodes.made(graph, name)
        entry: dict[str, Any] = {"filename": filename, "subfolder": sub, "type": folder}
        if key == "gifs":
            entry |= {"format": "video/h264-mp4", "frame_rate": 8, "fullpath": "/x/" + filename}
        animated = graph[name]["class_type"] in ("SaveVideo", "SaveAnimatedWEBP")
        return {key: [entry], **({"animated": [True]} if animated else {})}

    def _failed(self, item: Item, error: Exception) -> dict[str, Any]:
        name = self.last_node[1] if self.last_node else ""
        node = item[2].get(name, {"class_type": "", "inputs": {}})
        data = {"prompt_id": item[1], "node_id": name, "node_type": node["class_type"]}
        if isinstance(error, InterruptedError):
            return said("execution_interrupted", **data, executed=[], timestamp=_now())
        told = {"exception_type": node["inputs"]["exception"], "traceback": ["line 1, secret"]}
        told["exception_message"] = node["inputs"]["message"]
        return said("execution_error", **data, **told, executed=[], timestamp=_now())

    async def _permit(self) -> None:
        while not (self.auto or self._allowed or self.interrupted):
            self._moved.clear()
            self._parked.set()
            await self._moved.wait()
        self._parked.clear()
        self._allowed = 0
        if self.interrupted:
            raise InterruptedError

    async def tell_status(self) -> None:
        for name in list(self.clients):
            await self.send(name, [self.status_frame()])

    def status_frame(self, **more: Any) -> Frame:
        return said("status", status={"exec_info": {"queue_remaining": self.remaining}}, **more)

    @property
    def remaining(self) -> int:
        return len(self.queue) + (self.running is not None)

    async def send(self, client_id: str, frames: Any) -> None:
        if (client := self.clients.get(client_id)) is None:
            return
        for frame in frames:
            if isinstance(frame, bytes):
                await client.send_bytes(frame)
            else:
                await client.send_text(json.dumps(frame))


def said(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


def _state(name: str, prompt_id: str, value: int, most: int, state: str) -> dict[str, Any]:
    return {"node_id": name, "prompt_id": prompt_id, "value": value, "max": most, "state": state}


def _now() -> int:
    return int(time.time() * 1000)
