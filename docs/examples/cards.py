"""A provider in a page: it answers a prompt with a card of one colour."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator, Mapping
from functools import partial

from PIL import Image

from providers.contract import Ability, Health, InputRule, Job, Plugin, Request, Submitted
from providers.cost import Cost
from providers.error import JobGone, Refused
from providers.event import Done, Event, Output, Progress
from providers.hint import Extraction
from settings import Settings

SIDE = 256
PARAMETERS = {
    "type": "object",
    "properties": {
        "prompt": {"type": "string", "minLength": 1, "description": "What the colour is of."},
        "side": {
            "type": "integer",
            "minimum": 16,
            "maximum": 1024,
            "default": SIDE,
            "description": "Width and height in pixels.",
        },
    },
    "required": ["prompt"],
    "additionalProperties": False,
}
STYLE = InputRule(
    name="styleReferences",
    kind="STYLE_REFERENCE",
    media_types=("IMAGE",),
    description="A picture whose colour is mixed in.",
)


class Cards:
    """A configured service. This one needs no account, and keeps nothing."""

    concurrency = 4  # jobs that it takes at once

    async def health(self) -> Health:
        return Health("The paint is wet.")

    async def quote(self, request: Request) -> Cost | None:
        return None  # or Cost(Decimal("0.02"), "USD")

    async def submit(self, job: Job) -> Submitted:
        """A service gives a number of its own; here the key of the job will do."""
        if job.request.operation != "text_to_image":
            raise Refused(f"cards cannot do {job.request.operation}")
        if not job.request.parameters.get("prompt"):
            raise Refused("say what the colour is of", field="prompt")
        return Submitted(number=job.key, request=dict(job.request.parameters))

    async def follow(self, job: Job, number: str, news: asyncio.Event) -> AsyncIterator[Event]:
        """A service is polled here: ask, tell what is new, `await pause(seconds, news)`, again."""
        if number != job.key:
            raise JobGone("cards has no such job")
        yield Progress(0.5, "painting")
        card = await asyncio.to_thread(painted, job.request, await styles(job.request))
        yield Output(0, "IMAGE", partial(bytes_of, card))
        yield Done()

    async def cancel(self, number: str) -> bool:
        return False  # it cannot be stopped

    async def close(self) -> None:
        pass


async def styles(request: Request) -> list[bytes]:
    return [await one.media.read() for one in request.given("styleReferences")]


def painted(request: Request, references: list[bytes]) -> bytes:
    colour = hashlib.sha256(request.parameters["prompt"].encode()).digest()[:3]
    side = request.parameters.get("side", SIDE)
    card = Image.new("RGB", (side, side), tuple(colour))
    for reference in references:
        style = Image.open(io.BytesIO(reference)).convert("RGB").resize((1, 1))
        card = Image.blend(card, style.resize(card.size), 0.5)
    held = io.BytesIO()
    card.save(held, "PNG")
    return held.getvalue()


async def bytes_of(data: bytes) -> AsyncIterator[bytes]:
    yield data


def make(settings: Settings) -> Cards | None:
    """None where there is no key; `setup` then tells how to come by one."""
    return Cards()


def extract(metadata: Mapping[str, object]) -> Extraction:
    """What metadata that a client kept says of an asset."""
    prompt = metadata.get("prompt")
    return Extraction(prompt=prompt if isinstance(prompt, str) else None)


PLUGIN = Plugin(
    name="cards",
    title="Colour cards",
    setup="Nothing has to be set up.",
    make=make,
    extract=extract,
    abilities=(
        Ability(
            operation="text_to_image",
            output="IMAGE",
            description="Makes a card of one colour.",
            parameters=PARAMETERS,
            inputs=(STYLE,),
        ),
    ),
)
