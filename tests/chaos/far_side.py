"""The service that makes the pictures: a process of its own, which outlives whoever asks it, fails
one call in ten, and remembers how often each job was begun."""

import hashlib
import io
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.providers.misbehaving import Misbehaving, Trouble, Way, serving

FAILS = 0.1
JOB_FAILS = 0.02
SECONDS = (0.02, 0.08)
# Some take long enough for a worker to die over them.
SLOW_JOBS = 0.1
SLOW_SECONDS = (1.0, 4.0)
SIDE = 16
SOON = {"retry-after": "0.1"}
TALLY = "/tally"


@dataclass
class FarJob:
    """A job over there: `begun` is 1, or somebody paid twice."""

    number: str
    pictures: tuple[bytes, ...]
    inputs: list[str]
    done_at: float
    fails: bool
    begun: int = 1
    cancelled: bool = False

    @property
    def state(self) -> str:
        if self.cancelled:
            return "cancelled"
        if time.monotonic() < self.done_at:
            return "running"
        return "failed" if self.fails else "done"

    def told(self) -> dict[str, Any]:
        return {"number": self.number, "state": self.state, "count": len(self.pictures)}


@dataclass
class FarSide:
    """The service."""

    chance: random.Random
    by_key: dict[str, FarJob] = field(default_factory=dict)
    by_number: dict[str, FarJob] = field(default_factory=dict)

    async def submit(self, request: Request) -> Response:
        asked = await request.json()
        known = self.by_key.get(asked["key"])
        if known:
            known.begun += 1
            return JSONResponse(known.told())
        job = self._begin(asked)
        self.by_key[asked["key"]] = self.by_number[job.number] = job
        return JSONResponse(job.told())

    def _begin(self, asked: dict[str, Any]) -> FarJob:
        slow = self.chance.random() < SLOW_JOBS
        takes = self.chance.uniform(*(SLOW_SECONDS if slow else SECONDS))
        count = int(asked["parameters"]["count"])
        return FarJob(
            f"far-{len(self.by_key) + 1}",
            tuple(picture(asked["key"], index) for index in range(count)),
            asked["inputs"],
            time.monotonic() + takes,
            self.chance.random() < JOB_FAILS,
        )

    async def find(self, request: Request) -> Response:
        return _answer(self.by_key.get(request.query_params["key"]))

    async def get(self, request: Request) -> Response:
        return _answer(self.by_number.get(request.path_params["number"]))

    async def output(self, request: Request) -> Response:
        job = self.by_number[request.path_params["number"]]
        return Response(job.pictures[request.path_params["index"]], media_type="image/png")

    async def cancel(self, request: Request) -> Response:
        self.by_number[request.path_params["number"]].cancelled = True
        return JSONResponse({})

    async def health(self, request: Request) -> Response:
        return JSONResponse({})

    def tally(self) -> dict[str, Any]:
        return {
            key: {
                "number": job.number,
                "begun": job.begun,
                "failed": job.fails,
                "inputs": job.inputs,
                "outputs": [hashlib.sha256(one).hexdigest() for one in job.pictures],
            }
            for key, job in self.by_key.items()
        }

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/jobs", self.submit, methods=["POST"]),
                Route("/jobs", self.find, methods=["GET"]),
                Route("/jobs/{number}", self.get, methods=["GET"]),
                Route("/jobs/{number}", self.cancel, methods=["DELETE"]),
                Route("/jobs/{number}/outputs/{index:int}", self.output),
                Route("/health", self.health),
            ]
        )


class Chancy(Misbehaving):
    """In front of the service: one call in ten goes wrong, each in a way of its own."""

    def __init__(self, far: FarSide) -> None:
        super().__init__(far.app())
        self.far = far
        self.calls = 0
        self.failed: Counter[str] = Counter()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == TALLY:
            told = {"jobs": self.far.tally(), "calls": self.calls, "failed": self.failed}
            await JSONResponse(told)(scope, receive, send)
            return
        self.calls += 1
        if self.far.chance.random() < FAILS:
            trouble = self._trouble()
            status = str(trouble.status) if trouble.way is Way.STATUS else ""
            self.failed[f"{trouble.way.name.lower()} {status}".strip()] += 1
            await self._befall(trouble, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _trouble(self) -> Trouble:
        return self.far.chance.choice(
            [
                Trouble(Way.STATUS, status=500),
                Trouble(Way.STATUS, status=503, headers=SOON),
                Trouble(Way.STATUS, status=429, headers=SOON),
                Trouble(Way.UNHEARD),
                Trouble(Way.LOST),
                Trouble(Way.HALF),
                Trouble(Way.SLOW, seconds=self.far.chance.uniform(0.5, 1.5)),
            ]
        )


def picture(key: str, index: int) -> bytes:
    """A picture that no other job has."""
    digest = hashlib.sha256(f"{key} {index}".encode()).digest()
    pixels = (digest * (SIDE * SIDE * 3 // len(digest) + 1))[: SIDE * SIDE * 3]
    file = io.BytesIO()
    Image.frombytes("RGB", (SIDE, SIDE), pixels).save(file, "PNG")
    return file.getvalue()


def _answer(job: FarJob | None) -> Response:
    return JSONResponse(job.told()) if job else JSONResponse({}, status_code=404)


def main(seed: str) -> None:
    """Serves until standard input ends."""
    far = FarSide(random.Random(seed))
    with serving(Chancy(far)) as address:
        sys.stdout.write(address + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
