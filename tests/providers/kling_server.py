"""Kling as its documents tell of it: both designs, tasks that take a few looks, signed calls."""

import base64
import hashlib
import hmac
import itertools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.providers import samples

ACCESS, SECRET, KEY = "ak-of-the-tests", "sk-of-the-tests-that-is-long-enough", "key-of-the-tests"
SIGNED = "sign=who-has-this-can-fetch-it#t"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"a secret between Kling and us").decode()
COMMON = {"external_task_id", "callback_url"}
SHOWN = {"model_name", "prompt", "negative_prompt", "mode", "aspect_ratio", "duration"}
SHOTS = {"multi_shot", "shot_type", "multi_prompt"}
# What each endpoint takes, and what it must get.
OLD: dict[str, tuple[set[str], set[str]]] = {
    "videos/text2video": (SHOWN | SHOTS | {"cfg_scale", "sound", "camera_control"}, set()),
    "videos/image2video": (
        SHOWN
        | SHOTS
        | {"cfg_scale", "sound", "camera_control", "image", "image_tail", "static_mask"}
        | {"dynamic_masks", "voice_list", "element_list"},
        set(),
    ),
    "videos/multi-image2video": (SHOWN | {"image_list"}, {"image_list", "prompt"}),
    "videos/omni-video": (
        SHOWN | SHOTS | {"sound", "image_list", "video_list", "element_list"},
        set(),
    ),
    "videos/video-extend": (
        {"video_id", "prompt", "negative_prompt", "cfg_scale"},
        {"video_id"},
    ),
    "videos/advanced-lip-sync": ({"session_id", "face_choose"}, {"session_id", "face_choose"}),
    "videos/effects": ({"effect_scene", "input"}, {"effect_scene", "input"}),
    "videos/avatar/image2video": (
        {"image", "audio_id", "sound_file", "prompt", "mode"},
        {"image"},
    ),
    "videos/motion-control": (
        {"image_url", "video_url", "character_orientation", "keep_original_sound", "mode"}
        | {"model_name", "prompt"},
        {"image_url", "video_url", "character_orientation", "mode"},
    ),
    "images/generations": (
        {"model_name", "prompt", "negative_prompt", "image", "image_reference", "resolution"}
        | {"image_fidelity", "human_fidelity", "n", "aspect_ratio"},
        {"prompt"},
    ),
    "images/multi-image2image": (
        {"model_name", "prompt", "subject_image_list", "scene_image", "style_image", "n"}
        | {"aspect_ratio"},
        {"subject_image_list"},
    ),
    "images/omni-image": (
        {"model_name", "prompt", "image_list", "element_list", "resolution", "n", "aspect_ratio"},
        {"prompt"},
    ),
}
NEW = (
    "text-to-video/kling-3.0",
    "text-to-video/kling-3.0-turbo",
    "image-to-video/kling-3.0",
    "image-to-video/kling-3.0-turbo",
    "omni-video/kling-3.0-omni",
    "motion-control/kling-2.6",
)
# Where the old design can be asked by our own key.
KEYED = ("videos/text2video", "videos/image2video")


@dataclass
class FakeTask:
    """A job at the fake. It is at its next stage at each look, if it is not held."""

    number: str
    endpoint: str
    body: dict[str, Any]
    key: str | None
    count: int = 1
    looks: int = 0
    failure: str | None = None
    units: str = "3.5"
    late: int = 0  # so many looks it is done and does not name its results yet

    @property
    def is_new(self) -> bool:
        return self.endpoint in NEW

    @property
    def stage(self) -> str:
        if self.looks < 3:
            return ("submitted", "submitted", "processing")[self.looks]
        return "failed" if self.failure else "succeeded" if self.is_new else "succeed"

    @property
    def is_shown(self) -> bool:
        return self.stage in ("succeed", "succeeded") and self.looks >= 3 + self.late


class Refusal(Exception):
    """An answer of Kling that is no success."""

    def __init__(self, status: int, code: int, message: str) -> None:
        self.answer = JSONResponse({"code": code, "message": message, "request_id": "r"}, status)


