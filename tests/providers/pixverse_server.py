"""A PixVerse of our own: its envelope, its id spaces, its refusals, and real media."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from providers.pixverse.api import Api
from providers.pixverse.provider import PixVerse
from tests.providers.misbehaving import Misbehaving, serving
from tests.providers.samples import clip, picture

KEY = "sk-pixverse-of-nobody"
ROOT = "/openapi/v2"
GENERATIONS = {
    "video/text/generate": {"prompt", "model", "quality", "duration", "aspect_ratio"},
    "video/img/generate": {"prompt", "model", "quality", "duration"},
    "video/transition/generate": {"first_frame_img", "last_frame_img", "prompt", "model"},
    "video/multi_transition/generate": {"multi_transition", "model", "quality"},
    "video/extend/generate": {"prompt", "model", "quality", "duration"},
    "video/fusion/generate": {"prompt", "model", "quality", "duration", "aspect_ratio"},
    "video/sound_effect/generate": {"original_sound_switch"},
    "video/lip_sync/generate": set[str](),
    "video/restyle/generate": set[str](),
    "video/swap/generate": {"keyframe_id", "mask_id", "img_id", "quality"},
    "video/modify/generate": {"prompt", "quality"},
    "video/mimic/generate": {"img_id", "quality"},
    "video/avatar/generate": {"img_id", "quality"},
    "image/template/generate": {"template_id", "img_ids"},
}
SOURCED = {"extend", "sound_effect", "restyle", "swap", "modify", "mimic", "selection", "lip_sync"}
IMAGE_FIELDS = ("img_id", "first_frame_img", "last_frame_img")
MASKS = [("4001", "person"), ("4002", "background")]


@dataclass
class Made:
    """A job there."""

    path: str
    body: Mapping[str, Any]
    trace: str
    asked: int = 0
    status: int | None = None


class Refusal(Exception):
    """An error code in an envelope."""

    def __init__(self, code: int, said: str = "") -> None:
        self.code, self.said = code, said


@dataclass
class PixVerseServer:
    """The service. `running` is how often a job answers that it is being made."""

    running: int = 1
    balance: dict[str, Any] = field(
        default_factory=lambda: {"account_id": 5, "credit_monthly": 90, "credit_package": 10}
    )
    jobs: dict[int, Made] = field(default_factory=dict)
    images: dict[int, bytes] = field(default_factory=dict)
    media: dict[int, bytes] = field(default_factory=dict)
    traces: list[str] = field(default_factory=list)
    refusals: list[tuple[str, Refusal]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    selections: list[Mapping[str, Any]] = field(default_factory=list)
    masks: list[tuple[str, str]] = field(default_factory=lambda: list(MASKS))
    told: dict[str, Any] = field(default_factory=dict)
    unnamed: bool = False
    held: bool = False

    def __post_init__(self) -> None:
        self.numbers = count(374351749764234)
        routes = [
            Route(f"{ROOT}/image/upload", self.enveloped(self.upload_image), methods=["POST"]),
            Route(f"{ROOT}/media/upload", self.enveloped(self.upload_media), methods=["POST"]),
            Route(f"{ROOT}/video/mask/selection", self.enveloped(self.select), methods=["POST"]),
            Route(f"{ROOT}/account/balance", self.enveloped(self.account)),
            Route(f"{ROOT}/{{kind}}/result/{{number:int}}", self.enveloped(self.result)),
            Route("/files/{number:int}.mp4", self.file),
            Route("/files/{number:int}.png", self.file),
            *(
                Route(f"{ROOT}/{path}", self.enveloped(self.generate), methods=["POST"])
                for path in GENERATIONS
            ),
        ]
        self.app = Misbehaving(Starlette(routes=routes))

    # What a test does to it.

    def refuse(self, code: int, path: str = "", said: str = "so it is") -> None:
        """The next call of a path that ends so gets this code."""
        self.refusals.append((path, Refusal(code, said)))

    @contextmanager
    def holding(self) -> Iterator[None]:
        self.held = True
        try:
            yield
        finally:
            self.held = False

    def last(self) -> Made:
        return self.jobs[max(self.jobs)]

    # What it does.

    def enveloped(self, handler: Any) -> Any:
        async def handle(request: Request) -> Response:
            try:
                self.let_in(request)
                self.refuse_as_told(request.url.path)
                return JSONResponse(
                    {"ErrCode": 0, "ErrMsg": "Success", "Resp": await handler(request)}
                )
            except Refusal as refusal:
                if refusal.code in {500052, 500063} and request.url.path.endswith("upload"):
                    spelled = {"err_code": refusal.code, "err_msg": refusal.said, "resp": None}
                    return JSONResponse(spelled, 500)
                told = {"ErrCode": refusal.code, "ErrMsg": refusal.said, "Resp": None}
                return JSONResponse(told)

        return handle

    def let_in(self, request: Request) -> None:
        if request.headers.get("api-key") != KEY:
            raise Refusal(10005, f"bad key {request.headers.get('api-key')}")
        trace = request.headers.get("ai-trace-id")
        if not trace:
            raise Refusal(400011, "Ai-trace-id")
        self.traces.append(trace)

    def refuse_as_told(self, path: str) -> None:
        for one in self.refusals:
            if path.endswith(one[0]):
                self.refusals.remove(one)
                raise one[1]

    async def account(self, _: Request) -> Any:
        return self.balance

    async def upload_image(self, request: Request) -> Any:
        number = next(self.numbers)
        self.images[number] = await self.part(request, "image")
        return {"img_id": number, "img_url": f"{request.base_url}files/{number}.png"}

    async def upload_media(self, request: Request) -> Any:
        number = next(self.numbers)
        self.media[number] = await self.part(request, "file")
        return {"media_id": number, "media_type": "video", "url": ""}

    async def part(self, request: Request, name: str) -> bytes:
        async with request.form() as form:
            part = form[name]
            assert not isinstance(part, str)
            return await part.read()

    async def select(self, request: Request) -> Any:
        body = await request.json()
        self.check_ids("selection", body)
        self.selections.append(body)
        masks = [{"mask_id": number, "mask_name": name} for number, name in self.masks]
        return {"keyframe_id": body["keyframe_id"], "credits": 2, "mask_info": masks}

    async def generate(self, request: Request) -> Any:
        body = await request.json()
        path = request.url.path.removeprefix(f"{ROOT}/")
        if GENERATIONS[path] - body.keys():
            raise Refusal(400011, ", ".join(sorted(GENERATIONS[path] - body.keys())))
        self.check_ids(path.split("/")[1], body)
        trace = request.headers["ai-trace-id"]
        for number, made in self.jobs.items():
            if made.trace == trace:  # a used trace id gets the old job
                return self.begun(path, number)
        number = next(self.numbers)
        self.jobs[number] = Made(path, body, trace)
        return {} if self.unnamed else self.begun(path, number)

    def begun(self, path: str, number: int) -> Any:
        kind = "image" if path.startswith("image") else "video"
        return {f"{kind}_id": number, "credit" if "mimic" in path else "credits": 45}

    def check_ids(self, kind: str, body: Mapping[str, Any]) -> None:
        stills = [one["img_id"] for one in body.get("multi_transition", ())]
        fused = [one["img_id"] for one in body.get("image_references", ())]
        named = [body[name] for name in IMAGE_FIELDS if name in body]
        for number in (*named, *stills, *fused, *body.get("img_ids", ())):
            if number not in self.images:
                raise Refusal(400032, "invalid image id")
        if kind in SOURCED:
            if ("source_video_id" in body) == ("video_media_id" in body):
                raise Refusal(400017, "one source")
            self.check_source(body)
        for one in body.get("video_references", ()):
            self.check_source(one)
        if "audio_media_id" in body and body["audio_media_id"] not in self.media:
            raise Refusal(500008, "data not found")

    def check_source(self, body: Mapping[str, Any]) -> None:
        if body.get("source_video_id") in self.jobs or body.get("video_media_id") in self.media:
            return
        raise Refusal(500008, "data not found")

    async def result(self, request: Request) -> Any:
        number, kind = request.path_params["number"], request.path_params["kind"]
        made = self.jobs.get(number)
        if made is None or made.path.startswith("image") != (kind == "image"):
            raise Refusal(500008, "data not found")
        made.asked += 1
        status = self.status_of(made)
        ending = "png" if kind == "image" else "mp4"
        url = f"{request.base_url}files/{number}.{ending}?sign=secret" if status == 1 else ""
        found = {"id": number, "status": status, "url": url, "seed": 7, "outputWidth": 96}
        return {**found, **self.told}

    def status_of(self, made: Made) -> int:
        if self.held or made.asked <= self.running:
            return 5
        if made.status is None:
            made.status = self.statuses.pop(0) if self.statuses else 1
        return made.status

    async def file(self, request: Request) -> Response:
        media = picture() if request.url.path.endswith("png") else clip()
        return Response(await media.read(), media_type=media.mime)


class Standing:
    """An address that many tests use one after the other, each with a server of its own."""

    def __init__(self) -> None:
        self.server = PixVerseServer()
        self.url = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.server.app(scope, receive, send)

    def anew(self) -> PixVerseServer:
        self.server = PixVerseServer()
        return self.server


@contextmanager
def standing() -> Iterator[Standing]:
    """It takes longer to start and stop one than most tests take."""
    made = Standing()
    with serving(made) as made.url:
        yield made


def provider_at(url: str, **more: Any) -> PixVerse:
    """A provider of its own, that does not wait long."""
    patience = {"call_seconds": more.pop("call_seconds", 5.0)}
    api = Api(SecretStr(more.pop("key", KEY)), url, **patience, upload_seconds=5.0)
    return PixVerse(api, 2, poll_seconds=more.pop("poll_seconds", 0.01))
