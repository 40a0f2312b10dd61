"""Requests to Kling for its tests, with media as small as it takes them."""

from dataclasses import replace
from functools import cache
from typing import Any

from providers.contract import Input, Media, Request
from providers.kling import new_design, old_design
from providers.kling.draft import Draft, Face, drafted
from providers.kling.models import chosen
from providers.kling.offer import NEW
from tests.providers import samples

KEY = "0190a0a0-0000-7000-8000-000000000001"
ADDRESS = "https://media.example/v.mp4"


@cache
def picture(colour: str = "teal") -> Media:
    return samples.picture(colour, (300, 300))


@cache
def clip(seconds: int = 5, **known: str) -> Media:
    return replace(samples.clip(seconds * samples.RATE), known=known)


@cache
def sound(seconds: float = 4.0, **known: str) -> Media:
    return replace(samples.sound(seconds), known=known)


def mark(media: Media) -> str:
    """How media are told of in what is kept of a body."""
    return f"sha256:{media.sha256}"


A, B, C = picture("teal"), picture("navy"), picture("maroon")
LINKED = clip(url=ADDRESS)
OWN = clip(video_id="v-1")


def wanted(operation: str, *inputs: tuple[str, Media] | Input, **parameters: Any) -> Request:
    """A request, its inputs as (parameter, media)."""
    given = tuple(one if isinstance(one, Input) else Input(*one) for one in inputs)
    return Request(operation, parameters, given)


def draft_of(request: Request) -> Draft:
    offer, wrong = chosen(request)
    assert offer is not None
    assert not wrong
    draft = drafted(offer, request, KEY)
    return replace(draft, face=Face("s1", "f0", 0.5)) if offer.by_face else draft


def posted(request: Request) -> tuple[str, dict[str, Any]]:
    """The path and the body of a request, with marks in place of media."""
    draft = draft_of(request)
    build = new_design.body if draft.offer.design is NEW else old_design.body
    return draft.offer.path, build(draft)
