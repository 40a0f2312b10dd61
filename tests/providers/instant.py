"""A provider that takes no time, to measure what the rest of the system takes."""

import asyncio
import hashlib
import struct
import zlib
from collections.abc import AsyncIterator, Mapping
from functools import partial

from providers.contract import Ability, Health, Job, Plugin, Request, Submitted
from providers.cost import Cost
from providers.error import JobGone, Refused
from providers.event import Done, Event, Model, Output
from providers.hint import Extraction

SIGNATURE = b"\x89PNG\r\n\x1a\n"
WIDTH, HEIGHT = 8, 4


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


# Grey, eight bits to a pixel: the picture is a digest.
HEAD = SIGNATURE + _chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0))
TAIL = _chunk(b"IEND", b"")


def drawn(key: str, seed: int) -> bytes:
    """A PNG that no other job has."""
    digest = hashlib.sha256(f"{key} {seed}".encode()).digest()
    rows = b"".join(b"\0" + digest[at : at + WIDTH] for at in range(0, len(digest), WIDTH))
    return HEAD + _chunk(b"IDAT", zlib.compress(rows, 1)) + TAIL


async def _bytes_of(key: str, seed: int) -> AsyncIterator[bytes]:
    yield drawn(key, seed)


class Instant:
    """It keeps nothing: a job is its key."""

    concurrency = 64

    async def health(self) -> Health:
        return Health("Always there.")

    async def quote(self, request: Request) -> Cost | None:
        return None

    async def submit(self, job: Job) -> Submitted:
        if job.request.operation != "text_to_image":
            raise Refused("instant makes nothing but text_to_image")
        if not job.request.parameters.get("prompt"):
            raise Refused("a prompt is needed", field="prompt")
        return Submitted(job.key, dict(job.request.parameters))

    async def follow(self, job: Job, number: str, news: asyncio.Event) -> AsyncIterator[Event]:
        if number != job.key:
            raise JobGone("instant has no such job")
        seed = int(job.request.parameters.get("seed", 0))
        yield Output(0, "IMAGE", partial(_bytes_of, job.key, seed))
        yield Done(seed=seed, models=(Model("instant"),))

    async def cancel(self, number: str) -> bool:
        return False

    async def close(self) -> None:
        pass


def extract(metadata: Mapping[str, object]) -> Extraction:
    """It tells nothing."""
    return Extraction()


PLUGIN = Plugin(
    name="instant",
    title="Instant",
    setup="It is always there.",
    make=lambda settings: Instant(),
    extract=extract,
    abilities=(
        Ability(
            operation="text_to_image",
            output="IMAGE",
            description="Makes a tiny picture at once.",
            parameters={
                "type": "object",
                "properties": {
                    "prompt": {
                        "type": "string",
                        "minLength": 1,
                        "description": "What is asked for; only its being there counts.",
                    },
                    "seed": {
                        "type": "integer",
                        "minimum": 0,
                        "maximum": 2**32 - 1,
                        "description": "What the picture depends on, beside its job.",
                    },
                },
                "required": ["prompt"],
                "additionalProperties": False,
            },
        ),
    ),
)
