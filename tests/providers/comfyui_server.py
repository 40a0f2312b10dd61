"""A small ComfyUI, new or as it was in 2024: its HTTP and its websocket."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.providers import comfyui_nodes as nodes
from tests.providers.comfyui_machine import Machine, said


class Comfy(Machine):
    """A server under an address; it may have a path before its routes."""

    def __init__(self, *, prefix: str = "", **more: bool) -> None:
        super().__init__(**more)
        routes = self._routes()
        self.app = Starlette(routes=[Mount(prefix, routes=[Mount("/api", routes=routes), *routes])])

    def _routes(self) -> list[Any]:
        def route(path: str, handler: Any, method: str = "GET") -> Route:
            return Route(path, self._guarded(handler), methods=[method])

        listed = [
            route("/prompt", self._get_prompt),
            route("/prompt", self._post_prompt, "POST"),
            route("/queue", self._get_queue),
            route("/queue", self._post_queue, "POST"),
            route("/interrupt", self._post_interrupt, "POST"),
            route("/history", self._get_history),
            route("/history/{id}", self._get_entry),
            route("/view", self._get_view),
            route("/upload/image", self._post_upload, "POST"),
            route("/object_info/{name}", self._get_object),
            route("/system_stats", self._get_stats),
            route("/view_metadata/{folder}", self._get_metadata),
            WebSocketRoute("/ws", self._websocket),
        ]
        if not self.old:
            listed += [
                route("/jobs", self._get_jobs),
                route("/jobs/{id}/cancel", self._post_cancel, "POST"),
            ]
        return listed

    def _guarded(self, handler: Any) -> Any:
        async def guarded(request: Request) -> Response:
            self.loop = asyncio.get_running_loop()
            self.origins.append(request.headers.get("origin"))
            if "origin" in request.headers:
                return Response(status_code=403)
            answer: Response = await handler(request)
            return answer

        return guarded

    async def _get_prompt(self, request: Request) -> Response:
        return JSONResponse({"exec_info": {"queue_remaining": self.remaining}})

    async def _post_prompt(self, request: Request) -> Response:
        body = await request.json()
        graph = body.get("prompt")
        if graph is None:
            error: Any = {"type": "no_prompt", "message": "No prompt provided", "details": ""}
            return JSONResponse(
                {"error": "no prompt" if self.old else error, "node_errors": []}, 400
            )
        prompt_id = str(uuid.uuid4()) if self.old else body.get("prompt_id") or str(uuid.uuid4())
        stored = {f"{sub}/{name}".strip("/") for kind, sub, name in self.files if kind == "input"}
        refused, good, errors = check(graph, nodes.object_info(self.old, sorted(stored)), stored)
        if refused:
            return JSONResponse({"error": refused, "node_errors": errors}, 400)
        extra = {**body.get("extra_data", {}), "client_id": body.get("client_id", "")}
        number = await self.push(prompt_id, graph, extra, good)
        return JSONResponse({"prompt_id": prompt_id, "number": number, "node_errors": errors})

    async def _get_queue(self, request: Request) -> Response:
        running = [list(self.running)] if self.running else []
        return JSONResponse(
            {"queue_running": running, "queue_pending": [list(i) for i in self.queue]}
        )

    async def _post_queue(self, request: Request) -> Response:
        unwanted = (await request.json()).get("delete", [])
        if self.meanwhile:
            self.meanwhile()
            await asyncio.sleep(0.05)
        await self.drop(unwanted)
        return Response()

    async def _post_interrupt(self, request: Request) -> Response:
        body = json.loads(await request.body() or b"{}")
        self.interrupt(None if self.old else body.get("prompt_id"))
        return Response()

    async def _post_cancel(self, request: Request) -> Response:
        wanted = request.path_params["id"]
        waits = any(item[1] == wanted for item in self.queue)
        runs = bool(self.running and self.running[1] == wanted)
        if waits:
            await self.drop([wanted])
        if runs:
            self.interrupt(wanted)
        return JSONResponse({"cancelled": waits or runs})

    async def _get_jobs(self, request: Request) -> Response:
        return JSONResponse({"jobs": [], "pagination": {}})

    async def _get_history(self, request: Request) -> Response:
        most = int(request.query_params.get("max_items", len(self.history)))
        return JSONResponse(dict(list(self.history.items())[-most:] if most else []))

    async def _get_entry(self, request: Request) -> Response:
        wanted = request.path_params["id"]
        known = self.history.get(wanted)
        return JSONResponse({wanted: known} if known else {})

    async def _get_view(self, request: Request) -> Response:
        asked = request.query_params
        key = (asked.get("type", "output"), asked.get("subfolder", ""), asked["filename"])
        return Response(self.files[key]) if key in self.files else Response(status_code=404)

    async def _post_upload(self, request: Request) -> Response:
        async with request.form() as form:
            file: Any = form["image"]
            data, name = await file.read(), str(file.filename)
            sub, kind = str(form.get("subfolder", "")), str(form.get("type", "input"))
            if len(data) > self.max_upload:
                return Response(status_code=413)
            other = self.files.get((kind, sub, name))
            overwrites = form.get("overwrite") in ("true", "1")
            if other is not None and other != data and not overwrites:
                stem, _, suffix = name.rpartition(".")
                name = f"{stem} (1).{suffix}"
            if other != data or overwrites:
                self.files[kind, sub, name] = data
                self.written.append(name)
        return JSONResponse({"name": name, "subfolder": sub, "type": kind})

    async def _get_object(self, request: Request) -> Response:
        name = request.path_params["name"]
        known = nodes.object_info(self.old, []).get(name)
        return JSONResponse({name: known} if known else {})

    async def _get_stats(self, request: Request) -> Response:
        device = {"name": "cuda:0", "vram_total": 24 * 2**30, "vram_free": 12 * 2**30}
        system = {} if self.old else {"comfyui_version": "0.3.75"}
        return JSONResponse({"system": system, "devices": [device]})

    async def _get_metadata(self, request: Request) -> Response:
        name = f"{request.path_params['folder']}/{request.query_params['filename']}"
        known = self.metadata.get(name)
        return Response(status_code=404) if known is None else JSONResponse(known)

    async def _websocket(self, socket: WebSocket) -> None:
        self.loop = asyncio.get_running_loop()
        if not self.has_sockets or "origin" in socket.headers:
            await socket.close()
            return
        await socket.accept()
        sid = socket.query_params.get("clientId") or uuid.uuid4().hex
        self.clients[sid] = socket
        await self.send(sid, [self.status_frame(sid=sid)])
        if self.last_node and self.last_node[0] == sid:
            await self.send(sid, [said("executing", node=self.last_node[1])])
        async for text in _texts(socket):
            self.hello.append(json.loads(text))
        if self.clients.get(sid) is socket:
            del self.clients[sid]


async def _texts(socket: WebSocket) -> AsyncIterator[str]:
    try:
        while True:
            yield await socket.receive_text()
    except (WebSocketDisconnect, RuntimeError):
        return


def check(
    graph: dict[str, Any], info: Mapping[str, Any], stored: set[str]
) -> tuple[dict[str, Any] | None, list[str], dict[str, Any]]:
    """Why a prompt is refused, which outputs are good, and what is wrong with others."""
    for name, node in graph.items():
        if node.get("class_type") not in info:
            kind = node.get("class_type", "nothing")
            extra = {"node_id": name, "class_type": kind, "node_title": kind}
            told = f"Cannot execute because node {kind} does not exist."
            return _error("missing_node_type", told, f"Node ID '#{name}'", extra), [], {}
    targets = [name for name, node in graph.items() if info[node["class_type"]]["output_node"]]
    if not targets:
        return _error("prompt_no_outputs", "Prompt has no outputs"), [], {}
    good, errors = [], {}
    for target in targets:
        found = {
            n: nodes.problems_of(graph, n, info, stored) for n in nodes.order_of(graph, [target])
        }
        wrong = {name: problems for name, problems in found.items() if problems}
        good += [] if wrong else [target]
        for name, problems in wrong.items():
            kind = graph[name]["class_type"]
            errors[name] = {"errors": problems, "dependent_outputs": [target], "class_type": kind}
    if good:
        return None, good, errors
    return (
        _error("prompt_outputs_failed_validation", "Prompt outputs failed validation"),
        [],
        errors,
    )


def _error(kind: str, message: str, details: str = "", extra: Any = None) -> dict[str, Any]:
    return {"type": kind, "message": message, "details": details, "extra_info": extra or {}}
