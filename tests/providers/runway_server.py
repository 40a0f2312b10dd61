"""A server that follows the fact sheet on Runway, over small real media."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from providers.contract import Media
from tests.providers import samples

KEY = "key_0f1e2d3c4b5a"
SIGNATURE = "0a1b2c3d4e5f"
CREATES: Mapping[str, tuple[str, ...]] = {
    "text_to_image": ("promptText",),
    "text_to_video": (),
    "image_to_video": ("promptImage",),
    "video_to_video": (),
    "image_upscale": ("imageUri",),
    "video_upscale": ("videoUri",),
    "video_to_hdr": ("videoUri",),
    "video_to_audio": ("videoUri", "duration"),
    "character_performance": ("character", "reference"),
    "sound_effect": ("promptText",),
    "text_to_speech": ("promptText",),
    "speech_to_speech": ("media", "voice"),
    "voice_dubbing": ("audioUri", "targetLang"),
    "voice_isolation": ("audioUri",),
}
STILLS = ("text_to_image", "image_upscale")
SOUNDS = (
    "video_to_audio",
    "sound_effect",
    "text_to_speech",
    "speech_to_speech",
    "voice_dubbing",
    "voice_isolation",
)
# What some models need beside.
NEEDED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("image_to_video", "gen4.5"): ("promptText", "ratio", "duration"),
    ("image_to_video", "gen4_turbo"): ("ratio",),
    ("image_to_video", "veo3.1"): ("ratio",),
    ("image_to_video", "kling2.5_turbo_pro"): ("promptText",),
    ("image_to_video", "wan3"): ("promptText",),
    ("image_to_video", "hailuo3"): ("promptText",),
    ("text_to_video", "gen4.5"): ("promptText", "ratio", "duration"),
    ("text_to_image", "gen4_image"): ("ratio",),
    ("text_to_image", "gen4_image_turbo"): ("ratio", "referenceImages"),
    ("video_to_video", "aleph2"): ("videoUri",),
    ("video_to_video", "seedance2_5"): ("promptVideo",),
    ("video_upscale", "enhance_frame_rate"): ("targetFramerate",),
}


@dataclass
class Task:
    """A task as it goes its way: one step further each time that it is read."""

    id: str
    endpoint: str
    body: dict[str, Any]
    outputs: int = 1
    reads: int = 0
    cancelled: bool = False


@dataclass
class RunwayServer:
    """What it holds, and what it is told to do."""

    base: str = ""
    credits: int = 1200
    held: bool = False
    failure: tuple[str | None, str] | None = None
    failure_credits: int = 3
    estimates: bool = True
    # What is told so often in place of the outputs.
    odd_output: Any = None
    odd_times: int = 0
    tasks: dict[str, Task] = field(default_factory=dict)
    uploads: dict[str, bytes | None] = field(default_factory=dict)
    polls: list[tuple[str, float]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    def app(self) -> Starlette:
        routes = [
            Route("/v1/organization", self.organization),
            Route("/v1/uploads", self.place, methods=["POST"]),
            Route("/store/{name}", self.store, methods=["POST"]),
            Route("/v1/tasks/{id}", self.read),
            Route("/v1/tasks/{id}", self.delete, methods=["DELETE"]),
            Route("/cdn/{id}/{name}", self.file),
            *(Route(f"/v1/{name}", self.create, methods=["POST"]) for name in CREATES),
        ]
        return Starlette(routes=routes)

    async def organization(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        return JSONResponse(
            {
                "creditBalance": self.credits,
                "tier": {
                    "maxMonthlyCreditSpend": 10000,
                    "models": {
                        "gen4.5": {"maxConcurrentGenerations": 2, "maxDailyGenerations": 50},
                        "veo3.1": {"maxConcurrentGenerations": 1, "maxDailyGenerations": 5},
                        "act_two": {"maxConcurrentGenerations": None, "maxDailyGenerations": None},
                    },
                },
                "usage": {"models": {"gen4.5": {"dailyGenerations": 3}, "veo3.1": {"dailyGenerations": 5}}},
            }
        )  # fmt: skip

    async def place(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        wanted = await request.json()
        if wanted.get("type") != "ephemeral" or not wanted.get("filename"):
            return _error(400, "Validation of body failed")
        name = f"u{next(self.numbers)}"
        uri = f"runway://{name}"
        self.uploads[uri] = None
        return JSONResponse(
            {
                "uploadUrl": f"{self.base}/store/{name}",
                "fields": {"key": name, "policy": "cG9saWN5"},
                "runwayUri": uri,
            }
        )

    async def store(self, request: Request) -> Response:
        """It takes a form in the order that such stores want, and no key of ours."""
        if "authorization" in request.headers:
            self.problems.append("the store got our key")
        async with request.form() as form:
            first, (name, file) = form.multi_items()[0], form.multi_items()[-1]
            key = request.path_params["name"]
            if name != "file" or not isinstance(file, UploadFile) or first != ("key", key):
                return Response("InvalidArgument", 400)
            data = await file.read()
        if len(data) < 512:
            return Response("EntityTooSmall", 400)
        self.uploads[f"runway://{key}"] = data
        return Response(status_code=204)

    async def create(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        endpoint, body = request.url.path.rpartition("/")[2], await request.json()
        needed = {"model", *CREATES[endpoint], *NEEDED.get((endpoint, body.get("model", "")), ())}
        if body.get("draftTaskId"):
            needed = {"model"}
        if missing := sorted(needed - set(body)):
            issues = [{"path": [name], "message": "Required"} for name in missing]
            return _error(400, "Validation of body failed", issues=issues)
        if unknown := [uri for uri in uris_in(body) if not self._known(uri)]:
            return _error(400, f"Failed to fetch asset {unknown[0][:40]}")
        task = Task(f"task-{next(self.numbers)}", endpoint, body, _count(body))
        self.tasks[task.id] = task
        estimate = {"estimatedCost": {"credits": 25}} if self.estimates else {}
        return JSONResponse({"id": task.id, **estimate})

    async def read(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        task = self.tasks.get(request.path_params["id"])
        if task is None or task.cancelled:
            return _error(404, "Task not found")
        self.polls.append((task.id, asyncio.get_running_loop().time()))
        task.reads += 1
        return JSONResponse(self._told(task))

    async def delete(self, request: Request) -> Response:
        """It cancels what runs, and deletes what has ended, with its output."""
        if refused := self._refused(request):
            return refused
        task = self.tasks.get(request.path_params["id"])
        if task is None:
            return _error(404, "Task not found")
        if task.reads > 2 and not self.held:
            self.problems.append("the output of a task was deleted")
        task.cancelled = True
        return Response(status_code=204)

    async def file(self, request: Request) -> Response:
        task = self.tasks[request.path_params["id"]]
        if request.query_params.get("_jwt") != signature(task):
            return Response("expired", 401)
        made = made_by(task.endpoint)
        return Response(await made.read(), media_type=made.mime)

    def _told(self, task: Task) -> dict[str, Any]:
        told = {"id": task.id, "createdAt": "2026-11-21T12:00:00.000Z"}
        if task.reads == 1:
            return {**told, "status": "PENDING", "estimatedCost": {"credits": 25}}
        if task.reads == 2 or self.held:
            return {**told, "status": "RUNNING", "progress": 0.5, "estimatedCost": {"credits": 25}}
        if self.failure:
            code, reason = self.failure
            coded = {"failureCode": code} if code else {}
            cost = {"credits": self.failure_credits}
            return {**told, "status": "FAILED", "failure": reason, "cost": cost, **coded}
        done = {**told, "status": "SUCCEEDED", "cost": {"credits": 24}}
        if self.odd_times:
            self.odd_times -= 1
            return {**done, "output": self.odd_output}
        suffix = made_by(task.endpoint).mime.rpartition("/")[2]
        urls = [
            f"{self.base}/cdn/{task.id}/{index}.{suffix}?_jwt={signature(task)}"
            for index in range(task.outputs)
        ]
        return {**done, "output": urls}

    def _refused(self, request: Request) -> Response | None:
        if request.headers.get("x-runway-version") != "2024-11-06":
            return _error(400, "X-Runway-Version is needed")
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return _error(401, "The API key is not valid.")
        return None

    def _known(self, uri: str) -> bool:
        return uri.startswith(("data:", "https://")) or self.uploads.get(uri) is not None


def signature(task: Task) -> str:
    """Of an address that is good until the task is read again."""
    return f"{SIGNATURE}{task.reads}"


def made_by(endpoint: str) -> Media:
    if endpoint in STILLS:
        return samples.picture("navy")
    return samples.sound(0.5) if endpoint in SOUNDS else samples.clip(6)


def uris_in(body: Any) -> list[str]:
    """Every address of a body, however deep."""
    if isinstance(body, Mapping):
        return [uri for value in body.values() for uri in uris_in(value)]
    if isinstance(body, list):
        return [uri for value in body for uri in uris_in(value)]
    return [body] if isinstance(body, str) and body.startswith(("runway://", "data:")) else []


def _count(body: Mapping[str, Any]) -> int:
    return int(body.get("outputCount") or body.get("numVariants") or 1)


def _error(status: int, told: str, **more: Any) -> Response:
    return JSONResponse({"error": told, **more}, status)