@dataclass
class KlingServer:
    """The state behind the application; a test looks at it and changes it."""

    tasks: dict[str, FakeTask] = field(default_factory=dict)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    held: bool = False
    faces: int = 2
    failure: str | None = None
    units: str = "3.5"
    hidden: int = 0  # so many looks a task is not listed yet
    tokens: list[str] = field(default_factory=list)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def forget(self) -> None:
        """All is as it was at the start."""
        self.__dict__.update(KlingServer().__dict__)

    def app(self) -> Starlette:
        routes = [Route("/files/{name}", self._file)]
        for endpoint in OLD:
            routes.append(Route(f"/v1/{endpoint}", self._said(self._begin), methods=["POST"]))
            routes.append(Route(f"/v1/{endpoint}", self._said(self._list)))
            routes.append(Route(f"/v1/{endpoint}/{{number}}", self._said(self._single)))
        begin = self._said(self._begin)
        routes.extend(Route(f"/{endpoint}", begin, methods=["POST"]) for endpoint in NEW)
        faces = self._said(self._identify)
        routes.append(Route("/v1/videos/identify-face", faces, methods=["POST"]))
        routes.append(Route("/tasks", self._said(self._asked)))
        return Starlette(routes=routes)

    def _said(self, answer: Callable[..., Any]) -> Callable[..., Any]:
        """An answer in its envelope, to who may ask."""

        async def endpoint(request: Request) -> Response:
            try:
                self._let_in(request.headers.get("authorization", ""))
                data = await answer(request)
            except Refusal as refusal:
                return refusal.answer
            return JSONResponse({"code": 0, "message": "ok", "request_id": "r", "data": data})

        return endpoint

    def _let_in(self, authorization: str) -> None:
        told = authorization.removeprefix("Bearer ")
        self.tokens.append(told)
        if not told:
            raise Refusal(401, 1001, "Authorization is empty")
        if told == KEY:
            return
        try:
            claims = jwt.decode(told, OctKey.import_key(SECRET), algorithms=["HS256"]).claims
        except (JoseError, ValueError):
            raise Refusal(401, 1002, "Authorization is invalid") from None
        now = time.time()
        if claims["iss"] != ACCESS:
            raise Refusal(401, 1002, "no such access key")
        if claims["nbf"] > now:
            raise Refusal(401, 1003, "the token is not valid yet")
        if not now < claims["exp"] <= now + 1800:
            raise Refusal(401, 1004, "the token is expired")

    async def _begin(self, request: Request) -> dict[str, Any]:
        endpoint = request.url.path.removeprefix("/v1/").removeprefix("/")
        body = orjson.loads(await request.body())
        is_new = endpoint in NEW
        told = body.get("options", {}) if is_new else body
        (check_new if is_new else check_old)(endpoint, body)
        key = told.get("external_task_id")
        if key and any(task.key == key for task in self.tasks.values()):
            raise Refusal(400, 1201, "external_task_id is there already")
        if endpoint == "videos/advanced-lip-sync" and body["session_id"] not in self.sessions:
            raise Refusal(400, 1201, "session_id is not known")
        number = f"t{next(self.numbers)}"
        task = FakeTask(number, endpoint, body, key, body.get("n", 1))
        task.failure, task.units = self.failure, self.units
        self.tasks[number] = task
        return self.shown(task, str(request.base_url))

    async def _single(self, request: Request) -> dict[str, Any]:
        endpoint = request.url.path.removeprefix("/v1/").rpartition("/")[0]
        asked = request.path_params["number"]
        for task in self._there(endpoint):
            if task.number == asked or (task.key == asked and endpoint in KEYED):
                return self.looked_at(task, str(request.base_url))
        raise Refusal(404, 1203, "there is no such task")

    async def _list(self, request: Request) -> list[dict[str, Any]]:
        endpoint = request.url.path.removeprefix("/v1/")
        page, size = (int(request.query_params[n]) for n in ("pageNum", "pageSize"))
        if not (1 <= page <= 1000 and 1 <= size <= 500):
            raise Refusal(400, 1201, "pageNum or pageSize is out of bounds")
        tasks = list(reversed(self._there(endpoint)))[(page - 1) * size : page * size]
        return [self.shown(task, str(request.base_url)) for task in tasks]

    async def _asked(self, request: Request) -> list[dict[str, Any]]:
        numbers = request.query_params.get("task_ids")
        keys = request.query_params.get("external_task_ids")
        if (numbers is None) == (keys is None):
            raise Refusal(400, 1201, "one of task_ids and external_task_ids is needed")
        wanted = (numbers or keys or "").split(",")
        return [
            self.looked_at(task, str(request.base_url))
            for task in self._there(*NEW)
            if (task.number if numbers else task.key) in wanted
        ]

    async def _identify(self, request: Request) -> dict[str, Any]:
        body = orjson.loads(await request.body())
        if len(body.keys() & {"video_id", "video_url"}) != 1 or len(body) != 1:
            raise Refusal(400, 1201, "one of video_id and video_url is needed")
        session = f"s{next(self.numbers)}"
        self.sessions[session] = body
        faces = [
            {"face_id": f"f{i}", "face_image": "", "start_time": 500 * i, "end_time": 5200}
            for i in range(self.faces)
        ]
        return {"session_id": session, "face_data": faces, "final_unit_deduction": "0.05"}

    def _there(self, *endpoints: str) -> list[FakeTask]:
        if self.hidden > 0:
            self.hidden -= 1
            return []
        return [task for task in self.tasks.values() if task.endpoint in endpoints]

    def looked_at(self, task: FakeTask, base: str) -> dict[str, Any]:
        if not self.held:
            task.looks += 1
        return self.shown(task, base)

    def shown(self, task: FakeTask, base: str) -> dict[str, Any]:
        return (new_task if task.is_new else old_task)(task, base)

    async def _file(self, request: Request) -> Response:
        name = request.path_params["name"]
        media = samples.clip() if name.endswith(".mp4") else samples.picture(size=(300, 300))
        return Response(await media.read(), media_type=media.mime)


