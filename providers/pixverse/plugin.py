"""PixVerse, as the registry finds it."""

from providers.contract import Plugin
from providers.pixverse.abilities import ABILITIES
from providers.pixverse.api import Api
from providers.pixverse.lineage import extract
from providers.pixverse.provider import PixVerse
from settings import Settings


def make(settings: Settings) -> PixVerse | None:
    """The provider of the account whose key is set."""
    if settings.pixverse_key is None:
        return None
    api = Api(settings.pixverse_key, str(settings.pixverse_url))
    return PixVerse(api, settings.pixverse_jobs)


PLUGIN = Plugin(
    name="pixverse",
    title="PixVerse",
    setup="Set PEDIGREE_PIXVERSE_KEY to an API key of PixVerse's platform; in China also "
    "PEDIGREE_PIXVERSE_URL to https://app-api.pixverseai.cn.",
    make=make,
    extract=extract,
    abilities=ABILITIES,
)
