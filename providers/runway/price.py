"""What a request costs in credits, where Runway has published it. A credit is a US cent."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from providers.contract import Request
from providers.cost import Cost
from providers.runway.body import body_of

CREDITS = "credits"
Body = Mapping[str, Any]
Priced = Callable[[Body], float | None]

# Beyond what a second costs anyway, for files that are more than an mp4.
PRORES, DEEP = 5, 20
SURCHARGE = {None: 0, "mp4": 0, "prores": PRORES}
BRIA_4MP_PIXELS = 2_000_000


def cost_of(told: object) -> Cost | None:
    """An amount as Runway tells it."""
    if isinstance(told, int | float) and not isinstance(told, bool) and told >= 0:
        return Cost(Decimal(str(told)), CREDITS)
    return None


def quote(request: Request) -> Cost | None:
    """What it would cost; None where no price is known, or where the model decides the length."""
    endpoint, body = body_of(request, [""] * len(request.inputs))
    if endpoint == "character_performance":
        return cost_of(_performance(request))
    priced = PRICES.get(str(body["model"]))
    return cost_of(priced(body) if priced and "draftTaskId" not in body else None)


def _per_second(quiet: float, sounding: float | None = None) -> Priced:
    """By the second; some cost more with sound, which is made unless it is declined."""

    def priced(body: Body) -> float | None:
        seconds = body.get("duration")
        if not isinstance(seconds, int | float):
            return None
        rate = quiet if sounding is None or body.get("audio") is False else sounding
        return seconds * (rate + SURCHARGE.get(body.get("outputFormat"), DEEP))

    return priced


def _performance(request: Request) -> float | None:
    seconds = [one.media.duration_seconds for one in request.given("video")]
    return seconds[0] * 5 if seconds and seconds[0] is not None else None


def _each(price: float) -> Priced:
    return lambda body: price * body.get("outputCount", 1)


def _gen4_image(body: Body) -> float | None:
    size = _size(body)
    return None if size is None else 5 if min(size) <= 720 else 8


def _bria(body: Body) -> float | None:
    size = _size(body)
    return None if size is None else 10 if size[0] * size[1] > BRIA_4MP_PIXELS else 5


def _ideogram(body: Body) -> float | None:
    each = {"low": 4, "medium": 7, "high": 11}.get(body.get("quality", ""))
    return each * body.get("outputCount", 1) if each else None


def _size(body: Body) -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d+):(\d+)", str(body.get("ratio")))
    return (int(found[1]), int(found[2])) if found else None


PRICES: Mapping[str, Priced] = {
    "gen4.5": _per_second(12),
    "gen4_turbo": _per_second(5),
    "veo3.1": _per_second(20, 40),
    "veo3.1_fast": _per_second(10, 15),
    "seedance2": _per_second(36),
    "gen4_image": _gen4_image,
    "gen4_image_turbo": _each(2),
    "muse_image": _each(1),
    "bria_fibo_1_5": _bria,
    "ideogram_4_0": _ideogram,
}
