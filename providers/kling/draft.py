"""All that a body is made from, once media are at hand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.contract import Input, Request
from providers.kling.medium import Sent, marked
from providers.kling.models import model_of
from providers.kling.offer import Offer


@dataclass(frozen=True)
class Given:
    """An input, and as what it is sent."""

    input: Input
    sent: Sent


@dataclass(frozen=True)
class Face:
    """A face that Kling found in a video, and the session in which it can be spoken of."""

    session: str
    number: str
    start_seconds: float


@dataclass(frozen=True)
class Draft:
    """A request for one endpoint. `key` comes back in every answer about the job."""

    offer: Offer
    model: str | None
    values: Mapping[str, Any]
    media: tuple[Given, ...]
    key: str
    callback_url: str | None = None
    face: Face | None = None

    def all(self, *names: str, media_type: str = "IMAGE") -> list[Given]:
        """The inputs of these parameters, in their order."""
        return [
            one
            for name in names
            for one in self.media
            if one.input.parameter == name and one.input.media.media_type == media_type
        ]

    def text(self, name: str) -> str | None:
        """The one image of a parameter, as it is sent."""
        return next((one.sent.text for one in self.all(name)), None)


def drafted(offer: Offer, request: Request, key: str, callback_url: str | None = None) -> Draft:
    """The draft of a request without problems before anything is read or asked, with marks in
    place of media."""
    media = tuple(Given(one, marked(offer.medium(one), one.media)) for one in request.inputs)
    return Draft(offer, model_of(request), offer.values(request), media, key, callback_url)


def addressed(prompt: str, labels: Mapping[str, str]) -> str:
    """The prompt with each @name in the words of the service."""
    if not labels:
        return prompt
    longest_first = sorted(map(re.escape, labels), key=len, reverse=True)
    return re.sub(rf"@({'|'.join(longest_first)})(?!\w)", lambda m: labels[m[1]], prompt)


def without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is there, so that the service's own defaults hold for the rest."""
    return {name: value for name, value in fields.items() if value is not None}
