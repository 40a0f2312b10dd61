"""Reads lineage and facts out of metadata that a client stored with an asset."""

from collections.abc import Callable, Mapping

from providers.comfyui import lineage as comfyui
from providers.hint import Extraction
from providers.kling import lineage as kling
from providers.local import lineage as local
from providers.pixverse import lineage as pixverse
from providers.runway import lineage as runway
from providers.value import mapping

Extractor = Callable[[Mapping[str, object]], Extraction]

EXTRACTORS: Mapping[str, Extractor] = {
    "comfyui": comfyui.extract,
    "kling": kling.extract,
    "local": local.extract,
    "pixverse": pixverse.extract,
    "runway": runway.extract,
}


def extract(provider: str, metadata: Mapping[str, object]) -> Extraction:
    """What the provider's metadata says of an asset's parents and making.

    The metadata is untrusted: what cannot be read becomes a problem, never an error.
    """
    extractor = EXTRACTORS.get(provider)
    if extractor is None:
        return Extraction(problems=(_unknown(provider),))
    return extractor(mapping(metadata))


def _unknown(provider: str) -> str:
    known = ", ".join(sorted(EXTRACTORS))
    return f"Metadata of {provider[:40]!r} cannot be read; it can be of {known}."
