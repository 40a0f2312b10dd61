"""Runway's entry point."""

from providers.contract import Plugin, Provider
from providers.runway.lineage import extract
from providers.runway.provider import Runway
from providers.runway.schema import abilities
from settings import Settings


def make(settings: Settings) -> Provider | None:
    """The provider; None without a key."""
    if settings.runway_key is None:
        return None
    key = settings.runway_key.get_secret_value()
    return Runway(key, str(settings.runway_url), settings.runway_jobs)


PLUGIN = Plugin(
    name="runway",
    title="Runway",
    setup="Set PEDIGREE_RUNWAY_KEY to an API key from Runway's developer portal.",
    make=make,
    extract=extract,
    abilities=abilities(),
)
