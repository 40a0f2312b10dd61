"""What is kept of a generation: its outputs as assets, and all that it takes to run it again."""

from collections.abc import Mapping
from typing import Any

import orjson

from graph.asset import Media, NewAsset
from graph.generation import Generation
from graph.identifier import now
from graph.job import Job
from graph.output import Output
from providers.event import Done
from providers.event import Output as Made

KEPT_BYTES_MAX = 256 * 1024


def output_of(job: Job, made: Made, media: Media, request: Mapping[str, Any], done: Done) -> Output:
    """An output as the asset it becomes."""
    generation = job.generation
    told = values_of(generation, done)
    new = NewAsset(
        media_type=media.media_type,
        name=_name(job, made),
        prompt=generation.prompt,
        negative_prompt=_text(request.get("negativePrompt")),
        seed=_text(told.get("seed")),
        model=_text(told.get("model")),
        operation=generation.operation,
        provider=generation.provider,
        provider_asset_id=made.number,
        made_at=now(),
        media=media,
    )
    return Output(made.index, new, made.uploads)


def _name(job: Job, made: Made) -> str | None:
    """What people call it: as they said, or after whom it shows."""
    generation = job.generation
    subject = f"{job.subject} {generation.slot or ''}".strip() if job.subject else None
    name = generation.name or subject or made.name
    return f"{name} {made.index + 1}" if name and made.index and name != made.name else name


def values_of(generation: Generation, done: Done) -> dict[str, object]:
    """What is kept of the end of a generation."""
    models = [{"name": one.name, "hash": one.hash} for one in done.models]
    values: dict[str, object | None] = {
        "models": orjson.dumps(models).decode() if models else None,
        "model": generation.model or (done.models[0].name if done.models else None),
        "seed": str(done.seed) if done.seed is not None else generation.seed,
        "providerAnswer": bounded(done.answer),
    }
    return {name: value for name, value in values.items() if value is not None}


def bounded(told: Mapping[str, Any]) -> str | None:
    """A provider's words as they are kept; too many of them are left out, which is said."""
    if not told:
        return None
    text = orjson.dumps(dict(told), default=str)
    if len(text) > KEPT_BYTES_MAX:
        text = orjson.dumps({"omitted": f"{len(text)} bytes, more than are kept"})
    return text.decode()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
