"""PixVerse's error codes: what each means for who asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from providers.error import (
    Busy,
    Denied,
    Moderated,
    OutOfCredits,
    Passing,
    ProviderError,
    Refused,
    SubmitLost,
    Unreachable,
)

SAID_MOST = 300
NOT_FOUND, NO_IMAGE = "500008", "400032"
# An id of ours that PixVerse does not have any more; nothing was begun with it.
STALE = frozenset({NO_IMAGE, NOT_FOUND, "500064"})


@dataclass(frozen=True)
class Meaning:
    """What a code means. One that leaves open whether a submit was taken is `unsure`."""

    error: type[ProviderError]
    said: str
    field: str | None = None
    unsure: bool = False


NO_ENTRY = Meaning(Denied, "it does not accept the key; check PEDIGREE_PIXVERSE_KEY")
BAD = Meaning(Refused, "it takes a parameter for wrong")
LONG = Meaning(Refused, "the prompt is too long; shorten it", "prompt")
UNFIT = Meaning(Refused, "it cannot use the image; give it as jpg, png or webp")
UPLOAD_FAILED = Meaning(Unreachable, "it could not take the upload in")
MODERATED = Meaning(Moderated, "its moderation does not let this pass; change text or media")
CODES: Mapping[str, Meaning] = {
    **{str(code): NO_ENTRY for code in range(10001, 10006)},
    "99999": Meaning(Unreachable, "it met an unknown error", unsure=True),
    "400011": Meaning(Refused, "it misses a parameter"),
    "400012": Meaning(Denied, "it does not know the account"),
    "400013": BAD,
    "400017": BAD,
    "400018": LONG,
    "400019": Meaning(Refused, "the negative prompt or prompt is too long; shorten it", "prompt"),
    "400032": Meaning(Refused, "it does not know the image"),
    "500008": Meaning(Refused, "it has no such thing"),
    "500020": Meaning(Denied, "the account may not do this"),
    "500030": Meaning(Refused, "the image is too big; scale it down"),
    "500031": UNFIT,
    "500032": UNFIT,
    "500033": Meaning(Refused, "it does not take an image of this size; scale it"),
    "500041": UPLOAD_FAILED,
    "500042": UPLOAD_FAILED,
    "500044": Meaning(Busy, "as many jobs as the account may have are running"),
    "500052": MODERATED,
    "500054": MODERATED,
    "500060": Meaning(Refused, "this month's activations of templates are used up", "template"),
    "500063": MODERATED,
    "500064": Meaning(Refused, "this was deleted there"),
    "500069": Meaning(Busy, "it is overloaded"),
    "500070": Meaning(
        Refused, "the template is not active; activate it in the account first", "template"
    ),
    "500071": Meaning(Refused, "the template is not made at this resolution", "resolution"),
    "500090": Meaning(OutOfCredits, "the account has no credits left"),
    "500100": Meaning(Unreachable, "its database failed", unsure=True),
}


def error_of(
    code: str, said: str, *, submits: bool = False, retry_in: float | None = None
) -> ProviderError:
    """The error that a code stands for. A code nobody told us of is a refusal: whatever it is,
    it names what was not done."""
    meaning = CODES.get(code, Meaning(Refused, "it refuses this"))
    told = f"PixVerse: {meaning.said} (error {code}{_quoted(said)})"
    if meaning.unsure and submits:
        return SubmitLost(told, code=code)
    if issubclass(meaning.error, Refused):
        return meaning.error(told, code=code, field=meaning.field)
    if issubclass(meaning.error, Passing):
        return meaning.error(told, code=code, retry_in=retry_in)
    return meaning.error(told, code=code)


def _quoted(said: str) -> str:
    plain = " ".join(said.split())[:SAID_MOST]
    return f": {plain}" if plain else ""