def old_task(task: FakeTask, base: str) -> dict[str, Any]:
    """A task as the old design shows it."""
    images = task.endpoint.startswith("images/")
    made: dict[str, Any] = {}
    if task.is_shown and images:
        made["images"] = [
            {"index": i, "url": f"{base}files/{task.number}-{i}.png?{SIGNED}"}
            for i in range(task.count)
        ]
    elif task.is_shown:
        url = f"{base}files/{task.number}.mp4?{SIGNED}"
        made["videos"] = [{"id": f"v-{task.number}", "url": url, "duration": "5"}]
    ended = task.stage in ("succeed", "failed")
    return {
        "task_id": task.number,
        "task_status": task.stage,
        "task_info": {"external_task_id": task.key},
        "created_at": 1722769557708,
        "updated_at": 1722769557708,
        **({"task_result": made, "final_unit_deduction": task.units} if ended else {}),
        **({"task_status_msg": task.failure} if task.stage == "failed" else {}),
    }


def new_task(task: FakeTask, base: str) -> dict[str, Any]:
    """A task as the new design shows it."""
    url = f"{base}files/{task.number}.mp4?{SIGNED}"
    outputs = [{"type": "video", "id": f"v-{task.number}", "url": url, "duration": 5}]
    bill = {"charge_type": "cash", "amount": "0.42", "currency": "USD"}
    return {
        "id": task.number,
        "status": task.stage,
        "create_time": 1722769557708,
        "update_time": 1722769557708,
        "external_id": task.key,
        **({"billing": [bill]} if task.stage == "succeeded" else {}),
        **({"outputs": outputs} if task.is_shown else {}),
        **({"message": task.failure} if task.stage == "failed" else {}),
    }


def check_old(endpoint: str, body: dict[str, Any]) -> None:
    """What the old design would refuse in a body."""
    takes, needs = OLD[endpoint]
    if odd := body.keys() - takes - COMMON:
        raise Refusal(400, 1200, f"unknown: {sorted(odd)}")
    if lacking := needs - body.keys():
        raise Refusal(400, 1201, f"missing: {sorted(lacking)}")
    if not isinstance(body.get("duration", "5"), str):
        raise Refusal(400, 1201, "duration must be text")
    for name in ("image", "image_tail", "static_mask", "image_url", "sound_file"):
        if name in body:
            check_base64(body[name])


def check_new(endpoint: str, body: dict[str, Any]) -> None:
    """What the new design would refuse in a body."""
    said = "prompt" if endpoint.startswith("text-to-video/") else "contents"
    if body.keys() != {said, "settings", "options"}:
        raise Refusal(400, 1200, f"wrong fields: {sorted(body)}")
    if not isinstance(body["settings"].get("duration", 5), int):
        raise Refusal(400, 1201, "duration must be a number")
    for one in body["contents"] if said == "contents" else ():
        if one["type"] in ("first_frame", "last_frame", "refer_image", "image"):
            check_base64(one["url"])
        if one["type"] in ("base_video", "feature_video", "video") and "://" not in one["url"]:
            raise Refusal(400, 1201, "a video must be given by its address")


def check_base64(text: str) -> None:
    if text.startswith("data:"):
        raise Refusal(400, 1201, "base64 must come without a prefix")
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        raise Refusal(400, 1201, "that is no base64") from None


def webhook(
    whole: dict[str, Any],
    *,
    secret: str = WEBHOOK_SECRET,
    late: float = 0.0,
    before: tuple[str, ...] = (),
) -> tuple[dict[str, str], bytes]:
    """Headers and body of a call to us; `before` are signatures by other secrets."""
    number, at = str(uuid.uuid4()), str(int(time.time() - late))
    body = orjson.dumps(whole)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, b".".join((number.encode(), at.encode(), body)), hashlib.sha256)
    told = " ".join((*before, "v1," + base64.b64encode(signed.digest()).decode()))
    headers = {"Webhook-Id": number, "Webhook-Timestamp": at, "Webhook-Signature": told}
    return headers, body
