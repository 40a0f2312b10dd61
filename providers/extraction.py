"""Reads lineage and facts out of metadata that a client stored with an asset."""

from collections.abc import Mapping

from providers.hint import Extraction
from providers.registry import plugins
from providers.value import mapping


def extract(provider: str, metadata: Mapping[str, object]) -> Extraction:
    """What the provider's metadata says of an asset's parents and making.

    The metadata is untrusted: what cannot be read becomes a problem, never an error.
    """
    plugin = plugins().get(provider)
    if plugin is None:
        return Extraction(problems=(_unknown(provider),))
    return plugin.extract(mapping(metadata))


def _unknown(provider: str) -> str:
    known = ", ".join(sorted(plugins()))
    return f"Metadata of {provider[:40]!r} cannot be read; it can be of {known}."
