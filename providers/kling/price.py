"""What Kling costs, as far as its price list says: dollars for a second of video."""

from collections.abc import Mapping
from decimal import Decimal

from providers.contract import Request
from providers.cost import Cost
from providers.kling.models import chosen, model_of

Rate = tuple[Decimal | None, Decimal]
# By resolution: silent, and with sound.
THIRD: Mapping[str, Rate] = {
    "720p": (Decimal("0.084"), Decimal("0.126")),
    "1080p": (Decimal("0.112"), Decimal("0.168")),
    "4k": (Decimal("0.42"), Decimal("0.42")),
}
PRICES: Mapping[str, Mapping[str, Rate]] = {
    "kling-v3": THIRD,
    "kling-3.0": THIRD,
    "kling-3.0-turbo": {
        "720p": (None, Decimal("0.112")),
        "1080p": (None, Decimal("0.14")),
    },
}
# How large a mode of the old design makes a video.
SIZES = {"std": "720p", "pro": "1080p"}


def quote(request: Request) -> Cost | None:
    """What a request would cost; None where the list does not say."""
    offer, wrong = chosen(request)
    prices = PRICES.get(model_of(request) or "")
    if offer is None or wrong or prices is None:
        return None
    values = offer.values(request)
    size = values.get("resolution") or SIZES.get(values.get("mode", ""), "")
    rate = prices.get(size, (None, None))[bool(values.get("audio"))]
    return None if rate is None else Cost(rate * values["durationSeconds"], "USD")
