"""PixVerse, as the registry finds it."""

import re

from providers.contract import Plugin
from providers.pixverse.abilities import ABILITIES
from providers.pixverse.api import Api
from providers.pixverse.lineage import extract
from providers.pixverse.provider import PixVerse
from settings import Settings, SettingsError

# What a header can carry.
KEY = re.compile(r"[!-~]+")


def make(settings: Settings) -> PixVerse | None:
    """The provider of the account whose key is set."""
    if settings.pixverse_key is None:
        return None
    if not KEY.fullmatch(settings.pixverse_key.get_secret_value()):
        raise SettingsError(
            "PEDIGREE_PIXVERSE_KEY is no key: it has letters, digits and signs without spaces"
        )
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
